// SPDX-License-Identifier: Apache-2.0
//
// load against a second writing: each row is made as one string of bytes, which then goes to the
// buffer byte by byte.
#include "catch.hpp"
#include "fuzz/random_program.hpp"
#include "models/chip/shipped_chip.hpp"
#include "reference/reference.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::reference;
using systole::testing::shipped_chip;
using systole::testing::tiny;

namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 40) - 1;  // of all shipped chips

void load_naively(const isa::Load& load, const Bytes& dram, std::uint64_t base, std::size_t word_bytes, Bytes& buffer) {
  for (int i4 = 0; i4 < load.count[3]; ++i4)
    for (int i3 = 0; i3 < load.count[2]; ++i3)
      for (int i2 = 0; i2 < load.count[1]; ++i2)
        for (int i1 = 0; i1 < load.pad_top + load.count[0] + load.pad_bottom; ++i1) {
          const int data_row = i1 - load.pad_top;
          const bool has_data = data_row >= 0 && data_row < load.count[0];
          Bytes row(load.pad_left * word_bytes, load.pad_value);
          for (std::uint32_t b = 0; b < load.run_bytes; ++b) {
            const std::int64_t address =
                static_cast<std::int64_t>(base + load.dram_offset) + b + std::int64_t{i4} * load.dram_stride[3] +
                std::int64_t{i3} * load.dram_stride[2] + std::int64_t{i2} * load.dram_stride[1] +
                std::int64_t{data_row} * load.dram_stride[0];
            const std::uint8_t value =
                has_data ? dram.at(static_cast<std::size_t>(address & kAddressMask)) : load.pad_value;
            for (std::size_t column = 0; load.diagonal && column < word_bytes; ++column)
              row.push_back(column == b % word_bytes ? value : load.pad_value);
            if (!load.diagonal) row.push_back(value);
          }
          while (row.size() % word_bytes != 0) row.push_back(load.pad_value);
          row.resize(row.size() + load.pad_right * word_bytes, load.pad_value);
          const std::int64_t words = static_cast<std::int64_t>(buffer.size() / word_bytes);
          std::int64_t word = std::int64_t{load.dst_base} + std::int64_t{i4} * load.dst_stride[3] +
                              std::int64_t{i3} * load.dst_stride[2] + std::int64_t{i2} * load.dst_stride[1] +
                              std::int64_t{i1} * load.dst_stride[0];
          word = ((word % words) + words) % words;
          for (std::size_t b = 0; b < row.size(); ++b)
            buffer[(static_cast<std::size_t>(word) * word_bytes + b) % buffer.size()] = row[b];
        }
}

}  // namespace

TEST_CASE("random loads into all buffers match a byte by byte copy") {
  for (const char* name : {"tiny", "edge16"}) {
    const Chip chip = shipped_chip(name);
    const std::size_t word_bytes[] = {chip.array_rows, chip.array_cols, chip.post_lanes * 8};
    int per_buffer[3] = {};
    for (std::uint64_t seed = 1; seed <= 16; ++seed) {
      fuzz::RandomOptions options;
      options.instructions = 200;
      const fuzz::RandomProgram random = fuzz::make_random_program(chip, seed, options);
      MemoryImage dram = random.dram;
      ReferenceChip reference(chip);
      for (int b = 0; b < isa::kBases; ++b) reference.set_base(static_cast<isa::Base>(b), random.bases[b]);
      Bytes buffers[] = {reference.activation_buffer(), reference.weight_buffer(), reference.parameter_buffer()};
      for (const isa::Instruction& instruction : random.program.instructions) {
        const auto* load = std::get_if<isa::Load>(&instruction);
        if (load == nullptr) continue;
        INFO(name << ", seed " << seed << ": " << isa::disassemble(instruction));
        const int which = static_cast<int>(load->buffer);
        ++per_buffer[which];
        load_naively(*load, dram, random.bases[static_cast<std::size_t>(load->base)], word_bytes[which],
                     buffers[which]);
        reference.execute(instruction, dram);
        REQUIRE(reference.activation_buffer() == buffers[0]);
        REQUIRE(reference.weight_buffer() == buffers[1]);
        REQUIRE(reference.parameter_buffer() == buffers[2]);
      }
    }
    for (const int count : per_buffer) CHECK(count > 80);
  }
}

TEST_CASE("a run longer than its buffer wraps around and the last words win") {
  const Chip chip = tiny();
  ReferenceChip reference(chip);
  MemoryImage dram(16384);
  for (std::size_t i = 0; i < dram.size(); ++i) dram[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  isa::Load load;
  load.run_bytes = 4096 + 6;  // the buffer and a word and a half
  load.dst_base = 3;
  load.pad_value = 0xee;
  reference.execute(isa::Instruction(load), dram);
  const auto& buffer = reference.activation_buffer();
  for (std::size_t b = 0; b < 6; ++b) CHECK(buffer[12 + b] == dram[4096 + b]);
  CHECK(buffer[18] == 0xee);
  CHECK(buffer[19] == 0xee);
  CHECK(buffer[20] == dram[8]);
  CHECK(buffer[11] == dram[4095]);
}

TEST_CASE("DRAM addresses wrap at the address width") {
  Chip chip = tiny();
  chip.axi_address_bits = 32;
  ReferenceChip reference(chip);
  MemoryImage dram = {10, 11, 12, 13, 14, 15, 16, 17};
  reference.set_base(isa::Base::kTensor, 0xfffffffeu);
  isa::Load load;
  load.run_bytes = 4;
  load.dram_offset = 5;
  reference.execute(isa::Instruction(load), dram);
  const auto first_word = [&] {
    return Bytes(reference.activation_buffer().begin(), reference.activation_buffer().begin() + 4);
  };
  CHECK(first_word() == Bytes{13, 14, 15, 16});
  load.dram_offset = 0xffff00000004;  // bits above the width change nothing
  reference.execute(isa::Instruction(load), dram);
  CHECK(first_word() == Bytes{12, 13, 14, 15});
  reference.set_base(isa::Base::kTensor, 0x10);
  load.dram_offset = 0xfffffffffff4;  // 12 bytes before the base
  reference.execute(isa::Instruction(load), dram);
  CHECK(first_word() == Bytes{14, 15, 16, 17});
}
