// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/item_builder.hpp"

namespace systole::compiler {

void ItemBuilder::begin_node(std::uint32_t node) {
  node_ = node;
  ++owner_;
}

Item ItemBuilder::new_item() const {
  Item item;
  item.node = node_;
  return item;
}

std::uint32_t ItemBuilder::next_accumulator_rows() {
  const std::uint32_t first = accumulator_bank_ * chip_.accumulator_rows;
  accumulator_bank_ ^= 1;
  return first;
}

}  // namespace systole::compiler
