// SPDX-License-Identifier: Apache-2.0
//
// Inputs that become attributes.
#include "onnx/input_lowering.hpp"

#include <limits>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

const Shape kImage2x4x4 = {1, 2, 4, 4};

// The only node of a graph with input x.
OnnxNode lowered(ModelBuilder& b, const Shape& output) {
  b.input("x", kF32, kImage2x4x4).output("y", kF32, output);
  return b.load().nodes.at(0);
}

using Integers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("axes of reductions come as an attribute or, since operator set 18, as an input") {
  for (int opset : {13, 18}) {
    ModelBuilder builder(opset);
    builder.input("x", kF32, {2, 3}).int64s("axes", {1}, {-1});
    if (opset == 13) {
      builder.node("ReduceMax", {"x"}, {"y"}).ints("axes", {1});
    } else {
      builder.node("ReduceMax", {"x", "axes"}, {"y"});
    }
    builder.output("y", kF32, {2, 1});
    CHECK(floats_of(run_network(builder.read(), {float_tensor({2, 3}, {1, 3, 2, -1, -3, -2})})[0]) ==
          std::vector<float>{3, -1});
  }
}

TEST_CASE("limits of Clip are numbers, wherever the file has them") {
  ModelBuilder as_input;
  as_input.floats("low", {}, {-1}).floats("high", {}, {6}).node("Clip", {"x", "low", "high"}, {"y"});
  ModelBuilder as_attribute(6);
  as_attribute.node("Clip", {"x"}, {"y"}).number("min", -1).number("max", 6);
  for (ModelBuilder* b : {&as_input, &as_attribute}) {
    const OnnxNode clip = lowered(*b, kImage2x4x4);
    CHECK(clip.inputs.size() == 1);
    CHECK(clip.number("min", 0) == -1);
    CHECK(clip.number("max", 0) == 6);
  }
}

TEST_CASE("a limit that is no number is refused") {
  ModelBuilder nan;
  nan.floats("low", {}, {std::numeric_limits<float>::quiet_NaN()}).node("Clip", {"x", "low"}, {"y"});
  CHECK_THROWS_WITH(lowered(nan, kImage2x4x4), Contains("min is not a number"));
}

TEST_CASE("what the output's shape says already is dropped") {
  ModelBuilder b;
  b.int64s("shape", {2}, {2, -1}).node("Reshape", {"x", "shape"}, {"y"});
  CHECK(lowered(b, {2, 16}).inputs.size() == 1);
}

TEST_CASE("scales of Resize are kept, sizes are not needed") {
  ModelBuilder scaled;
  scaled.floats("s", {4}, {1, 1, 2, 2}).node("Resize", {"x", "", "s"}, {"y"}).text("mode", "nearest");
  CHECK(lowered(scaled, {1, 2, 8, 8}).floats.at("scales") == std::vector<float>{1, 1, 2, 2});
  ModelBuilder sized;
  sized.int64s("s", {4}, {1, 2, 8, 8}).node("Resize", {"x", "", "", "s"}, {"y"}).text("mode", "nearest");
  CHECK(lowered(sized, {1, 2, 8, 8}).floats.count("scales") == 0);
}

TEST_CASE("pads and slices are lists of integers") {
  ModelBuilder b;
  b.int64s("pads", {8}, {0, 0, 1, 1, 0, 0, 0, 0}).node("Pad", {"x", "pads"}, {"y"});
  CHECK(lowered(b, {1, 2, 5, 5}).ints.at("pads") == Integers{0, 0, 1, 1, 0, 0, 0, 0});
  ModelBuilder slice;
  slice.int64s("from", {1}, {1}).int64s("to", {1}, {3}).int64s("axes", {1}, {2});
  slice.node("Slice", {"x", "from", "to", "axes"}, {"y"});
  const OnnxNode node = lowered(slice, {1, 2, 2, 4});
  CHECK(node.ints.at("starts") == Integers{1});
  CHECK(node.ints.at("ends") == Integers{3});
  CHECK(node.ints.at("axes") == Integers{2});
  CHECK(node.inputs.size() == 1);
}
