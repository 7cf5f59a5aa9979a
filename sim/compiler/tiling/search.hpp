// SPDX-License-Identifier: Apache-2.0
//
// The tiling of a matrix problem, chosen by what the cycle model says of the candidates: a trial (trial.hpp) times each
// by itself. An estimate (tiling.hpp) puts the candidates in order first.
//
//   kNone   the candidate with the best estimate
//   kFast   the cycle model times the few candidates with the best estimates: three of a long layer, of a short one as
//           many as take 60,000 cycles together
//   kFull   the cycle model times all candidates. Layers of a network overlap and a trial has one layer only, so both
//           networks, of kFast and kFull, are timed and the faster one is kept
//
// No candidate is timed whose estimate is more than 15 % above the best one, or whose lower bound is not below the best
// time so far.
//
// Problems with equal keys (tiling_key.hpp) are searched once, wherever they are in DRAM.
#pragma once

#include <functional>
#include <map>

#include "compiler/compiled_network.hpp"
#include "compiler/tiling/tiling.hpp"
#include "compiler/tiling/tiling_key.hpp"

namespace systole::compiler {

class TilingSearch {
 public:
  // As trial_cycles.
  using Trial = std::function<std::optional<std::uint64_t>(const TilingKey&, const TrialAddresses&, const Chip&,
                                                           const Tiling&, std::uint64_t most)>;

  // All problems are for this chip, which must outlive the search.
  TilingSearch(const Chip& chip, Search effort);
  TilingSearch(const Chip& chip, Search effort, Trial trial);

  // `free_words` of the activation buffer, from its start.
  Tiling choose(const MatrixProblem& problem, const ColumnRun& run, std::uint32_t free_words);

  const SearchStatistics& statistics() const { return statistics_; }

 private:
  struct Choice {
    Tiling tiling;
    bool tried = false;  // false: there was only one that fits
  };
  Choice search(const TilingKey& key, const TrialAddresses& addresses);

  const Chip& chip_;
  Search effort_;
  Trial trial_;
  std::map<TilingKey, Choice> known_;
  SearchStatistics statistics_;
};

}  // namespace systole::compiler
