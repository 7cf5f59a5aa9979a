// SPDX-License-Identifier: Apache-2.0
//
// systole_speed [speed|blocks|share|models|timing]...   (nothing: all of them)
//
// Prints the figures of docs/reference/performance.md, each with its unit. Each time is the best of several runs: other work on
// the machine makes a run longer, never shorter.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <string>

#include "chip/shipped_chips.hpp"
#include "rtl_view/factory.hpp"
#include "speed/measure.hpp"
#include "speed/profile.hpp"
#include "support/error.hpp"

namespace systole::bench {
namespace {

constexpr int kRuns = 5;
constexpr int kModelRuns = 50;  // of milliseconds each

std::string load_average() {
  std::ifstream in("/proc/loadavg");
  std::string minute = "unknown";
  in >> minute;
  return minute;
}

platform::RtlLibrary library_of(const Chip& chip) {
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  return platform::RtlLibrary(build, [](const std::string& line) { std::cerr << line << "\n"; });
}

void print_speed(const std::string& name, const Speed& speed) {
  const double cycles = static_cast<double>(speed.cycles);
  fmt::print(
      "  {:<44} {:>9.0f} k cycles/s of CPU time {:>9.0f} k cycles/s of wall time {:>8.3f} s CPU {:>8.3f} s wall\n",
      name, cycles / speed.time.cpu_seconds / 1e3, cycles / speed.time.wall_seconds / 1e3, speed.time.cpu_seconds,
      speed.time.wall_seconds);
  std::cout << std::flush;
}

void print_speeds() {
  for (const char* name : {"tiny", "edge16", "edge32"}) {
    const Chip chip = open_chip(name);
    const platform::RtlLibrary library = library_of(chip);
    const Workload workload(long_convolution(chip));
    const Speed whole = platform_speed(workload, library.create(1), kRuns);
    fmt::print(
        "\nRTL of {}, {} x {}: 3x3 convolutions, {} cycles, {:.1f} % of the multipliers busy\n", name, chip.array_rows,
        chip.array_cols, whole.cycles,
        100.0 * static_cast<double>(workload.macs()) / static_cast<double>(whole.cycles * chip.macs_per_cycle()));
    print_speed("whole platform: SystemC, chip, memory", whole);
    print_speed("chip and memory timing at the pins", pin_speed(workload, library.create(1), kRuns));
    print_speed("chip alone, its inputs replayed", bare_speed(workload, library, kRuns));
    print_speed("chip alone, no program", idle_speed(*library.create(1), whole.cycles, kRuns));
    fmt::print("  {:<44} {:>9.2f} G MAC/s of CPU time\n", "whole platform, multiplications",
               static_cast<double>(workload.macs()) / whole.time.cpu_seconds / 1e9);
  }
}

void print_blocks() {
  const Chip chip = open_chip("edge16");
  const ProfiledChip profiled(chip);
  const Workload workload(long_convolution(chip));
  Speed speed;
  constexpr int kSampledRuns = 12;
  const auto shares = profiled.sample([&] { speed = platform_speed(workload, profiled.create(), kSampledRuns); });
  std::uint64_t total = 0;
  for (const auto& share : shares) total += share.samples;
  const double nanoseconds = speed.time.cpu_seconds * 1e9 / static_cast<double>(speed.cycles);
  fmt::print("\nWhat a cycle of edge16 costs in the platform, 3x3 convolution: {:.0f} ns of CPU time; {} samples\n",
             nanoseconds, total);
  for (const auto& share : shares) {
    const double part = static_cast<double>(share.samples) / static_cast<double>(total);
    fmt::print("  {:<46} {:>7.1f} ns {:>6.1f} %\n", share.block, part * nanoseconds, 100 * part);
  }
}

int print_share() {
  session::Job job = convolution(with_fast_memory(open_chip("edge16")), {64, 56, 1, 1});
  job.run.view = session::ViewChoice::kAll;
  job.run.make_rtl = rtl_view::make_platform_view;
  session::Progress progress;
  progress.build = [](const std::string& line) { std::cerr << line << "\n"; };
  const session::Result result = session::run(job, progress);
  fmt::print("\n1x1 convolution of 56x56x64 to 64 channels on edge16, memory of {} cycles and {} bytes a cycle\n",
             job.chip.memory.ideal().latency_cycles, job.chip.memory.ideal().bytes_per_cycle);
  if (result.divergence) {
    fmt::print("  {}\n", result.report.difference);
    return 1;
  }
  const ArrayShare share = array_share(result);
  fmt::print("  {:<46} {}\n", "activation rows that enter the array", share.rows);
  fmt::print("  {:<46} {}\n", "cycles, first start to last retirement of matrix", share.cycles);
  fmt::print("  {:<46} {:.2f} % (at least 95 %: {})\n", "share of the array's peak", 100 * share.share(),
             share.share() >= 0.95 ? "yes" : "NO");
  fmt::print("  {:<46} {} (share {:.1f} %)\n", "cycles, doorbell to interrupt", share.program_cycles,
             100.0 * static_cast<double>(share.rows) / static_cast<double>(share.program_cycles));
  fmt::print("  {:<46} equal\n", "RTL, cycle model, reference and ONNX arithmetic");
  return share.share() >= 0.95 ? 0 : 1;
}

void print_models() {
  const Chip chip = open_chip("edge16");
  struct Case {
    const char* name;
    Workload workload;
  };
  const Case cases[] = {{"3x3 convolution of 56x56x64 to 64 channels", Workload(convolution(chip, {64, 56, 3, 1}))},
                        {"3x3 convolution of 14x14x256 to 256 channels", Workload(convolution(chip, {256, 14, 3, 1}))},
                        {"1x1 convolution of 14x14x512 to 512 channels", Workload(convolution(chip, {512, 14, 1, 1}))},
                        {"1x1 convolution of 56x56x64 to 64 channels, fast memory",
                         Workload(convolution(with_fast_memory(chip), {64, 56, 1, 1}))}};
  for (const auto& [name, workload] : cases) {
    fmt::print("\nModels, {} on edge16\n", name);
    const Speed model = cycle_model_speed(workload, kModelRuns);
    print_speed("cycle model", model);
    const Speed platform = platform_speed(workload, library_of(workload.network.chip).create(1), kRuns);
    print_speed("RTL in its platform", platform);
    fmt::print("  {:<44} {:>9.0f} times\n", "cycle model against RTL",
               platform.time.cpu_seconds / model.time.cpu_seconds);
    const Duration reference = reference_time(workload, kRuns);
    fmt::print("  {:<44} {:>9.2f} G MAC/s of CPU time {:>8.3f} s CPU {:>8.3f} s wall\n", "reference model",
               static_cast<double>(workload.macs()) / reference.cpu_seconds / 1e9, reference.cpu_seconds,
               reference.wall_seconds);
  }
}

// Everything from the layer list to the report.
void print_timing() {
  fmt::print("\nTime alone (--on timing), from the file to the report\n");
  const ChipChanges ideal = {"memory.kind=ideal", "memory.bytes_per_cycle=128"};
  const struct {
    const char *layers, *chip;
    ChipChanges changes;
  } cases[] = {{"gemm_4096", "npu128", ideal},
               {"gemm_16384", "npu128", ideal},
               {"gpt3_xl_prefill", "npu128", ideal},
               {"gpt3_xl_decode", "npu128", ideal},
               {"gemm_4096", "npu128", {}},
               {"gpt3_xl_decode", "npu128", {}},
               {"alexnet", "edge32", {}}};
  for (const auto& c : cases) {
    session::Job job;
    job.chip = open_chip(c.chip, c.changes);
    job.network =
        std::filesystem::path(SYSTOLE_SOURCE_DIR) / "testbenches/speed/layers" / (std::string(c.layers) + ".csv");
    job.compile.search = compiler::Search::kFast;
    job.run.view = session::ViewChoice::kTiming;
    std::uint64_t cycles = 0;
    const Duration time = best_of(1, [&] { cycles = session::run(job).report.cycles.value(); });
    fmt::print("  {:<16} on {:<8} {:<6} memory {:>12} cycles {:>8.2f} s CPU {:>8.2f} s wall\n", c.layers, c.chip,
               job.chip.memory.kind(), cycles, time.cpu_seconds, time.wall_seconds);
    std::cout << std::flush;
  }
}

int run(const std::set<std::string>& parts) {
  const auto wanted = [&](const char* part) { return parts.empty() || parts.count(part) != 0; };
  for (const std::string& part : parts)
    if (part != "speed" && part != "blocks" && part != "share" && part != "models" && part != "timing")
      throw UserError("'" + part + "': not a part, allowed: speed, blocks, share, models, timing");
  fmt::print("load average of the last minute {} (an idle machine: near 0); best of {} runs\n", load_average(), kRuns);
  int result = 0;
  if (wanted("share")) result = print_share();
  if (wanted("models")) print_models();
  if (wanted("timing")) print_timing();
  if (wanted("speed")) print_speeds();
  if (wanted("blocks")) print_blocks();
  return result;
}

}  // namespace
}  // namespace systole::bench

int main(int argc, char** argv) {
  try {
    return systole::bench::run({argv + 1, argv + argc});
  } catch (const systole::UserError& error) {
    std::cerr << "systole_speed: " << error.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "systole_speed: " << error.what() << "\n";
    return 1;
  }
}
