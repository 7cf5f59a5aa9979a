// SPDX-License-Identifier: Apache-2.0
//
// A whole network by the arithmetic of ONNX, node by node on the host: what every view of a chip must compute, without compiler and
// chip.
#pragma once

#include <map>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"
#include "support/work/work_progress.hpp"

namespace systole::host {

// Every tensor that is no constant. `inputs` are in the order of Network::inputs. Calls `progress` with the stage "check" at
// each node. Errors (UserError): as run_node.
std::map<TensorId, HostTensor> network_values(const Network& network, const std::vector<HostTensor>& inputs,
                                              const WorkCallback& progress = {});

// The outputs in the order of Network::outputs, constants among them.
std::vector<HostTensor> network_outputs(const Network& network, const std::vector<HostTensor>& inputs);

}  // namespace systole::host
