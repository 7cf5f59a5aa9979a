// SPDX-License-Identifier: Apache-2.0
//
// The tiling of a matrix problem, chosen by what the cycle model says of the candidates: a trial (trial.hpp) times each
// by itself. An estimate (tiling.hpp) puts the candidates in order first.
//
//   kNone   the best of the estimate
//   kFast   the exact model ranks the few best of the estimate
//   kFull   and those that the estimate puts up to 15 % behind its best, if their lower bound is below what was found;
//           as neighbors in the network overlap and a trial has none, the better of the networks by kFast and kFull
//           is kept
//
// Problems that are alike to the last stride are searched once, wherever they lie in DRAM.
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
