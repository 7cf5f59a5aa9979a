// SPDX-License-Identifier: Apache-2.0
//
// Folded maps of channels: what goes where, and that the float values stay the same.
#include "quantize/affine.hpp"

#include <algorithm>

#include "catch.hpp"
#include "quantize/calibration.hpp"
#include "sim/quantize/float_networks.hpp"

using namespace systole;
using namespace systole::test;

namespace {

ModelBuilder with_norm(bool read_twice, bool convolution) {
  std::mt19937 random(5);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2, 4, 6, 6});
  const std::string before = convolution ? add_conv(b, random, "x", "conv", 4, 4) : "x";
  b.floats("s", {4}, {1, -0.5f, 2, 0.1f})
      .floats("b", {4}, {0.3f, 0, -1, 2})
      .floats("m", {4}, {0.1f, 1, -1, 0})
      .floats("v", {4}, {1, 0.5f, 2, 0.01f});
  b.node("BatchNormalization", {before, "s", "b", "m", "v"}, {"y"}).number("epsilon", 0.001f);
  b.output("y", ElementType::kFloat32, {2, 4, 6, 6});
  if (read_twice) {
    b.node("Relu", {before}, {"z"});
    b.output("z", ElementType::kFloat32, {2, 4, 6, 6});
  }
  return b;
}

std::vector<std::string> operators(const OnnxGraph& network) {
  std::vector<std::string> names;
  for (const OnnxNode& node : network.nodes) names.push_back(node.operator_name);
  return names;
}

void check_same_values(const OnnxGraph& a, const OnnxGraph& b) {
  const auto inputs = quantize::seeded_samples(a, 3, 1)[0];
  const auto x = quantize::run_float_outputs(a, inputs), y = quantize::run_float_outputs(b, inputs);
  REQUIRE(x.size() == y.size());
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(quantize::distance(x[i], y[i]).maximum < 1e-5);
}

}  // namespace

TEST_CASE("a batch norm goes into the convolution before it") {
  const OnnxGraph before = loaded(with_norm(false, true)), after = quantize::fold_affine(before);
  CHECK(operators(after) == std::vector<std::string>{"Conv"});
  check_same_values(before, after);
}

TEST_CASE("a batch norm without a convolution of its own becomes a depthwise one") {
  for (const bool convolution : {false, true}) {
    const OnnxGraph before = loaded(with_norm(true, convolution)), after = quantize::fold_affine(before);
    const auto names = operators(after);
    CHECK(std::count(names.begin(), names.end(), "BatchNormalization") == 0);
    CHECK(std::count(names.begin(), names.end(), "Conv") == (convolution ? 2 : 1));
    check_same_values(before, after);
  }
}

namespace {

// conv -> batch norm -> Mul -> Add, as converted from Caffe, or the same without the convolution.
ModelBuilder with_scale_layer(bool convolution, const Shape& constant) {
  std::mt19937 random(6);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2, 4, 6, 6});
  const std::string before = convolution ? add_conv(b, random, "x", "conv", 4, 4) : "x";
  b.floats("s", {4}, {1, -0.5f, 2, 0.1f})
      .floats("b", {4}, {0.3f, 0, -1, 2})
      .floats("m", {4}, {0.1f, 1, -1, 0})
      .floats("v", {4}, {1, 0.5f, 2, 0.01f});
  b.node("BatchNormalization", {before, "s", "b", "m", "v"}, {"norm"});
  const auto count = static_cast<std::size_t>(element_count(constant));
  b.floats("factor", constant, normal_values(random, count, 1))
      .floats("offset", constant, normal_values(random, count, 1));
  b.node("Mul", {"factor", "norm"}, {"scaled"}).node("Add", {"scaled", "offset"}, {"sum"}).node("Relu", {"sum"}, {"y"});
  b.output("y", ElementType::kFloat32, {2, 4, 6, 6});
  return b;
}

}  // namespace

TEST_CASE("a chain of maps of channels goes into one convolution, whatever form its constants have") {
  for (const bool convolution : {true, false})
    for (const Shape& constant : {Shape{4, 1, 1}, Shape{1, 4, 1, 1}, Shape{}, Shape{1}}) {
      const OnnxGraph before = loaded(with_scale_layer(convolution, constant)), after = quantize::fold_affine(before);
      CHECK(operators(after) == std::vector<std::string>{"Conv", "Relu"});
      check_same_values(before, after);
    }
}

TEST_CASE("constants that are no value of a channel stay") {
  for (const Shape& constant : {Shape{6}, Shape{1, 1, 6, 6}, Shape{4, 6, 6}, Shape{2, 4, 1, 1}}) {
    const OnnxGraph before = loaded(with_scale_layer(true, constant)), after = quantize::fold_affine(before);
    CHECK(operators(after) == std::vector<std::string>{"Conv", "Mul", "Add", "Relu"});
    check_same_values(before, after);
  }
}

TEST_CASE("differences and quotients are maps of channels, constants may come first in a difference only") {
  std::mt19937 random(7);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 4, 5, 5});
  add_conv(b, random, "x", "conv", 4, 4);
  b.floats("c", {4, 1, 1}, {2, -1, 0.5f, 4});
  b.node("Sub", {"conv", "c"}, {"d"})
      .node("Sub", {"c", "d"}, {"e"})
      .node("Div", {"e", "c"}, {"f"})
      .node("Div", {"c", "f"}, {"y"});
  b.output("y", ElementType::kFloat32, {1, 4, 5, 5});
  const OnnxGraph before = loaded(b), after = quantize::fold_affine(before);
  CHECK(operators(after) == std::vector<std::string>{"Conv", "Div"});
  OnnxGraph compared = before, folded = after;  // what the last quotient reads: it is near zero in places
  compared.outputs = {compared.nodes.back().inputs[1]};
  folded.outputs = {folded.nodes.back().inputs[1]};
  check_same_values(compared, folded);
}

