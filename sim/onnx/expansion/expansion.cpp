// SPDX-License-Identifier: Apache-2.0
#include "onnx/expansion/expansion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "network/message_text.hpp"
#include "onnx/expansion/emitter.hpp"
#include "onnx/inference/microsoft.hpp"
#include "support/error.hpp"

namespace systole {

namespace {

using expansion::Emitter;
using expansion::Function;
using expansion::Shapes;

bool is_standard(const onnx::NodeProto& node) { return node.domain().empty() || node.domain() == "ai.onnx"; }

// The constants that a node makes: of a tensor in the file, and of quantized weights.
void add_constant(const onnx::NodeProto& node, Shapes& constants) {
  if (!is_standard(node) || node.output_size() == 0) return;
  if (node.op_type() == "Constant")
    for (const auto& attribute : node.attribute())
      if (attribute.name() == "value")
        constants[node.output(0)] = {attribute.t().dims().begin(), attribute.t().dims().end()};
  if (node.op_type() != "DequantizeLinear" || node.input_size() == 0) return;
  if (const auto found = constants.find(node.input(0)); found != constants.end())
    constants[node.output(0)] = std::vector<std::int64_t>(found->second);
}

// If every dimension has a value.
void add_shape(const onnx::ValueInfoProto& value, Shapes& shapes) {
  if (!value.type().tensor_type().has_shape()) return;
  std::vector<std::int64_t> shape;
  for (const auto& dimension : value.type().tensor_type().shape().dim()) {
    if (!dimension.has_dim_value()) return;
    shape.push_back(dimension.dim_value());
  }
  shapes[value.name()] = std::move(shape);
}

bool has_depth(const onnx::NodeProto& node, const Shapes& constants) {
  const auto weights = node.input_size() > 1 ? constants.find(node.input(1)) : constants.end();
  return weights != constants.end() && weights->second.size() == 5;
}

// What writes the node; null if it stays.
Function function_of(const onnx::NodeProto& node, std::int64_t opset, const Shapes& constants) {
  static const std::map<std::string, Function> microsoft = {
      {"Gelu", expansion::gelu},
      {"FastGelu", expansion::fast_gelu},
      {"BiasGelu", expansion::bias_gelu},
      {"QuickGelu", expansion::quick_gelu},
      {"SkipLayerNormalization", expansion::skip_layer_normalization},
      {"SkipSimplifiedLayerNormalization", expansion::skip_simplified_layer_normalization},
  };
  // ONNX Runtime's optimizer writes SimplifiedLayerNormalization into the default domain.
  static const std::map<std::string, Function> standard = {
      {"Gelu", expansion::gelu},
      {"RMSNormalization", expansion::simplified_layer_normalization},
      {"SimplifiedLayerNormalization", expansion::simplified_layer_normalization},
      {"ConvTranspose", expansion::transposed_convolution},
      {"LSTM", expansion::lstm},
      {"LpNormalization", expansion::lp_normalization},
      {"Mish", expansion::mish},
      {"Scatter", expansion::scatter},
      {"Swish", expansion::swish},
      {"Upsample", expansion::upsample},
      {"GRU", expansion::gru},
      {"RNN", expansion::rnn},
  };
  const bool standard_domain = is_standard(node);
  // Scale and bias belong to groups up to operator set 20, to channels since.
  if (standard_domain && node.op_type() == "GroupNormalization")
    return opset < 21 ? expansion::group_normalization_by_group : expansion::group_normalization_by_channel;
  if (standard_domain && node.op_type() == "Conv" && has_depth(node, constants)) return expansion::convolution_3d;
  if (!standard_domain && node.domain() != kMicrosoftDomain) return nullptr;
  const std::map<std::string, Function>& table = standard_domain ? standard : microsoft;
  const auto found = table.find(node.op_type());
  return found == table.end() ? nullptr : found->second;
}

}  // namespace

void expand_operators(onnx::GraphProto& graph, std::int64_t opset, const std::map<std::string, Shape>& input_shapes,
                      const std::string& file) {
  Shapes run_time;
  for (const auto* list : {&graph.value_info(), &graph.input()})
    for (const auto& value : *list) add_shape(value, run_time);
  for (const auto& [name, shape] : input_shapes) run_time[name] = shape;
  Shapes constants;
  for (const auto& tensor : graph.initializer())
    constants.emplace(tensor.name(), std::vector<std::int64_t>(tensor.dims().begin(), tensor.dims().end()));
  expansion::Nodes nodes;
  for (int i = 0; i < graph.node_size(); ++i) {
    onnx::NodeProto& node = *graph.mutable_node(i);
    const std::string name = node.name().empty() ? fmt::format("number {}", i) : in_quotes(node.name());
    const std::string what = fmt::format("{}: node {} ({})", file, name, first_line(node.op_type()));
    if (node.domain() == kExpandedDomain)
      throw UserError(fmt::format("{}: no file has operators of the domain {}", what, kExpandedDomain));
    add_constant(node, constants);
    if (is_standard(node) && node.op_type() == "LayerNormalization") node.set_domain(kExpandedDomain);
    const Function write = function_of(node, opset, constants);
    const auto is_named = [](const std::string& output) { return !output.empty(); };
    if (write == nullptr || std::none_of(node.output().begin(), node.output().end(), is_named)) {
      nodes.push_back(std::move(node));
      continue;
    }
    const onnx::NodeProto replaced = std::move(node);
    Emitter emit(replaced, constants, run_time, what, nodes);
    write(emit);
  }
  graph.clear_node();
  for (onnx::NodeProto& node : nodes) *graph.add_node() = std::move(node);
}

}  // namespace systole
