// SPDX-License-Identifier: Apache-2.0
//
// The reference model: what the bits must be after a program.
//
// It executes instructions one after the other, in program order across all engines, on a memory image, exactly as
// docs/reference/instruction_set.md says. It shares no arithmetic with the RTL or with oneDNN. It has no clock: if the
// result of a program depends on timing (a data race), this model and the RTL may differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "chip/chip.hpp"
#include "formats/int8.hpp"
#include "isa/instruction.hpp"
#include "isa/program.hpp"

namespace systole::reference {

// DRAM as the reference sees it: bytes from address 0. Reading or writing past the end is a UserError.
using MemoryImage = std::vector<std::uint8_t>;

class ReferenceChip {
 public:
  explicit ReferenceChip(const Chip& chip);

  void set_base(isa::Base base, std::uint64_t address);

  // Runs one instruction. Semaphores are ignored. UserError if the chip would refuse the instruction.
  void execute(const isa::Instruction& instruction, MemoryImage& dram);
  // All of them; `begin_instruction` is told the index of each before it runs. Ends with Interrupted at a signal.
  void execute(const isa::Program& program, MemoryImage& dram,
               const std::function<void(std::size_t)>& begin_instruction = {});

  // The chip's own memories, for tests: bytes, or sums row after row.
  const std::vector<std::uint8_t>& activation_buffer() const { return activation_; }
  const std::vector<std::uint8_t>& weight_buffer() const { return weight_; }
  const std::vector<std::uint8_t>& parameter_buffer() const { return parameter_; }
  const std::vector<formats::int8::Sum>& accumulators() const { return accumulators_; }

 private:
  // One for each type, none for isa::Instruction, to which every type converts: a missing one is a compile error.
  void perform(const isa::Load& load, MemoryImage& dram);
  void perform(const isa::Matrix& matrix, MemoryImage& dram);
  void perform(const isa::Store& store, MemoryImage& dram);

  Chip chip_;
  isa::Bases base_ = {};
  std::vector<std::uint8_t> activation_, weight_, parameter_;
  std::vector<formats::int8::Sum> accumulators_;
};

}  // namespace systole::reference
