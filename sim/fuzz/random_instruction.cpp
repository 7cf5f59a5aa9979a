// SPDX-License-Identifier: Apache-2.0
#include "fuzz/random_instruction.hpp"

#include "fuzz/kinds/instruction_kind.hpp"
#include "support/error.hpp"

namespace systole::fuzz {

isa::Instruction random_instruction(Draw& draw, const Chip& chip, const RandomOptions& options) {
  std::uint32_t shares = 0;
  for (const isa::Engine engine : isa::kAllEngines) shares += kind_of(engine).share();
  // Each kind in turn has its share of the numbers from 0 on.
  std::uint32_t number = draw.uniform(0, shares - 1);
  for (const isa::Engine engine : isa::kAllEngines) {
    const InstructionKind& kind = kind_of(engine);
    if (number < kind.share()) return kind.draw(draw, chip, options);
    number -= kind.share();
  }
  throw InternalError("invariant broken: a number below the sum of all shares is in one of them");
}

}  // namespace systole::fuzz
