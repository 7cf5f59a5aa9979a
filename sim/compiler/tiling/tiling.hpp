// SPDX-License-Identifier: Apache-2.0
//
// The tilings of a matrix problem that fit the buffers of a chip, in order of their estimated cycles (cost.hpp). Of two with
// one estimate the one that keeps the array busy for fewer cycles is first, then the one with fewer instructions.
//
// Every problem has a tiling if one weight tile fits the weight buffer. The smallest tiling is one output position, one
// column block and one tap of one input block, which needs one activation word.
#pragma once

#include <vector>

#include "compiler/matrix/buffer_share.hpp"
#include "compiler/matrix/loop_nest.hpp"
#include "compiler/tiling/cost.hpp"

namespace systole::compiler {

struct TilingCandidate {
  Tiling tiling;
  CostEstimate estimate;
  double lower_bound = 0;  // cycles
};

// At least one. Those that hold everything twice, so that loading overlaps computing, if there are any; otherwise the
// others.
std::vector<TilingCandidate> rank_tilings(const MatrixProblem& problem, const ColumnRun& run, const Chip& chip,
                                          const TilingLimits& limits);

}  // namespace systole::compiler
