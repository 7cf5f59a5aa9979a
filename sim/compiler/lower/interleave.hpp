// SPDX-License-Identifier: Apache-2.0
//
// Post-processing in the shade of the array: a max-pooling that is not fused runs piece by piece while the convolution
// before it still computes.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/emit/items.hpp"

namespace systole::compiler {

// Moves the items from `second` on, of one node, forward between those from `first` to `second`, of the node before it:
// each as early as the tensor bytes that it reads are surely written when its loads are due. Nothing else may depend on
// places of items, as reservations of resident tensors do, and the tensors that the second node writes must have bytes
// of their own while the first one runs (dram/lifetimes.cpp sees to that).
void interleave(std::vector<Item>& items, std::size_t first, std::size_t second);

}  // namespace systole::compiler
