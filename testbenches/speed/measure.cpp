// SPDX-License-Identifier: Apache-2.0
#include "speed/measure.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "reference/reference.hpp"
#include "rtl_view/pin_runner.hpp"
#include "speed/recording_chip.hpp"
#include "support/error.hpp"

namespace systole::bench {

namespace {

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

Duration best_of(int runs, const std::function<void()>& work) {
  Duration best{1e300, 1e300};
  for (int run = 0; run < runs; ++run) {
    const double cpu = cpu_seconds();
    const auto wall = std::chrono::steady_clock::now();
    work();
    best.cpu_seconds = std::min(best.cpu_seconds, cpu_seconds() - cpu);
    best.wall_seconds =
        std::min(best.wall_seconds, std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count());
  }
  return best;
}

Speed platform_speed(const Workload& workload, std::shared_ptr<platform::VerilatedChip> chip, int runs) {
  platform::RtlPlatform platform(workload.network.chip, {}, std::move(chip));
  platform.write_memory(0, workload.dram);
  Speed speed;
  speed.time = best_of(runs, [&] {
    const platform::RunResult result =
        platform.run(workload.program(), workload.network.base_address, workload.network.program_address.at(0));
    invariant(result.error_code == 0, "the chip runs the program without an error");
    speed.cycles = result.cycles;
  });
  return speed;
}

Speed pin_speed(const Workload& workload, std::shared_ptr<platform::VerilatedChip> chip, int runs) {
  std::vector<std::uint8_t> dram = workload.dram;
  dram.resize(dram.size() + 4096);
  Speed speed;
  speed.time = best_of(runs, [&] {
    const rtl_view::PinRun run =
        rtl_view::run_at_pins(*chip, workload.network.chip, workload.program(), workload.network.base_address,
                              workload.network.program_address.at(0), dram, 100'000'000);
    invariant(run.error_code == 0, "the chip runs the program without an error");
    speed.cycles = run.cycles;
  });
  return speed;
}

Speed bare_speed(const Workload& workload, const platform::RtlLibrary& library, int runs) {
  const auto recorder = std::make_shared<RecordingChip>(library.create(1));
  platform_speed(workload, recorder, 1);
  Speed speed;
  speed.cycles = recorder->inputs().size();
  const auto chip = library.create(1);
  speed.time = best_of(runs, [&] {
    platform::ChipOutputs out;
    std::uint64_t interrupts = 0;
    for (const platform::ChipInputs& in : recorder->inputs()) {
      chip->cycle(in, out);
      interrupts += out.irq;
    }
    invariant(interrupts > 0, "the chip alone finishes the program");
  });
  return speed;
}

Speed idle_speed(platform::VerilatedChip& chip, std::uint64_t cycles, int runs) {
  platform::ChipInputs in;
  platform::ChipOutputs out;
  in.rst_n = false;
  for (int i = 0; i < 4; ++i) chip.cycle(in, out);
  in.rst_n = true;
  Speed speed;
  speed.cycles = cycles;
  speed.time = best_of(runs, [&] {
    for (std::uint64_t i = 0; i < cycles; ++i) chip.cycle(in, out);
  });
  return speed;
}

Speed cycle_model_speed(const Workload& workload, int runs) {
  Speed speed;
  const cycle::CycleModel model(workload.network.chip);
  speed.time = best_of(runs, [&] {
    speed.cycles =
        model.run(workload.program(), workload.network.base_address, workload.network.program_address.at(0)).cycles;
  });
  return speed;
}

Duration reference_time(const Workload& workload, int runs) {
  reference::ReferenceChip chip(workload.network.chip);
  for (int b = 0; b < isa::kBases; ++b) chip.set_base(static_cast<isa::Base>(b), workload.network.base_address[b]);
  reference::MemoryImage dram = workload.dram;
  return best_of(runs, [&] { chip.execute(workload.program(), dram); });
}

ArrayShare array_share(const session::Result& result) {
  ArrayShare share;
  std::uint64_t first = ~0ull, last = 0;
  for (const report::TraceLine& line : result.trace) {
    if (line.retired.engine != isa::Engine::kMatrix) continue;
    first = std::min(first, line.retired.start_cycle);
    last = std::max(last, line.retired.retire_cycle);
  }
  share.rows = array_rows(result.compiled.network);
  share.cycles = last - first;
  share.program_cycles = result.report.cycles.value();
  return share;
}

}  // namespace systole::bench
