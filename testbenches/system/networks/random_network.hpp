// SPDX-License-Identifier: Apache-2.0
//
// Small random networks of the chip's operators, drawn so that every tiling and every corner of a shape happens often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"

namespace systole::test {

enum class Kind { kConvolution, kGroups, kGemm, kMatMul, kAdd, kMaxPool, kAveragePool, kParts, kChain, kHuge };
inline constexpr int kKinds = 10;
const char* kind_name(Kind kind);

struct RandomNetwork {
  Network network;
  std::vector<HostTensor> inputs;
};

// kHuge has tensors, weights, sums and parameters larger than every buffer of `tiny`; the others are small.
RandomNetwork make_random_network(Kind kind, std::uint32_t seed);

// The chip with another memory around it: latency, bandwidth and back-pressure are random.
Chip with_random_memory(Chip chip, std::uint32_t seed);

}  // namespace systole::test
