// SPDX-License-Identifier: Apache-2.0
#include "report/run_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "report/node_work.hpp"
#include "report/numbers.hpp"
#include "report/table.hpp"

namespace systole::report {

using compiler::ChipStep;
using compiler::CompiledNetwork;
using compiler::HostStep;
using compiler::Place;

std::vector<std::uint64_t> node_cycles(const CompiledNetwork& network, const std::vector<ProgramRun>& runs) {
  std::vector<std::uint64_t> cycles(network.network.nodes.size(), 0);
  for (const ProgramRun& run : runs) {
    if (!run.has_timing) continue;
    const isa::Program& program = std::get<ChipStep>(network.steps[run.step]).program;
    std::map<std::uint32_t, std::uint64_t> finished;  // node: cycle of its last retirement
    for (const Retired& retired : run.retired) {
      std::uint64_t& cycle = finished[isa::common_of(program.instructions[retired.index]).tag];
      cycle = std::max(cycle, retired.retire_cycle);
    }
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (const auto& [node, cycle] : finished)
      if (node < cycles.size()) order.push_back({cycle, node});
    std::sort(order.begin(), order.end());
    std::uint64_t begin = 0;
    for (const auto& [cycle, node] : order) {
      cycles[node] += cycle - begin;
      begin = cycle;
    }
    if (!order.empty() && run.cycles > begin) cycles[order.back().second] += run.cycles - begin;
  }
  return cycles;
}

namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
}

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
      {work.array_cycles, "array"}, {work.dram_cycles, "DRAM"}, {work.store_cycles, "stores"}};
  const auto longest = std::max_element(std::begin(resources), std::end(resources),
                                        [](const auto& a, const auto& b) { return a.first < b.first; });
  return static_cast<double>(longest->first) < kMostOfTheTime * static_cast<double>(cycles) ? "dependency"
                                                                                            : longest->second;
}

void add_nodes(RunReport& report, const CompiledNetwork& network, const std::vector<ProgramRun>& runs,
               bool has_timing) {
  const std::vector<std::uint64_t> cycles = node_cycles(network, runs);
  const std::vector<NodeWork> work = node_work(network);
  struct Sums {
    std::uint64_t operators = 0, macs = 0, bytes = 0;
  };
  Sums all;
  Sums chip, host;
  for (std::size_t i = 0; i < network.network.nodes.size(); ++i) {
    const Node& node = network.network.nodes[i];
    const compiler::NodePlacement& placement = network.placement[i];
    NodeReport entry;
    entry.name = node.name;
    entry.operator_name = node.operator_name;
    entry.where = placement.place == Place::kHost ? "host" : placement.place == Place::kFree ? "none" : report.view;
    entry.reason = placement.reason;
    if (placement.fused_into) entry.fused_into = network.network.nodes[*placement.fused_into].name;
    entry.macs = node.macs;
    if (const std::vector<TensorId> outputs = outputs_of(node.operation); !outputs.empty())
      entry.shape = shape_text(network.network.tensors[outputs[0]].shape);
    if (has_timing) entry.cycles = cycles[i];
    entry.dram_bytes = work[i].read_bytes + work[i].write_bytes;
    if (placement.place == Place::kChip)
      entry.lower_bound =
          std::max((node.macs + report.macs_per_cycle - 1) / report.macs_per_cycle, work[i].dram_cycles);
    if (has_timing && cycles[i] > 0) entry.bound = bound_of(work[i], cycles[i]);
    report.macs += node.macs;
    if (placement.place == Place::kChip) report.macs_on_chip += node.macs;
    if (placement.place != Place::kFree) {
      const std::uint64_t size = output_bytes(network.network, node);
      for (Sums* sum : {&all, placement.place == Place::kChip ? &chip : &host}) {
        ++sum->operators;
        sum->macs += node.macs;
        sum->bytes += size;
      }
    }
    report.nodes.push_back(entry);
  }
  const auto shares = [&all](const Sums& part) {
    return Shares{share(part.operators, all.operators), share(part.macs, all.macs), share(part.bytes, all.bytes)};
  };
  report.shares = {{{report.view, shares(chip)}, {"host", shares(host)}}};
}

