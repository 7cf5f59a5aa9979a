// SPDX-License-Identifier: Apache-2.0
//
// Random programs, free of races and deadlocks by construction.
//
// Instructions are drawn one after the other (random_instruction.hpp), get their semaphores (ordered_program.hpp), and run on a
// DRAM of random bytes (dram_map.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "isa/program.hpp"

namespace systole::fuzz {

struct RandomProgram {
  isa::Program program;
  isa::Bases bases = {};
  std::uint64_t program_address = 0;
  std::vector<std::uint8_t> dram;  // random contents, but legal biases and scales
};

struct RandomOptions {
  int instructions = 20;
  bool post_processing = true;  // false: raw stores only
};

RandomProgram make_random_program(const Chip& chip, std::uint64_t seed, const RandomOptions& options = {});

// The first instructions of every program fill all memories; a program without them would read what power-up left.
inline constexpr std::size_t kFillInstructions = 4;

// The same surroundings with other instructions, whose semaphores are given anew, so that they are free of races again.
// An instruction that reaches outside of the data is left out.
RandomProgram with_instructions(const Chip& chip, const RandomProgram& random,
                                const std::vector<isa::Instruction>& instructions);

}  // namespace systole::fuzz
