// SPDX-License-Identifier: Apache-2.0
//
// What an emitted instruction reads and writes, for ordering the engines.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/emit/items.hpp"
#include "isa/instruction.hpp"

namespace systole::compiler {

enum class Space : std::uint8_t { kActivation, kWeight, kParameter, kAccumulator, kDram };

struct Access {
  Space space = Space::kActivation;
  bool write = false;
  std::uint32_t low = 0, high = 0;  // half open, in units of the memory; not for DRAM
  DramBox box;                      // for DRAM
};

struct EmittedInstruction {
  isa::Instruction instruction;
  std::vector<Access> accesses;
};

}  // namespace systole::compiler
