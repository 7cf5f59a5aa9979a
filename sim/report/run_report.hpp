// SPDX-License-Identifier: Apache-2.0
//
// The report of a run: every figure that JSON, CSV and the terminal show, computed once. fields.hpp says how they show
// it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "views/view.hpp"

namespace systole::report {

using Accounts = std::array<cycle::Account, isa::kEngines>;

// fields.hpp explains the values whose names are those of their keys.
struct NodeReport {
  std::string name, operator_name, where, fused_into;
  std::string reason;                   // on the host: why
  std::string shape;                    // of its first output: 1x64x112x112
  std::uint64_t macs = 0;               // as Node::macs
  std::optional<std::uint64_t> cycles;  // of a view with a clock; 0 on the host
  // No schedule that moves these bytes takes fewer cycles: the MACs on the whole array, or the bytes at the peak of bus
  // and memory, whichever takes longer.
  std::uint64_t lower_bound = 0;
  std::optional<double> cycles_share;  // of the run's
  std::optional<double> utilization;   // of nodes with cycles and MACs
  std::uint64_t dram_bytes = 0;        // that its instructions read and write, without instruction fetch
  // Of a node with cycles: the resource that its instructions keep busy for at least four fifths of them. It is
  // "array", "DRAM" or "stores" (post-processing), the busiest if there are several; "dependency" if there is none.
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

struct InputReport {
  std::string name, source;             // source: a file, "random", or "given"
  std::optional<double> outside_range;  // 0 to 1; of an input that the network quantizes
};

// Shares of the network, 0 to 1 each. Nodes that move nothing are not counted.
struct Shares {
  double operators = 0, macs = 0, bytes = 0;  // bytes: of the nodes' outputs
};

struct RunReport {
  std::string chip, network, view;  // view: "rtl", "reference", "model" or "all"
  std::uint32_t clock_mhz = 0, macs_per_cycle = 0;
  std::optional<std::uint64_t> cycles;                                 // doorbell to interrupt, all chip steps together
  std::optional<double> milliseconds;                                  // the same at the chip's clock
  std::uint64_t macs = 0, macs_on_chip = 0;                            // of the ONNX graph, padding taps included
  std::optional<double> utilization;                                   // macs_on_chip / (cycles * macs_per_cycle)
  std::optional<double> latency_seconds, inferences_per_second, tops;  // known if there are cycles
  double peak_tops = 0;
  std::optional<double> dram_bytes_per_second, dram_share;  // dram_share: of the peak
  double dram_peak = 0;                                     // bytes per second
  std::optional<std::uint64_t> dram_read_bytes, dram_write_bytes;
  std::optional<Counters> counters;  // all chip steps together
  std::optional<Accounts> accounts;  // the same, by the cycle model
  std::uint64_t instructions = 0;
  double wall_seconds = 0;                // of the chip's steps
  std::optional<double> compile_seconds;  // from the file to the programs, quantization included
  std::optional<double> simulated_cycles_per_second;
  std::optional<bool> outputs_match;
  std::string difference;  // in words, when outputs_match is false
  std::string values;      // in words: what the values of inputs and outputs stand on
  std::vector<InputReport> inputs;
  // By `where` of the nodes: the view that the chip's steps ran on, then "host".
  std::array<std::pair<std::string, Shares>, 2> shares;
  std::vector<ViewReport> views;
  std::vector<StepReport> steps;
  std::vector<NodeReport> nodes;
};

// `runs` are those of the view that the figures are of, `view` its name.
RunReport make_report(const compiler::CompiledNetwork& network, const std::string& view,
                      const std::vector<views::ProgramRun>& runs);

// Cycles of each node: a cycle belongs to the node that finishes next, by the last retirement of
// its instructions; what is left after the last retirement belongs to the last node. So the nodes
// of a program add up to its cycles.
std::vector<std::uint64_t> node_cycles(const compiler::CompiledNetwork& network,
                                       const std::vector<views::ProgramRun>& runs);

// Of all runs together; nothing if one has none, or there are none.
std::optional<Accounts> total_accounts(const std::vector<views::ProgramRun>& runs);

}  // namespace systole::report
