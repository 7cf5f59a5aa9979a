// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/search.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <variant>
#include <vector>

#include "compiler/emit/emit.hpp"
#include "compiler/emit/order.hpp"
#include "cycle/cycle_model.hpp"
#include "isa/program.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

// Of the estimate: how many candidates are tried, and how far behind the first one.
constexpr std::size_t kFewBest = 3;
constexpr double kFastMargin = 1.1, kFullMargin = 1.15;

// With one tile, or one group of columns, the order of the two loops makes no difference.
bool same_program(const MatrixProblem& p, const ColumnRun& run, Tiling a, const Tiling& b) {
  const std::int64_t tiles = p.out.images * ceil_div(p.sum_rows(), a.rows) * ceil_div(p.sum_columns(), a.columns);
  if (tiles == 1 || run.count <= a.column_blocks) a.columns_outer = b.columns_outer;
  return a == b;
}

std::string key_of(const Operand& d) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {};", d.on_chip, d.on_chip ? d.offset : 0, d.images, d.blocks,
                     d.height, d.width, d.image_stride, d.block_stride, d.row_stride, d.pixel_stride, d.image_planes,
                     d.image_pixels, d.whole);
}

std::string key_of(const LoweringState& state, const MatrixProblem& p, const ColumnRun& run,
                   const TilingLimits& limits) {
  std::string key = key_of(p.in) + key_of(p.out) + (p.residual ? key_of(p.residual->operand) : "-;") +
                    (p.right ? key_of(*p.right) : "-;");
  key += fmt::format("{} {} {} {} {} {} {};", p.channels_out, p.window, p.kernel, p.stride, p.dilation, p.pad,
                     p.column_block_inputs.size());
  key += fmt::format("{} {} {} {};", all_equal(p.weight_zero_point), p.diagonal != nullptr, p.scale.empty(),
                     state.free_words);
  key += fmt::format("{} {} {} {} {};", run.first, run.count, run.inputs.first, run.inputs.count, run.step);
  return key + fmt::format("{} {} {}", limits.activation_words, limits.residual_words, limits.group_columns);
}

// The program of this part of the problem alone.
isa::Program program_of(const LoweringState& state, const MatrixProblem& problem, const ColumnRun& run,
                        const Tiling& tiling) {
  ConstantPool weights = state.weights.sizes_only(), parameters = state.parameters.sizes_only();
  std::vector<Item> items;
  LoweringState trial{state.network, state.chip, state.plan,   state.layout, state.storage,
                      weights,       parameters, state.search, items};
  trial.free_words = state.free_words;
  lower_matrix_run(trial, problem, run, tiling);
  std::vector<EmittedInstruction> emitted = emit(items, {}, state.chip);
  order_engines(emitted, state.storage);
  isa::Program program;
  for (EmittedInstruction& e : emitted) program.instructions.push_back(std::move(e.instruction));
  return program;
}

// Nothing if it takes `most` cycles or longer.
std::optional<std::uint64_t> cycles_of(const Chip& chip, const isa::Program& program, std::uint64_t most) {
  // Tensors, weights and parameters apart, as in the whole network.
  isa::Bases bases = {};
  for (int k = 0; k < isa::kBases; ++k)
    bases[k] = chip.memory.size_bytes / 8 * static_cast<std::uint64_t>(k) / 4096 * 4096;
  cycle::Simulation simulation(chip, program, bases, chip.memory.size_bytes / 2 / 4096 * 4096, {}, nullptr);
  if (!simulation.advance(most)) return std::nullopt;
  return simulation.result().cycles;
}

}  // namespace

Tiling TilingSearch::choose(const LoweringState& state, const MatrixProblem& problem, const ColumnRun& run,
                            const TilingLimits& limits) {
  const std::vector<TilingCandidate> candidates = rank_tilings(problem, run, state.chip, limits);
  // The pieces of an average pooling are all alike and loaded once, which a trial without weights cannot know.
  const bool has_weights = !std::holds_alternative<AveragePool>(state.network.nodes[problem.node].operation);
  if (effort_ == Search::kNone || candidates.size() == 1 || !has_weights) return candidates.front().tiling;
  const std::string key = key_of(state, problem, run, limits);
  if (const auto known = known_.find(key); known != known_.end()) {
    ++statistics_.reused;
    return known->second;
  }
  ++statistics_.searched;
  std::uint64_t best_cycles = std::numeric_limits<std::uint64_t>::max();
  Tiling best = candidates.front().tiling;
  const bool fast = effort_ == Search::kFast;
  const double worst_estimate = candidates.front().estimate * (fast ? kFastMargin : kFullMargin);
  std::vector<Tiling> tried;
  for (const TilingCandidate& candidate : candidates) {
    if (candidate.estimate > worst_estimate || (fast && tried.size() == kFewBest)) break;
    if (candidate.lower_bound >= static_cast<double>(best_cycles)) continue;
    const auto same = [&](const Tiling& t) { return same_program(problem, run, candidate.tiling, t); };
    if (std::any_of(tried.begin(), tried.end(), same)) continue;
    tried.push_back(candidate.tiling);
    const isa::Program program = program_of(state, problem, run, candidate.tiling);
    const std::optional<std::uint64_t> cycles = cycles_of(state.chip, program, best_cycles);
    if (!cycles || *cycles >= best_cycles) continue;
    best_cycles = *cycles;
    best = candidate.tiling;
  }
  statistics_.tried += tried.size();
  known_.emplace(key, best);
  return best;
}

}  // namespace systole::compiler
