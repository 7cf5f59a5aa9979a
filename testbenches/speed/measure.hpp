// SPDX-License-Identifier: Apache-2.0
//
// How long things take on this machine, and the views' speed on a workload.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "cycle/cycle_model.hpp"
#include "platform/rtl_platform.hpp"
#include "speed/programs.hpp"

namespace systole::bench {

// CPU time is of this process, all threads; it says how fast the program is when others use the machine too.
struct Duration {
  double cpu_seconds = 0, wall_seconds = 0;
};

// The shortest of `runs`, CPU and wall time each by itself.
Duration best_of(int runs, const std::function<void()>& work);

struct Speed {
  std::uint64_t cycles = 0;
  Duration time;
};

// The whole platform: SystemC, the Verilated chip, memory, checker and traces, from the first register write to the counters.
Speed platform_speed(const Workload& workload, std::shared_ptr<platform::VerilatedChip> chip, int runs);
// The chip with the memory's timing at its pins and event traces, without SystemC.
Speed pin_speed(const Workload& workload, std::shared_ptr<platform::VerilatedChip> chip, int runs);
// The chip alone: what the platform drove into it in a run, driven again.
Speed bare_speed(const Workload& workload, const platform::RtlLibrary& library, int runs);
// The chip's clock without a program.
Speed idle_speed(platform::VerilatedChip& chip, std::uint64_t cycles, int runs);
// Cycles are those that the model predicts.
Speed cycle_model_speed(const Workload& workload, int runs);
// Time of the reference model on the workload.
Duration reference_time(const Workload& workload, int runs);

// Of a program's cycles: the array's rows over the time in which it had work.
struct ArrayShare {
  std::uint64_t rows = 0;  // activation rows that entered the array
  // From the first start to the last retirement of a matrix instruction: fill and drain included.
  std::uint64_t cycles = 0;
  std::uint64_t program_cycles = 0;
  double share() const { return static_cast<double>(rows) / static_cast<double>(cycles); }
};
// Of a run of one program on a view with a clock.
ArrayShare array_share(const session::Result& result);

}  // namespace systole::bench
