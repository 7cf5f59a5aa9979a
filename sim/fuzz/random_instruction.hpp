// SPDX-License-Identifier: Apache-2.0
//
// Random instructions, each legal by itself, over the whole instruction set of a chip.
//
// Bases are drawn from all of a buffer, strides from both sides of zero, loops short. A load of parameters reads pairs of bias and
// scale, every other load and the stores the data (dram_map.hpp); a few reach outside of it, which OrderedProgram refuses. A
// store's source, residual and target begin low in three banks of the activation buffer that follow each other, and stay in them.
#pragma once

#include <cstdint>

#include "chip/chip.hpp"
#include "isa/instruction.hpp"
#include "support/random.hpp"

namespace systole::fuzz {

class RandomInstructions {
 public:
  // `random` must outlive it. Without post-processing every store is raw.
  RandomInstructions(const Chip& chip, bool post_processing, Random& random)
      : chip_(chip), post_processing_(post_processing), random_(random) {}

  // Of ten, four are loads, three matrix instructions and three stores. No semaphores.
  isa::Instruction next();

 private:
  isa::Load load();
  isa::Matrix matrix();
  isa::Store store();

  std::uint32_t uniform(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(random_.between(low, high));
  }
  std::int32_t signed_uniform(std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(random_.between(low, high));
  }
  std::uint16_t count(std::uint32_t high) { return static_cast<std::uint16_t>(uniform(1, high)); }
  bool chance(int percent) { return random_.chance(percent); }

  const Chip chip_;
  const bool post_processing_;
  Random& random_;
};

}  // namespace systole::fuzz
