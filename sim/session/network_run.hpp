// SPDX-License-Identifier: Apache-2.0
//
// Runs a compiled network on one view, or on all views with a comparison of each step, and checks the outputs.
//
// On every view, the outputs and every tensor that reached the host are compared with the arithmetic of ONNX, which the
// host computes without compiler and chip (views/onnx_comparison.hpp). `all` runs reference, RTL and cycle model in
// lockstep (views/lockstep.hpp). The first difference ends the run. `timing` computes no values: there are no outputs, no
// tensors and no checks, and it runs networks that are compiled without values.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"
#include "report/run_report.hpp"
#include "report/trace_file.hpp"
#include "runtime/executor.hpp"
#include "support/work/interruption.hpp"
#include "support/work/run_limits.hpp"
#include "support/work/work_progress.hpp"
#include "views/compare.hpp"
#include "views/model_view.hpp"
#include "views/view.hpp"

namespace systole::session {

enum class ViewChoice { kReference, kModel, kTiming, kRtl, kAll };

// "reference", "model", "timing", "rtl", "all"; the choice of a name is a UserError for any other.
const char* view_name(ViewChoice choice);
ViewChoice view_choice(const std::string& name);

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
  ViewChoice view = ViewChoice::kReference;
  runtime::Keep keep = runtime::Keep::kNeeded;
  views::RtlOptions rtl;
  views::RtlViewFactory make_rtl;  // for the views rtl and all: rtl_view::make_platform_view
  RunLimits limits;
  bool check_outputs = true;
  views::Races races = views::Races::kFind;  // of the view timing; model and all find them always
};

struct NetworkRunProgress {
  WorkCallback working;                           // stages: reference, model, and check, which is the host's
  std::function<void(const std::string&)> build;  // a line for each phase of a build of the RTL
  NetworkProgressCallback running;                // of the RTL
};

struct NetworkRun {
  report::RunReport report;
  std::vector<HostTensor> outputs;                               // in the order of Network::outputs
  std::map<std::string, HostTensor> tensors;                     // all that the host has seen, by name; with Keep::kAll
  std::optional<views::Divergence> divergence;                   // outputs_match is false then
  std::vector<report::TraceLine> trace;                          // of all programs, if the view knows time
  std::string wave_trouble;                                      // why there is no waveform, though one was wanted
  double build_seconds = 0, run_seconds = 0, check_seconds = 0;  // the chip's library; the steps; the host's check
  std::optional<Interrupted> interrupted;  // a signal ended the run: all of the above is of what ran until then
};

// Errors: UserError for wrong inputs and for less memory than the run takes, DesignError when a chip hangs or reports an error.
NetworkRun run_network(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                       const NetworkRunOptions& options, const NetworkRunProgress& progress = {});

}  // namespace systole::session
