// SPDX-License-Identifier: Apache-2.0
//
// MaxPool: it chooses among values, so it commutes with every table that does not fall.
#include <optional>

#include "host/quantized_arithmetic.hpp"
#include "network/window.hpp"
#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"
#include "normalize/quantization_parameters.hpp"

namespace systole {
namespace {

MaxPool max_pool(TensorId input, TensorId output, const OnnxNode& node, Clamp clamp) {
  const Window2d window = window_2d(node);
  return {{input, output}, window.kernel, window.stride, window.dilation, window.pad, clamp};
}

}  // namespace

bool direct_max_pool(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  const ElementType type = graph.tensor(node.inputs.at(0)).type;
  if (!is_byte(type) || !has_run_time_input(graph, node)) return false;
  nodes.push_back(
      {node.name, node.operator_name, 0, max_pool(node.inputs[0], node.outputs.at(0), node, whole_range(type))});
  return true;
}

void qdq_max_pool(QuantizedOutput& output, const OnnxNode& anchor) {
  RawGraph& graph = output.graph();
  const auto x = graph.dequantized(anchor.inputs.at(0));
  if (!x) return;
  const ElementType x_type = graph.tensor(x->tensor).type;
  const auto values = output.table(x_type, x->q);
  const auto limits = x_type == output.type() ? as_clamp(values, x_type) : std::nullopt;
  const TensorId y = limits && !output.reshapes() ? output.output() : output.new_tensor(output.chain().source, x_type);
  output.add({anchor.name, limits ? output.chain().operators_behind(anchor.operator_name) : anchor.operator_name, 0,
              max_pool(x->tensor, y, anchor, limits.value_or(whole_range(x_type)))});
  if (limits) {
    output.finish(y);
  } else {
    output.add_table(y, values);
  }
}

}  // namespace systole
