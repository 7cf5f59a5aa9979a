// SPDX-License-Identifier: Apache-2.0
//
// The QDQ spelling: every QuantizeLinear is followed backwards to the operator that it belongs to
// (see normalize.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "host/quantized_arithmetic.hpp"
#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "network/window.hpp"
#include "normalize/raw_graph.hpp"
#include "normalize/value_table.hpp"
#include "onnx/node_inference.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

// An element-wise operator between the computing operator and QuantizeLinear.
struct Step {
  const Node* node;
  std::size_t position;  // of its run-time input
};

// What lies between `source` and a QuantizeLinear node.
struct Chain {
  TensorId source = 0;            // the float tensor where it starts
  std::vector<Step> steps;        // in order of execution
  const Node* reshape = nullptr;  // the last operator of the chain that only changes the shape
  bool read_once = true;          // whether the source and every tensor of the chain have one reader
};

bool is_name(const Node& node, std::initializer_list<const char*> names) {
  return std::any_of(names.begin(), names.end(), [&](const char* name) { return node.operator_name == name; });
}

bool is_reshape(const Node& node) { return is_name(node, {"Reshape", "Flatten", "Squeeze", "Unsqueeze"}); }
bool is_copy(const Node& node) { return is_name(node, {"Identity", "Dropout"}); }
bool is_limit(const Node& node) { return is_name(node, {"Relu", "Clip"}); }

// The run-time input of a node that maps each element by itself, if it is one.
std::optional<std::size_t> elementwise_input(const RawGraph& graph, const Node& node) {
  static const std::set<std::string> unary = {
      "Abs", "Ceil",      "Clip", "Elu",   "Erf",     "Exp",      "Floor",      "HardSigmoid", "HardSwish", "Log",
      "Neg", "LeakyRelu", "Relu", "Round", "Sigmoid", "Softplus", "Reciprocal", "Sqrt",        "Tanh"};
  if (unary.count(node.operator_name) != 0) return 0;
  if (!is_name(node, {"Add", "Sub", "Mul", "Div", "Pow", "Min", "Max"})) return std::nullopt;
  const HostOperator& op = host_of(node);
  if (op.inputs.size() != 2) return std::nullopt;
  for (std::size_t i : {0u, 1u}) {
    const TensorId other = op.inputs[1 - i];
    if (graph.is_constant(other) && element_count(graph.tensor(other).shape) == 1 && !graph.is_constant(op.inputs[i]) &&
        graph.tensor(op.inputs[i]).shape == graph.tensor(op.outputs.at(0)).shape) {
      return i;
    }
  }
  return std::nullopt;
}

// Longer chains than this stay in float32 on the host; the limit keeps the reader's time linear in
// the size of a hostile file.
constexpr int kMaxChain = 64;

Chain chain_before(const RawGraph& graph, TensorId end) {
  Chain chain;
  chain.source = end;
  for (int length = 0; length < kMaxChain; ++length) {
    chain.read_once = chain.read_once && graph.read_once(chain.source);
    const Node* node = graph.producer(chain.source);
    if (node == nullptr) break;
    std::optional<std::size_t> position = elementwise_input(graph, *node);
    if (position) {
      chain.steps.insert(chain.steps.begin(), {node, *position});
    } else if (is_reshape(*node)) {
      if (chain.reshape == nullptr) chain.reshape = node;
    } else if (!is_copy(*node)) {
      break;
    }
    chain.source = host_of(*node).inputs.at(position.value_or(0));
  }
  return chain;
}

class QuantizeTranslator {
 public:
  QuantizeTranslator(RawGraph& graph, const Node& quantize, Quantization qy)
      : graph_(graph),
        quantize_(quantize),
        qy_(qy),
        output_(host_of(quantize).outputs.at(0)),
        type_(graph.tensor(output_).type),
        chain_(chain_before(graph, host_of(quantize).inputs.at(0))) {}

  // Empty if the QuantizeLinear node has to stay.
  std::vector<Node> translate() {
    if (const auto x = graph_.dequantized(chain_.source)) {
      translate_unary(*x);
    } else if (const Node* anchor = graph_.producer(chain_.source)) {
      if (is_name(*anchor, {"MaxPool"})) {
        translate_max_pool(*anchor);
      } else if (is_name(*anchor, {"Transpose", "Concat", "Slice", "Gather", "Expand"})) {
        translate_movement(*anchor, host_of(*anchor));
      } else if (is_name(*anchor, {"Split"})) {
        translate_movement(*anchor, slice_of_split(host_of(*anchor)));
      } else if (chain_.read_once && only_limits()) {
        translate_arithmetic(*anchor);
      }
    }
    return std::move(nodes_);
  }

