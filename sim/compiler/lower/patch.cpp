// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/patch.hpp"

#include <algorithm>

#include "compiler/plan/arithmetic.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

constexpr std::int64_t kMaxRunBytes = (1 << 24) - 1;

// Pixels further apart than a word: a flattened tensor, whose channel blocks follow each other
// instead.
bool blocks_follow(const Operand& d) { return d.block_stride < d.pixel_stride; }

}  // namespace

PatchStrides patch_strides(const Operand& d, const Patch& p) {
  if (blocks_follow(d)) return {1, p.columns * p.blocks, p.blocks};
  return {p.rows * p.columns, p.columns, 1};
}

Region linear_region(const Operand& d, std::int64_t first, std::int64_t count) {
  const std::int64_t pixels = d.height * d.width, last = first + count - 1;
  Region r;  // planes count as blocks of image 0
  r.first_block = first / pixels;
  r.last_block = last / pixels;
  const bool one = r.first_block == r.last_block;
  r.first_row = one ? first % pixels / d.width : 0;
  r.last_row = one ? last % pixels / d.width : d.height - 1;
  r.first_column = one ? first % d.width : 0;
  r.last_column = one ? last % d.width : d.width - 1;
  return r;
}

Request patch_request(const Operand& d, const Patch& p, std::int64_t word_bytes) {
  invariant(!d.on_chip, "only tensors in DRAM are loaded");
  Request r;
  r.words = static_cast<std::uint32_t>(p.blocks * p.rows * p.columns);
  isa::Load& load = r.load;
  load.buffer = isa::Buffer::kActivation;
  load.base = isa::Base::kTensor;
  load.pad_value = p.pad_value;

  // Data columns [left, right) and data rows [top, bottom) of the patch.
  const std::int64_t left = std::clamp<std::int64_t>(-p.column, 0, p.columns);
  const std::int64_t right = std::clamp<std::int64_t>(d.width - p.column, left, p.columns);
  const std::int64_t top = p.row >= 0 ? 0 : std::min(ceil_div(-p.row, p.row_step), p.rows);
  const std::int64_t bottom = p.row >= d.height ? top : std::clamp(ceil_div(d.height - p.row, p.row_step), top, p.rows);

  if (blocks_follow(d)) {
    invariant(p.rows == 1 && p.row == 0 && left == 0 && right == p.columns,
              "a flattened tensor has no rows and no padding");
    load.dram_offset = static_cast<std::uint32_t>(d.at(0, p.first_block, 0, p.column));
    load.run_bytes = static_cast<std::uint32_t>(p.blocks * word_bytes);
    load.count[0] = static_cast<std::uint16_t>(p.columns);
    load.dram_stride[0] = static_cast<std::int32_t>(d.pixel_stride);
    load.dst_stride[0] = static_cast<std::int32_t>(p.blocks);
    r.reads = dram_box(d, {});
    return r;
  }

  load.dst_stride[0] = static_cast<std::int32_t>(p.columns);
  load.dst_stride[1] = static_cast<std::int32_t>(p.rows * p.columns);
  load.count[1] = static_cast<std::uint16_t>(p.blocks);
  if (left == right || top == bottom) {  // padding alone
    load.run_bytes = static_cast<std::uint32_t>(p.columns * word_bytes);
    load.count[0] = 0;
    load.pad_top = static_cast<std::uint16_t>(p.rows);
    return r;
  }
  load.dram_offset =
      static_cast<std::uint32_t>(d.at(p.image, p.first_block, p.row + top * p.row_step, p.column + left));
  load.pad_left = static_cast<std::uint16_t>(left);
  load.pad_right = static_cast<std::uint16_t>(p.columns - right);
  load.pad_top = static_cast<std::uint16_t>(top);
  load.pad_bottom = static_cast<std::uint16_t>(p.rows - bottom);
  load.run_bytes = static_cast<std::uint32_t>((right - left) * word_bytes);
  load.count[0] = static_cast<std::uint16_t>(bottom - top);
  load.dram_stride[0] = static_cast<std::int32_t>(p.row_step * d.row_stride);
  load.dram_stride[1] = static_cast<std::int32_t>(d.block_stride);
  // Rows that follow each other in DRAM and in the buffer are one run, and so are whole blocks:
  // longer bursts.
  const std::int64_t rows_run = p.rows * p.columns * word_bytes;
  if (left == 0 && right == p.columns && top == 0 && bottom == p.rows &&
      (p.rows == 1 || (p.columns == d.width && p.row_step == 1)) && rows_run <= kMaxRunBytes) {
    load.run_bytes = static_cast<std::uint32_t>(rows_run);
    load.count[0] = 1;
    if (p.blocks > 1 && d.block_stride == rows_run && p.blocks * rows_run <= kMaxRunBytes) {
      load.run_bytes = static_cast<std::uint32_t>(p.blocks * rows_run);
      load.count[1] = 1;
    }
  }
  r.reads = dram_box(d, {p.image, p.first_block, p.first_block + p.blocks - 1, p.row + top * p.row_step,
                         p.row + (bottom - 1) * p.row_step, p.column + left, p.column + right - 1});
  return r;
}

}  // namespace systole::compiler
