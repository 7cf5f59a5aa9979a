// SPDX-License-Identifier: Apache-2.0
//
// A builder of items with pools of its own, for the tests of what adds to items.
#pragma once

#include "compiler/lower/item_builder.hpp"

namespace systole::compiler_test {

struct ItemBench {
  explicit ItemBench(const Chip& on_chip) : chip(on_chip) {}
  ItemBench(const Chip& on_chip, std::uint32_t node) : ItemBench(on_chip) { items.begin_node(node); }
  ItemBench(const ItemBench&) = delete;
  ItemBench& operator=(const ItemBench&) = delete;

  Chip chip;
  compiler::ConstantPool weights{64}, parameters{64};
  compiler::ItemBuilder items{chip, weights, parameters};
};

}  // namespace systole::compiler_test
