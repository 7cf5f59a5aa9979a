// SPDX-License-Identifier: Apache-2.0
//
// Are drawn values the same for the same seed and name, and ones that their operators take?
#include "onnx/weights/random_weights.hpp"

#include <algorithm>
#include <cmath>

#include "catch.hpp"

using namespace systole;

namespace {

std::vector<float> floats(const Shape& shape, WeightKind kind, const std::string& name = "w", std::uint32_t seed = 1) {
  const HostTensor tensor = random_weight(ElementType::kFloat32, shape, kind, seed, name);
  CHECK(tensor.shape == shape);
  return {elements<float>(tensor), elements<float>(tensor) + element_count(shape)};
}

double variance(const std::vector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += double{value} * value;
  return sum / static_cast<double>(values.size());
}

bool all_in(const std::vector<float>& values, float low, float high) {
  return std::all_of(values.begin(), values.end(), [&](float value) { return value >= low && value < high; });
}

}  // namespace

TEST_CASE("seed and name decide the values") {
  const std::vector<float> first = floats({64, 64}, WeightKind::kRows);
  CHECK(floats({64, 64}, WeightKind::kRows) == first);
  CHECK(floats({64, 64}, WeightKind::kRows, "v") != first);
  CHECK(floats({64, 64}, WeightKind::kRows, "w", 2) != first);
}

TEST_CASE("the first values of a seed are these on every machine") {
  const std::vector<float> values = floats({2, 3}, WeightKind::kRows, "conv1.weight");
  CHECK(values[0] == Approx(-0.242562).epsilon(1e-5));
  CHECK(values[1] == Approx(0.306108).epsilon(1e-5));
  CHECK(values[2] == Approx(-0.484964).epsilon(1e-5));
}

TEST_CASE("weights have the variance 1 / n of what is summed n times") {
  CHECK(variance(floats({64, 256}, WeightKind::kRows)) == Approx(1.0 / 64).epsilon(0.05));
  CHECK(variance(floats({64, 256}, WeightKind::kColumns)) == Approx(1.0 / 256).epsilon(0.05));
  CHECK(variance(floats({32, 16, 3, 3}, WeightKind::kFilter)) == Approx(1.0 / 144).epsilon(0.1));
  CHECK(variance(floats({400, 50}, WeightKind::kOther)) == Approx(1.0 / 400).epsilon(0.05));
}

TEST_CASE("what is divided by or rooted is near one, and a vector is near zero") {
  CHECK(all_in(floats({1000}, WeightKind::kFactor), 0.5f, 1.5f));
  CHECK(all_in(floats({1000}, WeightKind::kOther), -0.125f, 0.125f));
  CHECK(all_in(floats({}, WeightKind::kOther), -0.125f, 0.125f));
}

TEST_CASE("scales are positive, equal for whole tensors and different for channels") {
  CHECK(floats({}, WeightKind::kScale, "a") == floats({}, WeightKind::kScale, "b"));
  CHECK(floats({1}, WeightKind::kScale, "a") == std::vector<float>{0x1p-10f});
  const std::vector<float> channels = floats({100}, WeightKind::kScale);
  CHECK(all_in(channels, 0x1p-11f, 0x1p-10f));
  CHECK(channels[0] != channels[1]);
}

TEST_CASE("integers fill their range, zero points are the middle, indices the first row") {
  const HostTensor bytes = random_weight(ElementType::kInt8, {10000}, WeightKind::kFilter, 1, "w");
  const auto* values = elements<std::int8_t>(bytes);
  CHECK(*std::min_element(values, values + 10000) == -128);
  CHECK(*std::max_element(values, values + 10000) == 127);
  for (const auto& [type, middle] : {std::pair<ElementType, std::int64_t>{ElementType::kInt8, 0},
                                     {ElementType::kUint8, 128},
                                     {ElementType::kInt32, 0}}) {
    const HostTensor zero = random_weight(type, {4}, WeightKind::kZeroPoint, 1, "z");
    for (std::size_t i = 0; i < 4; ++i) CHECK(integer_at(zero, i) == middle);
  }
  const HostTensor bias = random_weight(ElementType::kInt32, {10000}, WeightKind::kOther, 1, "b");
  std::int64_t least = 0, most = 0;
  for (std::size_t i = 0; i < 10000; ++i) {
    least = std::min(least, integer_at(bias, i));
    most = std::max(most, integer_at(bias, i));
  }
  CHECK(least == -1024);
  CHECK(most == 1023);
  for (const ElementType type : {ElementType::kInt32, ElementType::kInt64})
    for (std::size_t i = 0; i < 4; ++i) CHECK(integer_at(random_weight(type, {4}, WeightKind::kIndex, 1, "i"), i) == 0);
  const HostTensor mask = random_weight(ElementType::kBool, {1000}, WeightKind::kOther, 1, "m");
  const auto ones = std::count(mask.data.begin(), mask.data.end(), 1);
  CHECK((ones > 400 && ones < 600));
  CHECK(ones + std::count(mask.data.begin(), mask.data.end(), 0) == 1000);
}

TEST_CASE("what decides a shape is not drawn, and a tensor without elements is") {
  CHECK_FALSE(can_be_drawn(ElementType::kInt64, WeightKind::kOther));
  CHECK_FALSE(can_be_drawn(ElementType::kFloat32, WeightKind::kDecides));
  CHECK(can_be_drawn(ElementType::kInt64, WeightKind::kIndex));
  for (const WeightKind kind : {WeightKind::kOther, WeightKind::kFilter, WeightKind::kRows, WeightKind::kColumns})
    CHECK(floats({0, 3}, kind).empty());
}
