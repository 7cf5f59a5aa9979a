// SPDX-License-Identifier: Apache-2.0
//
// What the quantizer puts into integers, with which scales, and how near the result is.
#include "quantize/quantizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "normalize/normalize.hpp"
#include "quantize/affine.hpp"
#include "quantize/float_graph.hpp"
#include "sim/onnx/run_network.hpp"
#include "sim/quantize/float_networks.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;
using quantize::QuantizeOptions;

namespace {

OnnxGraph quantized(const OnnxGraph& network, const QuantizeOptions& options = {}) {
  const OnnxGraph folded = quantize::fold_affine(network);
  return quantize::quantize(folded, quantize::calibrate(folded, quantize::seeded_samples(folded, 1, 4)), options);
}

std::vector<std::string> host_operators(const Network& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes)
    if (std::holds_alternative<HostOperator>(node.operation)) names.push_back(node.operator_name);
  return names;
}

std::vector<float> scales_named(const OnnxGraph& network, const std::string& name) {
  for (const Tensor& tensor : network.tensors)
    if (tensor.name == name) return quantize::floats_of(tensor);
  throw std::runtime_error("no tensor " + name);
}

OnnxGraph convolution(const std::vector<float>& weights, const std::vector<float>& bias) {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 1, 4, 4});
  b.floats("w", {2, 1, 1, 1}, weights).floats("b", {2}, bias);
  b.node("Conv", {"x", "w", "b"}, {"y"}).ints("kernel_shape", {1, 1});
  b.output("y", ElementType::kFloat32, {1, 2, 4, 4});
  return loaded(b);
}

}  // namespace

TEST_CASE("all of a residual network but its ends computes in integers, near the float values") {
  for (const int opset : {9, 13}) {
    const OnnxGraph network = loaded(small_resnet(1, opset));
    REQUIRE(quantize::is_float_network(network));
    const OnnxGraph q = quantized(network);
    CHECK_FALSE(quantize::is_float_network(q));
    const Network normal = normalize(q, "net");
    CHECK(host_operators(normal) == std::vector<std::string>{"QuantizeLinear", "DequantizeLinear", "Softmax"});
    const auto inputs = quantize::seeded_samples(network, 99, 1)[0];
    const auto expected = quantize::run_float_outputs(network, inputs), found = test::run_network(normal, inputs);
    const quantize::Distance d = quantize::distance(found.at(0), expected.at(0));
    CHECK(d.maximum < 0.05 * d.largest);
    CHECK(d.equal_top == 1);
  }
}

TEST_CASE("weights have a scale for each output channel, or one") {
  const OnnxGraph network = convolution({1.27f, -0.254f}, {0, 0});
  CHECK(scales_named(quantized(network), "w.scale") == std::vector<float>{1.27f / 127, 0.254f / 127});
  QuantizeOptions options;
  options.per_tensor = true;
  CHECK(scales_named(quantized(network, options), "w.scale") == std::vector<float>{1.27f / 127});
}

TEST_CASE("weights and activations that are all zero get scale 1") {
  const OnnxGraph q = quantized(convolution({0, 0.5f}, {0, 0}));
  CHECK(scales_named(q, "w.scale")[0] == 1);
  CHECK(scales_named(quantized(convolution({0, 0}, {0, 0})), "y.scale") == std::vector<float>{1});
}

TEST_CASE("a bias that would not fit int32 gets weights of a larger scale") {
  const OnnxGraph network = convolution({1e-9f, 0.5f}, {100, 0});
  const Network normal = normalize(quantized(network), "net");
  const auto inputs = quantize::seeded_samples(network, 2, 1)[0];
  const auto found = test::run_network(normal, inputs).at(0);
  CHECK(std::fabs(floats_of(found)[0] - 100) < 0.5);
}

TEST_CASE("a weight that is infinite or no number is refused by name") {
  std::map<TensorId, quantize::Range> ranges;
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    CHECK_THROWS_WITH(quantize::quantize(convolution({1, bad}, {0, 0}), ranges),
                      Contains("'w'") && Contains("element 1"));
    CHECK_THROWS_WITH(quantize::quantize(convolution({1, 1}, {bad, 0}), ranges),
                      Contains("'b'") && Contains("element 0"));
  }
}

