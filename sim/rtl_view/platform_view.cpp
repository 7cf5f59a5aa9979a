// SPDX-License-Identifier: Apache-2.0
#include "rtl_view/platform_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rtl_view/factory.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"
#include "views/trace_comparison.hpp"

namespace systole::rtl_view {

namespace {

platform::PlatformOptions platform_options(const views::RtlOptions& options, const views::RtlProgress& progress) {
  platform::PlatformOptions result;
  result.seed = options.seed;
  result.waves = !options.wave.file.empty();
  result.assertions = options.assertions;
  result.build_progress = progress.build;
  return result;
}

// "step 2, instruction 17 of node conv1 (Conv): matrix .."
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

PlatformView::PlatformView(const compiler::CompiledNetwork& network, const views::RtlOptions& options,
                           const RunLimits& limits, const views::RtlProgress& progress)
    : network_(network),
      platform_(network.chip, platform_options(options, progress)),
      limits_(limits),
      progress_(progress.program) {
  if (!options.wave.file.empty()) wave_ = std::make_unique<NodeWave>(network, options.wave, platform_.chip());
}

PlatformView::PlatformView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated,
                           const RunLimits& limits)
    : network_(network), platform_(network.chip, {}, std::move(verilated)), limits_(limits) {}

void PlatformView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  platform_.write_memory(address, bytes);
}

std::vector<std::uint8_t> PlatformView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  return platform_.read_memory(address, size_bytes);
}

platform::RunResult PlatformView::run_on_platform(std::size_t step, const isa::Program& program) {
  platform::ProgressCallback progress;
  if (progress_) progress = [&](const platform::Progress& p) { progress_({step, p.cycle, p.newest_index}); };
  std::vector<Observer*> listeners;
  if (wave_) listeners.push_back(wave_.get());
  if (observer_ != nullptr) listeners.push_back(observer_);
  Observers observers(listeners);
  platform_.observe(listeners.empty() ? nullptr : &observers);
  if (wave_) wave_->begin(program);
  try {
    return platform_.run(program, network_.base_address, network_.program_address[step], limits_, progress);
  } catch (const views::TraceDifference&) {
    throw;
  } catch (const DesignError& error) {
    throw DesignError(fmt::format("step {}: {}", step, error.what()));
  }
}

void PlatformView::run_program(std::size_t step, const isa::Program& program) {
  platform::RunResult result = run_on_platform(step, program);
  if (result.error_code != 0)
    throw DesignError(fmt::format("cycle {}: the chip reports error {} ({}) at {}", result.cycles, result.error_code,
                                  platform::error_name(result.error_code),
                                  place(network_, step, program, result.error_index)));
  if (platform_.dram().written_end() > network_.dram_bytes)
    throw DesignError(fmt::format("step {}: the chip wrote DRAM up to {:#x}, the network ends at {:#x}", step,
                                  platform_.dram().written_end(), network_.dram_bytes));
  views::ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = result.cycles;
  run.counters = result.counters;
  run.retired = std::move(result.retire_trace);
  run.wall_seconds = result.wall_seconds;
  runs_.push_back(std::move(run));
  if (result.interrupted) check_interruption();
}

void PlatformView::finish() {
  if (wave_) wave_->finish();
  wave_.reset();
}

const std::uint8_t* PlatformView::dram(std::uint64_t size_bytes) {
  invariant(platform_.dram().holds(0, size_bytes), "the DRAM holds what is compared");
  return platform_.dram().at(0);
}

std::unique_ptr<views::View> make_platform_view(const compiler::CompiledNetwork& network,
                                                const views::RtlOptions& options, const RunLimits& limits,
                                                const views::RtlProgress& progress) {
  wave_node(network.network, options.wave.node);  // a wrong name is told before a build of minutes
  return std::make_unique<PlatformView>(network, options, limits, progress);
}

}  // namespace systole::rtl_view
