// SPDX-License-Identifier: Apache-2.0
//
// Networks built in code with random weights, for the compiler's tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"
#include "support/random.hpp"

namespace systole::compiler_test {

// The project's random numbers, from an engine of 32 bits: the networks of a seed depend on it.
class Random : public BasicRandom<boost::random::independent_bits_engine<boost::random::mt19937, 64, std::uint64_t>> {
 public:
  using BasicRandom::BasicRandom;
  std::int64_t in(std::int64_t low, std::int64_t high) { return between(low, high); }  // inclusive
};

// Of what the array multiplies.
inline const std::vector<ElementType> kBytes = {ElementType::kInt8, ElementType::kUint8};

Clamp whole_range(ElementType type);

struct ConvOptions {
  std::int64_t channels = 1;  // output
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1};
  std::array<std::int64_t, 4> pad = {0, 0, 0, 0};
  std::int64_t group = 1;
  bool per_channel_scale = false, per_channel_zero_point = false, raw = false, bias = true, clamp = false;
  ElementType weight_type = ElementType::kInt8, output_type = ElementType::kInt8;
};

// As wide and high as its input, for odd kernels and stride 1.
ConvOptions same_size(std::int64_t channels, std::int64_t kernel = 3, std::int64_t stride = 1);

class NetworkBuilder {
 public:
  explicit NetworkBuilder(std::uint32_t seed) : random_(seed) { network_.name = "test"; }

  Random& random() { return random_; }
  TensorId input(ElementType type, const Shape& shape);
  TensorId conv(TensorId x, const ConvOptions& options);
  TensorId gemm(TensorId x, std::int64_t columns, const ConvOptions& options);
  // Of the options: raw, clamp and output_type.
  TensorId matmul(TensorId a, TensorId b, const ConvOptions& options);
  TensorId add(TensorId a, TensorId b, ElementType type, bool clamp = false);
  TensorId max_pool(TensorId x, std::array<std::int64_t, 2> kernel, std::array<std::int64_t, 2> stride,
                    std::array<std::int64_t, 4> pad = {0, 0, 0, 0}, std::array<std::int64_t, 2> dilation = {1, 1});
  TensorId average_pool(TensorId x, std::array<std::int64_t, 2> kernel, std::array<std::int64_t, 2> stride,
                        ElementType type);
  TensorId lookup(TensorId x, std::vector<std::uint8_t> table, ElementType type);
  TensorId reshape(TensorId x, const Shape& shape);
  // Operators that move values, by their ONNX names.
  TensorId concat(const std::vector<TensorId>& parts, std::int64_t axis);
  std::vector<TensorId> split(TensorId x, const std::vector<std::int64_t>& sizes, std::int64_t axis);
  TensorId slice(TensorId x, std::int64_t first, std::int64_t count, std::int64_t axis);
  TensorId transpose(TensorId x, const std::vector<std::int64_t>& permutation);
  void output(TensorId t) { network_.outputs.push_back(t); }

  Shape shape(TensorId t) const { return network_.tensors[t].shape; }
  const Network& network() const { return network_; }
  std::vector<HostTensor> random_inputs();

 private:
  TensorId tensor(ElementType type, const Shape& shape, const std::string& kind);
  TensorId weight(ElementType type, const Shape& shape);
  std::int32_t zero_point(ElementType type);
  Clamp random_clamp(ElementType type);
  void node(const std::string& kind, Operation operation);
  // Requantization that spreads sums of `depth` products over the output type.
  std::vector<float> scales(std::int64_t count, std::int64_t depth);

  Random random_;
  Network network_;
};

}  // namespace systole::compiler_test
