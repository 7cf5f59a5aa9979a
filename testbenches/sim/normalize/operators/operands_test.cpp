// SPDX-License-Identifier: Apache-2.0
#include "normalize/operators/operands.hpp"

#include "catch.hpp"

using namespace systole;

namespace {

// Input 0 of the run, 1 constants 7 7, 2 constants 7 8.
RawGraph graph() {
  OnnxGraph onnx;
  onnx.tensors = {{"x", ElementType::kUint8, {2}, {}, false},
                  {"equal", ElementType::kUint8, {2}, {7, 7}, true},
                  {"each", ElementType::kUint8, {2}, {7, 8}, true}};
  return RawGraph(onnx, "net.onnx");
}

OnnxNode node(const std::vector<TensorId>& inputs) { return {{}, "n", "QLinearConv", inputs, {}}; }

}  // namespace

TEST_CASE("an input that is absent, at the end or before it, is none") {
  CHECK_FALSE(optional_input(node({0}), 1));
  CHECK_FALSE(optional_input(node({0, kNoTensor, 1}), 1));
  CHECK(optional_input(node({0, kNoTensor, 1}), 2) == TensorId{1});
}

TEST_CASE("absent zero points are zero, equal ones are one, those of the run are unknown") {
  CHECK(zero_points(graph(), node({0}), 1) == std::vector<std::int32_t>{0});
  CHECK(zero_points(graph(), node({0, 1}), 1) == std::vector<std::int32_t>{7});
  CHECK(zero_points(graph(), node({0, 2}), 1) == std::vector<std::int32_t>{7, 8});
  CHECK_FALSE(zero_points(graph(), node({0, 0}), 1));
}

TEST_CASE("only a tensor of the run makes work for the chip") {
  CHECK(has_run_time_input(graph(), node({0, 1})));
  CHECK_FALSE(has_run_time_input(graph(), node({1, 0})));
}
