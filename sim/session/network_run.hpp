// SPDX-License-Identifier: Apache-2.0
//
// Runs a compiled network on one view, or on all of them against each other, and checks what comes
// out.
//
// Whatever the view, the outputs and every tensor that came by the host are compared with the
// arithmetic of ONNX computed on the host without compiler and chip (run_node). `all` runs the
// reference, the RTL and the cycle model in step: after each program every byte of DRAM must be
// equal in reference and RTL, and every start and retire cycle, the interrupt's cycle and every
// counter in RTL and cycle model; and while the RTL runs, every transfer on its AXI pins, every start and
// every retirement is held against the model's. The first difference ends the run.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"
#include "report/run_report.hpp"
#include "report/trace_file.hpp"
#include "views/compare.hpp"

namespace systole::report {

enum class ViewChoice { kReference, kModel, kRtl, kAll };

// How far the RTL is; `expected_cycles` is of all chip steps, from the cycle model.
struct NetworkProgress {
  std::size_t step = 0;
  std::string node;          // whose instruction retired last
  std::uint64_t cycles = 0;  // of all chip steps so far
  std::uint64_t expected_cycles = 0;
  double wall_seconds = 0;  // since the first doorbell
};
using NetworkProgressCallback = std::function<void(const NetworkProgress&)>;

struct NetworkRunOptions {
  ViewChoice view = ViewChoice::kAll;
  compiler::Keep keep = compiler::Keep::kNeeded;
  platform::PlatformOptions platform;
  platform::RunLimits limits;
  bool check_outputs = true;
  NetworkProgressCallback progress;  // RTL only
};

struct NetworkRun {
  RunReport report;
  std::vector<HostTensor> outputs;            // in the order of Network::outputs
  std::map<std::string, HostTensor> tensors;  // all that the host has seen, by name
  std::optional<Divergence> divergence;       // outputs_match is false then
  std::vector<TraceLine> trace;               // of all programs, if the view knows time
};

// Errors: UserError for wrong inputs, DesignError when a chip hangs or reports an error.
NetworkRun run_network(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                       const NetworkRunOptions& options);

// One random tensor per graph input: integers over their whole range, int64 and float32 in [-1, 1],
// from std::mt19937 with this seed.
std::vector<HostTensor> random_inputs(const Network& network, std::uint32_t seed);

}  // namespace systole::report
