// SPDX-License-Identifier: Apache-2.0
#include "reference/reference.hpp"

#include <fmt/format.h>

#include "isa/access.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

namespace systole::reference {

ReferenceChip::ReferenceChip(const Chip& chip)
    : chip_(chip),
      activation_(isa::places_in(chip, isa::Memory::kActivation) * chip.post_lanes * formats::int8::kOperandBytes),
      weight_(isa::places_in(chip, isa::Memory::kWeight) * isa::word_bytes(chip, isa::Memory::kWeight)),
      parameter_(isa::places_in(chip, isa::Memory::kParameter) * isa::word_bytes(chip, isa::Memory::kParameter)),
      accumulators_(isa::places_in(chip, isa::Memory::kAccumulator) * chip.array_cols) {}

void ReferenceChip::set_base(isa::Base base, std::uint64_t address) { base_[static_cast<int>(base)] = address; }

void ReferenceChip::execute(const isa::Instruction& instruction, MemoryImage& dram) {
  if (const auto reason = isa::illegal_reason(isa::encode(instruction)))
    throw UserError("illegal instruction: " + *reason);
  std::visit([&](const auto& x) { perform(x, dram); }, instruction);
}

void ReferenceChip::execute(const isa::Program& program, MemoryImage& dram,
                            const std::function<void(std::size_t)>& begin_instruction) {
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    check_interruption();
    if (begin_instruction) begin_instruction(i);
    try {
      execute(program.instructions[i], dram);
    } catch (const UserError& error) {
      throw UserError(fmt::format("instruction {}: {}", i, error.what()));
    }
  }
}

}  // namespace systole::reference
