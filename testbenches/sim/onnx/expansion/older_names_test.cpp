// SPDX-License-Identifier: Apache-2.0
//
// Operators that later operator sets call otherwise.
#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

const Shape kImage = {1, 1, 1, 2}, kWide = {1, 1, 2, 4};

std::vector<float> upsampled(ModelBuilder& b) {
  b.input("x", kF32, kImage).output("y", kF32, kWide);
  return floats_of(run_network(b.load(), {float_tensor(kImage, {1, 3})})[0]);
}

}  // namespace

TEST_CASE("Upsample repeats from the left, with scales of an attribute or of an input") {
  ModelBuilder old(7), newer(9), linear(9);
  old.node("Upsample", {"x"}, {"y"});
  onnx::AttributeProto& scales = *old.last_node().add_attribute();
  scales.set_name("scales");
  scales.set_type(onnx::AttributeProto::FLOATS);
  for (const float scale : {1.0f, 1.0f, 2.0f, 2.0f}) scales.add_floats(scale);
  newer.floats("s", {4}, {1, 1, 2, 2}).node("Upsample", {"x", "s"}, {"y"}).text("mode", "nearest");
  for (ModelBuilder* b : {&old, &newer}) CHECK(upsampled(*b) == std::vector<float>{1, 1, 3, 3, 1, 1, 3, 3});
  linear.floats("s", {4}, {1, 1, 2, 2}).node("Upsample", {"x", "s"}, {"y"}).text("mode", "linear");
  CHECK(upsampled(linear) == std::vector<float>{1, 2, 3, 3, 1, 2, 3, 3});
}

TEST_CASE("Scatter is ScatterElements") {
  ModelBuilder b(9);
  b.input("x", kF32, {2, 2}).int64s("i", {1, 2}, {1, 0}).floats("u", {1, 2}, {8, 9});
  b.node("Scatter", {"x", "i", "u"}, {"y"}).integer("axis", 0).output("y", kF32, {2, 2});
  CHECK(floats_of(run_network(b.load(), {float_tensor({2, 2}, {1, 2, 3, 4})})[0]) == std::vector<float>{1, 9, 8, 4});
}
