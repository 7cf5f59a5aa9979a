// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <numeric>

#include "onnx/expansion/emitter.hpp"

namespace systole::expansion {

namespace {

// input + skip (+ bias), and the fourth output that has it.
std::string skip_sum(Emitter& emit, int bias) {
  if (emit.has_output(1) || emit.has_output(2)) emit.refuse("outputs 1 and 2 (mean, deviation) are not supported");
  const std::string sum_name = emit.has_output(3) ? emit.output(3) : "";
  const bool has_bias = emit.has_input(bias);
  const std::string sum = emit.add("Add", {emit.input(0), emit.input(1)}, has_bias ? "" : sum_name);
  return has_bias ? emit.add("Add", {sum, emit.input(bias)}, sum_name) : sum;
}

// x / sqrt(mean(x^2) + epsilon) * scale, over the last `axes` axes
void root_mean_square(Emitter& emit, const std::string& x, const std::string& scale, std::int64_t axes, float epsilon) {
  std::vector<std::int64_t> list(static_cast<std::size_t>(axes));
  std::iota(list.begin(), list.end(), -axes);
  const std::string mean = emit.add("ReduceMean", {emit.add("Mul", {x, x})});
  emit.with("axes", list).with("keepdims", std::int64_t{1});
  const std::string root = emit.add("Sqrt", {emit.add("Add", {mean, emit.constant(epsilon)})});
  emit.add("Mul", {emit.add("Div", {x, root}), scale}, emit.output(0));
}

// x as [images, groups, the rest], each group with mean 0 and variance 1, times scale and bias of the groups.
std::string normalized_groups(Emitter& emit, std::int64_t groups, const std::string& scale, const std::string& bias) {
  if (groups < 1) emit.refuse("attribute num_groups must be at least 1");
  const std::string x = emit.add("Reshape", {emit.input(0), emit.constant(std::vector<std::int64_t>{0, groups, -1})});
  const std::string y = emit.add("InstanceNormalization", {x, scale, bias});
  emit.with("epsilon", emit.number("epsilon", 1e-5f));
  return y;
}

}  // namespace

// Inputs: x, skip, gamma, beta (or none), bias (or none).
void skip_layer_normalization(Emitter& emit) {
  const std::string sum = skip_sum(emit, 4);
  std::vector<std::string> inputs = {sum, emit.input(2)};
  if (emit.has_input(3)) inputs.push_back(emit.input(3));
  emit.add("LayerNormalization", inputs, emit.output(0));
  emit.with("axis", std::int64_t{-1}).with("epsilon", emit.number("epsilon", 1e-12f));
}

void simplified_layer_normalization(Emitter& emit) {
  const std::int64_t axis = emit.integer("axis", -1);
  if (axis >= 0) emit.refuse("attribute axis is not negative; supported are -1, -2, ..");
  root_mean_square(emit, emit.input(0), emit.input(1), -axis, emit.number("epsilon", 1e-5f));
}

// Inputs: x, skip, gamma, bias (or none).
void skip_simplified_layer_normalization(Emitter& emit) {
  root_mean_square(emit, skip_sum(emit, 3), emit.input(2), 1, emit.number("epsilon", 1e-12f));
}

void group_normalization_by_group(Emitter& emit) {
  const std::string y = normalized_groups(emit, emit.integer("num_groups", 0), emit.input(1), emit.input(2));
  emit.add("Reshape", {y, emit.add("Shape", {emit.input(0)})}, emit.output(0));
}

void group_normalization_by_channel(Emitter& emit) {
  const std::int64_t groups = emit.integer("num_groups", 0);
  const auto count = static_cast<std::size_t>(groups < 1 ? 1 : groups > 65536 ? 65536 : groups);
  const std::string y = normalized_groups(emit, groups, emit.constant(std::vector<float>(count, 1.0f)),
                                          emit.constant(std::vector<float>(count, 0.0f)));
  // [images, channels, the rest], times scale and bias as [1, channels, 1].
  const std::string channels = emit.add("Shape", {emit.input(1)});
  const auto around = [&](std::int64_t before, std::int64_t after) {
    const std::string shape =
        emit.add("Concat", {emit.constant(Integers{before}), channels, emit.constant(Integers{after})});
    emit.with("axis", std::int64_t{0});
    return shape;
  };
  const std::string column = around(1, 1);
  const std::string by_channel = emit.add("Reshape", {y, around(0, -1)});
  const std::string scaled = emit.add("Mul", {by_channel, emit.add("Reshape", {emit.input(1), column})});
  const std::string moved = emit.add("Add", {scaled, emit.add("Reshape", {emit.input(2), column})});
  emit.add("Reshape", {moved, emit.add("Shape", {emit.input(0)})}, emit.output(0));
}

// x / |x|, by the sum of absolute values or the root of the sum of squares; 0 where that is 0.
void lp_normalization(Emitter& emit) {
  const std::int64_t power = emit.integer("p", 2), axis = emit.integer("axis", -1);
  if (power != 1 && power != 2) emit.refuse("attribute p is " + std::to_string(power) + "; allowed are 1, 2");
  const std::string norm = emit.add(power == 1 ? "ReduceL1" : "ReduceL2", {emit.input(0)});
  emit.with("axes", std::vector<std::int64_t>{axis}).with("keepdims", std::int64_t{1});
  const std::string divisor = emit.add("Max", {norm, emit.constant(std::numeric_limits<float>::min())});
  emit.add("Div", {emit.input(0), divisor}, emit.output(0));
}

}  // namespace systole::expansion
