// SPDX-License-Identifier: Apache-2.0
//
// Loads and stores of operators without a matrix product: words of a tensor go through the activation buffer and
// post-processing.
#pragma once

#include <cstdint>

#include "compiler/emit/items.hpp"
#include "compiler/lower/operand.hpp"

namespace systole::compiler {

// Words of an element-wise or pooling item: enough to hide the latency of an instruction, few enough to start storing
// early.
inline constexpr std::int64_t kPieceWords = 512;

// Groups of post_lanes operands in a word of the activation buffer: what a store steps by.
inline std::int64_t groups_of_word(const Chip& chip) { return chip.array_rows / chip.post_lanes; }

std::int64_t word_count(const Operand& operand);

// The load of `count` consecutive words of a tensor, from word `first` on. The key is left to the caller.
Request linear_request(const Operand& operand, std::int64_t first, std::int64_t count, const Chip& chip);

// A store of `count` consecutive words from the activation buffer to the same place of the operand.
isa::Store linear_store(Item& item, const Operand& operand, std::int64_t first, std::int64_t count, const Chip& chip);

// Lets the item's store write `region` of the operand, which begins at `byte`: to DRAM, or into the activation buffer.
void set_destination(Item& item, isa::Store& store, const Operand& operand, std::int64_t byte, const Region& region,
                     const Chip& chip);

}  // namespace systole::compiler
