// SPDX-License-Identifier: Apache-2.0
//
// The parameters of post-processing: for each output channel the bias that is added to its sums and the scale of the
// requantization. A word of the parameter buffer holds those of post_lanes channels.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/lower/item_builder.hpp"
#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

// The parameters of all channels of a matrix problem, packed once: whole column blocks, those behind the last channel
// are zero.
class ParameterPacking {
 public:
  ParameterPacking(const MatrixProblem& problem, const Chip& chip, ConstantPool& pool);

  // Makes the parameters of `count` channels from channel `first` on what the item's store reads. Both are multiples of
  // post_lanes.
  void request(Item& item, std::int64_t first, std::int64_t count) const;

 private:
  std::int64_t lanes_;
  std::uint64_t offset_ = 0;  // in the segment of parameters
};

}  // namespace systole::compiler
