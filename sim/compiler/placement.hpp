// SPDX-License-Identifier: Apache-2.0
//
// Stage (a): which nodes run on the chip, how every tensor is seen, and the order of chip and host steps.
//
// A node runs on the host if the chip has no instruction sequence with exactly its bits. What is refused, and why, is said in
// `NodePlacement::reason`. The chip cannot run: a scale, add factor or offset that is not zero or a normal number (negative
// scales included); a max-pool window of more than 255 taps a side, or whose input patch is larger than the activation buffer;
// raw sums with a bias; a weight tile larger than the weight buffer; a Lookup that is no requantisation followed by a clamp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "compiler/layout.hpp"

namespace systole::compiler {

// y = clamp(saturate(rne(fl(fl(x + bias) * scale)) + zero_point)); without `requantise` y = clamp(x).
struct UnaryArithmetic {
  bool requantise = false;
  std::int32_t bias = 0;
  float scale = 1;
  std::int32_t zero_point = 0;
  Clamp clamp;
};

struct StepPlan {
  bool on_chip = false;
  std::vector<std::uint32_t> nodes;  // in execution order; a host step has exactly one. No kFree node is in any step.
};

struct Plan {
  std::vector<NodePlacement> placement;                      // per node
  std::vector<View> view;                                    // per tensor
  std::vector<TensorId> storage;                             // per tensor: the tensor whose bytes it is (itself, mostly)
  std::vector<std::optional<TensorId>> flattened;            // per tensor: set for a Flatten that only Gemms on the chip read
  std::vector<std::optional<UnaryArithmetic>> unary;         // per node: of a Lookup on the chip
  std::vector<StepPlan> steps;
};

Plan place(const Network& network, const Chip& chip, const CompileOptions& options);

// The arithmetic that gives exactly this table, if there is one.
std::optional<UnaryArithmetic> match_lookup(const std::vector<std::uint8_t>& table, bool input_signed, bool output_signed);

// True for zero and for positive normal float32 numbers: what the post-processing accepts as a scale.
bool is_chip_scale(float value);

}  // namespace systole::compiler
