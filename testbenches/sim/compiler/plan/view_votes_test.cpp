// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/view_votes.hpp"

#include "catch.hpp"

namespace systole::compiler_test {
namespace {

Network tensors_of(const std::vector<Shape>& shapes) {
  Network network;
  for (const Shape& shape : shapes) {
    Tensor t;
    t.shape = shape;
    network.tensors.push_back(t);
  }
  return network;
}

}  // namespace

TEST_CASE("images win over a matrix, whatever was said first") {
  const Network network = tensors_of({{2, 8}, {2, 8}});
  compiler::ViewVotes votes(network);
  votes.images(0);
  votes.matrix(0);
  votes.matrix(1);
  votes.images(1);
  for (TensorId t : {0u, 1u}) CHECK_FALSE(votes.view(t).channels_last);
}

TEST_CASE("without a vote a tensor of rank 4 is images and all others are matrices") {
  const Network network = tensors_of({{1, 8, 3, 3}, {8, 3, 3}, {8}, {}});
  const compiler::ViewVotes votes(network);
  CHECK_FALSE(votes.view(0).channels_last);
  for (TensorId t : {1u, 2u, 3u}) CHECK(votes.view(t).channels_last);
}

TEST_CASE("a tensor that cannot be images is a matrix in spite of a vote") {
  const Network network = tensors_of({{1, 2, 3, 4, 5}, {7}});
  compiler::ViewVotes votes(network);
  votes.images(0);
  votes.images(1);
  for (TensorId t : {0u, 1u}) CHECK(votes.view(t).channels_last);
}

TEST_CASE("a vote for one tensor is a vote for all that are alike, cast before or after they were joined") {
  const Network network = tensors_of({{2, 8}, {2, 8}, {2, 8}, {2, 8}});
  compiler::ViewVotes votes(network);
  votes.images(3);
  votes.alike(0, 1);
  votes.alike(2, 3);
  CHECK(votes.view(0).channels_last);
  votes.alike(1, 2);
  for (TensorId t : {0u, 1u, 2u, 3u}) CHECK_FALSE(votes.view(t).channels_last);
}

TEST_CASE("tensors of different rank cannot be alike") {
  const Network network = tensors_of({{2, 8}, {2, 8, 1}});
  compiler::ViewVotes votes(network);
  votes.images(0);
  votes.alike(0, 1);
  CHECK(votes.view(1).channels_last);
}

}  // namespace systole::compiler_test
