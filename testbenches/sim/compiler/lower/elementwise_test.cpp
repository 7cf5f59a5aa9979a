// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/elementwise.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"

namespace systole::compiler_test {
namespace {

// Two channel blocks of 3 x 5 words at byte 1000, on a chip with words of 16 bytes.
compiler::Operand operand_at_1000() {
  compiler::Operand d;
  d.offset = 1000;
  d.blocks = 2;
  d.height = 3;
  d.width = 5;
  d.pixel_stride = 16;
  d.row_stride = 5 * 16;
  d.block_stride = 3 * 5 * 16;
  d.image_stride = 2 * d.block_stride;
  d.image_planes = 2;
  return d;
}

}  // namespace

TEST_CASE("consecutive words of a tensor are one run of bytes") {
  const Chip edge16 = odd_chips().back();
  const compiler::Operand d = operand_at_1000();
  CHECK(compiler::word_count(d) == 30);
  const compiler::Request request = compiler::linear_request(d, 10, 4, edge16);
  CHECK(request.words == 4);
  CHECK(request.load.dram_offset == 1000 + 10 * 16);
  CHECK(request.load.run_bytes == 4 * 16);
  CHECK(request.reads.has_value());
}

TEST_CASE("a store goes to bytes of DRAM, or to groups of lanes in the activation buffer") {
  const Chip edge16 = odd_chips().back();
  REQUIRE(edge16.post_lanes == 4);
  compiler::Operand d = operand_at_1000();
  compiler::Item to_dram, on_chip;
  const isa::Store dram_store = compiler::linear_store(to_dram, d, 2, 7, edge16);
  CHECK(dram_store.dst_base == 1000 + 2 * 16);
  CHECK(dram_store.count[0] == 7);
  CHECK(dram_store.groups == 4);
  CHECK(to_dram.writes.has_value());
  CHECK(to_dram.store_writes.empty());
  d.on_chip = true;
  d.offset = 32 * 16;
  const isa::Store chip_store = compiler::linear_store(on_chip, d, 2, 7, edge16);
  CHECK(chip_store.destination == isa::Destination::kActivation);
  CHECK(chip_store.dst_base == (32 + 2) * 4);
  REQUIRE(on_chip.store_writes.size() == 1);
  CHECK(on_chip.store_writes[0].low == 32 + 2);
  CHECK_FALSE(on_chip.writes.has_value());
}

}  // namespace systole::compiler_test
