// SPDX-License-Identifier: Apache-2.0
//
// What the passes decide about a network before anything is lowered: where each node runs, how each tensor is seen and
// kept, and the order of the steps. Each pass fills its part and reads the parts of the passes before it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "compiler/layout/layout.hpp"
#include "compiler/plan/arithmetic.hpp"

namespace systole::compiler {

// A tensor that stays in the activation buffer from its producer to its last reader, in a frame of padding for its
// readers.
struct Resident {
  std::uint32_t base = 0, words = 0;                      // of the frame
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;  // of padding
  std::uint8_t pad_value = 0;
  bool fill = false;  // the frame is filled before the producer writes
  std::int64_t rows(std::int64_t height) const { return top + height + bottom; }
  std::int64_t columns(std::int64_t width) const { return left + width + right; }
};

// An Add that the stores of another node do. That node computes operand a, or operand b if `factors` are swapped.
struct FusedAdd {
  std::uint32_t node = 0;
  TensorId residual = 0;  // the other operand
  AddFactors factors;     // for the computed operand as source
  Clamp clamp;            // of the Add
};

// A MaxPool whose windows do not overlap, done by the stores of the convolution that computes its input.
struct FusedPool {
  std::uint32_t node = 0;
  std::array<std::int64_t, 2> window = {1, 1};  // y, x
  Clamp clamp;                                  // of both nodes together
};

struct StepPlan {
  bool on_chip = false;
  std::vector<std::uint32_t> nodes;  // in execution order; a host step has exactly one. No kFree node is in any step.
};

// What is decided about a node.
struct NodePlan {
  NodePlacement placement;
  std::optional<FusedAdd> fused_add;    // that the stores of this node do
  std::optional<FusedPool> fused_pool;  // that the stores of this node do
};

// What is decided about a tensor.
struct TensorPlan {
  ImageShape view;                    // how the chip sees it
  TensorId storage = 0;               // the tensor whose bytes it is (itself, mostly)
  std::int64_t first_block = 0;       // channel block of the storage where it begins; 0 unless it is a part of it
  std::uint32_t block = 0;            // channels of a block; array_rows, or array_cols for what MatMuls load as weights
  std::optional<TensorId> flattened;  // for a Flatten that only Gemms on the chip read: what it flattens
  std::optional<Resident> resident;   // if it stays in the activation buffer; of storages only
  std::optional<Unrolled> unrolled;   // if the host writes it spread out
  TensorId read_as(TensorId self) const { return flattened.value_or(self); }  // the tensor that its readers address
};

struct Plan {
  // Of a network for a chip before any pass: every node on the host, every tensor its own bytes.
  Plan(const Network& network, const Chip& chip);

  std::vector<NodePlan> nodes;      // per node
  std::vector<TensorPlan> tensors;  // per tensor
  std::vector<StepPlan> steps;      // in execution order

  bool is_images(TensorId t) const { return !tensors[t].view.channels_last; }
  bool on_chip(std::uint32_t node) const { return nodes[node].placement.place == Place::kChip; }
  // The tensor whose bytes the readers of `t` read, a Flatten looked through.
  TensorId read_storage(TensorId t) const { return tensors[tensors[t].read_as(t)].storage; }
  std::vector<NodePlacement> placements() const;  // per node
};

// The tensors (flattens looked through) that the instructions of a chip node read and write, fused nodes included.
// Residents too.
std::vector<TensorId> chip_inputs(const Network& network, const Plan& plan, std::uint32_t node);
std::vector<TensorId> chip_outputs(const Network& network, const Plan& plan, std::uint32_t node);

// How the tensor lies in DRAM, at offset 0 from its storage's place.
TensorLayout layout_of(const Network& network, const Plan& plan, TensorId tensor);

}  // namespace systole::compiler