 private:
  // --- tables ---

  // Q(steps(DQ(x))) for every x.
  std::vector<std::uint8_t> table(ElementType x_type, Quantization qx) const {
    HostTensor values = make_host_tensor(ElementType::kFloat32, {256});
    const HostTensor bytes = all_bytes(x_type);
    for (std::size_t i = 0; i < 256; ++i)
      elements<float>(values)[i] = dequantize(static_cast<std::int32_t>(integer_at(bytes, i)), qx);
    for (const Step& step : chain_.steps) values = run_on_values(graph_, *step.node, step.position, values);
    std::vector<std::uint8_t> result(256);
    for (std::size_t i = 0; i < 256; ++i)
      result[i] = static_cast<std::uint8_t>(quantize(elements<float>(values)[i], qy_, type_));
    return result;
  }

  bool is_identity(const std::vector<std::uint8_t>& table, ElementType x_type) const {
    if (x_type != type_) return false;
    for (std::size_t i = 0; i < 256; ++i) {
      if (table[i] != i) return false;
    }
    return true;
  }

  std::string steps_name(const std::string& first) const {
    std::string name = first;
    for (const Step& step : chain_.steps) name += (name.empty() ? "" : "+") + step.node->operator_name;
    return name;
  }

  TensorId new_tensor(TensorId like, ElementType type) {
    const Tensor& tensor = graph_.tensor(like);
    return graph_.add_tensor(tensor.name + ".quantized", type, Shape(tensor.shape));
  }

  // A table from x to y and, if the chain has a reshape, the reshape. `anchor`: whose nodes come
  // first, for names; may be null.
  void add_table(TensorId x, const std::vector<std::uint8_t>& values) {
    const bool reshapes = graph_.tensor(x).shape != graph_.tensor(output_).shape;
    const bool identity = is_identity(values, graph_.tensor(x).type);
    TensorId result = x;
    if (!identity) {
      result = reshapes ? new_tensor(x, type_) : output_;
      const std::string name = chain_.steps.empty() ? quantize_.name : chain_.steps.back().node->name;
      const std::string operators = chain_.steps.empty() ? "QuantizeLinear" : steps_name("");
      nodes_.push_back({name, operators, 0, Lookup{x, result, values}});
    }
    if (reshapes || identity) add_reshape(result);
  }

  void add_reshape(TensorId from) {
    const Node& node = chain_.reshape != nullptr ? *chain_.reshape : quantize_;
    nodes_.push_back(
        {node.name, chain_.reshape != nullptr ? node.operator_name : "Identity", 0, Reshape{from, output_}});
  }

  void translate_unary(const Dequantized& x) { add_table(x.tensor, table(graph_.tensor(x.tensor).type, x.q)); }

  // --- operators that move or choose values: they commute with every table that does not fall ---

  void translate_max_pool(const Node& anchor) {
    const HostOperator& op = host_of(anchor);
    const auto x = graph_.dequantized(op.inputs.at(0));
    if (!x) return;
    const ElementType x_type = graph_.tensor(x->tensor).type;
    const Window2d window = window_2d(op);
    const auto values = table(x_type, x->q);
    const auto limits = x_type == type_ ? as_clamp(values, type_) : std::nullopt;
    const bool reshapes = graph_.tensor(chain_.source).shape != graph_.tensor(output_).shape;
    const TensorId output = limits && !reshapes ? output_ : new_tensor(chain_.source, x_type);
    const MaxPool pool{x->tensor,
                       output,
                       window.kernel,
                       window.stride,
                       window.dilation,
                       window.pad,
                       limits.value_or(whole_range(x_type))};
    nodes_.push_back({anchor.name, limits ? steps_name(anchor.operator_name) : anchor.operator_name, 0, pool});
    if (pool.output == output_) return;
    if (limits) {
      add_reshape(pool.output);
    } else {
      add_table(pool.output, values);
    }
  }

