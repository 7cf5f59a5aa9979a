// SPDX-License-Identifier: Apache-2.0
#include "quantize/quantizer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "network/message_text.hpp"
#include "quantize/float_graph.hpp"
#include "support/error.hpp"

namespace systole::quantize {
namespace {

const std::set<std::string> kMovements = {"Reshape", "Flatten", "Squeeze",  "Unsqueeze", "Transpose", "Slice",
                                          "Split",   "MaxPool", "Identity", "Dropout",   "Expand"};
const std::set<std::string> kTables = {"Relu",      "Clip",        "Sigmoid",   "Tanh",
                                       "HardSwish", "HardSigmoid", "LeakyRelu", "Elu"};

bool flag(const HostOperator& op, const char* name) { return op.ints.count(name) != 0 && op.ints.at(name).at(0) != 0; }
float number(const HostOperator& op, const char* name, float fallback) {
  return op.floats.count(name) != 0 ? op.floats.at(name).at(0) : fallback;
}

class Quantizer {
 public:
  Quantizer(Network network, const std::map<TensorId, Range>& ranges, const QuantizeOptions& options)
      : network_(std::move(network)), graph_(network_), add_(network_), ranges_(ranges), options_(options) {
    integer_.resize(network_.nodes.size(), false);
    inner_.resize(network_.tensors.size(), false);
    parent_.resize(network_.tensors.size());
    std::iota(parent_.begin(), parent_.end(), 0u);
  }

  Network run() {
    check_weights(network_);
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) classify(n);
    for (std::size_t n = network_.nodes.size(); n-- > 0;) classify_by_readers(n);
    const std::size_t tensors = network_.tensors.size();
    std::vector<bool> quantized(tensors, false);
    for (TensorId t = 0; t < tensors; ++t) quantized[t] = is_quantized(t);
    std::map<TensorId, Range> groups;
    for (TensorId t = 0; t < tensors; ++t) {
      if (!quantized[t]) continue;
      const auto found = ranges_.find(t);
      Range& group = groups[root(t)];
      if (found == ranges_.end()) continue;
      group.low = std::min(group.low, found->second.low);
      group.high = std::max(group.high, found->second.high);
    }
    scales_.resize(tensors);
    for (TensorId t = 0; t < tensors; ++t)
      if (quantized[t]) scales_[t] = activation_quantization(groups[root(t)]);

    std::vector<Node> old = std::move(network_.nodes);
    network_.nodes.clear();
    renamed_.resize(tensors);
    std::iota(renamed_.begin(), renamed_.end(), 0u);
    for (TensorId t : network_.inputs)
      if (quantized[t]) renamed_[t] = add_pair(t, network_.tensors[t].name + ".dequantized", t);
    for (std::size_t n = 0; n < old.size(); ++n) {
      auto& op = std::get<HostOperator>(old[n].operation);
      const HostOperator before = op;
      for (TensorId& id : op.inputs)
        if (id < tensors) id = renamed_[id];
      if (integer_[n]) quantize_weights(old[n], before);
      // The name stays with what the others read; what the node itself computes gets another one.
      std::vector<std::pair<TensorId, TensorId>> computed;
      for (TensorId& id : op.outputs) {
        if (!quantized[id]) continue;
        const Tensor like = network_.tensors[id];
        const TensorId raw = add_.run_time(like.name + ".float", like.type, like.shape);
        computed.push_back({raw, id});
        id = raw;
      }
      network_.nodes.push_back(std::move(old[n]));
      for (const auto& [raw, id] : computed) add_pair(raw, "", id);
    }
    drop_unused_constants();
    return std::move(network_);
  }

 private:
  // The float weights that nobody reads any more: most of a network's bytes.
  void drop_unused_constants() {
    std::vector<bool> used(network_.tensors.size(), false);
    for (const Node& node : network_.nodes)
      for (TensorId id : FloatGraph::op(node).inputs)
        if (id != kNoTensor) used[id] = true;
    for (TensorId id : network_.outputs) used[id] = true;
    for (std::size_t id = 0; id < used.size(); ++id)
      if (!used[id] && network_.tensors[id].is_constant) std::vector<std::uint8_t>().swap(network_.tensors[id].data);
  }

  // ---- what computes in int8

