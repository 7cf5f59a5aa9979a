// SPDX-License-Identifier: Apache-2.0
//
// Overlaps post-processing with the array: a max-pooling that is not fused runs piece by piece while the convolution
// before it is still being computed.
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/emit/items.hpp"

namespace systole::compiler {

// The items from `first` to `second` are of one node, those from `second` on of the next node. Moves the items of the
// second node forward between those of the first. Each goes as far forward as possible, but so that the tensor bytes
// that it reads are written when its loads are due. Nothing else may depend on positions of items, as reservations of
// resident tensors do. The tensors that the second node writes must not share bytes with live tensors while the first
// node runs; dram/lifetimes.cpp ensures this.
void interleave(std::vector<Item>& items, std::size_t first, std::size_t second);

}  // namespace systole::compiler
