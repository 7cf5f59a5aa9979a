// SPDX-License-Identifier: Apache-2.0
//
// Lowering of a whole matrix problem: each run of its column blocks gets a tiling and becomes items.
#pragma once

#include "compiler/lower/lowering.hpp"
#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

// The problem belongs to the node that the lowering is at.
void lower_matrix(Lowering& lowering, const MatrixProblem& problem);

}  // namespace systole::compiler
