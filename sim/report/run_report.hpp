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
#include "report/node/node_work.hpp"
#include "report/provenance.hpp"
#include "views/view.hpp"

namespace systole::report {

using Accounts = cycle::EngineAccounts;

// fields.hpp explains the values whose names are those of their keys. Values of time are of a view with a clock.
struct NodeReport {
  std::string name, operator_name, where, fused_into;
  std::string reason;      // on the host: why
  std::string shape;       // of its first output: 1x64x112x112
  std::uint64_t macs = 0;  // as Node::macs
  // As NodeTiming's; 0 on the host.
  std::optional<std::uint64_t> cycles, own_cycles, first_start, last_retirement;
  std::string overlaps;                         // the name of the node with which it shares most cycles
  std::optional<std::uint64_t> overlap_cycles;  // with that one
  // No schedule that moves these bytes takes fewer cycles: the MACs on the whole array, or the bytes at the peak of bus
  // and memory, whichever takes longer. Never more than `cycles`.
  std::uint64_t lower_bound = 0;
  std::optional<double> share;        // own_cycles of the run's
  std::optional<double> utilization;  // of nodes with cycles and MACs: on the whole array, in its cycles
  std::uint64_t dram_bytes = 0;       // that its instructions read and write, without instruction fetch
  // Of a node with cycles: the resource that its instructions keep busy for at least four fifths of them, the busiest
  // if there are several: kBoundBy..
  std::string bound;
  NodeWork work;
  std::optional<std::uint64_t> fill_cycles;  // of the matrix engine at work, outside of passes
  std::optional<Accounts> accounts;          // by the cycle model
};
inline constexpr const char* kBoundByArray = "array";               // passes with weights in most of the array
inline constexpr const char* kBoundByShortPasses = "short passes";  // passes that are mostly longer than their words
inline constexpr const char* kBoundByPadding = "padding";           // passes with mostly empty rows and columns
inline constexpr const char* kBoundByDram = "DRAM";
inline constexpr const char* kBoundByStores = "stores";          // post-processing
inline constexpr const char* kBoundByDependency = "dependency";  // none: engines wait for each other or for latency

// Where the array's cycles went, as shares of the run's cycles. The rest, in which the matrix engine was idle, is what
// is left of 1.
struct ArrayShares {
  double useful = 0;        // multiplications of the network
  double short_passes = 0;  // NodeWork::short_pass_cycles
  double padding = 0;       // NodeWork::padding_cycles
  double fill = 0;          // the matrix engine at work, outside of passes
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
  std::string sha256;                   // of the file
  std::optional<double> outside_range;  // 0 to 1; of an input that the network quantizes
};

// Shares of the network, 0 to 1 each. Nodes that move nothing are not counted.
struct Shares {
  double operators = 0, macs = 0, bytes = 0;  // bytes: of the nodes' outputs
};

// A part of the command's time.
struct Stage {
  std::string name;
  double seconds = 0;
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
  std::optional<ArrayShares> array;
  std::optional<Accounts> accounts;  // the same, by the cycle model
  std::uint64_t instructions = 0;
  double wall_seconds = 0;    // of the chip's steps
  std::vector<Stage> stages;  // of the command, in their order; together its time
  std::optional<double> simulated_cycles_per_second;
  std::optional<bool> outputs_match;
  std::string difference;   // in words, when outputs_match is false
  std::string interrupted;  // in words, if a signal ended the run: figures are of what ran until then
  std::string values;       // in words: what the values of inputs and outputs stand on
  std::string note;         // in words: what is to be known before the figures are read
  std::vector<InputReport> inputs;
  // By `where` of the nodes: the view that the chip's steps ran on, then "host".
  std::array<std::pair<std::string, Shares>, 2> shares;
  std::vector<ViewReport> views;
  std::vector<StepReport> steps;
  std::vector<NodeReport> nodes;
  Provenance made_by;
};

// `runs` are those of the view that the figures are of, `view` its name. Of a run that was interrupted, what is a rate
// or a share of the whole stays unknown.
RunReport make_report(const compiler::CompiledNetwork& network, const std::string& view,
                      const std::vector<views::ProgramRun>& runs, const std::string& interrupted = {});

// What the cycle model's runs spent their cycles on: of the run and of each node. Nothing if one of them has no account.
void add_accounts(RunReport& report, const std::vector<views::ProgramRun>& runs);

// Of all runs together; nothing if one has none, or there are none.
std::optional<Accounts> total_accounts(const std::vector<views::ProgramRun>& runs);

}  // namespace systole::report
