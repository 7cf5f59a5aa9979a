// SPDX-License-Identifier: Apache-2.0
#include "views/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "ordering/race_detector.hpp"
#include "support/error.hpp"
#include "views/trace_comparison.hpp"

namespace systole::report {

namespace {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// "step 2, instruction 17 (node conv1: Conv)"
std::string place(const compiler::CompiledNetwork& network, std::size_t step, const isa::Program& program,
                  std::uint32_t index) {
  std::string text = fmt::format("step {}, instruction {}", step, index);
  if (index >= program.instructions.size()) return text;
  const std::uint32_t tag = isa::common_of(program.instructions[index]).tag;
  if (tag < network.network.nodes.size()) {
    const Node& node = network.network.nodes[tag];
    text += fmt::format(" of node {} ({})", node.name, node.operator_name);
  }
  return text + ": " + isa::disassemble(program.instructions[index]);
}

}  // namespace

ReferenceView::ReferenceView(const compiler::CompiledNetwork& network) : backend_(network) {}

void ReferenceView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  backend_.write_dram(address, bytes);
}

std::vector<std::uint8_t> ReferenceView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  return backend_.read_dram(address, size_bytes);
}

void ReferenceView::run_program(std::size_t step, const isa::Program& program) {
  const Stopwatch watch;
  backend_.run_program(step, program);
  ProgramRun run;
  run.step = step;
  run.wall_seconds = watch.seconds();
  runs_.push_back(std::move(run));
}

const std::uint8_t* ReferenceView::dram(std::uint64_t size_bytes) {
  invariant(size_bytes <= backend_.dram().size(), "the memory image holds what is compared");
  return backend_.dram().data();
}

ProgramRun time_program(const compiler::CompiledNetwork& network, std::size_t step, const cycle::Limits& limits) {
  const Stopwatch watch;
  const isa::Program& program = std::get<compiler::ChipStep>(network.steps.at(step)).program;
  Recording trace;
  ordering::RaceDetector races(network.chip, program, network.base_address);
  Observers observers({&trace, &races});
  const cycle::Result result =
      cycle::CycleModel(network.chip)
          .run(program, network.base_address, network.program_address[step], limits, &observers);
  if (races.count() != 0)
    throw DesignError(fmt::format("step {}: {}{}", step, ordering::text(races.races().front(), network.chip),
                                  races.count() > 1 ? fmt::format("; {} more", races.count() - 1) : ""));
  ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = result.cycles;
  run.counters = result.counters;
  run.retired = std::move(trace.retired);
  run.accounts = result.accounts;
  run.wall_seconds = watch.seconds();
  return run;
}

ModelView::ModelView(const compiler::CompiledNetwork& network, const cycle::Limits& limits)
    : ReferenceView(network), network_(network), limits_(limits) {}

void ModelView::run_program(std::size_t step, const isa::Program& program) {
  ReferenceView::run_program(step, program);
  runs_.back() = time_program(network_, step, limits_);
}

RtlView::RtlView(const compiler::CompiledNetwork& network, const platform::PlatformOptions& options,
                 const platform::RunLimits& limits, StepProgress progress)
    : network_(network), platform_(network.chip, options), limits_(limits), progress_(std::move(progress)) {}

void RtlView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  platform_.write_memory(address, bytes);
}

std::vector<std::uint8_t> RtlView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  return platform_.read_memory(address, size_bytes);
}

void RtlView::run_program(std::size_t step, const isa::Program& program) {
  platform::ProgressCallback progress;
  if (progress_) progress = [&](const platform::Progress& p) { progress_(step, p); };
  platform::RunResult result;
  std::optional<TraceComparison> comparison;
  if (compare_with_model_) {
    comparison.emplace(network_.chip, program, network_.base_address, network_.program_address[step]);
    platform_.observe(&*comparison);
  }
  try {
    result = platform_.run(program, network_.base_address, network_.program_address[step], limits_, progress);
    if (comparison && result.error_code == 0) comparison->finish();
    platform_.observe(nullptr);
  } catch (const TraceDifference&) {
    platform_.observe(nullptr);
    throw;
  } catch (const DesignError& error) {
    platform_.observe(nullptr);
    throw DesignError(fmt::format("step {}: {}", step, error.what()));
  }
  if (result.error_code != 0)
    throw DesignError(fmt::format("cycle {}: the chip reports error {} ({}) at {}", result.cycles, result.error_code,
                                  platform::error_name(result.error_code),
                                  place(network_, step, program, result.error_index)));
  if (platform_.dram().written_end() > network_.dram_bytes)
    throw DesignError(fmt::format("step {}: the chip wrote DRAM up to {:#x}, the network ends at {:#x}", step,
                                  platform_.dram().written_end(), network_.dram_bytes));
  ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = result.cycles;
  run.counters = result.counters;
  run.retired = std::move(result.retire_trace);
  run.wall_seconds = result.wall_seconds;
  runs_.push_back(std::move(run));
}

const std::uint8_t* RtlView::dram(std::uint64_t size_bytes) {
  invariant(platform_.dram().holds(0, size_bytes), "the DRAM holds what is compared");
  return platform_.dram().at(0);
}

}  // namespace systole::report
