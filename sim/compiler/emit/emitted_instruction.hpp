// SPDX-License-Identifier: Apache-2.0
//
// An instruction with its addresses and what it touches, for ordering the engines (order.hpp).
//
// Unlike the footprint of an instruction in models/isa, which is exact to the word, a touch is a range or a box around the words and bytes,
// with the storage that they belong to: two of them are compared at once.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/emit/items.hpp"
#include "isa/access.hpp"
#include "isa/instruction.hpp"

namespace systole::compiler {

using Space = isa::Memory;

// One range that is read or written.
struct Touch {
  Space space = Space::kActivation;
  bool write = false;
  std::uint32_t low = 0, high = 0;  // half open, in units of the memory; not for DRAM
  DramBox box;                      // for DRAM
};

struct EmittedInstruction {
  isa::Instruction instruction;
  std::vector<Touch> touches;
};

}  // namespace systole::compiler