  // The output of a Split that the chain begins with, as a Slice.
  HostOperator slice_of_split(const HostOperator& split) const {
    const auto found = split.ints.find("axis");
    const std::int64_t axis = found == split.ints.end() ? 0 : found->second.at(0);
    const auto rank = static_cast<std::int64_t>(graph_.tensor(split.inputs.at(0)).shape.size());
    const auto dimension = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
    HostOperator slice;
    slice.inputs = {split.inputs[0]};
    std::int64_t start = 0;
    for (TensorId part : split.outputs) {
      if (part == chain_.source) break;
      start += graph_.tensor(part).shape.at(dimension);
    }
    slice.ints = {
        {"starts", {start}}, {"ends", {start + graph_.tensor(chain_.source).shape.at(dimension)}}, {"axes", {axis}}};
    return slice;
  }

  // `op`: what the anchor does to the values.
  void translate_movement(const Node& anchor, HostOperator op) {
    const std::size_t data_inputs = anchor.operator_name == "Concat" ? op.inputs.size() : 1;
    std::vector<Dequantized> sources;
    for (std::size_t i = 0; i < data_inputs; ++i) {
      const auto x = graph_.dequantized(op.inputs[i]);
      if (!x) return;
      sources.push_back(*x);
    }
    // Each input is brought to the output's quantization first.
    for (std::size_t i = 0; i < data_inputs; ++i) {
      const TensorId x = sources[i].tensor;
      const ElementType x_type = graph_.tensor(x).type;
      const auto values = table(x_type, sources[i].q);
      op.inputs[i] = x;
      if (is_identity(values, x_type)) continue;
      op.inputs[i] = new_tensor(x, type_);
      nodes_.push_back(
          {anchor.name, chain_.steps.empty() ? "QuantizeLinear" : steps_name(""), 0, Lookup{x, op.inputs[i], values}});
    }
    const bool reshapes = graph_.tensor(chain_.source).shape != graph_.tensor(output_).shape;
    const TensorId result = reshapes ? new_tensor(chain_.source, type_) : output_;
    op.outputs = {result};
    const std::string name = anchor.operator_name == "Split" ? "Slice" : anchor.operator_name;
    nodes_.push_back({anchor.name, name, 0, std::move(op)});
    if (reshapes) add_reshape(result);
  }

  // --- arithmetic: Conv, Gemm, MatMul, Add, average pools, with Relu and Clip as a clamp ---

  bool only_limits() const {
    return std::all_of(chain_.steps.begin(), chain_.steps.end(), [](const Step& step) { return is_limit(*step.node); });
  }

  // Q is monotonous, so Q(clip(v)) = clip to [Q(low), Q(high)] of Q(v).
  Clamp clamp() const {
    Clamp clamp = whole_range(type_);
    for (const Step& step : chain_.steps) {
      const auto& floats = host_of(*step.node).floats;
      const auto limit = [&](const char* name, float fallback) {
        const auto found = floats.find(name);
        return found == floats.end() ? fallback : found->second.at(0);
      };
      const bool relu = step.node->operator_name == "Relu";
      const float infinity = std::numeric_limits<float>::infinity();
      const std::int32_t low = quantize(relu ? 0 : limit("min", -infinity), qy_, type_);
      const std::int32_t high = quantize(relu ? infinity : limit("max", infinity), qy_, type_);
      const auto apply = [&](std::int32_t x) { return std::min(std::max(x, low), high); };
      clamp = {apply(clamp.low), apply(clamp.high)};
    }
    return clamp;
  }

  // The output of the computing operator: y itself, or a tensor that a reshape follows.
  TensorId result() {
    if (graph_.tensor(chain_.source).shape == graph_.tensor(output_).shape) return output_;
    return new_tensor(chain_.source, type_);
  }

  template <typename T>
  void add_arithmetic(const Node& anchor, const std::string& operators, std::uint64_t macs, T operation) {
    operation.output = result();
    operation.clamp = clamp();
    const TensorId y = operation.output;
    nodes_.push_back({anchor.name, steps_name(operators), macs, std::move(operation)});
    if (y != output_) add_reshape(y);
  }

  void translate_arithmetic(const Node& anchor) {
    const std::string& name = anchor.operator_name;
    if (name == "Conv") return translate_conv(anchor);
    if (name == "Gemm" || name == "MatMul") {
      if (!translate_product(anchor, nullptr)) translate_run_time_product(anchor);
      return;
    }
    if (name == "Add") return translate_add(anchor);
    if (name == "GlobalAveragePool" || name == "AveragePool" || name == "ReduceMean")
      return translate_average_pool(anchor);
  }

