// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/lower_matrix.hpp"

#include "compiler/matrix/matrix_lowering.hpp"
#include "compiler/tiling/search.hpp"

namespace systole::compiler {

void lower_matrix(Lowering& lowering, const MatrixProblem& problem) {
  ItemBuilder& items = lowering.items();
  MatrixLowering matrix(items, problem);
  for (const ColumnRun& run : column_runs(problem.column_block_inputs))
    matrix.lower(run, lowering.search().choose(problem, run, items.free_words().high));
}

}  // namespace systole::compiler
