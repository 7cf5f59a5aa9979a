// SPDX-License-Identifier: Apache-2.0
#include "normalize/value_table.hpp"

#include <utility>
#include <vector>

#include "support/error.hpp"

namespace systole {

HostTensor all_bytes(ElementType type) {
  HostTensor values = make_host_tensor(type, {256});
  for (std::size_t i = 0; i < 256; ++i) values.data[i] = static_cast<std::uint8_t>(i);
  return values;
}

HostTensor run_on_values(const RawGraph& graph, const OnnxNode& node, std::size_t position, const HostTensor& values) {
  std::vector<Tensor> tensors;
  OnnxNode alone = node;
  std::vector<HostTensor> inputs(node.inputs.size());
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (i == position) {
      tensors.push_back({"values", values.type, values.shape, {}, false});
      inputs[i] = values;
    } else if (node.inputs[i] == kNoTensor) {
      tensors.push_back({"zero", ElementType::kUint8, {}, {0}, true});
    } else {
      Tensor constant = graph.tensor(node.inputs[i]);
      invariant(constant.is_constant && element_count(constant.shape) == 1,
                "the other operands of a table are single constants");
      constant.shape = {};
      tensors.push_back(std::move(constant));
    }
    alone.inputs[i] = static_cast<TensorId>(i);
  }
  tensors.push_back({"results", graph.tensor(node.outputs.at(0)).type, values.shape, {}, false});
  alone.outputs = {static_cast<TensorId>(tensors.size() - 1)};
  return std::move(run_on_host(tensors, alone, inputs).at(0));
}

}  // namespace systole