  // Bias values in the unit of channel i, fl(xs*ws[i]); nullopt if they are not constant.
  std::optional<std::vector<std::int32_t>> bias(const Node& node, TensorId id, const std::vector<float>& units,
                                                std::size_t channels) {
    std::vector<std::int32_t> values;
    const auto unit = [&](std::size_t i) { return units.size() == 1 ? units[0] : units.at(i); };
    const auto add_rounded = [&](std::size_t i, double value) {
      const double rounded = std::nearbyint(value);
      if (!(rounded >= std::numeric_limits<std::int32_t>::min() &&
            rounded <= std::numeric_limits<std::int32_t>::max())) {
        throw UserError(
            fmt::format("{}: bias {} does not fit in int32 at the scale {} of input times weights, "
                        "at element {}",
                        graph_.what(node), in_quotes(graph_.tensor(id).name), unit(i), i));
      }
      values.push_back(static_cast<std::int32_t>(rounded));
    };
    if (graph_.is_constant(id)) {
      const std::vector<float> floats = graph_.floats(id);
      for (std::size_t i = 0; i < channels; ++i)
        add_rounded(i, floats.size() == 1 ? floats[0] / unit(i) : floats.at(i) / unit(i));
      return values;
    }
    const auto constant = graph_.dequantized_constant(id);
    if (!constant) return std::nullopt;
    const std::vector<std::int32_t> integers = graph_.integers(constant->tensor);
    for (std::size_t i = 0; i < channels; ++i) {
      const auto each = [&](const auto& list) { return list.size() == 1 ? list[0] : list.at(i); };
      const std::int64_t value = static_cast<std::int64_t>(each(integers)) - each(constant->zero_point);
      const double ratio = static_cast<double>(each(constant->scale)) / unit(i);
      // Files round the scale of a bias in their own way; as ONNX Runtime does, it is taken to be
      // the product. A scale that is something else altogether is honored.
      add_rounded(i, std::fabs(ratio - 1) < 1e-3 ? static_cast<double>(value) : static_cast<double>(value) * ratio);
    }
    return values;
  }

  // fl(xs*ws) and fl(fl(xs*ws)/ys).
  struct Scales {
    std::vector<float> units, combined;
  };
  Scales scales(const Node& node, float x_scale, const std::vector<float>& w_scale) const {
    Scales result;
    for (float w : w_scale) {
      result.units.push_back(x_scale * w);
      result.combined.push_back(product_scale(x_scale, w, qy_.scale));
    }
    result.combined = checked_scales(std::move(result.combined), graph_.what(node));
    return result;
  }

  bool is_byte(TensorId id) const {
    return systole::is_byte(graph_.tensor(id).type);
  }

  void translate_conv(const Node& anchor) {
    const HostOperator& op = host_of(anchor);
    const auto x = graph_.dequantized(op.inputs.at(0));
    const auto w = graph_.dequantized_constant(op.inputs.at(1));
    if (!x || !w || !is_byte(w->tensor) || (w->scale.size() > 1 && w->axis != 0)) return;
    const auto outputs = static_cast<std::size_t>(graph_.tensor(w->tensor).shape.at(0));
    const Scales s = scales(anchor, x->q.scale, w->scale);
    Conv conv;
    if (op.inputs.size() > 2) {
      const auto values = bias(anchor, op.inputs[2], s.units, outputs);
      if (!values) return;
      conv.bias = *values;
    }
    const Window2d window = window_2d(op);
    conv.input = x->tensor;
    conv.weight = w->tensor;
    conv.weight_zero_point = collapse_equal(w->zero_point);
    conv.input_zero_point = x->q.zero_point;
    conv.group = op.ints.at("group").at(0);
    conv.stride = window.stride;
    conv.dilation = window.dilation;
    conv.pad = window.pad;
    conv.scale = s.combined;
    conv.output_zero_point = qy_.zero_point;
    const std::uint64_t macs = conv_macs(graph_.tensor(chain_.source).shape, graph_.tensor(w->tensor).shape);
    add_arithmetic(anchor, anchor.operator_name, macs, std::move(conv));
  }

  // Whether a tensor of this shape adds one value to each column of the output, or one value to
  // all.
  bool is_column_bias(const Shape& shape, const Shape& output) const {
    if (element_count(shape) == 1) return true;
    return !shape.empty() && shape.size() <= output.size() && shape.back() == output.back() &&
           element_count(shape) == output.back();
  }

