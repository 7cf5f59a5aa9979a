// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this folder share: the chip, the engines as indices, a program by hand and where it lies.
#pragma once

#include <utility>
#include <vector>

#include "isa/engines.hpp"
#include "isa/program.hpp"
#include "models/chip/shipped_chip.hpp"

namespace systole::cycle {

using testing::tiny;

inline constexpr std::size_t kLoad = isa::index_of(isa::Engine::kLoad), kMatrix = isa::index_of(isa::Engine::kMatrix),
                             kStore = isa::index_of(isa::Engine::kStore);
inline constexpr isa::Bases kBases = {};
inline constexpr std::uint64_t kProgramAddress = 0x8000;

inline isa::Program program_of(std::vector<isa::Instruction> instructions) {
  isa::Program program;
  program.instructions = std::move(instructions);
  return program;
}

}  // namespace systole::cycle
