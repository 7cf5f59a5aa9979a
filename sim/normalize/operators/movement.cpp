// SPDX-License-Identifier: Apache-2.0
//
// Transpose, Concat, Slice, Gather, Expand and Split: they move values, so they do it with the quantized ones.
#include <cstdint>
#include <utility>

#include "normalize/operators/operators.hpp"

namespace systole {
namespace {

// `node`: what the anchor does to the values, with the anchor's inputs.
void move_quantized(QuantizedOutput& output, const OnnxNode& anchor, OnnxNode node) {
  RawGraph& graph = output.graph();
  const std::size_t data_inputs = node.operator_name == "Concat" ? node.inputs.size() : 1;
  std::vector<Dequantized> sources;
  for (std::size_t i = 0; i < data_inputs; ++i) {
    const auto x = graph.dequantized(node.inputs[i]);
    if (!x) return;
    sources.push_back(*x);
  }
  // Each input is brought to the output's quantization first.
  for (std::size_t i = 0; i < data_inputs; ++i) {
    const TensorId x = sources[i].tensor;
    const ElementType x_type = graph.tensor(x).type;
    const auto values = output.table(x_type, sources[i].q);
    node.inputs[i] = x;
    if (output.is_identity(values, x_type)) continue;
    node.inputs[i] = output.new_tensor(x, output.type());
    const std::string operators = output.chain().steps.empty() ? "QuantizeLinear" : output.chain().operators_behind("");
    output.add({anchor.name, operators, 0, Lookup{{x, node.inputs[i]}, values}});
  }
  const TensorId result = output.computed_tensor();
  node.outputs = {result};
  output.add(host_node(std::move(node)));
  output.finish(result);
}

}  // namespace

void qdq_movement(QuantizedOutput& output, const OnnxNode& anchor) { move_quantized(output, anchor, anchor); }

// The output of the Split that the chain begins with, as a Slice.
void qdq_split(QuantizedOutput& output, const OnnxNode& anchor) {
  const RawGraph& graph = output.graph();
  const TensorId wanted = output.chain().source;
  const std::int64_t axis = anchor.integer("axis", 0);
  const auto rank = static_cast<std::int64_t>(graph.tensor(anchor.inputs.at(0)).shape.size());
  const auto dimension = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
  std::int64_t start = 0;
  for (TensorId part : anchor.outputs) {
    if (part == wanted) break;
    start += graph.tensor(part).shape.at(dimension);
  }
  OnnxNode slice{Attributes{}, anchor.name, "Slice", {anchor.inputs[0]}, {}};
  slice.ints = {{"starts", {start}}, {"ends", {start + graph.tensor(wanted).shape.at(dimension)}}, {"axes", {axis}}};
  move_quantized(output, anchor, std::move(slice));
}

}  // namespace systole
