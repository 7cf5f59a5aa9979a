// SPDX-License-Identifier: Apache-2.0
#include "normalize/value_table.hpp"

#include "host/operators.hpp"
#include "onnx/node_inference.hpp"
#include "support/error.hpp"

namespace systole {

HostTensor all_bytes(ElementType type) {
  HostTensor values = make_host_tensor(type, {256});
  for (std::size_t i = 0; i < 256; ++i) values.data[i] = static_cast<std::uint8_t>(i);
  return values;
}

HostTensor run_on_values(const RawGraph& graph, const Node& node, std::size_t position, const HostTensor& values) {
  Network network;
  HostOperator op = host_of(node);
  std::vector<HostTensor> inputs(op.inputs.size());
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    if (i == position) {
      network.tensors.push_back({"values", values.type, values.shape, {}, false});
      inputs[i] = values;
    } else if (op.inputs[i] == kNoTensor) {
      network.tensors.push_back({"zero", ElementType::kUint8, {}, {0}, true});
    } else {
      Tensor constant = graph.tensor(op.inputs[i]);
      invariant(constant.is_constant && element_count(constant.shape) == 1,
                "the other operands of a table are single constants");
      constant.shape = {};
      network.tensors.push_back(std::move(constant));
    }
    op.inputs[i] = static_cast<TensorId>(i);
  }
  network.tensors.push_back({"results", graph.tensor(op.outputs.at(0)).type, values.shape, {}, false});
  op.outputs = {static_cast<TensorId>(network.tensors.size() - 1)};
  return std::move(run_node(network, {node.name, node.operator_name, 0, std::move(op)}, inputs).at(0));
}

}  // namespace systole
