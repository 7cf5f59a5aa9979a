// SPDX-License-Identifier: Apache-2.0
//
// Whether all views of a chip agree on a random program: the program is a network of one step for views/lockstep.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "fuzz/coverage.hpp"
#include "fuzz/fuzz_case.hpp"
#include "verilated/chip_pins.hpp"
#include "views/view.hpp"

namespace systole::fuzz {

struct Outcome {
  std::string difference;    // the first one, in words, beginning with its kind; empty if all views agree
  std::uint64_t cycles = 0;  // by the cycle model, as the accounts
  Accounts accounts = {};
};

using MakeRtl = std::function<std::unique_ptr<views::View>(const compiler::CompiledNetwork&)>;

// The kinds of difference, in the order in which they are looked for:
//
//   model    the cycle model ends with an error: a deadlock, a broken limit, or a race, which is the generator's fault
//   account  the model's account of an engine does not add up to the cycles of the run
//   error    the RTL reports an error or writes behind DRAM
//   stop     a run ends in another way: no interrupt, a broken rule of the bus
//   event, dram, timing   the lockstep's
Outcome compare_views(const FuzzCase& fuzz_case, const MakeRtl& make_rtl);

// With the RTL at its pins.
Outcome compare_views(const FuzzCase& fuzz_case, const std::shared_ptr<platform::VerilatedChip>& verilated);

}  // namespace systole::fuzz
