// SPDX-License-Identifier: Apache-2.0
//
// An instruction with its addresses and the extents of what it touches, for ordering the engines (order.hpp).
//
// A touch of isa/access.hpp is what the fields of an instruction say, place by place. An extent is what the lowering knows: the
// words of an allocation, or a box of a tensor's planes and pixels. Two of them are compared at once. An extent may be larger than
// what the instruction touches, and never smaller: ordering/program_check.hpp, which goes by the fields, sees to that.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/emit/items.hpp"
#include "isa/access.hpp"
#include "isa/instruction.hpp"

namespace systole::compiler {

// One range that is read or written.
struct Extent {
  isa::Memory memory = isa::Memory::kActivation;
  bool write = false;
  std::uint32_t low = 0, high = 0;  // words or rows, half open; not for DRAM
  DramBox box;                      // for DRAM
};

struct EmittedInstruction {
  isa::Instruction instruction;
  std::vector<Extent> extents;
};

}  // namespace systole::compiler
