// SPDX-License-Identifier: Apache-2.0
//
// An operator as the compiler's passes see it. Each operator of the chip is one class and one pair of files in this
// folder. The class says which cases the chip cannot run, how the operator views its tensors, and what can be fused
// into it. It also says how the operator reads a tensor that stays on the chip, and how it becomes instructions. No
// pass asks for the type of a node.
//
// A pass gets the OperatorTable (operator_table.hpp), which has one ChipOperator for each node of the network. An
// operator keeps no decisions: answers that depend on decisions are computed from the plan that the pass gives.
//
// Every answer has a default that is always correct: nothing is fused into the operator, nothing stays on the chip for
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/plan/frame.hpp"
#include "compiler/plan/plan.hpp"
#include "compiler/plan/view_votes.hpp"

namespace systole::compiler {

class Lowering;
class OperatorTable;

class ChipOperator {
 public:
  ChipOperator(const OperatorTable& nodes, std::uint32_t node) : nodes_(nodes), node_(node) {}
  virtual ~ChipOperator() = default;
  ChipOperator(const ChipOperator&) = delete;
  ChipOperator& operator=(const ChipOperator&) = delete;

  // ---- placement, in the order of the questions

  // Votes for the views of its tensors: images or matrices.
  virtual void vote(ViewVotes&) const {}

  // Why it has to run on the host, for the report; empty if the chip has an instruction sequence with exactly its bits.
  // The plan has the views of all tensors by now.
  virtual std::string refusal(const Plan& plan) const = 0;

  // If no byte has to move: makes its outputs, or its inputs, names for bytes of other tensors, and its node free.
  // Called in execution order when all refusals are known.
  virtual void name_bytes(Plan&) const {}

  // The same as `refusal`, called when it is known which tensors are bytes of which others.
  virtual std::string refusal_of_bytes(const Plan&) const { return ""; }

  // The last chance to refuse: takes a layout of its own for a tensor, if its writer and all its readers agree.
  virtual std::string refusal_of_layout(Plan&) const { return ""; }

  // Whether it reads images where the network has a Flatten of them before it.
  virtual bool reads_flattened(const Plan&) const { return false; }

  // Whether it can write its output in channel blocks of array_cols.
  virtual bool writes_weight_blocks() const { return false; }

  // Whether it reads tensor `t` only as what the array holds: in channel blocks of array_cols.
  virtual bool reads_weight_blocks(TensorId) const { return false; }

  // ---- fusing and keeping tensors on the chip

  // Whether its stores can add another tensor to what they write: they requantize, and clamp no more than saturation
  // does.
  virtual bool can_add(const Plan&) const { return false; }

  // The clamp of its stores, if they can take the maximum over windows that do not overlap as well.
  virtual std::optional<Clamp> can_pool(const MaxPool&) const { return std::nullopt; }

  // How it reads its input in place in the activation buffer; nothing if it cannot.
  virtual std::optional<Frame> reads_in_place(const Plan&) const { return std::nullopt; }

  // Whether it can write its output into a frame of padding: rows at a distance.
  virtual bool writes_into_frame() const { return false; }

  // How the host should unroll its input; nothing if that gains nothing.
  virtual std::optional<Unrolled> unrolled_input(const Plan&) const { return std::nullopt; }

  // Words of the activation buffer that it needs to run piece by piece beside the node before it, which uses the array;
  // nothing if it uses the array itself.
  virtual std::optional<std::int64_t> words_beside() const { return std::nullopt; }

  // ---- lowering

  // Adds its items, with what is fused into it. Only for a node that placement put on the chip.
  virtual void lower(Lowering& lowering) const = 0;

 protected:
  const OperatorTable& nodes() const { return nodes_; }
  std::uint32_t node() const { return node_; }
  const Tensor& tensor(TensorId t) const;
  const Chip& chip() const;
  // Whether the bytes of `t` are those of a matrix, as matrix products address them.
  bool lies_as_matrix(const Plan& plan, TensorId t) const;

 private:
  const OperatorTable& nodes_;
  std::uint32_t node_;
};

}  // namespace systole::compiler
