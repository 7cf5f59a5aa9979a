// SPDX-License-Identifier: Apache-2.0
//
// What a run of a network is told as: JSON for programs, a table for people. The keys of the JSON
// are documented in docs/user/command_line.md and stay.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "views/view.hpp"

namespace systole::report {

struct NodeReport {
  std::string name, operator_name;
  std::string where;       // "rtl", "reference", "model", "host", or "none" for a Reshape that moves nothing
  std::string reason;      // for "host": why
  std::string fused_into;  // name of the node whose instructions compute this one too
  std::string shape;       // of its first output: 1x64x112x112
  std::uint64_t macs = 0;
  std::optional<std::uint64_t> cycles;  // of a view with a clock; 0 on the host
  std::uint64_t dram_bytes = 0;         // that its instructions read and write, without instruction fetch
  // No schedule that moves these bytes is faster: the MACs at all of the array, the bytes at the peak of bus and memory.
  std::uint64_t lower_bound = 0;
  // Of a node with cycles: what its instructions keep busy for four fifths of them at least, "array", "DRAM" or "stores"
  // (post-processing), the longest if there are several; "dependency" if nothing.
  std::string bound;
};

struct StepReport {
  std::size_t step = 0;
  std::string where;               // as of a node
  std::uint64_t instructions = 0;  // of chip steps
  std::optional<std::uint64_t> cycles;
  double wall_seconds = 0;
};

struct ViewReport {
  std::string name;
  std::optional<std::uint64_t> cycles;
  double wall_seconds = 0;
};

// Shares of the network, 0 to 1 each. Nodes that move nothing are not counted.
struct Shares {
  double operators = 0, macs = 0, bytes = 0;  // bytes: of the nodes' outputs
};

struct RunReport {
  std::string chip, network, view;  // view: "rtl", "reference", "model" or "all"
  std::uint32_t clock_mhz = 0, macs_per_cycle = 0;
  std::optional<std::uint64_t> cycles;       // doorbell to interrupt, all chip steps together
  std::uint64_t macs = 0, macs_on_chip = 0;  // of the ONNX graph, padding taps included
  std::optional<double> utilization;         // macs_on_chip / (cycles * macs_per_cycle)
  std::uint64_t batch = 1;                   // inferences of a run: the first dimension of the first input
  double dram_peak = 0;                      // bytes per second
  std::optional<Counters> counters;          // all chip steps together
  std::optional<std::array<cycle::Account, isa::kEngines>> accounts;  // the same, by the cycle model
  std::uint64_t instructions = 0;
  double wall_seconds = 0;                // of the chip's steps
  std::optional<double> compile_seconds;  // from the file to the programs, quantization included
  std::optional<double> simulated_cycles_per_second;
  std::optional<bool> outputs_match;
  std::string difference;  // in words, when outputs_match is false
  // By `where` of the nodes: the view that the chip's steps ran on, then "host".
  std::array<std::pair<std::string, Shares>, 2> shares;
  std::vector<ViewReport> views;
  std::vector<StepReport> steps;
  std::vector<NodeReport> nodes;
};

// `runs` are those of the view that the figures are of, `view` its name.
RunReport make_report(const compiler::CompiledNetwork& network, const std::string& view,
                      const std::vector<ProgramRun>& runs);

// Cycles of each node: a cycle belongs to the node that finishes next, by the last retirement of
// its instructions; what is left after the last retirement belongs to the last node. So the nodes
// of a program add up to its cycles.
std::vector<std::uint64_t> node_cycles(const compiler::CompiledNetwork& network, const std::vector<ProgramRun>& runs);

// Of all runs together; nothing if one has none, or there are none.
std::optional<std::array<cycle::Account, isa::kEngines>> total_accounts(const std::vector<ProgramRun>& runs);

nlohmann::ordered_json to_json(const RunReport& report);
// A line for each node, after a line of names; last a line `total`.
std::string to_csv(const RunReport& report);
std::string to_text(const RunReport& report);

}  // namespace systole::report
