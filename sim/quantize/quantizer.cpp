// SPDX-License-Identifier: Apache-2.0
#include "quantize/quantizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "network/message_text.hpp"
#include "quantize/float_graph.hpp"
#include "quantize/int8_plan.hpp"
#include "quantize/weight_quantization.hpp"
#include "support/error.hpp"

namespace systole::quantize {
namespace {

// Puts QuantizeLinear and DequantizeLinear where the plan has int8.
class Rewriter {
 public:
  Rewriter(OnnxGraph graph, const std::map<TensorId, Range>& ranges, const QuantizeOptions& options)
      : graph_(std::move(graph)),
        add_(graph_),
        options_(options),
        plan_(plan_int8(FloatGraph(graph_), ranges)),
        renamed_(graph_.tensors.size()) {
    std::iota(renamed_.begin(), renamed_.end(), 0u);
  }

  OnnxGraph run() {
    std::vector<OnnxNode> old = std::move(graph_.nodes);
    graph_.nodes.clear();
    for (TensorId t : graph_.inputs)
      if (plan_.quantization[t]) renamed_[t] = add_pair(t, graph_.tensors[t].name + ".dequantized", t);
    for (std::size_t n = 0; n < old.size(); ++n) add_node(std::move(old[n]), plan_.integer[n]);
    drop_unused_constants();
    return std::move(graph_);
  }

 private:
  void add_node(OnnxNode node, bool integer) {
    const std::vector<TensorId> before = node.inputs;
    for (TensorId& id : node.inputs)
      if (id < renamed_.size()) id = renamed_[id];
    if (integer) quantize_operands(node, before);
    // The name stays with what the others read; what the node itself computes gets another one.
    std::vector<std::pair<TensorId, TensorId>> computed;
    for (TensorId& id : node.outputs) {
      if (!plan_.quantization[id]) continue;
      const Tensor like = graph_.tensors[id];
      const TensorId raw = add_.run_time(like.name + ".float", like.type, like.shape);
      computed.push_back({raw, id});
      id = raw;
    }
    graph_.nodes.push_back(std::move(node));
    for (const auto& [raw, id] : computed) add_pair(raw, "", id);
  }

  // QuantizeLinear and DequantizeLinear behind `from`; returns the tensor that comes out, `to` itself unless a name
  // is given.
  TensorId add_pair(TensorId from, const std::string& name, TensorId to) {
    const Tensor like = graph_.tensors[from];
    const std::string base = graph_.tensors[to].name;
    const Quantization q = *plan_.quantization[to];
    const TensorId scale = add_.floats(base + ".scale", {}, {q.scale});
    const TensorId zero = add_.int8s(base + ".zero_point", {}, {static_cast<std::int8_t>(q.zero_point)});
    const TensorId integers = add_.run_time(base + ".quantized", ElementType::kInt8, like.shape);
    const TensorId out = name.empty() ? to : add_.run_time(name, like.type, like.shape);
    append("QuantizeLinear", base + "_quantize", {from, scale, zero}, integers);
    append("DequantizeLinear", base + "_dequantize", {integers, scale, zero}, out);
    return out;
  }

  OnnxNode& append(const std::string& operator_name, const std::string& name, std::vector<TensorId> inputs,
                   TensorId output) {
    graph_.nodes.push_back({{}, name, operator_name, std::move(inputs), {output}});
    return graph_.nodes.back();
  }

  // Constant weights and bias. `before`: the node's inputs in the float graph.
  void quantize_operands(OnnxNode& node, const std::vector<TensorId>& before) {
    const std::string& name = node.operator_name;
    if (name != "Conv" && name != "Gemm" && name != "MatMul") return;
    if (!is_constant(graph_.tensors, before.at(1))) return;  // a product of activations
    const std::size_t axis = name == "Conv" || (name == "Gemm" && node.flag("transB")) ? 0 : 1;
    const float x_scale = plan_.quantization[before[0]]->scale * (name == "Gemm" ? node.number("alpha", 1) : 1.0f);
    std::vector<float> bias;
    if (name != "MatMul" && node.inputs.size() > 2) bias = floats_of(graph_.tensors[node.inputs[2]]);
    const std::vector<float> scale = add_weight(node, axis, x_scale, bias);
    if (!bias.empty()) add_bias(node, x_scale, scale, bias);
  }

