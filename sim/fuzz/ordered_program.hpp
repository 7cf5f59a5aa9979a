// SPDX-License-Identifier: Apache-2.0
//
// A list of instructions that gets its semaphores while it grows, so that it is free of races and deadlocks by construction.
//
// Of each instruction it knows which buffer words, accumulator rows and DRAM bytes it reads and writes. An instruction may depend
// on an earlier one of another engine, or a store on an earlier store, since its reads overtake the other's writes. If nothing
// orders the two yet, the earlier one posts and the later one waits. There is one semaphore for every pair of engines. Both engines
// retire and start in order, so the k-th post belongs to the k-th wait.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "isa/access.hpp"
#include "isa/instruction.hpp"

namespace systole::fuzz {

class OrderedProgram {
 public:
  OrderedProgram(const Chip& chip, const isa::Bases& bases);

  // Appends a legal instruction, with the semaphores that it needs in place of its own and its index as tag. False for one that
  // leaves its part of DRAM (dram_map.hpp): nothing is appended then.
  bool add(isa::Instruction instruction);

  const std::vector<isa::Instruction>& instructions() const { return instructions_; }

 private:
  using Cells = std::vector<std::uint32_t>;
  // The cells of every memory that an instruction reads and writes: words of the activation buffer, elsewhere the places of
  // isa/access.hpp.
  struct Footprint {
    std::array<Cells, isa::kMemories> reads, writes;
  };

  using ByEngine = std::array<int, isa::kEngines>;  // indices of instructions
  static ByEngine none() {
    ByEngine all;
    all.fill(-1);
    return all;
  }
  struct Touched {
    ByEngine read = none(), written = none();  // newest instruction by engine
  };

  std::uint32_t places_per_cell(isa::Memory memory) const;
  isa::Touches touches_of(isa::Instruction instruction) const;
  Footprint footprint(const isa::Touches& touches) const;
  ByEngine predecessors(int engine, const Footprint& touched) const;
  void wait_for(const ByEngine& before, int engine, isa::Instruction& instruction);
  void note(int engine, const Footprint& touched);

  const Chip chip_;
  const isa::Bases bases_;
  std::vector<isa::Instruction> instructions_;
  std::array<std::vector<Touched>, isa::kMemories> touched_;
  // ordered_[p][c]: the newest instruction of engine p that the next instruction of engine c is known to come after.
  std::array<ByEngine, isa::kEngines> ordered_;
};

}  // namespace systole::fuzz
