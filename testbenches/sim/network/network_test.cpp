// SPDX-License-Identifier: Apache-2.0
//
// What the passes ask of every operator: which tensors it has, and where a clamp can go.
#include "network/network.hpp"

#include <limits>

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

using Ids = std::vector<TensorId>;

Conv conv() {
  Conv op;
  op.input = 1;
  op.weight = 2;
  op.output = 3;
  return op;
}

HostOperator host() {
  HostOperator op;
  op.inputs = {4, 2};
  op.outputs = {7, 8};
  return op;
}

MatMul product() {
  MatMul op;
  op.a = 5;
  op.b = 6;
  op.output = 7;
  return op;
}

}  // namespace

TEST_CASE("inputs are what is computed at run time, weights are none") {
  CHECK(inputs_of(conv()) == Ids{1});
  CHECK(outputs_of(conv()) == Ids{3});
  CHECK(inputs_of(product()) == Ids{5, 6});
  CHECK(inputs_of(host()) == Ids{4, 2});
  CHECK(outputs_of(host()) == Ids{7, 8});
}

TEST_CASE("every tensor of an operator can be given another number") {
  const auto renumbered = [](Operation op) {
    for (TensorId* id : tensors_of(op)) *id += 100;
    return op;
  };
  const Conv moved = std::get<Conv>(renumbered(conv()));
  CHECK(Ids{moved.input, moved.weight, moved.output} == Ids{101, 102, 103});
  CHECK(inputs_of(renumbered(product())) == Ids{105, 106});
  CHECK(outputs_of(renumbered(product())) == Ids{107});
  CHECK(inputs_of(renumbered(host())) == Ids{104, 102});
  CHECK(outputs_of(renumbered(host())) == Ids{107, 108});
}

TEST_CASE("a clamp goes into an operator that requantizes, not behind raw sums, tables and what moves") {
  Operation raw = conv(), scaled = conv();
  std::get<Conv>(scaled).scale = {0.5f};
  CHECK(output_clamp_of(raw) == nullptr);
  REQUIRE(output_clamp_of(scaled) == &std::get<Conv>(scaled).clamp);
  Operation raw_gemm = Gemm{}, raw_product = product(), scaled_product = product();
  CHECK(output_clamp_of(raw_gemm) == nullptr);
  CHECK(output_clamp_of(raw_product) == nullptr);
  std::get<MatMul>(scaled_product).scale = {1};
  CHECK(output_clamp_of(scaled_product) != nullptr);
  Operation add = Add{}, maximum = MaxPool{}, average = AveragePool{};
  for (Operation* op : {&add, &maximum, &average}) CHECK(output_clamp_of(*op) != nullptr);
  Operation table = Lookup{}, reshape = Reshape{}, other = host();
  for (Operation* op : {&table, &reshape, &other}) CHECK(output_clamp_of(*op) == nullptr);
}

TEST_CASE("stacks of matrices multiply one by one, or all with one") {
  CHECK(stacked_products({2, 3, 4, 5}, {2, 3, 5, 6}) == 6);
  CHECK(stacked_products({4, 5}, {5, 6}) == 1);
  CHECK(stacked_products({2, 3, 4, 5}, {5, 6}) == 1);
  CHECK(stacked_products({2, 3, 4, 5}, {1, 5, 6}) == 1);
  CHECK_FALSE(stacked_products({2, 3, 4, 5}, {3, 5, 6}));
  CHECK_FALSE(stacked_products({4, 5}, {2, 5, 6}));
  CHECK_FALSE(stacked_products({5}, {5, 6}));
}

TEST_CASE("random weights are said with number and size, or not at all") {
  CHECK(random_weights_text({}).empty());
  CHECK(random_weights_text({1, 16}) == "random weights (1 tensor, 16 bytes)");
  CHECK(random_weights_text({2, 48}) == "random weights (2 tensors, 48 bytes)");
}

TEST_CASE("a shape whose count overflows is an error of ours") {
  CHECK(element_count({}) == 1);
  CHECK(element_count({3, 0, 5}) == 0);
  const std::int64_t half = std::numeric_limits<std::int64_t>::max() / 2;
  CHECK(element_count({half, 2}) == 2 * half);
  CHECK_THROWS_AS(element_count({half, 3}), InternalError);
  CHECK_THROWS_AS(element_count({-1}), InternalError);
}
