// SPDX-License-Identifier: Apache-2.0
//
// The items of one chip step while they are made, and the resources that the nodes of a step share. These are the
// segments of constants, the free words of the activation buffer, the banks of the accumulators, and names for buffer
// contents.
//
// The builder has neither the network nor the plan, so that a matrix problem can be lowered alone, too
// (tiling/trial.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/emit/items.hpp"
#include "compiler/lower/constants.hpp"

namespace systole::compiler {

class ItemBuilder {
 public:
  // Chip and pools must outlive the builder.
  ItemBuilder(const Chip& chip, ConstantPool& weights, ConstantPool& parameters)
      : chip_(chip), weights_(weights), parameters_(parameters), free_words_{0, chip.activation_words()} {}

  const Chip& chip() const { return chip_; }
  ConstantPool& weights() { return weights_; }
  ConstantPool& parameters() { return parameters_; }

  // The items from here on are of this node: they carry its tag, and their keys are its own.
  void begin_node(std::uint32_t node);
  Item new_item() const;
  // A key that no other node has.
  AllocationKey key(const std::array<std::int64_t, 8>& part) const { return {owner_, part}; }

  // Words of the activation buffer, whole banks, that the node may use: no resident tensor holds them, and no node that
  // runs beside.
  const WordSpan& free_words() const { return free_words_; }
  void set_free_words(const WordSpan& words) { free_words_ = words; }

  // First accumulator row for the next sums. The two banks alternate, so that storing overlaps computing.
  std::uint32_t next_accumulator_rows();

  void add(Item item) { items_.push_back(std::move(item)); }
  std::vector<Item>& list() { return items_; }
  const std::vector<Item>& list() const { return items_; }

 private:
  const Chip& chip_;
  ConstantPool& weights_;
  ConstantPool& parameters_;
  std::vector<Item> items_;
  WordSpan free_words_;
  std::uint32_t accumulator_bank_ = 0;  // of the next sums
  std::uint32_t node_ = 0, owner_ = 0;  // owner 0 names constants (AllocationKey), so the first node has 1
};

}  // namespace systole::compiler
