// SPDX-License-Identifier: Apache-2.0
#include "session/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "scalesim/topology.hpp"
#include "session/commit.hpp"  // made at build time
#include "session/inputs.hpp"
#include "support/digest.hpp"
#include "support/error.hpp"
#include "views/stopwatch.hpp"

namespace systole::session {

namespace {

std::string network_name(const Job& job) {
  if (const auto* file = std::get_if<std::filesystem::path>(&job.network)) return file->string();
  return std::get<Network>(job.network).name;
}

bool is_timed_only(const Job& job) { return job.run.view == ViewChoice::kTiming; }

quantize::CalibrationOptions calibration_of(const Job& job) {
  quantize::CalibrationOptions options = job.opening;
  if (std::holds_alternative<quantize::SeededData>(options.data) && !options.samples) {
    if (const auto* files = std::get_if<InputFiles>(&job.inputs)) options.data = *files;
    if (const auto* tensors = std::get_if<std::vector<HostTensor>>(&job.inputs)) options.data = *tensors;
  }
  options.seed = job.seed;
  options.keep_float = job.compare_float;
  options.random_weights |= is_timed_only(job);
  return options;
}

quantize::OpenedNetwork open_file(const std::filesystem::path& file, const Job& job, const WorkCallback& progress) {
  if (topology::is_topology_file(file)) {
    if (job.opening.random_weights)
      throw UserError(file.string() + ": --random-weights is for ONNX files; a layer list has random weights always");
    quantize::OpenedNetwork opened;
    opened.network = topology::read_topology(
        file, is_timed_only(job) ? std::nullopt : std::optional(job.seed),
        job.scalesim_rounding ? topology::Rounding::kUp : topology::Rounding::kDown, job.chip.memory.size_bytes);
    return opened;
  }
  if (job.scalesim_rounding) throw UserError(file.string() + ": --scalesim-rounding is for layer lists (.csv) only");
  return quantize::open_network(file, calibration_of(job), progress);
}

std::vector<HostTensor> given_inputs(const Job& job, const Network& network) {
  if (const auto* files = std::get_if<InputFiles>(&job.inputs)) return read_inputs(network, *files);
  return std::get<std::vector<HostTensor>>(job.inputs);
}

report::Provenance provenance(const Job& job, const Compiled& compiled) {
  report::Provenance p;
  p.tool_version = tool_version();
  p.tool_commit = tool_commit();
  p.command = job.command;
  p.seed = job.seed;
  if (const auto* file = std::get_if<std::filesystem::path>(&job.network)) {
    p.network_file = file->string();
    if (job.digests) p.network_sha256 = sha256_of_file(*file);
  }
  p.chip_keys = chip_values(job.chip);
  p.search = compiler::search_name(job.compile.search);
  p.calibration = compiled.calibrated_on;
  if (const RandomWeights& random = compiled.network.network.random_weights; random.tensors > 0) {
    p.random_weight_tensors = random.tensors;
    p.random_weight_bytes = random.bytes;
  }
  return p;
}

// What the values of a run stand on. Random data change no cycle, but what the outputs are worth.
std::string values_text(const Job& job, const Compiled& compiled) {
  if (is_timed_only(job)) return "none: the view timing computes cycles alone";
  const bool random_inputs = std::holds_alternative<RandomInputs>(job.inputs) && !compiled.inputs.empty();
  std::string text = random_inputs ? fmt::format("random inputs, seed {}", job.seed) : "of the given inputs";
  if (!compiled.calibrated_on.empty()) text += ", calibrated on " + compiled.calibrated_on;
  const std::string weights = random_weights_text(compiled.network.network.random_weights);
  if (!weights.empty()) text += ", " + weights;
  if (compiled.calibrated_on_random && weights.empty())
    text += ": the cycles hold, the outputs mean nothing (see --calibrate)";
  else if (random_inputs || !weights.empty())
    text += ": the cycles hold, the outputs mean nothing";
  return text;
}

std::vector<report::InputReport> input_reports(const Job& job, const Compiled& compiled) {
  const Network& network = compiled.network.network;
  const auto* files = std::get_if<InputFiles>(&job.inputs);
  std::vector<report::InputReport> reports;
  for (std::size_t i = 0; i < compiled.inputs.size(); ++i) {
    report::InputReport report;
    report.name = network.tensors[network.inputs[i]].name;
    report.source = files != nullptr                                   ? files->at(i).string()
                    : std::holds_alternative<RandomInputs>(job.inputs) ? "random"
                                                                       : "given";
    if (files != nullptr && job.digests) report.sha256 = sha256_of_file(files->at(i));
    report.outside_range = share_outside_range(network, network.inputs[i], compiled.inputs[i]);
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<FloatDistance> distances(const Compiled& compiled, const std::vector<HostTensor>& outputs) {
  std::vector<FloatDistance> found;
  const Network& network = compiled.network.network;
  const std::vector<HostTensor> expected = quantize::run_float_outputs(*compiled.float_network, compiled.inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].type != ElementType::kFloat32) continue;
    found.push_back({network.tensors[network.outputs[i]].name, quantize::distance(outputs[i], expected.at(i))});
  }
  return found;
}

// The parts of `all_seconds`.
std::vector<report::Stage> stages(const Result& result, double all_seconds) {
  constexpr double kWorthTelling = 0.05;  // of the search for the chip's library, if it was there
  std::vector<report::Stage> parts = {{"read", result.compiled.read_seconds},
                                      {"compile", result.compiled.compile_seconds}};
  if (result.build_seconds >= kWorthTelling) parts.push_back({"build", result.build_seconds});
  parts.push_back({"run", result.run_seconds});
  parts.push_back({"check", result.check_seconds});
  double known = 0;
  for (const report::Stage& part : parts) known += part.seconds;
  parts.push_back({"other", std::max(0.0, all_seconds - known)});
  return parts;
}

}  // namespace

quantize::OpenedNetwork open(const Job& job, const WorkCallback& progress) {
  quantize::OpenedNetwork opened;
  if (const auto* file = std::get_if<std::filesystem::path>(&job.network))
    opened = open_file(*file, job, progress);
  else
    opened.network = std::get<Network>(job.network);
  if (job.compare_float && is_timed_only(job))
    throw UserError(network_name(job) +
                    ": the view timing computes no values that could be compared with the float network's");
  if (job.compare_float && !opened.was_float)
    throw UserError(network_name(job) + ": is quantized already; --compare-float needs a float network");
  if (job.float_average_pool) sum_average_pools_in_float(opened.network);
  return opened;
}

Compiled compile(const Job& job, const Progress& progress) {
  const views::Stopwatch reading;
  quantize::OpenedNetwork opened = open(job, progress.working);
  if (progress.opened) progress.opened(opened);
  Compiled compiled;
  compiled.calibrated_on = opened.calibrated_on;
  compiled.calibrated_on_random =
      opened.was_float && std::holds_alternative<quantize::SeededData>(calibration_of(job).data);
  const bool random = std::holds_alternative<RandomInputs>(job.inputs);
  if (!random && is_timed_only(job)) throw UserError("inputs: the view timing computes no values");
  if (!random) compiled.inputs = given_inputs(job, opened.network);
  compiled.read_seconds = reading.seconds();
  const views::Stopwatch compiling;
  compiler::CompileOptions options = job.compile;
  options.values = !is_timed_only(job);
  compiled.network = compiler::compile(std::move(opened.network), job.chip, options, progress.working);
  compiled.float_network = std::move(opened.float_network);
  compiled.compile_seconds = compiling.seconds();
  // Last, as the compiler refuses tensors that are too large for the chip.
  if (random && options.values) compiled.inputs = random_inputs(compiled.network.network, job.seed);
  if (progress.compiled) progress.compiled(compiled.network);
  return compiled;
}

Result run(const Job& job, const Progress& progress) {
  const views::Stopwatch watch;
  Result result;
  result.compiled = compile(job, progress);
  NetworkRunOptions options = job.run;
  options.rtl.seed = job.seed;
  static_cast<NetworkRun&>(result) = run_network(result.compiled.network, result.compiled.inputs, options,
                                                 {progress.working, progress.build, progress.running});
  report::RunReport& report = result.report;
  report.values = values_text(job, result.compiled);
  report.inputs = input_reports(job, result.compiled);
  report.made_by = provenance(job, result.compiled);
  if (job.compare_float && !result.divergence && !result.interrupted)
    result.float_distances = distances(result.compiled, result.outputs);
  report.stages = stages(result, watch.seconds());
  return result;
}

std::string tool_version() { return SYSTOLE_VERSION; }

std::string tool_commit() { return kCommit; }

}  // namespace systole::session
