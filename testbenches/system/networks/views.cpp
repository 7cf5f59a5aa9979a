// SPDX-License-Identifier: Apache-2.0
#include "system/networks/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "events/event_text.hpp"
#include "host/operators.hpp"
#include "ordering/race_detector.hpp"
#include "support/error.hpp"
#include "views/compare.hpp"
#include "views/pin_runner.hpp"

namespace systole::test {

namespace {

constexpr std::uint64_t kGuardBytes = 4096;
constexpr std::uint8_t kGuard = 0x5C;
constexpr std::uint64_t kMaxCycles = 20'000'000;

std::string compare_with_onnx(const Network& network, const std::vector<HostTensor>& inputs,
                              const compiler::Executor& executor, Seen& seen) {
  std::map<TensorId, HostTensor> expected;
  for (std::size_t i = 0; i < inputs.size(); ++i) expected[network.inputs[i]] = inputs[i];
  for (const Node& node : network.nodes) {
    std::vector<HostTensor> operands;
    for (TensorId t : inputs_of(node.operation))
      operands.push_back(network.tensors[t].is_constant ? HostTensor{} : expected.at(t));
    const std::vector<HostTensor> results = run_node(network, node, operands);
    const std::vector<TensorId> ids = outputs_of(node.operation);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      expected[ids[i]] = results[i];
      const auto got = executor.tensor(ids[i]);
      if (!got) continue;
      ++seen.tensors;
      const auto& name = network.tensors[ids[i]].name;
      if (got->type != results[i].type || got->shape != results[i].shape) return name + ": type or shape differ";
      if (const auto d = report::compare_tensor(name, results[i], "ONNX arithmetic", *got, "rtl"))
        return fmt::format("{} {} of node {}: {}", d->tensor, d->element, node.name, d->what);
    }
  }
  return "";
}

}  // namespace

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

PinView::PinView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated)
    : network_(network), verilated_(std::move(verilated)), dram_(network.dram_bytes, 0) {
  dram_.resize(network.dram_bytes + kGuardBytes, kGuard);
}

void PinView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  invariant(address + bytes.size() <= network_.dram_bytes, "the host writes inside the memory image");
  std::copy(bytes.begin(), bytes.end(), dram_.begin() + static_cast<std::ptrdiff_t>(address));
}

std::vector<std::uint8_t> PinView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  invariant(address + size_bytes <= network_.dram_bytes, "the host reads inside the memory image");
  const auto begin = dram_.begin() + static_cast<std::ptrdiff_t>(address);
  return {begin, begin + static_cast<std::ptrdiff_t>(size_bytes)};
}

void PinView::run_program(std::size_t step, const isa::Program& program) {
  platform::PinRun pins = platform::run_at_pins(*verilated_, network_.chip, program, network_.base_address,
                                                network_.program_address[step], dram_, kMaxCycles);
  if (pins.error_code != 0)
    throw DesignError(fmt::format("step {}: error {} at instruction {}", step, pins.error_code, pins.error_index));
  if (std::any_of(dram_.end() - kGuardBytes, dram_.end(), [](std::uint8_t byte) { return byte != kGuard; }))
    throw DesignError(fmt::format("step {}: the chip wrote behind the network's memory", step));
  report::ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = pins.cycles;
  run.counters = pins.counters;
  run.retired = std::move(pins.trace.retired);
  axi_ = std::move(pins.trace.axi);
  runs_.push_back(std::move(run));
}

const std::uint8_t* PinView::dram(std::uint64_t size_bytes) {
  invariant(size_bytes <= dram_.size(), "the memory image holds what is compared");
  return dram_.data();
}

PlatformView::PlatformView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated)
    : network_(network),
      platform_(
          network.chip,
          [] {
            platform::PlatformOptions options;
            options.record_axi = true;
            return options;
          }(),
          std::move(verilated)) {}

void PlatformView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  platform_.write_memory(address, bytes);
}

std::vector<std::uint8_t> PlatformView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  return platform_.read_memory(address, size_bytes);
}

void PlatformView::run_program(std::size_t step, const isa::Program& program) {
  platform::RunResult result = platform_.run(program, network_.base_address, network_.program_address[step]);
  if (result.error_code != 0)
    throw DesignError(fmt::format("step {}: error {} at instruction {}", step, result.error_code, result.error_index));
  if (platform_.dram().written_end() > network_.dram_bytes)
    throw DesignError(fmt::format("step {}: the chip wrote behind the network's memory", step));
  report::ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = result.cycles;
  run.counters = result.counters;
  run.retired = std::move(result.retire_trace);
  run.wall_seconds = result.wall_seconds;
  axi_ = std::move(result.axi_trace);
  runs_.push_back(std::move(run));
}

const std::uint8_t* PlatformView::dram(std::uint64_t size_bytes) {
  invariant(platform_.dram().holds(0, size_bytes), "the DRAM holds what is compared");
  return platform_.dram().at(0);
}

std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          report::View& reference, RtlTraceView& rtl, Seen& seen) {
  try {
    compiler::Executor expected(network, reference), got(network, rtl);
    expected.begin(inputs);
    got.begin(inputs);
    for (std::size_t i = 0; i < network.steps.size(); ++i) {
      expected.run_step(i);
      got.run_step(i);
      const auto* step = std::get_if<compiler::ChipStep>(&network.steps[i]);
      if (step == nullptr) continue;
      cycle::Limits limits;
      limits.max_cycles = kMaxCycles;
      Recording trace(Recording::Axi::kKeep);
      ordering::RaceDetector races(network.chip, step->program, network.base_address);
      Observers observers({&trace, &races});
      const cycle::Result model =
          cycle::CycleModel(network.chip)
              .run(step->program, network.base_address, network.program_address[i], limits, &observers);
      if (races.count() != 0) return fmt::format("step {}: {}", i, ordering::text(races.races().front(), network.chip));
      // Times first: a transfer that is late explains a byte that is missing, not the other way round.
      if (std::string d = first_difference("AXI", rtl.axi(), trace.axi); !d.empty())
        return fmt::format("step {}: {}", i, d);
      report::ProgramRun timed;
      timed.step = i;
      timed.has_timing = true;
      timed.cycles = model.cycles;
      timed.counters = model.counters;
      timed.retired = std::move(trace.retired);
      if (const auto d = report::compare_timing(network, timed, "cycle model", rtl.runs().back(), "rtl"))
        return report::text(*d, network);
      if (const auto d = report::compare_dram(network, i, reference, rtl)) return report::text(*d, network);
      ++seen.programs;
      seen.instructions += timed.retired.size();
      seen.cycles += timed.cycles;
      seen.axi_events += trace.axi.size();
      seen.dram_bytes += network.dram_bytes;
    }
    seen.outputs = got.outputs();
    return compare_with_onnx(network.network, inputs, got, seen);
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          RtlTraceView& rtl, Seen& seen) {
  report::ReferenceView reference(network);
  return compare_views(network, inputs, reference, rtl, seen);
}

std::shared_ptr<platform::VerilatedChip> make_verilated(const Chip& chip, std::uint32_t seed, bool assertions) {
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  build.assertions = assertions;
  return platform::RtlLibrary(build).create(seed);
}

}  // namespace systole::test
