// SPDX-License-Identifier: Apache-2.0
//
// How tensors are to be seen, by vote of the operators: tensors that an element-wise node, a Concat or a Split joins
// are seen alike. A convolution or pooling makes them images, a matrix product a matrix; images win.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/layout/layout.hpp"

namespace systole::compiler {

class ViewVotes {
 public:
  explicit ViewVotes(const Network& network);

  // Both tensors are to be seen in the same way. Of different rank, they cannot be, and nothing happens.
  void alike(TensorId a, TensorId b);
  void images(TensorId t) { cast(t, Vote::kImages); }
  void matrix(TensorId t) { cast(t, Vote::kMatrix); }

  // What came out. Without any vote a tensor of rank 4 is images; what is not of rank 2 to 4 is a matrix in any case.
  ImageShape view(TensorId t) const;

 private:
  enum class Vote { kNone, kMatrix, kImages };  // the later one wins
  void cast(TensorId t, Vote vote);
  TensorId representative(TensorId t) const;

  const Network& network_;
  mutable std::vector<TensorId> parent_;  // disjoint sets of tensors that are seen alike; searching shortens the paths
  std::vector<Vote> vote_;                // of each set's representative
};

}  // namespace systole::compiler
