// SPDX-License-Identifier: Apache-2.0
//
// Folded batch norms: what goes where, and that the float values stay the same.
#include "quantise/batch_norm.hpp"

#include <algorithm>

#include "catch.hpp"
#include "quantise/calibration.hpp"
#include "sim/quantise/float_networks.hpp"

using namespace systole;
using namespace systole::test;

namespace {

ModelBuilder with_norm(bool read_twice, bool convolution) {
  std::mt19937 random(5);
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2, 4, 6, 6});
  const std::string before = convolution ? add_conv(b, random, "x", "conv", 4, 4) : "x";
  b.floats("s", {4}, {1, -0.5f, 2, 0.1f}).floats("b", {4}, {0.3f, 0, -1, 2}).floats("m", {4}, {0.1f, 1, -1, 0}).floats("v", {4}, {1, 0.5f, 2, 0.01f});
  b.node("BatchNormalization", {before, "s", "b", "m", "v"}, {"y"}).number("epsilon", 0.001f);
  b.output("y", ElementType::kFloat32, {2, 4, 6, 6});
  if (read_twice) {
    b.node("Relu", {before}, {"z"});
    b.output("z", ElementType::kFloat32, {2, 4, 6, 6});
  }
  return b;
}

std::vector<std::string> operators(const Network& network) {
  std::vector<std::string> names;
  for (const Node& node : network.nodes) names.push_back(node.operator_name);
  return names;
}

void check_same_values(const Network& a, const Network& b) {
  const auto inputs = quantise::seeded_samples(a, 3, 1)[0];
  const auto x = quantise::run_float_outputs(a, inputs), y = quantise::run_float_outputs(b, inputs);
  REQUIRE(x.size() == y.size());
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(quantise::distance(x[i], y[i]).maximum < 1e-5);
}

}  // namespace

TEST_CASE("a batch norm goes into the convolution before it") {
  const Network before = loaded(with_norm(false, true)), after = quantise::fold_batch_norms(before);
  CHECK(operators(after) == std::vector<std::string>{"Conv"});
  check_same_values(before, after);
}

TEST_CASE("a batch norm without a convolution of its own becomes a depthwise one") {
  for (const bool convolution : {false, true}) {
    const Network before = loaded(with_norm(true, convolution)), after = quantise::fold_batch_norms(before);
    const auto names = operators(after);
    CHECK(std::count(names.begin(), names.end(), "BatchNormalization") == 0);
    CHECK(std::count(names.begin(), names.end(), "Conv") == (convolution ? 2 : 1));
    check_same_values(before, after);
  }
}
