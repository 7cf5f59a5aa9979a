// SPDX-License-Identifier: Apache-2.0
//
// The reader's graph: an ONNX file's nodes one for one, before it is decided where they run.
//
//     file --load_model--> OnnxGraph --quantize--> OnnxGraph --normalize--> Network --> compiler
//                                                      `--write_onnx--> file
//
// Shapes are known, names are resolved, nodes are sorted, constants are folded, and every operator is one that
// Systole has. The attributes of convolutions and pools are complete (network/window.hpp). Inputs that must be
// constants (the limits of Clip, the axes of Squeeze, ...) have become attributes.
#pragma once

#include <string>
#include <vector>

#include "network/attributes.hpp"
#include "network/host_tensor.hpp"
#include "network/network.hpp"

namespace systole {

struct OnnxNode : Attributes {
  std::string name;              // of the node, or of its first output
  std::string operator_name;     // the ONNX operator
  std::vector<TensorId> inputs;  // kNoTensor: an optional input that is absent
  std::vector<TensorId> outputs;
};

struct OnnxGraph {
  std::string name;
  std::string note;  // as Network::note
  RandomWeights random_weights;
  std::vector<Tensor> tensors;
  std::vector<TensorId> inputs;  // without initializers
  std::vector<TensorId> outputs;
  std::vector<OnnxNode> nodes;  // topologically sorted; each tensor is written by one node at most
};

// False for an absent input.
bool is_constant(const std::vector<Tensor>& tensors, TensorId id);
bool is_run_time_float(const std::vector<Tensor>& tensors, TensorId id);

// The node's outputs, computed on the host. `inputs` and errors: as run_on_host of host/operators.hpp.
std::vector<HostTensor> run_on_host(const std::vector<Tensor>& tensors, const OnnxNode& node,
                                    const std::vector<HostTensor>& inputs);

// The node as it stands, on the host.
Node host_node(OnnxNode node);

// The graph as it stands with every node on the host: nothing translated, floats remain floats. No input may be
// absent.
Network on_host(OnnxGraph graph);

}  // namespace systole
