// SPDX-License-Identifier: Apache-2.0
//
// Loads of windows: what the load engine writes, by the fields of the instruction, is the window with its padding.
#include "compiler/lower/patch.hpp"

#include "catch.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::Operand;
using compiler::Patch;
using compiler::PatchStrides;
using compiler::Region;
using compiler::Request;

constexpr std::int64_t kWordBytes = 4;
constexpr std::int64_t kPadding = -1;

// DRAM byte offset of each word that the load writes, kPadding for padding, as the instruction set says: dimension 2
// and 1 of runs, with rows and words of padding around them.
std::vector<std::int64_t> words_of(const isa::Load& load, std::size_t words) {
  std::vector<std::int64_t> content(words, -2);
  const std::int64_t run_words = load.run_bytes / kWordBytes, rows = load.pad_top + load.count[0] + load.pad_bottom;
  for (std::int64_t c1 = 0; c1 < load.count[1]; ++c1)
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::int64_t c0 = row - load.pad_top;
      const bool data = c0 >= 0 && c0 < load.count[0];
      for (std::int64_t w = 0; w < load.pad_left + run_words + load.pad_right; ++w) {
        const std::int64_t at = load.dst_base + c1 * load.dst_stride[1] + row * load.dst_stride[0] + w;
        const std::int64_t byte =
            load.dram_offset + c1 * load.dram_stride[1] + c0 * load.dram_stride[0] + (w - load.pad_left) * kWordBytes;
        content.at(static_cast<std::size_t>(at)) =
            data && w >= load.pad_left && w < load.pad_left + run_words ? byte : kPadding;
      }
    }
  return content;
}

std::vector<std::int64_t> expected_words(const Operand& d, const Patch& p) {
  std::vector<std::int64_t> content(static_cast<std::size_t>(p.blocks * p.rows * p.columns));
  const PatchStrides strides = compiler::patch_strides(d, p);
  for (std::int64_t block = 0; block < p.blocks; ++block)
    for (std::int64_t r = 0; r < p.rows; ++r)
      for (std::int64_t c = 0; c < p.columns; ++c) {
        const std::int64_t y = p.row + r * p.row_step, x = p.column + c;
        const bool inside = y >= 0 && y < d.height && x >= 0 && x < d.width;
        content.at(static_cast<std::size_t>(block * strides.block + r * strides.row + c * strides.column)) =
            inside ? d.at(p.image, p.first_block + block, y, x) : kPadding;
      }
  return content;
}

Patch patch_of(std::int64_t row, std::int64_t rows, std::int64_t row_step, std::int64_t column, std::int64_t columns) {
  Patch p;
  p.first_block = 1;
  p.blocks = 2;
  p.row = row;
  p.rows = rows;
  p.row_step = row_step;
  p.column = column;
  p.columns = columns;
  return p;
}

}  // namespace

TEST_CASE("a window at any place of the image is loaded with its padding") {
  const Operand d = dram_operand(1, 16, 6, 5, kWordBytes, 1, 2);
  for (std::int64_t image = 0; image < 2; ++image)
    for (std::int64_t row = -3; row <= 7; ++row)
      for (const std::int64_t rows : {1, 3, 10})
        for (const std::int64_t step : {1, 2})
          for (std::int64_t column = -2; column <= 6; ++column)
            for (const std::int64_t columns : {1, 4, 9}) {
              Patch p = patch_of(row, rows, step, column, columns);
              p.image = image;
              const Request r = compiler::patch_request(d, p, kWordBytes);
              INFO("rows " << rows << " from " << row << " step " << step << ", columns " << columns << " from "
                           << column);
              CHECK(r.words == 2 * rows * columns);
              CHECK(words_of(r.load, r.words) == expected_words(d, p));
            }
}

TEST_CASE("a window of padding alone reads no tensor") {
  const Operand d = dram_operand(1, 16, 6, 5, kWordBytes);
  CHECK_FALSE(compiler::patch_request(d, patch_of(-3, 2, 1, 0, 5), kWordBytes).reads);
  CHECK(compiler::patch_request(d, patch_of(-3, 4, 1, 0, 5), kWordBytes).reads);
}

TEST_CASE("what a window reads is the box around its data") {
  const Operand d = dram_operand(1, 16, 6, 5, kWordBytes);
  const auto reads = compiler::patch_request(d, patch_of(-1, 4, 2, 1, 9), kWordBytes).reads;  // rows 1, 3 and 5
  REQUIRE(reads);
  CHECK(reads->storage == 1);
  CHECK(reads->plane_low == 1);
  CHECK(reads->plane_high == 3);
  CHECK(reads->pixel_low == 1 * 5 + 1);
  CHECK(reads->pixel_high == 5 * 5 + 5);
}

TEST_CASE("whole rows are one run, whole channel blocks as well: longer bursts") {
  const Operand d = dram_operand(1, 16, 6, 5, kWordBytes);
  const isa::Load rows = compiler::patch_request(d, patch_of(1, 3, 1, 0, 5), kWordBytes).load;
  CHECK(rows.run_bytes == 3 * 5 * kWordBytes);
  CHECK(rows.count[0] == 1);
  CHECK(rows.count[1] == 2);
  const isa::Load blocks = compiler::patch_request(d, patch_of(0, 6, 1, 0, 5), kWordBytes).load;
  CHECK(blocks.run_bytes == 2 * 6 * 5 * kWordBytes);
  CHECK(blocks.count[1] == 1);
  const isa::Load parts = compiler::patch_request(d, patch_of(1, 3, 1, 0, 4), kWordBytes).load;
  CHECK(parts.run_bytes == 4 * kWordBytes);
  CHECK(parts.count[0] == 3);
}

TEST_CASE("of a flattened tensor channel blocks follow each other and pixels are apart") {
  Operand d;
  d.storage = 1;
  d.blocks = 12;
  d.width = 3;
  d.block_stride = kWordBytes;
  d.pixel_stride = d.image_stride = d.row_stride = 12 * kWordBytes;
  d.whole = true;
  Patch p;
  p.first_block = 2;
  p.blocks = 5;
  p.columns = 3;
  const Request r = compiler::patch_request(d, p, kWordBytes);
  CHECK(r.words == 15);
  CHECK(r.load.run_bytes == 5 * kWordBytes);
  CHECK(words_of(r.load, r.words) == expected_words(d, p));
}

TEST_CASE("consecutive words are a box of the tensor that holds them") {
  const Operand d = dram_operand(1, 16, 4, 5, kWordBytes);
  const Region part_of_a_row = compiler::linear_region(d, 20 + 6, 3);  // second plane, row 1, columns 1 to 3
  CHECK(part_of_a_row.first_block == 1);
  CHECK(part_of_a_row.last_block == 1);
  CHECK(part_of_a_row.first_row == 1);
  CHECK(part_of_a_row.last_row == 1);
  const Region two_planes = compiler::linear_region(d, 18, 4);
  CHECK(two_planes.first_block == 0);
  CHECK(two_planes.last_block == 1);
  CHECK(two_planes.first_row == 0);
  CHECK(two_planes.last_row == 3);
}

}  // namespace systole::compiler_test
