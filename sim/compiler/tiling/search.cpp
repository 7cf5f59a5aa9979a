// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/search.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "compiler/plan/arithmetic.hpp"
#include "compiler/tiling/trial.hpp"

namespace systole::compiler {
namespace {

// How far behind the best estimate a candidate may be.
constexpr double kMargin = 1.15;

// Of kFast: candidates that are tried at least, and the cycles that all of them may take together before there are more.
constexpr std::size_t kFewBest = 3;
constexpr double kTrialCycles = 60'000;

// With one tile, or one group of columns, the order of the two loops makes no difference.
bool same_program(const MatrixProblem& p, const ColumnRun& run, Tiling a, const Tiling& b) {
  const std::int64_t tiles = p.out.images * ceil_div(p.sum_rows(), a.rows) * ceil_div(p.sum_columns(), a.columns);
  if (tiles == 1 || run.count <= a.column_blocks) a.columns_outer = b.columns_outer;
  return a == b;
}

}  // namespace

TilingSearch::TilingSearch(const Chip& chip, Search effort) : TilingSearch(chip, effort, trial_cycles) {}

TilingSearch::TilingSearch(const Chip& chip, Search effort, Trial trial)
    : chip_(chip), effort_(effort), trial_(std::move(trial)) {}

Tiling TilingSearch::choose(const MatrixProblem& problem, const ColumnRun& run, std::uint32_t free_words) {
  // Blocks of weights that are all alike are loaded once, which a trial without weights cannot know.
  if (effort_ == Search::kNone || problem.uniform_weights)
    return rank_tilings(problem, run, chip_, buffer_share(problem, chip_, free_words).limits).front().tiling;
  const TilingKey key = tiling_key(problem, run, free_words);
  const auto known = known_.find(key);
  if (known == known_.end()) return known_.emplace(key, search(key, trial_addresses(problem))).first->second.tiling;
  if (known->second.tried) ++statistics_.reused;
  return known->second.tiling;
}

// The candidates, too, come from the key: what the key does not hold has no effect on the choice.
TilingSearch::Choice TilingSearch::search(const TilingKey& key, const TrialAddresses& addresses) {
  const MatrixProblem problem = problem_of(key, addresses, chip_);
  const ColumnRun run = key.run();
  const std::vector<TilingCandidate> candidates =
      rank_tilings(problem, run, chip_, buffer_share(problem, chip_, key.free_words).limits);
  if (candidates.size() == 1) return {candidates.front().tiling, false};
  const bool fast = effort_ == Search::kFast;
  const double worst_estimate = candidates.front().estimate.cycles * kMargin;
  std::uint64_t best_cycles = std::numeric_limits<std::uint64_t>::max();
  Tiling best = candidates.front().tiling;
  std::vector<Tiling> tried;
  double tried_cycles = 0;  // as they are estimated
  for (const TilingCandidate& candidate : candidates) {
    if (candidate.estimate.cycles > worst_estimate) break;
    if (fast && tried.size() >= kFewBest && tried_cycles + candidate.estimate.cycles > kTrialCycles) break;
    if (candidate.lower_bound >= static_cast<double>(best_cycles)) continue;
    const auto same = [&](const Tiling& t) { return same_program(problem, run, candidate.tiling, t); };
    if (std::any_of(tried.begin(), tried.end(), same)) continue;
    tried.push_back(candidate.tiling);
    tried_cycles += candidate.estimate.cycles;
    const std::optional<std::uint64_t> cycles = trial_(key, addresses, chip_, candidate.tiling, best_cycles);
    if (!cycles || *cycles >= best_cycles) continue;
    best_cycles = *cycles;
    best = candidate.tiling;
  }
  ++statistics_.searched;
  statistics_.tried += tried.size();
  return {best, true};
}

}  // namespace systole::compiler
