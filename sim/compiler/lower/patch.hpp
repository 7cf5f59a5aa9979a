// SPDX-License-Identifier: Apache-2.0
//
// A patch is the window of an activation tensor that a tile reads, padding included, and the request that loads it.
#pragma once

#include <cstdint>

#include "compiler/emit/items.hpp"
#include "compiler/lower/operand.hpp"

namespace systole::compiler {

// Rows `row, row + row_step, ..` and columns `column, column + 1, ..` of some channel blocks of one image. What lies
// outside of the image is padding.
struct Patch {
  std::int64_t image = 0;
  std::int64_t first_block = 0, blocks = 1;
  std::int64_t row = 0, rows = 1, row_step = 1;
  std::int64_t column = 0, columns = 1;
  std::uint8_t pad_value = 0;
};

// Where word (block, row, column) of a patch lies in its allocation: strides in words.
struct PatchStrides {
  std::int64_t block = 0, row = 0, column = 1;
};
PatchStrides patch_strides(const Operand& operand, const Patch& patch);

// The request that loads it into words of `word_bytes` bytes, the chip's activation words. The key is left to the
// caller.
Request patch_request(const Operand& operand, const Patch& patch, std::int64_t word_bytes);

// `count` consecutive words of the operand, from word `first` on. Only for operands whose images follow each other
// densely.
Region linear_region(const Operand& operand, std::int64_t first, std::int64_t count);

}  // namespace systole::compiler