TEST_CASE("what lies between is not lost if somebody else reads it") {
  ModelBuilder b = with_scale_layer(true, {4, 1, 1});
  b.output("scaled", ElementType::kFloat32, {2, 4, 6, 6});
  const OnnxGraph before = loaded(b), after = quantize::fold_affine(before);
  CHECK(operators(after) == std::vector<std::string>{"Conv", "Add", "Relu"});
  check_same_values(before, after);
}

TEST_CASE("what comes before a convolution is no business of the fold") {
  std::mt19937 random(8);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 4, 5, 5});
  b.floats("most", {}, {255}).floats("mean", {1, 4, 1, 1}, {0.1f, 0.2f, 0.3f, 0.4f});
  b.node("Div", {"x", "most"}, {"unit"}).node("Sub", {"unit", "mean"}, {"centered"});
  add_conv(b, random, "centered", "y", 4, 4);
  b.output("y", ElementType::kFloat32, {1, 4, 5, 5});
  CHECK(operators(quantize::fold_affine(loaded(b))) == std::vector<std::string>{"Div", "Sub", "Conv"});
}

TEST_CASE("constants may come through Unsqueeze and be listed among the inputs, as in old files") {
  for (const int opset : {9, 13}) {
    std::mt19937 random(9);
    ModelBuilder b(opset);
    b.input("x", ElementType::kFloat32, {1, 4, 5, 5});
    add_conv(b, random, "x", "conv", 4, 4);
    for (const char* name : {"factor", "offset"}) {
      const std::string flat = std::string(name) + "_flat";
      b.input(flat, ElementType::kFloat32, {4}).floats(flat, {4}, normal_values(random, 4, 1));
      if (opset < 13) {
        b.node("Unsqueeze", {flat}, {name}).ints("axes", {1, 2});
      } else {
        b.int64s(flat + "_axes", {2}, {1, 2}).node("Unsqueeze", {flat, flat + "_axes"}, {name});
      }
    }
    b.node("Mul", {"conv", "factor"}, {"scaled"}).node("Add", {"scaled", "offset"}, {"y"});
    b.output("y", ElementType::kFloat32, {1, 4, 5, 5});
    const OnnxGraph before = loaded(b), after = quantize::fold_affine(before);
    CHECK(operators(after) == std::vector<std::string>{"Conv"});
    check_same_values(before, after);
  }
}

namespace {

// A product of [3][6] with constant weights to [3][4], then batch norm and Mul. `bias` holds the bias' shape, or nothing if there is none.
ModelBuilder with_product(const std::string& name, bool transposed, const std::vector<Shape>& bias) {
  std::mt19937 random(10);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {3, 6});
  b.floats("w", transposed ? Shape{4, 6} : Shape{6, 4}, normal_values(random, 24, 0.4f));
  std::vector<std::string> inputs = {"x", "w"};
  for (const Shape& shape : bias) {
    b.floats("c", shape, normal_values(random, static_cast<std::size_t>(element_count(shape)), 1));
    inputs.push_back("c");
  }
  b.node(name, inputs, {"product"});
  if (name == "Gemm") b.integer("transB", transposed).number("alpha", 0.5f).number("beta", 2);
  b.floats("s", {4}, {1, -0.5f, 2, 0.1f})
      .floats("b", {4}, {0.3f, 0, -1, 2})
      .floats("m", {4}, {0.1f, 1, -1, 0})
      .floats("v", {4}, {1, 0.5f, 2, 0.01f});
  b.node("BatchNormalization", {"product", "s", "b", "m", "v"}, {"norm"});
  b.floats("factor", {4}, normal_values(random, 4, 1)).node("Mul", {"norm", "factor"}, {"y"});
  b.output("y", ElementType::kFloat32, {3, 4});
  return b;
}

}  // namespace

TEST_CASE("a chain of maps of channels goes into the matrix product before it") {
  const std::vector<std::vector<Shape>> biases = {{}, {Shape{4}}, {Shape{1, 4}}, {Shape{}}, {Shape{1, 1}}};
  for (const bool transposed : {false, true})
    for (const auto& bias : biases) {
      const OnnxGraph before = loaded(with_product("Gemm", transposed, bias)), after = quantize::fold_affine(before);
      CHECK(operators(after) == std::vector<std::string>{"Gemm"});
      check_same_values(before, after);
    }
  const OnnxGraph before = loaded(with_product("MatMul", false, {})), after = quantize::fold_affine(before);
  CHECK(operators(after) == std::vector<std::string>{"Gemm"});
  check_same_values(before, after);
}

TEST_CASE("a matrix product whose bias differs from row to row keeps what is behind it") {
  for (const Shape& bias : {Shape{3, 4}, Shape{3, 1}}) {
    const OnnxGraph before = loaded(with_product("Gemm", true, {bias})), after = quantize::fold_affine(before);
    CHECK(operators(after) == std::vector<std::string>{"Gemm", "BatchNormalization", "Mul"});
    check_same_values(before, after);
  }
}

TEST_CASE("the columns of a stack of matrices are no channels") {
  std::mt19937 random(11);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2, 4, 6});
  b.floats("w", {6, 4}, normal_values(random, 24, 0.4f)).floats("factor", {4, 1}, normal_values(random, 4, 1));
  b.node("MatMul", {"x", "w"}, {"product"}).node("Mul", {"product", "factor"}, {"y"});
  b.output("y", ElementType::kFloat32, {2, 4, 4});
  const OnnxGraph before = loaded(b), after = quantize::fold_affine(before);
  CHECK(operators(after) == std::vector<std::string>{"MatMul", "Mul"});
  check_same_values(before, after);
}
