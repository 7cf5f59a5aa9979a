// SPDX-License-Identifier: Apache-2.0
//
// Lowering of one chip step: its nodes become items, in the order of the step. This class has what an operator needs
// for that: the network, the plan, the layouts of the tensors, and the builder of the items.
#pragma once

#include <optional>
#include <vector>

#include "compiler/lower/item_builder.hpp"
#include "compiler/lower/operand.hpp"

namespace systole::compiler {

class TilingSearch;

class Lowering {
 public:
  // All arguments must outlive it. `layout` is per tensor, as in CompiledNetwork.
  Lowering(const Network& network, const Chip& chip, const Plan& plan,
           const std::vector<std::optional<TensorLayout>>& layout, TilingSearch& search, ConstantPool& weights,
           ConstantPool& parameters)
      : network_(network), plan_(plan), layout_(layout), search_(search), items_(chip, weights, parameters) {}

  const Network& network() const { return network_; }
  const Chip& chip() const { return items_.chip(); }
  const Plan& plan() const { return plan_; }
  const std::vector<std::optional<TensorLayout>>& layout() const { return layout_; }
  TilingSearch& search() { return search_; }
  ItemBuilder& items() { return items_; }

  Operand operand(TensorId tensor) const { return operand_of(network_, plan_, layout_, tensor); }

 private:
  const Network& network_;
  const Plan& plan_;
  const std::vector<std::optional<TensorLayout>>& layout_;
  TilingSearch& search_;
  ItemBuilder items_;
};

}  // namespace systole::compiler