  // `added`: an Add of a constant behind a MatMul, its bias; or null.
  bool translate_product(const Node& anchor, const Node* added, std::optional<TensorId> added_bias = std::nullopt) {
    const HostOperator& op = host_of(anchor);
    const auto flag = [&](const char* name) { return op.ints.count(name) != 0 && op.ints.at(name).at(0) != 0; };
    const auto number = [&](const char* name) { return op.floats.count(name) != 0 ? op.floats.at(name).at(0) : 1.0f; };
    const auto x = graph_.dequantized(op.inputs.at(0));
    auto w = graph_.dequantized_constant(op.inputs.at(1));
    const float alpha = number("alpha");
    if (!x || !w || !is_byte(w->tensor) || graph_.tensor(w->tensor).shape.size() != 2 || flag("transA") || !(alpha > 0))
      return false;
    if (flag("transB")) {
      w->tensor = graph_.transposed_constant(w->tensor, {1, 0});
      w->axis = 1 - w->axis;
    }
    if (w->scale.size() > 1 && w->axis != 1) return false;
    const Shape product = graph_.tensor(host_of(anchor).outputs.at(0)).shape;
    const auto columns = static_cast<std::size_t>(graph_.tensor(w->tensor).shape[1]);
    const Scales s = scales(anchor, alpha * x->q.scale, w->scale);
    Gemm gemm;
    const auto bias_id = added_bias             ? added_bias
                         : op.inputs.size() > 2 ? std::optional<TensorId>(op.inputs[2])
                                                : std::nullopt;
    if (bias_id) {
      if (number("beta") != 1 || !is_column_bias(graph_.tensor(*bias_id).shape, product)) return false;
      const auto values = bias(anchor, *bias_id, s.units, columns);
      if (!values) return false;
      gemm.bias = *values;
    }
    gemm.input = x->tensor;
    gemm.weight = w->tensor;
    gemm.weight_zero_point = collapse_equal(w->zero_point);
    gemm.input_zero_point = x->q.zero_point;
    gemm.scale = s.combined;
    gemm.output_zero_point = qy_.zero_point;
    const std::uint64_t macs = product_macs(product, graph_.tensor(w->tensor).shape[0]);
    add_arithmetic(anchor, added != nullptr ? anchor.operator_name + "+Add" : anchor.operator_name, macs,
                   std::move(gemm));
    return true;
  }

  // A MatMul of two tensors that are computed at run time.
  void translate_run_time_product(const Node& anchor) {
    const HostOperator& op = host_of(anchor);
    const auto a = graph_.dequantized(op.inputs.at(0)), b = graph_.dequantized(op.inputs.at(1));
    if (anchor.operator_name != "MatMul" || !a || !b) return;
    const Shape& left = graph_.tensor(a->tensor).shape;
    if (!stacked_products(left, graph_.tensor(b->tensor).shape)) return;
    MatMul product;
    product.a = a->tensor;
    product.b = b->tensor;
    product.a_zero_point = a->q.zero_point;
    product.b_zero_point = b->q.zero_point;
    product.scale = scales(anchor, a->q.scale, {b->q.scale}).combined;
    product.output_zero_point = qy_.zero_point;
    const std::uint64_t macs = product_macs(graph_.tensor(chain_.source).shape, left.back());
    add_arithmetic(anchor, anchor.operator_name, macs, std::move(product));
  }

  void translate_add(const Node& anchor) {
    const HostOperator& op = host_of(anchor);
    const auto a = graph_.dequantized(op.inputs.at(0)), b = graph_.dequantized(op.inputs.at(1));
    if (a && b && graph_.tensor(a->tensor).shape == graph_.tensor(b->tensor).shape) {
      const AddFactors factors = add_factors(a->q, b->q, qy_);
      checked_scales({factors.ra, factors.rb, factors.offset}, graph_.what(anchor));
      Add add;
      add.a = a->tensor;
      add.b = b->tensor;
      add.qa = a->q;
      add.qb = b->q;
      add.qy = qy_;
      return add_arithmetic(anchor, anchor.operator_name, 0, add);
    }
    if (!a || !b) {
      for (std::size_t i : {0u, 1u}) {
        const Node* product = graph_.producer(op.inputs[i]);
        const TensorId other = op.inputs[1 - i];
        const bool same_shape = graph_.tensor(op.inputs[i]).shape == graph_.tensor(op.outputs.at(0)).shape;
        if (product == nullptr || product->operator_name != "MatMul" || !graph_.read_once(op.inputs[i]) || !same_shape)
          continue;
        if (translate_product(*product, &anchor, other)) return;
      }
    }
    translate_host_add(op, anchor);
  }

