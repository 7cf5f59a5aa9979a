// SPDX-License-Identifier: Apache-2.0
//
// Kernel, stride, padding: every way in which ONNX says them.
#include "network/window.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

Attributes pool(const Shape& kernel) {
  Attributes op;
  op.ints["kernel_shape"] = kernel;
  return op;
}

}  // namespace

TEST_CASE("a window without attributes has stride 1 and no padding") {
  Attributes op = pool({2, 3});
  CHECK(resolve_window(op, {5, 7}, {}, "node") == Shape{4, 5});
  const Window2d window = window_2d(op);
  CHECK(window.kernel == std::array<std::int64_t, 2>{2, 3});
  CHECK(window.stride == std::array<std::int64_t, 2>{1, 1});
  CHECK(window.pad == std::array<std::int64_t, 4>{0, 0, 0, 0});
}

TEST_CASE("automatic padding puts the odd one at the end or at the beginning") {
  Attributes upper = pool({4, 3}), lower = pool({4, 3}), valid = pool({4, 3});
  for (Attributes* op : {&upper, &lower, &valid}) op->ints["strides"] = {2, 3};
  upper.strings["auto_pad"] = "SAME_UPPER";
  lower.strings["auto_pad"] = "SAME_LOWER";
  valid.strings["auto_pad"] = "VALID";
  CHECK(resolve_window(upper, {7, 7}, {}, "node") == Shape{4, 3});
  CHECK(resolve_window(lower, {7, 7}, {}, "node") == Shape{4, 3});
  CHECK(resolve_window(valid, {7, 7}, {}, "node") == Shape{2, 2});
  CHECK(upper.ints["pads"] == Shape{1, 1, 2, 1});
  CHECK(lower.ints["pads"] == Shape{2, 1, 1, 1});
  CHECK(valid.ints["pads"] == Shape{0, 0, 0, 0});
}

TEST_CASE("automatic padding never is negative") {
  Attributes op = pool({1, 1});
  op.ints["strides"] = {3, 3};
  op.strings["auto_pad"] = "SAME_UPPER";
  CHECK(resolve_window(op, {7, 6}, {}, "node") == Shape{3, 2});
  CHECK(op.ints["pads"] == Shape{0, 0, 0, 0});
}

TEST_CASE("rounding up makes the padding at the end longer") {
  Attributes op = pool({3, 3});
  op.ints["strides"] = {2, 2};
  op.ints["ceil_mode"] = {1};
  CHECK(resolve_window(op, {6, 7}, {}, "node") == Shape{3, 3});
  CHECK(op.ints["pads"] == Shape{0, 0, 1, 0});
}

TEST_CASE("dilation widens the window") {
  Attributes op;
  op.ints["dilations"] = {3};
  CHECK(resolve_window(op, {10}, {4}, "node") == Shape{1});
  CHECK(op.ints["kernel_shape"] == Shape{4});
  CHECK(window_2d(op).dilation == std::array<std::int64_t, 2>{1, 3});
  CHECK_THROWS_AS(resolve_window(op, {9}, {4}, "node"), UserError);
}

TEST_CASE("windows that make no sense are refused") {
  const auto refused = [](Attributes op, const Shape& input, const Shape& kernel) {
    try {
      resolve_window(op, input, kernel, "file: node 'n'");
    } catch (const UserError& error) {
      const std::string message = error.what();
      CHECK(message.rfind("file: node 'n'", 0) == 0);
      return message;
    }
    return std::string("accepted");
  };
  Attributes op = pool({2, 2});
  op.ints["strides"] = {0, 1};
  CHECK_THAT(refused(op, {5, 5}, {}), Contains("strides holds 0"));
  op.ints["strides"] = {1};
  CHECK_THAT(refused(op, {5, 5}, {}), Contains("1 values, 2 are needed"));
  op = pool({2, 2});
  op.ints["pads"] = {0, 0, 0, -1};
  CHECK_THAT(refused(op, {5, 5}, {}), Contains("pads holds -1"));
  op.ints["pads"] = {0, 0, 0, std::int64_t{1} << 62};
  CHECK_THAT(refused(op, {5, 5}, {}), Contains("allowed is 0 to"));
  op.ints["pads"] = {2, 0, 0, 0};
  CHECK_THAT(refused(op, {5, 5}, {}), Contains("padding entirely"));
  op = pool({2, 2});
  op.strings["auto_pad"] = "SAME";
  CHECK_THAT(refused(op, {5, 5}, {}), Contains("auto_pad is 'SAME'"));
  CHECK_THAT(refused(pool({6, 1}), {5, 5}, {}), Contains("exceeds"));
  CHECK_THAT(refused(pool({0, 1}), {5, 5}, {}), Contains("kernel_shape holds 0"));
  CHECK_THAT(refused(pool({2, 2}), {5, 5}, {3, 3}), Contains("the weights have [3,3]"));
  CHECK_THAT(refused(Attributes{}, {5, 5}, {}), Contains("kernel_shape is missing"));
  CHECK_THAT(refused(pool({1, 1, 1}), {5, 5, 5}, {}), Contains("3 spatial dimensions"));
}
