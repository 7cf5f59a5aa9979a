// SPDX-License-Identifier: Apache-2.0
#include "onnx/weights/random_weights.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "support/error.hpp"

namespace systole {

namespace {

std::mt19937 generator(std::uint32_t seed, const std::string& name) {
  std::vector<std::uint32_t> words = {seed};
  for (const char letter : name) words.push_back(static_cast<unsigned char>(letter));
  std::seed_seq sequence(words.begin(), words.end());
  return std::mt19937(sequence);
}

// How many products of its values make a sum.
std::int64_t summed(const Shape& shape, WeightKind kind) {
  if (kind == WeightKind::kColumns) return shape.back();
  if (kind == WeightKind::kRows) return shape[shape.size() - 2];
  if (kind == WeightKind::kFilter || shape.size() > 2) return element_count(shape) / shape[0];
  return shape[0];
}

struct Interval {
  float low, high;
};

// Of a float tensor that has elements.
Interval interval_of(const Shape& shape, WeightKind kind) {
  constexpr float kScale = 0x1p-10f;
  if (kind == WeightKind::kScale) return {element_count(shape) == 1 ? kScale : kScale / 2, kScale};
  if (kind == WeightKind::kFactor) return {0.5f, 1.5f};
  if (shape.size() < 2) return {-0.125f, 0.125f};
  const float most = static_cast<float>(std::sqrt(3.0 / static_cast<double>(summed(shape, kind))));
  return {-most, most};
}

void fill_bytes(HostTensor& tensor, WeightKind kind, std::mt19937& random) {
  const bool is_zero_point = kind == WeightKind::kZeroPoint;
  const std::uint8_t zero_point = tensor.type == ElementType::kUint8 ? 128 : 0;
  const unsigned shift = tensor.type == ElementType::kBool ? 31 : 24;
  for (std::uint8_t& value : tensor.data)
    value = is_zero_point ? zero_point : static_cast<std::uint8_t>(static_cast<std::uint32_t>(random()) >> shift);
}

}  // namespace

bool can_be_drawn(ElementType type, WeightKind kind) {
  return kind != WeightKind::kDecides && (type != ElementType::kInt64 || kind == WeightKind::kIndex);
}

HostTensor random_weight(ElementType type, const Shape& shape, WeightKind kind, std::uint32_t seed,
                         const std::string& name) {
  invariant(can_be_drawn(type, kind), "no value that decides a shape is random");
  HostTensor tensor = make_host_tensor(type, shape);
  if (tensor.data.empty()) return tensor;
  std::mt19937 random = generator(seed, name);
  const std::size_t count = tensor.data.size() / element_bytes(type);
  switch (type) {
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kBool:
      fill_bytes(tensor, kind, random);
      break;
    case ElementType::kInt32:
      if (kind == WeightKind::kZeroPoint || kind == WeightKind::kIndex) break;
      for (std::size_t i = 0; i < count; ++i)
        elements<std::int32_t>(tensor)[i] =
            static_cast<std::int32_t>(static_cast<std::uint32_t>(random()) >> 21) - 1024;
      break;
    case ElementType::kInt64:
      break;  // indices
    case ElementType::kFloat32: {
      const Interval interval = interval_of(shape, kind);
      for (std::size_t i = 0; i < count; ++i) {
        const float share = static_cast<float>(static_cast<std::uint32_t>(random()) >> 8) * 0x1p-24f;  // [0, 1)
        elements<float>(tensor)[i] = interval.low + share * (interval.high - interval.low);
      }
      break;
    }
  }
  return tensor;
}

}  // namespace systole