void add_steps(RunReport& report, const CompiledNetwork& network, const std::vector<ProgramRun>& runs) {
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    StepReport step;
    step.step = i;
    if (const auto* chip = std::get_if<ChipStep>(&network.steps[i])) {
      step.where = report.view;
      step.instructions = chip->program.instructions.size();
      for (const ProgramRun& run : runs) {
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

template <typename T>
nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace

RunReport make_report(const CompiledNetwork& network, const std::string& view, const std::vector<ProgramRun>& runs) {
  RunReport report;
  report.chip = network.chip.name;
  report.network = network.network.name;
  report.view = view;
  report.clock_mhz = network.chip.clock_mhz;
  report.macs_per_cycle = network.chip.macs_per_cycle();
  report.dram_peak = network.chip.memory.peak_bytes_per_cycle(network.chip.clock_mhz) * network.chip.clock_mhz * 1e6;
  if (!network.network.inputs.empty()) {
    const Shape& shape = network.network.tensors[network.network.inputs[0]].shape;
    if (!shape.empty()) report.batch = static_cast<std::uint64_t>(std::max<std::int64_t>(shape[0], 1));
  }
  const bool has_timing =
      std::all_of(runs.begin(), runs.end(), [](const ProgramRun& r) { return r.has_timing; }) && view != "reference";
  if (has_timing) {
    report.cycles = 0;
    report.counters = Counters{};
  }
  for (const ProgramRun& run : runs) {
    report.wall_seconds += run.wall_seconds;
    if (!has_timing) continue;
    *report.cycles += run.cycles;
    for (std::size_t k = 0; k < kCounters; ++k) (*report.counters)[k] += run.counters[k];
  }
  add_nodes(report, network, runs, has_timing);
  add_steps(report, network, runs);
  if (report.cycles && *report.cycles > 0) {
    const double cycles = static_cast<double>(*report.cycles);
    report.utilization = static_cast<double>(report.macs_on_chip) / (cycles * report.macs_per_cycle);
    if (report.wall_seconds > 0) report.simulated_cycles_per_second = cycles / report.wall_seconds;
  }
  return report;
}

std::optional<std::array<cycle::Account, isa::kEngines>> total_accounts(const std::vector<ProgramRun>& runs) {
  if (runs.empty()) return std::nullopt;
  std::array<cycle::Account, isa::kEngines> total = {};
  for (const ProgramRun& run : runs) {
    if (!run.accounts) return std::nullopt;
    for (std::size_t e = 0; e < isa::kEngines; ++e) {
      const cycle::Account& account = (*run.accounts)[e];
      total[e].busy += account.busy;
      for (std::size_t partner = 0; partner < isa::kEngines; ++partner)
        total[e].semaphore[partner] += account.semaphore[partner];
      total[e].memory += account.memory;
      total[e].port += account.port;
      total[e].instruction += account.instruction;
    }
  }
  return total;
}

namespace {

// What follows from the cycles at the chip's clock.
struct Pace {
  double latency_seconds, inferences_per_second, operations_per_second, dram_bytes_per_second;
};
std::optional<Pace> pace_of(const RunReport& r) {
  if (!r.cycles || *r.cycles == 0 || !r.counters) return std::nullopt;
  const double seconds = static_cast<double>(*r.cycles) / (1e6 * r.clock_mhz);
  const std::uint64_t bytes = (*r.counters)[counter::kReadBytes] + (*r.counters)[counter::kWriteBytes];
  return Pace{seconds, static_cast<double>(r.batch) / seconds, 2 * static_cast<double>(r.macs_on_chip) / seconds,
              static_cast<double>(bytes) / seconds};
}

std::optional<double> utilization_of(const NodeReport& node, const RunReport& r) {
  if (!node.cycles || *node.cycles == 0 || node.macs == 0) return std::nullopt;
  return static_cast<double>(node.macs) / (static_cast<double>(*node.cycles) * r.macs_per_cycle);
}

// The parts of an account with their names, in the order in which they are shown.
std::vector<std::pair<std::string, std::uint64_t>> parts_of(const cycle::Account& account) {
  std::vector<std::pair<std::string, std::uint64_t>> parts = {{"busy", account.busy}};
  for (std::size_t partner = 0; partner < isa::kEngines; ++partner)
    parts.push_back({fmt::format("wait_{}", isa::kEngineNames[partner]), account.semaphore[partner]});
  parts.push_back({"wait_memory", account.memory});
  parts.push_back({"wait_port", account.port});
  parts.push_back({"wait_instruction", account.instruction});
  return parts;
}

nlohmann::ordered_json accounts_json(const RunReport& report) {
  if (!report.accounts) return nullptr;
  nlohmann::ordered_json json;
  for (std::size_t e = 0; e < isa::kEngines; ++e)
    for (const auto& [part, cycles] : parts_of((*report.accounts)[e])) json[isa::kEngineNames[e]][part] = cycles;
  return json;
}

// A line for each operator and reason, with its nodes: all if they are few, otherwise the first and how many more.
std::string host_reasons(const RunReport& r) {
  constexpr std::size_t kNamed = 3;
  struct Line {
    std::string operator_name, reason;
    std::vector<std::string> nodes;
  };
  std::vector<Line> lines;  // in the order of their first nodes
  for (const NodeReport& node : r.nodes) {
    if (node.where != "host") continue;
    const auto same = [&](const Line& line) {
      return line.operator_name == node.operator_name && line.reason == node.reason;
    };
    auto line = std::find_if(lines.begin(), lines.end(), same);
    if (line == lines.end()) line = lines.insert(lines.end(), {node.operator_name, node.reason, {}});
    line->nodes.push_back(node.name);
  }
  std::string text;
  for (const Line& line : lines) {
    const bool few = line.nodes.size() <= kNamed;
    text += fmt::format("  {} ({}): {}\n", line.operator_name,
                        few ? fmt::format("{}", fmt::join(line.nodes, ", "))
                            : fmt::format("{} and {} more", line.nodes[0], line.nodes.size() - 1),
                        line.reason.empty() ? "not an operator of the chip" : line.reason);
  }
  return text;
}

}  // namespace

nlohmann::ordered_json to_json(const RunReport& r) {
  nlohmann::ordered_json json;
  json["chip"] = r.chip;
  json["network"] = r.network;
  json["view"] = r.view;
  json["cycles"] = or_null(r.cycles);
  json["macs"] = r.macs;
  json["macs_on_chip"] = r.macs_on_chip;
  json["utilization"] = or_null(r.utilization);
  const std::optional<Pace> pace = pace_of(r);
  const auto of_pace = [&](double Pace::*figure, double scale) {
    return pace ? nlohmann::ordered_json((*pace).*figure * scale) : nlohmann::ordered_json(nullptr);
  };
  json["latency_seconds"] = of_pace(&Pace::latency_seconds, 1);
  json["inferences_per_second"] = of_pace(&Pace::inferences_per_second, 1);
  json["tops"] = of_pace(&Pace::operations_per_second, 1e-12);
  json["dram_bytes_per_second"] = of_pace(&Pace::dram_bytes_per_second, 1);
  json["dram_peak_bytes_per_second"] = r.dram_peak;
  json["dram_read_bytes"] = r.counters ? nlohmann::ordered_json((*r.counters)[counter::kReadBytes]) : nullptr;
  json["dram_write_bytes"] = r.counters ? nlohmann::ordered_json((*r.counters)[counter::kWriteBytes]) : nullptr;
  json["instructions"] = r.instructions;
  json["wall_seconds"] = r.wall_seconds;
  json["compile_seconds"] = or_null(r.compile_seconds);
  json["simulated_cycles_per_second"] = or_null(r.simulated_cycles_per_second);
  json["outputs_match"] = or_null(r.outputs_match);
  if (!r.difference.empty()) json["difference"] = r.difference;
  json["clock_mhz"] = r.clock_mhz;
  json["macs_per_cycle"] = r.macs_per_cycle;
  json["accounts"] = accounts_json(r);
  const auto shares_json = [](const Shares& s) {
    return nlohmann::ordered_json{{"operators", s.operators}, {"macs", s.macs}, {"bytes", s.bytes}};
  };
  json["on_chip"] = shares_json(r.shares[0].second);
  for (const auto& [where, shares] : r.shares) json["shares"][where] = shares_json(shares);
  if (r.counters) {
    nlohmann::ordered_json counters;
    for (std::size_t k = 0; k < kCounters; ++k) counters[kCounterNames[k]] = (*r.counters)[k];
    json["counters"] = counters;
  }
  json["views"] = nlohmann::ordered_json::array();
  for (const ViewReport& view : r.views)
    json["views"].push_back(
        {{"name", view.name}, {"cycles", or_null(view.cycles)}, {"wall_seconds", view.wall_seconds}});
  json["steps"] = nlohmann::ordered_json::array();
  for (const StepReport& step : r.steps)
    json["steps"].push_back({{"step", step.step},
                             {"where", step.where},
                             {"instructions", step.instructions},
                             {"cycles", or_null(step.cycles)},
                             {"wall_seconds", step.wall_seconds}});
  json["nodes"] = nlohmann::ordered_json::array();
  for (const NodeReport& node : r.nodes) {
    nlohmann::ordered_json entry = {{"name", node.name},
                                    {"operator", node.operator_name},
                                    {"where", node.where},
                                    {"shape", node.shape},
                                    {"macs", node.macs},
                                    {"cycles", or_null(node.cycles)},
                                    {"lower_bound_cycles", node.lower_bound},
                                    {"utilization", or_null(utilization_of(node, r))},
                                    {"dram_bytes", node.dram_bytes}};
    if (!node.bound.empty()) entry["bound"] = node.bound;
    if (!node.reason.empty()) entry["reason"] = node.reason;
    if (!node.fused_into.empty()) entry["fused_into"] = node.fused_into;
    json["nodes"].push_back(entry);
  }
  return json;
}

std::string to_csv(const RunReport& r) {
  std::string out =
      "node,operator,where,fused_into,shape,macs,cycles,lower_bound_cycles,utilization,dram_bytes,bound\n";
  for (const NodeReport& node : r.nodes) {
    const std::optional<double> utilization = utilization_of(node, r);
    out += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(node.name), csv_field(node.operator_name),
                       node.where, csv_field(node.fused_into), node.shape, node.macs,
                       node.cycles ? fmt::format("{}", *node.cycles) : "", node.lower_bound,
                       utilization ? fmt::format("{:.4f}", *utilization) : "", node.dram_bytes, node.bound);
  }
  std::uint64_t lower_bound = 0, dram_bytes = 0;
  for (const NodeReport& node : r.nodes) {
    lower_bound += node.lower_bound;
    dram_bytes += node.dram_bytes;
  }
  return out + fmt::format("total,,{},,,{},{},{},{},{},\n", r.view, r.macs,
                           r.cycles ? fmt::format("{}", *r.cycles) : "", lower_bound,
                           r.utilization ? fmt::format("{:.4f}", *r.utilization) : "", dram_bytes);
}

std::string to_text(const RunReport& r) {
  std::string out = fmt::format("{} on {}, view: {}\n\n", r.network, r.chip, r.view);

  std::vector<std::vector<std::string>> rows = {
      {"node", "operator", "on", "output", "bound by", "MACs", "cycles", "at least", "of all", "utilization", "DRAM"}};
  for (const NodeReport& node : r.nodes) {
    const bool timed = node.cycles && *node.cycles > 0;
    std::string where = node.where;
    if (!node.fused_into.empty()) where += " (in " + node.fused_into + ")";
    const std::optional<double> utilization = utilization_of(node, r);
    rows.push_back({node.name, node.operator_name, where, node.shape, timed ? node.bound : "-",
                    node.macs == 0 ? "-" : grouped(node.macs), timed ? grouped(*node.cycles) : "-",
                    node.lower_bound == 0 ? "-" : grouped(node.lower_bound),
                    timed ? share_text(share(*node.cycles, *r.cycles)) : "-",
                    utilization ? share_text(*utilization) : "-",
                    node.dram_bytes == 0 ? "-" : bytes_text(node.dram_bytes)});
  }
  out += table(rows, 5) + "\n";

  std::vector<std::vector<std::string>> facts;
  const auto fact = [&facts](const std::string& name, const std::string& value) { facts.push_back({name, value}); };
  if (r.cycles) {
    fact("cycles", fmt::format("{} doorbell to interrupt, {:.3f} ms at {} MHz", grouped(*r.cycles),
                               static_cast<double>(*r.cycles) / (1e3 * r.clock_mhz), r.clock_mhz));
  }
  const std::optional<Pace> pace = pace_of(r);
  if (pace)
    fact("speed", fmt::format("{:.1f} inferences/s, {:.3f} TOP/s of {:.3f}", pace->inferences_per_second,
                              pace->operations_per_second * 1e-12, 2e-6 * r.clock_mhz * r.macs_per_cycle));
  fact("MACs", fmt::format("{}, {} of them on the chip", grouped(r.macs), grouped(r.macs_on_chip)));
  if (r.utilization)
    fact("utilization", fmt::format("{} of {} MACs a cycle", share_text(*r.utilization), grouped(r.macs_per_cycle)));
  for (const auto& [where, shares] : r.shares)
    fact("on " + where, fmt::format("{} of the operators, {} of the MACs, {} of the output bytes",
                                    share_text(shares.operators), share_text(shares.macs), share_text(shares.bytes)));
  fact("instructions", grouped(r.instructions));
  if (r.counters) {
    const Counters& c = *r.counters;
    std::string dram =
        fmt::format("{} read, {} written", bytes_text(c[counter::kReadBytes]), bytes_text(c[counter::kWriteBytes]));
    if (pace)
      dram += fmt::format(", {:.2f} GB/s, {} of the peak", pace->dram_bytes_per_second * 1e-9,
                          share_text(pace->dram_bytes_per_second / r.dram_peak));
    fact("DRAM", dram);
    std::string busy;
    for (const isa::Engine engine : isa::kAllEngines)
      busy += fmt::format("{}{} {}", busy.empty() ? "" : ", ", isa::engine_name(engine),
                          share_text(share(c[counter_of(engine, isa::EngineState::kBusy)], c[counter::kCycles])));
    fact("busy", busy);
  }
  if (r.accounts && r.cycles && *r.cycles > 0) {
    for (std::size_t e = 0; e < isa::kEngines; ++e) {
      std::string waits;
      for (const auto& [part, cycles] : parts_of((*r.accounts)[e]))
        if (part != "busy" && cycles != 0)
          waits +=
              fmt::format("{}{} {}", waits.empty() ? "" : ", ", part.substr(5), share_text(share(cycles, *r.cycles)));
      fact(fmt::format("{} waits", isa::kEngineNames[e]), "for " + waits);
    }
  }
  if (r.compile_seconds)
    fact("compile", fmt::format("{} from the file to the programs", duration_text(*r.compile_seconds)));
  fact("simulation", r.simulated_cycles_per_second ? fmt::format("{}, {} cycles/s", duration_text(r.wall_seconds),
                                                                 rate_text(*r.simulated_cycles_per_second))
                                                   : duration_text(r.wall_seconds));
  if (r.outputs_match)
    fact("outputs", *r.outputs_match ? (r.view == "all" ? "every bit and every cycle equal in all views, and "
                                                          "equal to the ONNX arithmetic"
                                                        : "equal to the ONNX arithmetic, bit for bit")
                                     : "DIFFERENT");
  out += table(facts, 2);

  if (const std::string reasons = host_reasons(r); !reasons.empty()) out += "\non the host, because\n" + reasons;
  return out;
}

}  // namespace systole::report