  void classify(std::size_t n) {
    const Node& node = graph_.node(n);
    const HostOperator& op = FloatGraph::op(node);
    if (op.outputs.empty() || graph_.tensor(op.outputs[0]).type != ElementType::kFloat32) return;
    const std::string& name = node.operator_name;
    if (integer_[n]) return;  // in the chain of an earlier one
    if (is_arithmetic(node)) {
      integer_[n] = true;
      follow_chain(n);
    } else if (name == "Concat") {
      // What comes in float from an operator beside int8 tensors is quantized for it: all behind it stays in int8.
      integer_[n] =
          std::all_of(op.inputs.begin(), op.inputs.end(), [&](TensorId t) { return graph_.is_run_time_float(t); }) &&
          std::any_of(op.inputs.begin(), op.inputs.end(), [&](TensorId t) { return comes_in_int8(t); });
      if (integer_[n])
        for (TensorId t : op.inputs) unite(t, op.outputs[0]);
    } else if (kMovements.count(name) != 0 && comes_in_int8(op.inputs.at(0))) {
      integer_[n] = true;
      for (TensorId t : op.outputs) unite(op.inputs[0], t);
    } else if (kTables.count(name) != 0 && comes_in_int8(op.inputs.at(0))) {
      integer_[n] = true;
    }
  }

  // A pooling of float values that only int8 operators read chooses among quantized values as well.
  void classify_by_readers(std::size_t n) {
    const Node& node = graph_.node(n);
    const HostOperator& op = FloatGraph::op(node);
    if (integer_[n] || node.operator_name != "MaxPool" || graph_.is_output(op.outputs.at(0)) ||
        !graph_.is_run_time_float(op.inputs.at(0)))
      return;
    const auto& readers = graph_.readers(op.outputs[0]);
    integer_[n] = !readers.empty() &&
                  std::all_of(readers.begin(), readers.end(), [&](std::size_t reader) { return integer_[reader]; });
    if (integer_[n]) unite(op.inputs[0], op.outputs[0]);
  }

  // An input of the network, or what an int8 operator computed.
  bool comes_in_int8(TensorId t) const {
    if (!graph_.is_run_time_float(t)) return false;
    const auto producer = graph_.producer(t);
    return !producer || integer_[*producer];
  }

