// SPDX-License-Identifier: Apache-2.0
//
// Where the inputs and outputs of a chip step lie in DRAM, for the manifest: enough to put an input in and to read an
// output without this project. docs/user/integration.md says how.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "compiler/compiled_network.hpp"

namespace systole::exporting {

// A list of {tensor, network_input, network_output, type, shape, address, bytes, layout}, in the order of `tensors`.
nlohmann::ordered_json tensor_places(const compiler::CompiledNetwork& network, const std::vector<TensorId>& tensors);

}  // namespace systole::exporting
