// SPDX-License-Identifier: Apache-2.0
//
// From a job to its result. Everything that a result depends on is in the job, so the same job gives the same result in
// the command line, in a test or in a sweep.
//
//   Job job;
//   job.chip = open_chip("edge16");
//   job.network = "resnet50.onnx";
//   job.run.view = ViewChoice::kModel;
//   const Result result = run(job);      // result.report, result.outputs, ..
//
// Reference and cycle model come with this library. For the RTL, link systole_rtl_view and set run.make_rtl.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"
#include "quantize/calibration.hpp"
#include "quantize/open_network.hpp"
#include "session/network_run.hpp"

namespace systole::session {

struct RandomInputs {};  // by the job's seed
using InputFiles = std::vector<std::filesystem::path>;
using Inputs = std::variant<RandomInputs, InputFiles, std::vector<HostTensor>>;  // in the order of the graph's inputs

struct Job {
  Chip chip;
  // A file (ONNX, or layers as SCALE-Sim lists them), or a network that is normalized already.
  std::variant<std::filesystem::path, Network> network;
  // How a file is read and a float network quantized; `seed` and `keep_float` in it follow from the job's own. A float
  // network without calibration data is calibrated on `inputs`, if these are not random.
  quantize::CalibrationOptions opening;
  bool compare_float = false;       // float networks: how far the outputs are from the float network's
  bool float_average_pool = false;  // average pools smaller than their image are summed in float, on the host
  bool scalesim_rounding = false;   // layer lists: output sizes are rounded up, as SCALE-Sim does
  compiler::CompileOptions compile;
  Inputs inputs;
  std::uint32_t seed = 1;            // of random inputs, calibration data and weights, and the RTL's power-up state
  std::vector<std::string> command;  // the words of the command line that made the job, for the report
  bool digests = false;              // the report names the SHA-256 of every file that was read
  NetworkRunOptions run;             // `rtl.seed` follows from the job's
};

// Callbacks of a running job. Each may be empty; an exception from one ends the job.
struct Progress {
  WorkCallback working;                                        // stages: calibrate, compile, reference, model, check
  std::function<void(const quantize::OpenedNetwork&)> opened;  // before the inputs are read
  std::function<void(const compiler::CompiledNetwork&)> compiled;  // before anything runs
  std::function<void(const std::string&)> build;                   // a line for each phase of a build of the RTL
  NetworkProgressCallback running;                                 // of the RTL
};

// A job up to its programs.
struct Compiled {
  compiler::CompiledNetwork network;
  std::string calibrated_on;  // as OpenedNetwork
  bool calibrated_on_random = false;
  std::vector<HostTensor> inputs;
  std::optional<OnnxGraph> float_network;        // with Job::compare_float
  double read_seconds = 0, compile_seconds = 0;  // a float network is quantized while it is read
};

struct FloatDistance {
  std::string output;
  quantize::Distance distance;
};

struct Result : NetworkRun {
  Compiled compiled;
  std::vector<FloatDistance> float_distances;  // of the float outputs, with Job::compare_float and without a divergence
};

// The network of a job, ready for the compiler. Errors (UserError): as open_network and read_topology; a network that
// is quantized already with Job::compare_float.
quantize::OpenedNetwork open(const Job& job, const WorkCallback& progress = {});

// As open, then inputs and programs. Errors (UserError): inputs that do not fit, what the compiler refuses.
Compiled compile(const Job& job, const Progress& progress = {});

// As compile, then the run. Errors: UserError as above, DesignError when a chip hangs or reports an error.
Result run(const Job& job, const Progress& progress = {});

std::string tool_version();
std::string tool_commit();  // as report::Provenance

}  // namespace systole::session
