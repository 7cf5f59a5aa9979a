// SPDX-License-Identifier: Apache-2.0
//
// An instruction with its addresses and what it touches, for ordering the engines (order.hpp).
//
// A touch of models/isa lists every place. A touch here is one range of words, or one box of a tensor, that contains
// all places, so two touches are compared in one step. It may be larger than what the instruction reads or writes, and
// never smaller.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/emit/items.hpp"
#include "isa/access.hpp"
#include "isa/instruction.hpp"

namespace systole::compiler {

// One range that is read or written.
struct Touch {
  isa::Memory memory = isa::Memory::kActivation;
  bool write = false;
  std::uint32_t low = 0, high = 0;  // words or rows, half open; not for DRAM
  DramBox box;                      // for DRAM
};

struct EmittedInstruction {
  isa::Instruction instruction;
  std::vector<Touch> touches;
};

}  // namespace systole::compiler
