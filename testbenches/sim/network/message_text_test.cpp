// SPDX-License-Identifier: Apache-2.0
#include "network/message_text.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

TEST_CASE("a name from a file is printable and short in a message") {
  CHECK(in_quotes("conv1/weights:0") == "'conv1/weights:0'");
  CHECK(in_quotes("a\nb\x7f\xff") == "'a\\x0ab\\x7f\\xff'");
  CHECK(in_quotes(std::string(80, 'n')) == "'" + std::string(80, 'n') + "'");
  CHECK(in_quotes(std::string(81, 'n')) == "'" + std::string(80, 'n') + "...'");
  // Cut in front of the letter that would not be whole: o with two dots has two bytes.
  CHECK(in_quotes(std::string(78, 'n') + "\u00f6") == "'" + std::string(78, 'n') + "\u00f6'");
  CHECK(in_quotes(std::string(79, 'n') + "\u00f6") == "'" + std::string(79, 'n') + "...'");
}

TEST_CASE("of a library's message the first line is quoted") {
  CHECK(first_line("axis is 7\nat node.cpp:12") == "axis is 7");
  CHECK(first_line("") == "");
  CHECK(first_line(std::string(500, 'x')) == std::string(200, 'x') + "...");
}

TEST_CASE("a shape is a list in brackets") {
  CHECK(shape_text({1, 3, 8, 8}) == "[1,3,8,8]");
  CHECK(shape_text({}) == "[]");
}

TEST_CASE("a tensor of 2 GiB is allowed, one byte more is refused, as is a negative dimension") {
  const std::int64_t gib = std::int64_t{1} << 30;
  CHECK_NOTHROW(check_tensor_size("w", ElementType::kInt8, {2, gib}));
  CHECK_THROWS_WITH(check_tensor_size("w", ElementType::kInt8, {2 * gib + 1}), Contains("w is too large"));
  CHECK_THROWS_WITH(check_tensor_size("w", ElementType::kFloat32, {gib}), Contains("float32 [1073741824]"));
  CHECK_THROWS_WITH(check_tensor_size("w", ElementType::kInt8, {4, -1}), Contains("negative dimension: [4,-1]"));
}

TEST_CASE("a dimension of zero does not hide dimensions that overflow") {
  const std::int64_t huge = std::int64_t{1} << 62;
  CHECK_THROWS_AS(check_tensor_size("w", ElementType::kInt8, {0, huge, huge}), UserError);
  CHECK_NOTHROW(check_tensor_size("w", ElementType::kInt8, {0, 7}));
}
