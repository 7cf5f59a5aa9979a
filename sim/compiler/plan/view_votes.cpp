// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/view_votes.hpp"

#include <algorithm>
#include <numeric>

namespace systole::compiler {

ViewVotes::ViewVotes(const Network& network)
    : network_(network), parent_(network.tensors.size()), vote_(network.tensors.size(), Vote::kNone) {
  std::iota(parent_.begin(), parent_.end(), 0u);
}

TensorId ViewVotes::representative(TensorId t) const {
  while (parent_[t] != t) t = parent_[t] = parent_[parent_[t]];
  return t;
}

void ViewVotes::cast(TensorId t, Vote vote) {
  Vote& winner = vote_[representative(t)];
  winner = std::max(winner, vote);
}

void ViewVotes::alike(TensorId a, TensorId b) {
  if (network_.tensors[a].shape.size() != network_.tensors[b].shape.size()) return;
  const TensorId from = representative(a), to = representative(b);
  parent_[from] = to;
  vote_[to] = std::max(vote_[to], vote_[from]);
}

ImageShape ViewVotes::view(TensorId t) const {
  const Shape& shape = network_.tensors[t].shape;
  const Vote vote = vote_[representative(t)];
  const bool can_be_images = shape.size() >= 2 && shape.size() <= 4;
  const bool images = can_be_images && (vote == Vote::kImages || (vote == Vote::kNone && shape.size() == 4));
  return images ? image_shape(shape) : matrix_shape(shape);
}

}  // namespace systole::compiler
