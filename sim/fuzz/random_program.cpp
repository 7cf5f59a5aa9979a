// SPDX-License-Identifier: Apache-2.0
#include "fuzz/random_program.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/dram_map.hpp"
#include "fuzz/ordered_program.hpp"
#include "fuzz/random_instruction.hpp"
#include "support/random.hpp"

namespace systole::fuzz {

namespace {

isa::Load fill(isa::Buffer buffer, std::uint32_t words, std::uint32_t word_bytes) {
  isa::Load load;
  load.buffer = buffer;
  load.base = buffer == isa::Buffer::kParameter ? isa::Base::kParameter : isa::Base::kWeight;
  // A run of at most 8 KiB, repeated to fill the buffer.
  const std::uint32_t rows = std::max(1u, words * word_bytes / 8192);
  load.run_bytes = words * word_bytes / rows;
  load.count[0] = static_cast<std::uint16_t>(rows);
  load.dst_stride[0] = static_cast<std::int32_t>(words / rows);
  return load;
}

// Every memory gets defined contents: registers and memories of the RTL start random.
std::array<isa::Instruction, kFillInstructions> fills(const Chip& chip) {
  isa::Matrix sums;
  // All rows of a bank; a count has 16 bits, the most rows are 2^16.
  const std::uint32_t halves = chip.accumulator_rows > UINT16_MAX ? 2 : 1;
  sums.m_x = static_cast<std::uint16_t>(chip.accumulator_rows / halves);
  if (halves > 1) {
    sums.m_y = static_cast<std::uint16_t>(halves);
    sums.activation_stride_y = sums.m_x;
  }
  sums.n = 2;
  sums.activation_stride_x = 1;
  sums.accumulator_stride_n = static_cast<std::int32_t>(chip.accumulator_rows);
  return {fill(isa::Buffer::kActivation, chip.activation_words(), chip.array_rows),
          fill(isa::Buffer::kWeight, chip.weight_words, chip.array_cols),
          fill(isa::Buffer::kParameter, chip.parameter_words, chip.post_lanes * 8), sums};
}

std::vector<std::uint8_t> random_dram(Random& random) {
  std::vector<std::uint8_t> dram(kDramBytes);
  for (auto& byte : dram) byte = static_cast<std::uint8_t>(random.bits());
  for (std::uint64_t p = kParameters; p < kParameters + kParameterBytes; p += 8) {
    const std::int32_t bias = static_cast<std::int32_t>(random.bits()) >> random.between(0, 31);
    const float scale = random.chance(20) ? 0.0f : random.scale(-16, 2);
    std::memcpy(&dram[p], &bias, 4);
    std::memcpy(&dram[p + 4], &scale, 4);
  }
  return dram;
}

}  // namespace

RandomProgram make_random_program(const Chip& chip, std::uint64_t seed, const RandomOptions& options) {
  Random random(seed);
  RandomProgram out;
  out.dram = random_dram(random);
  out.program_address = kProgram;
  for (const isa::Base base : {isa::Base::kTensor, isa::Base::kWeight, isa::Base::kParameter, isa::Base::kScratch})
    out.bases[static_cast<std::size_t>(base)] =
        base == isa::Base::kParameter ? kParameters : static_cast<std::uint64_t>(random.between(0, 300));
  out.program.chip_name = chip.name;
  out.program.chip_fingerprint = chip.fingerprint();
  OrderedProgram program(chip, out.bases);
  for (const isa::Instruction& instruction : fills(chip)) program.add(instruction);
  Draw draw(random);
  while (static_cast<int>(program.instructions().size()) < options.instructions)
    program.add(random_instruction(draw, chip, options));
  out.program.instructions = program.instructions();
  return out;
}

RandomProgram with_instructions(const Chip& chip, const RandomProgram& random,
                                const std::vector<isa::Instruction>& instructions) {
  OrderedProgram program(chip, random.bases);
  for (const isa::Instruction& instruction : instructions) program.add(instruction);
  RandomProgram out = random;
  out.program.instructions = program.instructions();
  return out;
}

}  // namespace systole::fuzz
