// SPDX-License-Identifier: Apache-2.0
//
// Stage (c): a node becomes items. Matrix problems and vector operators each have their own file.
#pragma once

#include <utility>
#include <vector>

#include "compiler/emit/items.hpp"
#include "compiler/lower/constants.hpp"
#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

class TilingSearch;
struct Tiling;
struct ColumnRun;

// What lowering carries from node to node of one chip step.
struct LoweringState {
  const Network& network;
  const Chip& chip;
  const Plan& plan;
  const std::vector<std::optional<TensorLayout>>& layout;
  const std::vector<std::pair<std::uint64_t, std::uint64_t>>& storage;  // of each tensor in DRAM (dram_map.hpp)
  ConstantPool& weights;
  ConstantPool& parameters;
  TilingSearch& search;
  std::vector<Item>& items;
  std::uint32_t accumulator_bank = 0;  // of the next matrix job: banks alternate, so that storing overlaps computing
  std::uint32_t problem = 0;           // counts lowered nodes: pieces of two nodes never share a key
  // Words of the activation buffer that pieces may use now, whole banks: no resident tensor holds them, and no node that runs beside.
  std::uint32_t first_word = 0;  // of a pooling; 0 for all others
  std::uint32_t free_words = 0;  // the end

  Operand operand(TensorId t) const { return operand_of(network, plan, layout, t); }
};

void lower_matrix(LoweringState& state, const MatrixProblem& problem);
// One run of its column blocks, tiled like this.
void lower_matrix_run(LoweringState& state, const MatrixProblem& problem, const ColumnRun& run, const Tiling& tiling);
void lower_add(LoweringState& state, std::uint32_t node, const Add& op);
void lower_lookup(LoweringState& state, std::uint32_t node, const Lookup& op);
void lower_max_pool(LoweringState& state, std::uint32_t node, const MaxPool& op);

// All nodes of a chip step. Adds the words that resident tensors hold, and for which items.
void lower_step(LoweringState& state, const StepPlan& step, std::vector<Reservation>& reservations);

// The parameter word(s) of the channels from `channel` on: bias and scale pairs, in the order of
// the channels.
void append_parameter(std::vector<std::uint8_t>& bytes, std::int32_t bias, float scale);

// A request for constants that lie at `offset` of their segment.
Request constant_request(isa::Buffer buffer, isa::Base base, std::uint64_t offset, std::int64_t bytes,
                         std::uint32_t words);

}  // namespace systole::compiler