  std::vector<float> add_weight(OnnxNode& node, std::size_t axis, float x_scale, const std::vector<float>& bias) {
    const std::string name = graph_.tensors[node.inputs[1]].name;
    const Shape shape = graph_.tensors[node.inputs[1]].shape;
    const QuantizedWeight weight =
        quantize_weight(graph_.tensors[node.inputs[1]], axis, options_.per_tensor, x_scale, bias);
    const std::size_t scales_count = weight.scale.size();
    const Shape scale_shape = scales_count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(scales_count)};
    const TensorId quantized = add_.int8s(name + ".quantized", shape, weight.values);
    const TensorId scales = add_.floats(name + ".scale", scale_shape, weight.scale);
    const TensorId zeros = add_.int8s(name + ".zero_point", scale_shape, std::vector<std::int8_t>(scales_count, 0));
    const TensorId out = add_.run_time(name + ".dequantized", ElementType::kFloat32, shape);
    append("DequantizeLinear", name + "_dequantize", {quantized, scales, zeros}, out).ints["axis"] = {
        static_cast<std::int64_t>(axis)};
    node.inputs[1] = out;
    return weight.scale;
  }

  void add_bias(OnnxNode& node, float x_scale, const std::vector<float>& weight_scale, const std::vector<float>& bias) {
    // One value for columns of different scales: the reader rounds it.
    if (bias.size() == 1 && weight_scale.size() != 1) return;
    const std::string name = graph_.tensors[node.inputs[2]].name;
    const Shape shape = graph_.tensors[node.inputs[2]].shape;
    const QuantizedBias quantized_bias = quantize_bias(bias, x_scale, weight_scale);
    const auto units = static_cast<std::int64_t>(quantized_bias.units.size());
    const bool one = weight_scale.size() == 1 || bias.size() == 1;
    const TensorId quantized = add_.int32s(name + ".quantized", shape, quantized_bias.values);
    const TensorId scales = add_.floats(name + ".scale", one ? Shape{} : Shape{units}, quantized_bias.units);
    const TensorId out = add_.run_time(name + ".dequantized", ElementType::kFloat32, shape);
    append("DequantizeLinear", name + "_dequantize", {quantized, scales}, out).ints["axis"] = {
        static_cast<std::int64_t>(shape.empty() ? 0 : shape.size() - 1)};
    node.inputs[2] = out;
  }

  // The float weights that nobody reads any more: most of a network's bytes.
  void drop_unused_constants() {
    std::vector<bool> used(graph_.tensors.size(), false);
    for (const OnnxNode& node : graph_.nodes)
      for (TensorId id : node.inputs)
        if (id != kNoTensor) used[id] = true;
    for (TensorId id : graph_.outputs) used[id] = true;
    for (std::size_t id = 0; id < used.size(); ++id)
      if (!used[id] && graph_.tensors[id].is_constant) std::vector<std::uint8_t>().swap(graph_.tensors[id].data);
  }

  OnnxGraph graph_;
  TensorAdder add_;
  QuantizeOptions options_;
  Int8Plan plan_;
  std::vector<TensorId> renamed_;  // per tensor of the float graph: what its readers read
};

}  // namespace

OnnxGraph quantize(OnnxGraph graph, const std::map<TensorId, Range>& ranges, const QuantizeOptions& options) {
  check_weights(graph);
  return Rewriter(std::move(graph), ranges, options).run();
}

void check_weights(const OnnxGraph& graph) {
  for (const OnnxNode& node : graph.nodes) {
    const std::string& name = node.operator_name;
    if (name != "Conv" && name != "Gemm" && name != "MatMul" && name != "BatchNormalization") continue;
    for (TensorId id : node.inputs) {
      if (id == kNoTensor || !graph.tensors[id].is_constant || graph.tensors[id].type != ElementType::kFloat32)
        continue;
      const auto* values = reinterpret_cast<const float*>(graph.tensors[id].data.data());
      const std::size_t count = graph.tensors[id].data.size() / sizeof(float);
      const float* bad = std::find_if(values, values + count, [](float v) { return !std::isfinite(v); });
      if (bad != values + count)
        throw UserError(
            fmt::format("node {} ({}): weight {} is {} at element "
                        "{}; weights must be finite",
                        in_quotes(node.name), name, in_quotes(graph.tensors[id].name), *bad, bad - values));
    }
  }
}

bool is_float_network(const OnnxGraph& graph) {
  bool products = false;
  for (const OnnxNode& node : graph.nodes) {
    const std::string& name = node.operator_name;
    const bool quantized = name.find("Quantize") != std::string::npos || name.find("Dequantize") != std::string::npos ||
                           name.find("Integer") != std::string::npos || name.rfind("QLinear", 0) == 0 ||
                           name == "QGemm";
    if (quantized) return false;
    products = products || name == "Conv" || name == "Gemm" || name == "MatMul";
  }
  return products;
}

}  // namespace systole::quantize