  // An operand that is constant or broadcast: the same arithmetic on the host.
  void translate_host_add(const HostOperator& op, const Node& anchor) {
    HostOperator host;
    for (TensorId id : op.inputs) {
      const auto x = graph_.dequantized(id);
      const auto constant = x ? std::nullopt : graph_.dequantized_constant(id);
      if (constant && is_byte(constant->tensor) && constant->scale.size() == 1) {
        add_quantized_input(host, constant->tensor, {constant->scale[0], constant->zero_point.at(0)});
      } else if (x) {
        add_quantized_input(host, x->tensor, x->q);
      } else {
        return;
      }
    }
    add_quantized_input(host, std::nullopt, qy_);
    const Clamp limits = clamp();
    host.ints["clamp"] = {limits.low, limits.high};
    const TensorId y = result();
    host.outputs = {y};
    nodes_.push_back({anchor.name, "QLinearAdd", 0, std::move(host)});
    if (y != output_) add_reshape(y);
  }

  // Tensor, scale, zero point, as the inputs of QLinearAdd are; without a tensor for the output.
  void add_quantized_input(HostOperator& host, std::optional<TensorId> tensor, Quantization q) {
    const ElementType type = tensor ? graph_.tensor(*tensor).type : type_;
    const std::string name = graph_.tensor(tensor.value_or(output_)).name;
    if (tensor) host.inputs.push_back(*tensor);
    std::vector<std::uint8_t> scale(sizeof q.scale);
    std::memcpy(scale.data(), &q.scale, sizeof q.scale);
    host.inputs.push_back(graph_.add_constant(name + ".scale", ElementType::kFloat32, {}, std::move(scale)));
    host.inputs.push_back(
        graph_.add_constant(name + ".zero_point", type, {}, {static_cast<std::uint8_t>(q.zero_point)}));
  }

  void translate_average_pool(const Node& anchor) {
    const HostOperator& op = host_of(anchor);
    const auto x = graph_.dequantized(op.inputs.at(0));
    if (!x) return;
    const Shape& shape = graph_.tensor(x->tensor).shape;
    if (shape.size() < 3 || shape.size() > 4) return;
    AveragePool pool;
    pool.kernel = {shape_nchw(shape)[2], shape_nchw(shape)[3]};
    if (anchor.operator_name == "AveragePool") {
      const Window2d window = window_2d(op);
      if (window.pad != std::array<std::int64_t, 4>{0, 0, 0, 0} || window.dilation != std::array<std::int64_t, 2>{1, 1})
        return;
      pool.kernel = window.kernel;
      pool.stride = window.stride;
    } else if (anchor.operator_name == "ReduceMean" && !keeps_image_axes(op, shape.size())) {
      return;
    }
    pool.input = x->tensor;
    pool.qx = x->q;
    pool.qy = qy_;
    pool.scale = average_scale(x->q.scale, qy_.scale, pool.kernel[0] * pool.kernel[1]);
    checked_scales({pool.scale}, graph_.what(anchor));
    add_arithmetic(anchor, anchor.operator_name, 0, pool);
  }

  // Whether a mean goes over all spatial dimensions, no others, and keeps them as ones.
  static bool keeps_image_axes(const HostOperator& op, std::size_t rank) {
    const auto keep = op.ints.find("keepdims"), axes = op.ints.find("axes");
    if (axes == op.ints.end() || (keep != op.ints.end() && keep->second.at(0) == 0)) return false;
    std::set<std::int64_t> reduced;
    for (std::int64_t axis : axes->second) reduced.insert(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
    return reduced.size() == rank - 2 && *reduced.begin() == 2;
  }

  RawGraph& graph_;
  const Node& quantize_;
  Quantization qy_;
  TensorId output_;
  ElementType type_;
  Chain chain_;
  std::vector<Node> nodes_;
};

}  // namespace

bool translate_quantize(RawGraph& graph, const Node& quantize, std::vector<Node>& nodes) {
  const auto qy = graph.one_quantization(host_of(quantize), 1, 2);
  if (!qy) return false;
  std::vector<Node> translated = QuantizeTranslator(graph, quantize, *qy).translate();
  for (Node& node : translated) nodes.push_back(std::move(node));
  return !translated.empty();
}

}  // namespace systole
