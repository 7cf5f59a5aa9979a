// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements, on small tensors whose result can be read.
#include "catch.hpp"
#include "sim/host/host_run.hpp"
#include "sim/network/element_types.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

HostTensor bytes(const Shape& shape, const std::vector<int>& values) { return byte_tensor(kU8, shape, values); }

}  // namespace

TEST_CASE("a constant of a shape is filled with its value") {
  ModelBuilder builder;
  builder.input("x", kF32, {2, 3}).node("Shape", {"x"}, {"s"}).node("ConstantOfShape", {"s"}, {"c"});
  auto& value = *builder.last_node().add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  value.mutable_t()->add_dims(1);
  value.mutable_t()->add_float_data(1.5f);
  builder.node("Add", {"x", "c"}, {"y"}).output("y", kF32, {2, 3});
  const Network network = builder.read();
  CHECK(network.nodes.size() == 1);
  CHECK(floats_of(run_network(network, {float_tensor({2, 3}, {0, 1, 2, 3, 4, 5})})[0]) ==
        std::vector<float>{1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f});
}

TEST_CASE("a transpose without a permutation turns the dimensions around") {
  const HostTensor x = bytes({1, 2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(integers_of(run_operator("Transpose", {x}, kU8, {3, 2, 1})) == std::vector<int>{1, 4, 2, 5, 3, 6});
  CHECK(integers_of(run_operator("Transpose", {x}, kU8, {2, 1, 3}, integers({{"perm", {1, 0, 2}}}))) ==
        std::vector<int>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a concatenation along an inner axis takes a piece of each operand in turn") {
  const HostTensor a = bytes({2, 1}, {1, 2}), b = bytes({2, 2}, {3, 4, 5, 6});
  CHECK(integers_of(run_operator("Concat", {a, b}, kU8, {2, 3}, integers({{"axis", {-1}}}))) ==
        std::vector<int>{1, 3, 4, 2, 5, 6});
  CHECK_THROWS_WITH(run_operator("Concat", {a, b}, kU8, {2, 3}, integers({{"axis", {2}}})), Contains("axis"));
}

TEST_CASE("a split gives the parts of a concatenation back, and refuses parts that do not add up") {
  const HostTensor x = bytes({2, 3}, {1, 3, 4, 2, 5, 6});
  const auto split = [&](std::int64_t a, std::int64_t b) {
    const std::vector<HostTensor> parts = {make_host_tensor(kU8, {2, a}), make_host_tensor(kU8, {2, b})};
    return run_operator("Split", {x}, parts, integers({{"axis", {1}}}));
  };
  CHECK(integers_of(split(1, 2)[0]) == std::vector<int>{1, 2});
  CHECK(integers_of(split(1, 2)[1]) == std::vector<int>{3, 4, 5, 6});
  CHECK_THROWS_WITH(split(1, 1), Contains("add up"));
}

TEST_CASE("a slice takes steps, backwards too") {
  const HostTensor x = bytes({5}, {0, 1, 2, 3, 4});
  CHECK(integers_of(run_operator("Slice", {x}, kU8, {2}, integers({{"starts", {1}}, {"ends", {4}}, {"steps", {2}}}))) ==
        std::vector<int>{1, 3});
  CHECK(integers_of(
            run_operator("Slice", {x}, kU8, {3}, integers({{"starts", {-1}}, {"ends", {-10}}, {"steps", {-2}}}))) ==
        std::vector<int>{4, 2, 0});
}

TEST_CASE("a frame is filled with a value, the edge or the mirrored image") {
  const HostTensor x = bytes({3}, {1, 2, 3});
  const auto padded = [&](const char* mode) {
    Attributes attributes = integers({{"pads", {2, 1}}});
    attributes.strings["mode"] = mode;
    return integers_of(run_operator("Pad", {x}, kU8, {6}, attributes));
  };
  CHECK(padded("constant") == std::vector<int>{0, 0, 1, 2, 3, 0});
  CHECK(padded("edge") == std::vector<int>{1, 1, 1, 2, 3, 3});
  CHECK(padded("reflect") == std::vector<int>{3, 2, 1, 2, 3, 2});
  CHECK_THROWS_WITH(padded("wrap"), Contains("'wrap'"));
}

TEST_CASE("an index from the end is taken, one outside is refused") {
  const HostTensor x = bytes({3, 2}, {1, 2, 3, 4, 5, 6});
  const auto gathered = [&](std::int64_t index) {
    return integers_of(run_operator("Gather", {x, int64_tensor({1}, {index})}, kU8, {1, 2}));
  };
  CHECK(gathered(0) == std::vector<int>{1, 2});
  CHECK(gathered(-1) == std::vector<int>{5, 6});
  CHECK_THROWS_WITH(gathered(3), Contains("index 3"));
  CHECK_THROWS_WITH(gathered(-4), Contains("index -4"));
}

TEST_CASE("of equal elements ArgMax takes the first, or the last if asked") {
  const HostTensor x = bytes({1, 4}, {1, 7, 7, 2});
  const auto place = [&](const char* name, std::int64_t last) {
    return integers_of(
        run_operator(name, {x}, ElementType::kInt64, {1, 1}, integers({{"axis", {1}}, {"select_last_index", {last}}})));
  };
  CHECK(place("ArgMax", 0) == std::vector<int>{1});
  CHECK(place("ArgMax", 1) == std::vector<int>{2});
  CHECK(place("ArgMin", 0) == std::vector<int>{0});
}

TEST_CASE("a dimension of one is expanded") {
  CHECK(integers_of(run_operator("Expand", {bytes({2, 1}, {1, 2})}, kU8, {2, 3})) ==
        std::vector<int>{1, 1, 1, 2, 2, 2});
}