  bool is_arithmetic(const Node& node) const {
    const HostOperator& op = FloatGraph::op(node);
    const auto constant = [&](std::size_t i) { return i < op.inputs.size() && graph_.is_constant(op.inputs[i]); };
    const auto rank = [&](std::size_t i) { return graph_.tensor(op.inputs.at(i)).shape.size(); };
    const auto absent_or_constant = [&](std::size_t i) { return op.inputs.size() <= i || constant(i); };
    const std::string& name = node.operator_name;
    if (!graph_.is_run_time_float(op.inputs.at(0))) return false;
    if (name == "Conv") return constant(1) && (rank(1) == 3 || rank(1) == 4) && absent_or_constant(2);
    if (name == "MatMul") return constant(1) ? rank(1) == 2 : is_product_of_activations(op);
    if (name == "Gemm")
      return constant(1) && !flag(op, "transA") && number(op, "alpha", 1) > 0 && absent_or_constant(2) &&
             number(op, "beta", 1) == 1;
    if (name == "Add")
      return graph_.is_run_time_float(op.inputs.at(1)) && op.inputs[0] != op.inputs[1] &&
             graph_.tensor(op.inputs[0]).shape == graph_.tensor(op.inputs[1]).shape && in_int8_context(op);
    if (name == "GlobalAveragePool") return rank(0) == 3 || rank(0) == 4;
    if (name == "AveragePool") {
      const auto& pads = op.ints.at("pads");
      return std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; });
    }
    return false;
  }

  bool is_product_of_activations(const HostOperator& op) const {
    return graph_.is_run_time_float(op.inputs.at(1)) &&
           stacked_products(graph_.tensor(op.inputs[0]).shape, graph_.tensor(op.inputs[1]).shape).has_value();
  }

  // A sum is worth int8 where int8 surrounds it: not inside of a normalization that computes in float.
  bool in_int8_context(const HostOperator& add) const {
    return comes_in_int8(add.inputs[0]) || comes_in_int8(add.inputs[1]);
  }

  // A bias behind a matrix product, then Relu and Clip, belong to the operator: what lies between is never stored.
  void follow_chain(std::size_t n) {
    const Node& first = graph_.node(n);
    bool bias_allowed = first.operator_name == "MatMul" && graph_.is_constant(FloatGraph::op(first).inputs.at(1));
    while (true) {
      const TensorId t = FloatGraph::op(graph_.node(n)).outputs[0];
      const auto next = graph_.only_reader(t);
      if (!next) return;
      const Node& reader = graph_.node(*next);
      const HostOperator& op = FloatGraph::op(reader);
      const bool limit = reader.operator_name == "Relu" || reader.operator_name == "Clip";
      const bool bias = bias_allowed && reader.operator_name == "Add" && is_column_bias(op, t);
      if (!limit && !bias) return;
      bias_allowed = false;
      inner_[t] = true;
      integer_[*next] = true;
      n = *next;
    }
  }

  bool is_column_bias(const HostOperator& add, TensorId product) const {
    const TensorId other = add.inputs.at(0) == product ? add.inputs.at(1) : add.inputs[0];
    if (!graph_.is_constant(other)) return false;
    const Shape &bias = graph_.tensor(other).shape, &y = graph_.tensor(product).shape;
    return !bias.empty() && bias.size() <= y.size() && bias.back() == y.back() && element_count(bias) == y.back() &&
           graph_.tensor(add.outputs[0]).shape == y;
  }

  bool is_quantized(TensorId t) const {
    if (!graph_.is_run_time_float(t) || inner_[t]) return false;
    if (const auto producer = graph_.producer(t); producer && integer_[*producer]) return true;
    const auto& readers = graph_.readers(t);
    return std::any_of(readers.begin(), readers.end(), [&](std::size_t n) { return integer_[n]; });
  }

  // ---- groups of one scale

  TensorId root(TensorId t) {
    while (parent_[t] != t) t = parent_[t] = parent_[parent_[t]];
    return t;
  }
  void unite(TensorId a, TensorId b) { parent_[root(a)] = root(b); }

  static Quantization activation_quantization(const Range& range) {
    const float scale = (range.high - range.low) / 255.0f;
    if (!std::isnormal(scale)) return {1, 0};
    const double zero = std::nearbyint(-128.0 - static_cast<double>(range.low) / scale);
    return {scale, static_cast<std::int32_t>(std::clamp(zero, -128.0, 127.0))};
  }

  // ---- rewriting

  // QuantizeLinear and DequantizeLinear behind `from`; returns the tensor that comes out, `to` itself unless a name is given.
  TensorId add_pair(TensorId from, const std::string& name, TensorId to) {
    const Tensor like = network_.tensors[from];
    const std::string base = network_.tensors[to].name;
    const Quantization q = *scales_[to];
    const TensorId scale = add_.floats(base + ".scale", {}, {q.scale});
    const TensorId zero = add_.int8s(base + ".zero_point", {}, {static_cast<std::int8_t>(q.zero_point)});
    const TensorId integers = add_.run_time(base + ".quantized", ElementType::kInt8, like.shape);
    const TensorId out = name.empty() ? to : add_.run_time(name, like.type, like.shape);
    append("QuantizeLinear", base + "_quantize", {from, scale, zero}, integers);
    append("DequantizeLinear", base + "_dequantize", {integers, scale, zero}, out);
    return out;
  }

  HostOperator& append(const std::string& name, const std::string& node, std::vector<TensorId> inputs,
                       TensorId output) {
    HostOperator op;
    op.inputs = std::move(inputs);
    op.outputs = {output};
    network_.nodes.push_back({node, name, 0, std::move(op)});
    return std::get<HostOperator>(network_.nodes.back().operation);
  }

  void quantize_weights(Node& node, const HostOperator& before) {
    const std::string& name = node.operator_name;
    auto& op = std::get<HostOperator>(node.operation);
    if (name != "Conv" && name != "Gemm" && name != "MatMul") return;
    if (!graph_.is_constant(before.inputs.at(1))) return;  // a product of activations
    const std::size_t axis = name == "Conv" || (name == "Gemm" && flag(op, "transB")) ? 0 : 1;
    const float x_scale = scales_[before.inputs[0]]->scale * (name == "Gemm" ? number(op, "alpha", 1) : 1.0f);
    std::vector<float> bias;
    if (name != "MatMul" && op.inputs.size() > 2) bias = floats_of(network_.tensors[op.inputs[2]]);
    const std::vector<float> scale = quantize_weight(op, axis, x_scale, bias);
    if (!bias.empty()) quantize_bias(op, x_scale, scale, bias);
  }

  std::vector<float> quantize_weight(HostOperator& op, std::size_t axis, float x_scale,
                                     const std::vector<float>& bias) {
    const TensorId weight = op.inputs[1];
    const std::string weight_name = network_.tensors[weight].name;
    const Shape weight_shape = network_.tensors[weight].shape;
    // Most of a network's bytes: read where they lie, until a tensor is added.
    const auto* w = reinterpret_cast<const float*>(network_.tensors[weight].data.data());
    const std::size_t count = network_.tensors[weight].data.size() / sizeof(float);
    const auto channels = static_cast<std::size_t>(weight_shape.at(axis));
    std::size_t inner = 1;
    for (std::size_t d = axis + 1; d < weight_shape.size(); ++d) inner *= static_cast<std::size_t>(weight_shape[d]);
    std::vector<float> most(channels, 0);
    for (std::size_t i = 0; i < count; ++i) {
      float& m = most[i / inner % channels];
      m = std::max(m, std::fabs(w[i]));
    }
    if (options_.per_tensor) most.assign(1, *std::max_element(most.begin(), most.end()));
    std::vector<float> scale;
    for (float m : most) scale.push_back(std::isnormal(m / 127.0f) ? m / 127.0f : 1.0f);
    // Half of int32's range, so that the sum of products still fits beside the bias.
    constexpr float kMostBias = 1 << 30;
    for (std::size_t c = 0; c < bias.size(); ++c) {
      float& s = scale[scale.size() == 1 ? 0 : c % scale.size()];
      s = std::max(s, std::fabs(bias[c]) / kMostBias / x_scale);
    }
    std::vector<std::int8_t> integers(count);
    for (std::size_t i = 0; i < count; ++i) {
      const float s = scale.size() == 1 ? scale[0] : scale[i / inner % channels];
      integers[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(w[i] / s), -127.0f, 127.0f));
    }
    const Shape shape = scale.size() == 1 ? Shape{} : Shape{static_cast<std::int64_t>(scale.size())};
    const TensorId quantized = add_.int8s(weight_name + ".quantized", weight_shape, integers);
    const TensorId scales = add_.floats(weight_name + ".scale", shape, scale);
    const TensorId zeros = add_.int8s(weight_name + ".zero_point", shape, std::vector<std::int8_t>(scale.size(), 0));
    const TensorId out = add_.run_time(weight_name + ".dequantized", ElementType::kFloat32, weight_shape);
    append("DequantizeLinear", weight_name + "_dequantize", {quantized, scales, zeros}, out).ints["axis"] = {
        static_cast<std::int64_t>(axis)};
    op.inputs[1] = out;
    return scale;
  }

  void quantize_bias(HostOperator& op, float x_scale, const std::vector<float>& weight_scale,
                     const std::vector<float>& bias) {
    const Tensor old = network_.tensors[op.inputs[2]];
    const bool one = weight_scale.size() == 1 || bias.size() == 1;
    if (bias.size() == 1 && weight_scale.size() != 1)
      return;  // one value for columns of different scales: the reader rounds it
    std::vector<float> units;
    for (std::size_t c = 0; c < (one ? 1 : bias.size()); ++c) units.push_back(x_scale * weight_scale[c]);
    std::vector<std::int32_t> integers;
    for (std::size_t c = 0; c < bias.size(); ++c) {
      const double value = std::nearbyint(static_cast<double>(bias[c]) / units[one ? 0 : c]);
      integers.push_back(static_cast<std::int32_t>(value));
    }
    const TensorId quantized = add_.int32s(old.name + ".quantized", old.shape, integers);
    const TensorId scales =
        add_.floats(old.name + ".scale", one ? Shape{} : Shape{static_cast<std::int64_t>(units.size())}, units);
    const TensorId out = add_.run_time(old.name + ".dequantized", ElementType::kFloat32, old.shape);
    append("DequantizeLinear", old.name + "_dequantize", {quantized, scales}, out).ints["axis"] = {
        static_cast<std::int64_t>(old.shape.empty() ? 0 : old.shape.size() - 1)};
    op.inputs[2] = out;
  }

  Network network_;
  FloatGraph graph_;
  TensorAdder add_;
  const std::map<TensorId, Range>& ranges_;
  QuantizeOptions options_;
  std::vector<bool> integer_;  // per node: computes in int8
  std::vector<bool> inner_;    // per tensor: inside of one int8 operator
  std::vector<TensorId> parent_;
  std::vector<std::optional<Quantization>> scales_;  // per tensor
  std::vector<TensorId> renamed_;
};

}  // namespace

Network quantize(Network network, const std::map<TensorId, Range>& ranges, const QuantizeOptions& options) {
  return Quantizer(std::move(network), ranges, options).run();
}

void check_weights(const Network& network) {
  for (const Node& node : network.nodes) {
    const std::string& name = node.operator_name;
    if (name != "Conv" && name != "Gemm" && name != "MatMul" && name != "BatchNormalization") continue;
    for (TensorId id : FloatGraph::op(node).inputs) {
      if (id == kNoTensor || !network.tensors[id].is_constant || network.tensors[id].type != ElementType::kFloat32)
        continue;
      const auto* values = reinterpret_cast<const float*>(network.tensors[id].data.data());
      const std::size_t count = network.tensors[id].data.size() / sizeof(float);
      const float* bad = std::find_if(values, values + count, [](float v) { return !std::isfinite(v); });
      if (bad != values + count)
        throw UserError(fmt::format("node {} ({}): weight {} is {} at element {}; weights must be finite",
                                    in_quotes(node.name), name, in_quotes(network.tensors[id].name), *bad,
                                    bad - values));
    }
  }
}

bool is_float_network(const Network& network) {
  bool products = false;
  for (const Node& node : network.nodes) {
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
