// SPDX-License-Identifier: Apache-2.0
//
// The tiling of a matrix problem, chosen by what the cycle model says of the candidates: each is lowered by itself, without weights, and
// run. An estimate (tiling.hpp) puts the candidates in order first.
//
//   kNone   the best of the estimate
//   kFast   the exact model ranks the few best of the estimate
//   kFull   and those that the estimate puts up to 15 % behind its best, if their lower bound is below what was found; as neighbors in
//           the network overlap and a trial has none, the better of the networks by kFast and kFull is kept
//
// Problems that are alike to the last stride are searched once, wherever they lie in DRAM.
#pragma once

#include <map>
#include <string>

#include "compiler/compiled_network.hpp"
#include "compiler/lower/lower.hpp"
#include "compiler/matrix/tiling.hpp"

namespace systole::compiler {

class TilingSearch {
 public:
  explicit TilingSearch(Search effort) : effort_(effort) {}

  Tiling choose(const LoweringState& state, const MatrixProblem& problem, const ColumnRun& run,
                const TilingLimits& limits);

  const SearchStatistics& statistics() const { return statistics_; }

 private:
  Search effort_;
  std::map<std::string, Tiling> known_;  // by shape, strides and what fits
  SearchStatistics statistics_;
};

}  // namespace systole::compiler
