// SPDX-License-Identifier: Apache-2.0
#include "quantize/int8_plan.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "normalize/operator_table.hpp"

namespace systole::quantize {
namespace {

Int8Form form_of(const OnnxNode& node) {
  const OperatorRule* rule = find_operator_rule(node.operator_name);
  return rule == nullptr ? Int8Form::kNone : rule->int8_form;
}

bool is_limit(const OnnxNode& node) {
  const OperatorRule* rule = find_operator_rule(node.operator_name);
  return rule != nullptr && rule->chain_role == ChainRole::kLimit;
}

class Planner {
 public:
  Planner(const FloatGraph& graph, const std::map<TensorId, Range>& ranges)
      : graph_(graph),
        ranges_(ranges),
        integer_(graph.node_count(), false),
        inner_(graph.tensors().size(), false),
        parent_(graph.tensors().size()) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }

  Int8Plan run() {
    for (std::size_t n = 0; n < integer_.size(); ++n) classify(n);
    for (std::size_t n = integer_.size(); n-- > 0;) classify_by_readers(n);
    Int8Plan plan;
    plan.quantization = quantizations();
    plan.integer = std::move(integer_);
    return plan;
  }

 private:
  // ---- what computes in int8

  void classify(std::size_t n) {
    const OnnxNode& node = graph_.node(n);
    if (node.outputs.empty() || graph_.tensor(node.outputs[0]).type != ElementType::kFloat32) return;
    if (integer_[n]) return;  // in the chain of an earlier one
    switch (form_of(node)) {
      case Int8Form::kNone:
        return;
      case Int8Form::kArithmetic:
        if (fits(node)) begin_chain(n);
        return;
      case Int8Form::kInContext:
        // Worth int8 where int8 surrounds it: not inside of a normalization that computes in float.
        if (fits(node) && (comes_in_int8(node.inputs[0]) || comes_in_int8(node.inputs[1]))) begin_chain(n);
        return;
      case Int8Form::kConcatenation:
        classify_concatenation(n);
        return;
      case Int8Form::kMovement:
        integer_[n] = comes_in_int8(node.inputs.at(0));
        for (TensorId t : node.outputs)
          if (integer_[n]) unite(node.inputs[0], t);
        return;
      case Int8Form::kTable:
        integer_[n] = comes_in_int8(node.inputs.at(0));
        return;
    }
  }

  bool fits(const OnnxNode& node) const {
    return find_operator_rule(node.operator_name)->fits_int8(graph_.tensors(), node);
  }

  // What comes in float from an operator beside int8 tensors is quantized for it: all behind it stays in int8.
  void classify_concatenation(std::size_t n) {
    const OnnxNode& node = graph_.node(n);
    const auto& in = node.inputs;
    integer_[n] = std::all_of(in.begin(), in.end(), [&](TensorId t) { return graph_.is_run_time_float(t); }) &&
                  std::any_of(in.begin(), in.end(), [&](TensorId t) { return comes_in_int8(t); });
    for (TensorId t : in)
      if (integer_[n]) unite(t, node.outputs[0]);
  }

  // A pooling of float values that only int8 operators read chooses among quantized values as well.
  void classify_by_readers(std::size_t n) {
    const OnnxNode& node = graph_.node(n);
    if (integer_[n] || node.operator_name != "MaxPool" || graph_.is_output(node.outputs.at(0)) ||
        !graph_.is_run_time_float(node.inputs.at(0)))
      return;
    const auto& readers = graph_.readers(node.outputs[0]);
    integer_[n] = !readers.empty() &&
                  std::all_of(readers.begin(), readers.end(), [&](std::size_t reader) { return integer_[reader]; });
    if (integer_[n]) unite(node.inputs[0], node.outputs[0]);
  }

  // An input of the network, or what an int8 operator computed.
  bool comes_in_int8(TensorId t) const {
    if (!graph_.is_run_time_float(t)) return false;
    const auto producer = graph_.producer(t);
    return !producer || integer_[*producer];
  }

  // A bias behind a matrix product, then Relu and Clip, belong to the operator: what lies between is never stored.
  void begin_chain(std::size_t n) {
    integer_[n] = true;
    const OnnxNode& first = graph_.node(n);
    bool bias_allowed = first.operator_name == "MatMul" && graph_.is_constant(first.inputs.at(1));
    while (true) {
      const TensorId t = graph_.node(n).outputs[0];
      const auto next = graph_.only_reader(t);
      if (!next) return;
      const OnnxNode& reader = graph_.node(*next);
      const bool bias = bias_allowed && reader.operator_name == "Add" && is_column_bias(reader, t);
      if (!is_limit(reader) && !bias) return;
      bias_allowed = false;
      inner_[t] = true;
      integer_[*next] = true;
      n = *next;
    }
  }

  bool is_column_bias(const OnnxNode& add, TensorId product) const {
    const TensorId other = add.inputs.at(0) == product ? add.inputs.at(1) : add.inputs[0];
    if (!graph_.is_constant(other)) return false;
    const Shape &bias = graph_.tensor(other).shape, &y = graph_.tensor(product).shape;
    return !bias.empty() && bias.size() <= y.size() && bias.back() == y.back() && element_count(bias) == y.back() &&
           graph_.tensor(add.outputs[0]).shape == y;
  }

  // ---- scales

  bool is_quantized(TensorId t) const {
    if (!graph_.is_run_time_float(t) || inner_[t]) return false;
    if (const auto producer = graph_.producer(t); producer && integer_[*producer]) return true;
    const auto& readers = graph_.readers(t);
    return std::any_of(readers.begin(), readers.end(), [&](std::size_t n) { return integer_[n]; });
  }

  std::vector<std::optional<Quantization>> quantizations() {
    const auto tensors = static_cast<TensorId>(graph_.tensors().size());
    std::map<TensorId, Range> groups;  // by their root
    for (TensorId t = 0; t < tensors; ++t) {
      if (!is_quantized(t)) continue;
      Range& group = groups[root(t)];
      const auto found = ranges_.find(t);
      if (found == ranges_.end()) continue;
      group.low = std::min(group.low, found->second.low);
      group.high = std::max(group.high, found->second.high);
    }
    std::vector<std::optional<Quantization>> result(tensors);
    for (TensorId t = 0; t < tensors; ++t)
      if (is_quantized(t)) result[t] = activation_quantization(groups[root(t)]);
    return result;
  }

  TensorId root(TensorId t) {
    while (parent_[t] != t) t = parent_[t] = parent_[parent_[t]];
    return t;
  }
  void unite(TensorId a, TensorId b) { parent_[root(a)] = root(b); }

  const FloatGraph& graph_;
  const std::map<TensorId, Range>& ranges_;
  std::vector<bool> integer_;     // per node
  std::vector<bool> inner_;       // per tensor: inside of one int8 operator
  std::vector<TensorId> parent_;  // per tensor: of groups with one scale
};

}  // namespace

Int8Plan plan_int8(const FloatGraph& graph, const std::map<TensorId, Range>& ranges) {
  return Planner(graph, ranges).run();
}

Quantization activation_quantization(const Range& range) {
  const float scale = (range.high - range.low) / 255.0f;
  if (!std::isnormal(scale)) return {1, 0};
  const double zero = std::nearbyint(-128.0 - static_cast<double>(range.low) / scale);
  return {scale, static_cast<std::int32_t>(std::clamp(zero, -128.0, 127.0))};
}

}  // namespace systole::quantize
