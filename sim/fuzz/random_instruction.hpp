// SPDX-License-Identifier: Apache-2.0
//
// Random instructions, each legal by itself, over the whole instruction set of a chip.
//
// Bases are drawn from all of a buffer, strides from both sides of zero, loops short. A load of parameters reads pairs
// of bias and scale, every other load and the stores the data (dram_map.hpp). A few reach outside of it, which
// OrderedProgram refuses. A store's source, residual and target begin low in three banks of the activation buffer that
// follow each other, and stay in them.
#pragma once

#include "chip/chip.hpp"
#include "fuzz/draw.hpp"
#include "fuzz/random_program.hpp"
#include "isa/instruction.hpp"

namespace systole::fuzz {

// Of any kind (kinds/instruction_kind.hpp), each in its share. No semaphores.
isa::Instruction random_instruction(Draw& draw, const Chip& chip, const RandomOptions& options);

}  // namespace systole::fuzz
