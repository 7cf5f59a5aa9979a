// SPDX-License-Identifier: Apache-2.0
#include "report/run_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "report/node/node_timing.hpp"
#include "report/numbers.hpp"

namespace systole::report {

using compiler::ChipStep;
using compiler::CompiledNetwork;
using compiler::Place;

namespace {

std::uint64_t output_bytes(const Network& network, const Node& node) {
  std::uint64_t bytes = 0;
  for (TensorId id : outputs_of(node.operation))
    bytes +=
        static_cast<std::uint64_t>(element_count(network.tensors[id].shape)) * element_bytes(network.tensors[id].type);
  return bytes;
}

std::string shape_text(const Shape& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

std::string bound_of(const NodeWork& work, std::uint64_t cycles) {
  constexpr double kMostOfTheTime = 0.8;
  const std::pair<std::uint64_t, const char*> resources[] = {
      {work.array_cycles, kBoundByArray}, {work.dram_cycles, kBoundByDram}, {work.store_cycles, kBoundByStores}};
  const auto longest = std::max_element(std::begin(resources), std::end(resources),
                                        [](const auto& a, const auto& b) { return a.first < b.first; });
  if (static_cast<double>(longest->first) < kMostOfTheTime * static_cast<double>(cycles)) return kBoundByDependency;
  if (longest->second != kBoundByArray) return longest->second;
  if (2 * (work.short_pass_cycles + work.padding_cycles) <= work.array_cycles) return kBoundByArray;
  return work.short_pass_cycles > work.padding_cycles ? kBoundByShortPasses : kBoundByPadding;
}

std::string where_of(Place place, const std::string& view) {
  switch (place) {
    case Place::kChip:
      return view;
    case Place::kHost:
      return "host";
    case Place::kFree:
      return "none";
  }
  throw std::logic_error("a node without a place");
}

// What the runs say of a node.
void add_timing(NodeReport& entry, const NodeTiming& timing, const RunReport& report, const Network& network) {
  entry.cycles = timing.active_cycles;
  entry.own_cycles = timing.own_cycles;
  if (timing.active_cycles == 0) return;
  entry.first_start = timing.first_start;
  entry.last_retirement = timing.last_retirement;
  entry.overlap_cycles = timing.overlap_cycles;
  if (timing.overlaps) entry.overlaps = network.nodes[*timing.overlaps].name;
  if (!report.interrupted.empty()) return;
  entry.fill_cycles = timing.matrix_cycles - std::min(timing.matrix_cycles, entry.work.array_cycles);
  entry.bound = bound_of(entry.work, timing.active_cycles);
  entry.share = share(timing.own_cycles, *report.cycles);
  if (entry.macs > 0)
    entry.utilization =
        static_cast<double>(entry.macs) / (static_cast<double>(timing.active_cycles) * report.macs_per_cycle);
}

void add_nodes(RunReport& report, const CompiledNetwork& network, const std::vector<views::ProgramRun>& runs) {
  const std::vector<NodeTiming> timing = node_timing(network, runs);
  const std::vector<NodeWork> work = node_work(network);
  for (std::size_t i = 0; i < network.network.nodes.size(); ++i) {
    const Node& node = network.network.nodes[i];
    const compiler::NodePlacement& placement = network.placement[i];
    NodeReport entry;
    entry.name = node.name;
    entry.operator_name = node.operator_name;
    entry.where = where_of(placement.place, report.view);
    entry.reason = placement.reason;
    if (placement.fused_into) entry.fused_into = network.network.nodes[*placement.fused_into].name;
    if (const std::vector<TensorId> outputs = outputs_of(node.operation); !outputs.empty())
      entry.shape = shape_text(network.network.tensors[outputs[0]].shape);
    entry.macs = node.macs;
    entry.dram_bytes = work[i].read_bytes + work[i].write_bytes;
    entry.work = work[i];
    report.macs += node.macs;
    if (placement.place == Place::kChip) {
      report.macs_on_chip += node.macs;
      entry.lower_bound =
          std::max((node.macs + report.macs_per_cycle - 1) / report.macs_per_cycle, work[i].dram_cycles);
    }
    if (report.cycles) add_timing(entry, timing[i], report, network.network);
    report.nodes.push_back(std::move(entry));
  }
}

// Of a run with cycles.
void add_array(RunReport& report) {
  if (report.cycles.value_or(0) == 0 || !report.interrupted.empty()) return;
  std::uint64_t passes = 0, short_passes = 0, padding = 0;
  for (const NodeReport& node : report.nodes) {
    passes += node.work.array_cycles;
    short_passes += node.work.short_pass_cycles;
    padding += node.work.padding_cycles;
  }
  const std::uint64_t busy = (*report.counters)[counter_of(isa::Engine::kMatrix, isa::EngineState::kBusy)];
  const auto of_run = [&](std::uint64_t cycles) { return share(cycles, *report.cycles); };
  report.array = ArrayShares{of_run(passes - short_passes - padding), of_run(short_passes), of_run(padding),
                             of_run(busy - std::min(busy, passes))};
}

void add_shares(RunReport& report, const CompiledNetwork& network) {
  struct Sums {
    std::uint64_t operators = 0, macs = 0, bytes = 0;
  };
  Sums all, chip, host;
  for (std::size_t i = 0; i < network.network.nodes.size(); ++i) {
    const Place place = network.placement[i].place;
    if (place == Place::kFree) continue;
    const Node& node = network.network.nodes[i];
    const std::uint64_t bytes = output_bytes(network.network, node);
    for (Sums* sum : {&all, place == Place::kChip ? &chip : &host}) {
      ++sum->operators;
      sum->macs += node.macs;
      sum->bytes += bytes;
    }
  }
  const auto shares = [&all](const Sums& part) {
    return Shares{share(part.operators, all.operators), share(part.macs, all.macs), share(part.bytes, all.bytes)};
  };
  report.shares = {{{report.view, shares(chip)}, {"host", shares(host)}}};
}

void add_steps(RunReport& report, const CompiledNetwork& network, const std::vector<views::ProgramRun>& runs) {
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    StepReport step;
    step.step = i;
    if (const auto* chip = std::get_if<ChipStep>(&network.steps[i])) {
      step.where = report.view;
      step.instructions = chip->program.instructions.size();
      for (const views::ProgramRun& run : runs) {
        if (run.step != i) continue;
        if (run.has_timing) step.cycles = run.cycles;
        step.wall_seconds = run.wall_seconds;
      }
      report.instructions += step.instructions;
    } else {
      step.where = "host";
    }
    report.steps.push_back(step);
  }
}

// Cycles and counters are known if every program's are.
void add_runs(RunReport& report, const std::vector<views::ProgramRun>& runs) {
  for (const views::ProgramRun& run : runs) report.wall_seconds += run.wall_seconds;
  const auto timed = [](const views::ProgramRun& run) { return run.has_timing; };
  if (report.view == "reference" || !std::all_of(runs.begin(), runs.end(), timed)) return;
  std::uint64_t cycles = 0;
  Counters counters = {};
  for (const views::ProgramRun& run : runs) {
    cycles += run.cycles;
    for (std::size_t k = 0; k < kCounters; ++k) counters[k] += run.counters[k];
  }
  report.cycles = cycles;
  report.milliseconds = static_cast<double>(cycles) / (1e3 * report.clock_mhz);
  report.counters = counters;
  report.dram_read_bytes = counters[counter::kReadBytes];
  report.dram_write_bytes = counters[counter::kWriteBytes];
}

// What follows from the cycles at the chip's clock, if there are any.
void add_speed(RunReport& report, std::uint64_t inferences) {
  if (report.cycles.value_or(0) == 0 || !report.interrupted.empty()) return;
  const double cycles = static_cast<double>(*report.cycles), seconds = cycles / (1e6 * report.clock_mhz);
  const double bytes = static_cast<double>(*report.dram_read_bytes + *report.dram_write_bytes);
  report.utilization = static_cast<double>(report.macs_on_chip) / (cycles * report.macs_per_cycle);
  report.latency_seconds = seconds;
  report.inferences_per_second = static_cast<double>(inferences) / seconds;
  report.tops = 2 * static_cast<double>(report.macs_on_chip) / seconds * 1e-12;
  report.dram_bytes_per_second = bytes / seconds;
  report.dram_share = *report.dram_bytes_per_second / report.dram_peak;
  if (report.wall_seconds > 0) report.simulated_cycles_per_second = cycles / report.wall_seconds;
}

// A run is as many inferences as its first input's first dimension.
std::uint64_t inferences_of(const Network& network) {
  if (network.inputs.empty()) return 1;
  const Shape& shape = network.tensors[network.inputs[0]].shape;
  return shape.empty() ? 1 : static_cast<std::uint64_t>(std::max<std::int64_t>(shape[0], 1));
}

}  // namespace

RunReport make_report(const CompiledNetwork& network, const std::string& view,
                      const std::vector<views::ProgramRun>& runs, const std::string& interrupted) {
  RunReport report;
  report.interrupted = interrupted;
  report.chip = network.chip.name;
  report.network = network.network.name;
  report.note = network.network.note;
  report.view = view;
  report.clock_mhz = network.chip.clock_mhz;
  report.macs_per_cycle = network.chip.macs_per_cycle();
  report.peak_tops = 2e-6 * report.clock_mhz * report.macs_per_cycle;
  report.dram_peak = network.chip.memory.peak_bytes_per_cycle(network.chip.clock_mhz) * network.chip.clock_mhz * 1e6;
  add_runs(report, runs);
  add_nodes(report, network, runs);
  add_array(report);
  const auto on_chip = [](const compiler::NodePlacement& placement) { return placement.place == Place::kChip; };
  if (std::none_of(network.placement.begin(), network.placement.end(), on_chip))
    report.note += (report.note.empty() ? "" : "; ") +
                   std::string("no node of this network runs on the chip: it takes no cycle and does nothing");
  add_shares(report, network);
  add_steps(report, network, runs);
  add_speed(report, inferences_of(network.network));
  return report;
}

void add_accounts(RunReport& report, const std::vector<views::ProgramRun>& runs) {
  report.accounts = total_accounts(runs);
  if (!report.accounts) return;
  for (const views::ProgramRun& run : runs)
    for (const auto& [index, accounts] : run.accounts_by_node) {
      if (index >= report.nodes.size()) continue;
      NodeReport& node = report.nodes[index];
      if (!node.accounts) node.accounts.emplace();
      for (std::size_t e = 0; e < isa::kEngines; ++e) (*node.accounts)[e] += accounts[e];
    }
}

std::optional<Accounts> total_accounts(const std::vector<views::ProgramRun>& runs) {
  if (runs.empty()) return std::nullopt;
  Accounts total = {};
  for (const views::ProgramRun& run : runs) {
    if (!run.accounts) return std::nullopt;
    for (std::size_t e = 0; e < isa::kEngines; ++e) total[e] += (*run.accounts)[e];
  }
  return total;
}

}  // namespace systole::report
