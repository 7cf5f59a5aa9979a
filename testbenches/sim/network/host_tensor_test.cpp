// SPDX-License-Identifier: Apache-2.0
#include "network/host_tensor.hpp"

#include <cstring>
#include <limits>

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

template <typename T>
HostTensor tensor_of(ElementType type, const std::vector<T>& values) {
  HostTensor tensor = make_host_tensor(type, {static_cast<std::int64_t>(values.size())});
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

}  // namespace

TEST_CASE("a new tensor is all zero and has as many bytes as its shape and type need") {
  const HostTensor tensor = make_host_tensor(ElementType::kInt64, {2, 3});
  CHECK(tensor.data == std::vector<std::uint8_t>(48, 0));
  CHECK(make_host_tensor(ElementType::kFloat32, {}).data.size() == 4);
  CHECK(make_host_tensor(ElementType::kInt8, {4, 0}).data.empty());
}

TEST_CASE("an element of any integer type is read with its sign") {
  CHECK(integer_at(tensor_of<std::int8_t>(ElementType::kInt8, {1, -128}), 1) == -128);
  CHECK(integer_at(tensor_of<std::uint8_t>(ElementType::kUint8, {255}), 0) == 255);
  CHECK(integer_at(tensor_of<std::uint8_t>(ElementType::kBool, {0, 1}), 1) == 1);
  CHECK(integer_at(tensor_of<std::int32_t>(ElementType::kInt32, {5, -7}), 1) == -7);
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  CHECK(integer_at(tensor_of<std::int64_t>(ElementType::kInt64, {least}), 0) == least);
}

TEST_CASE("an integer outside of its tensor, or of a float tensor, is an error of ours") {
  CHECK_THROWS_AS(integer_at(tensor_of<std::int32_t>(ElementType::kInt32, {1}), 1), InternalError);
  CHECK_THROWS_AS(integer_at(tensor_of<float>(ElementType::kFloat32, {1}), 0), InternalError);
}
