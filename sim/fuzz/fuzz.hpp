// SPDX-License-Identifier: Apache-2.0
//
// Runs many random programs on RTL, reference and cycle model, and collects their differences and coverage.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/comparison.hpp"
#include "fuzz/coverage.hpp"
#include "fuzz/fuzz_case.hpp"
#include "support/work/interruption.hpp"

namespace systole::fuzz {

struct FuzzOptions {
  std::uint64_t programs = 100;
  std::optional<double> seconds;  // no program starts later than that
  std::uint64_t seed = 1;         // program k has the seed `seed` + k
  unsigned jobs = 1;              // threads; the results do not depend on their number
  RandomOptions random;
  MemoryChoice memory = MemoryChoice::kRandom;
};

struct Mismatch {
  std::uint64_t seed = 0;
  std::string difference;
};

// A program that ran to its end.
struct ProgramRun {
  std::uint64_t seed = 0;
  double seconds = 0;  // in all views together, on this machine
};

struct FuzzReport {
  std::uint64_t instructions = 0, cycles = 0;
  std::vector<ProgramRun> programs;  // by seed
  std::vector<Mismatch> mismatches;  // by seed
  Coverage coverage;
  double wall_seconds = 0;
  std::optional<Interrupted> interrupted;  // a signal ended it: all of the above is of what ran until then
};

struct FuzzProgress {
  std::uint64_t programs = 0, mismatches = 0;
  double wall_seconds = 0;
};

// Makes a chip in reset; called once a thread, in that thread.
using MakeChip = std::function<std::shared_ptr<platform::VerilatedChip>()>;

FuzzReport run_fuzz(const Chip& chip, const FuzzOptions& options, const MakeChip& make_chip,
                    const std::function<void(const FuzzProgress&)>& progress = {});

}  // namespace systole::fuzz