TEST_CASE("operators that move values have one scale on both sides") {
  std::mt19937 random(3);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 4, 8, 8});
  add_conv(b, random, "x", "a", 4, 16);
  add_conv(b, random, "x", "c", 4, 16, 1);
  b.node("Concat", {"a", "c"}, {"joined"}).integer("axis", 1);
  b.node("MaxPool", {"joined"}, {"pool"}).ints("kernel_shape", {2, 2}).ints("strides", {2, 2});
  add_conv(b, random, "pool", "y", 32, 8);
  b.output("y", ElementType::kFloat32, {1, 8, 4, 4});
  const OnnxGraph q = quantized(loaded(b));
  const auto scale = scales_named(q, "joined.scale");
  for (const char* name : {"a.scale", "c.scale", "pool.scale"}) CHECK(scales_named(q, name) == scale);
  CHECK(scales_named(q, "y.scale") != scale);
}

TEST_CASE("a concatenation beside int8 and a pooling before it are in int8, whatever computes their inputs") {
  std::mt19937 random(8);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 4, 8, 8});
  add_conv(b, random, "x", "a", 4, 16);
  b.node("LRN", {"a"}, {"norm"}).integer("size", 5);
  b.node("MaxPool", {"norm"}, {"pool"}).ints("kernel_shape", {3, 3}).ints("pads", {1, 1, 1, 1});
  b.node("Softplus", {"a"}, {"float"});
  add_conv(b, random, "pool", "c", 16, 16, 1);
  b.node("Concat", {"c", "float"}, {"joined"}).integer("axis", 1);
  add_conv(b, random, "joined", "y", 32, 8);
  b.output("y", ElementType::kFloat32, {1, 8, 8, 8});
  const OnnxGraph network = loaded(b);
  const Network normal = normalize(quantized(network), "net");
  CHECK(std::count_if(normal.nodes.begin(), normal.nodes.end(),
                      [](const Node& n) { return std::holds_alternative<MaxPool>(n.operation); }) == 1);
  for (const Node& node : normal.nodes)
    if (node.operator_name == "Concat")
      CHECK(normal.tensors[std::get<HostOperator>(node.operation).outputs[0]].type == ElementType::kInt8);
  const auto inputs = quantize::seeded_samples(network, 9, 1)[0];
  const quantize::Distance d =
      quantize::distance(test::run_network(normal, inputs).at(0), quantize::run_float_outputs(network, inputs).at(0));
  CHECK(d.maximum < 0.05 * d.largest);
}

TEST_CASE("a matrix product with its bias is one operator, a product of activations another") {
  std::mt19937 random(4);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 6, 16});
  b.floats("w", {16, 8}, normal_values(random, 128, 0.3f)).floats("bias", {8}, normal_values(random, 8, 0.3f));
  b.node("MatMul", {"x", "w"}, {"p"}).node("Add", {"bias", "p"}, {"q"});
  b.node("Transpose", {"q"}, {"t"}).ints("perm", {0, 2, 1});
  b.node("MatMul", {"q", "t"}, {"scores"});
  b.node("Softmax", {"scores"}, {"y"});
  b.output("y", ElementType::kFloat32, {1, 6, 6});
  const OnnxGraph network = loaded(b);
  const Network normal = normalize(quantized(network), "net");
  const auto count = [&](auto operation) {
    return std::count_if(normal.nodes.begin(), normal.nodes.end(),
                         [](const Node& n) { return std::holds_alternative<decltype(operation)>(n.operation); });
  };
  CHECK(count(Gemm{}) == 1);
  CHECK(count(MatMul{}) == 1);
  const auto inputs = quantize::seeded_samples(network, 9, 1)[0];
  CHECK(quantize::distance(test::run_network(normal, inputs).at(0), quantize::run_float_outputs(network, inputs).at(0))
            .maximum < 0.05);
}
