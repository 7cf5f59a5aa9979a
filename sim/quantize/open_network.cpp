// SPDX-License-Identifier: Apache-2.0
#include "quantize/open_network.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "normalize/normalize.hpp"
#include "onnx/model_loader.hpp"
#include "quantize/affine.hpp"
#include "quantize/calibration.hpp"
#include "support/error.hpp"

namespace systole::quantize {
namespace {

// Puts the file's name before what is wrong with the network.
template <typename Work>
OnnxGraph naming(const std::filesystem::path& file, Work work) {
  try {
    return work();
  } catch (const UserError& error) {
    throw UserError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

OnnxGraph loaded(const std::filesystem::path& file, const CalibrationOptions& options) {
  LoadOptions load = options.load;
  if (options.random_weights) load.random_weights = options.seed;
  return load_model(file, load);
}

OnnxGraph folded(OnnxGraph graph, const std::filesystem::path& file) {
  return naming(file, [&] {
    check_weights(graph);
    return fold_affine(std::move(graph));
  });
}

bool is_seeded(const CalibrationOptions& options) { return std::holds_alternative<SeededData>(options.data); }

std::vector<Sample> samples_for(const OnnxGraph& graph, const CalibrationOptions& options) {
  if (const auto* folder = std::get_if<SampleFolder>(&options.data)) return read_samples(folder->path, graph);
  if (const auto* files = std::get_if<SampleFiles>(&options.data)) return {read_sample(*files, graph)};
  if (const auto* sample = std::get_if<Sample>(&options.data)) return {*sample};
  return seeded_samples(graph, options.seed, options.samples.value_or(CalibrationOptions::kSamples));
}

// `graph`: affine maps of channels folded.
OnnxGraph quantize_folded(OnnxGraph graph, const std::filesystem::path& file, const CalibrationOptions& options,
                          const WorkCallback& progress) {
  if (options.samples && !is_seeded(options))
    throw UserError(
        fmt::format("--samples counts random data; the network is calibrated on {}", calibration_text(options)));
  const std::vector<Sample> samples = samples_for(graph, options);
  return naming(file, [&] {
    const std::map<TensorId, Range> ranges = calibrate(graph, samples, progress);
    return quantize(std::move(graph), ranges, options.quantize);
  });
}

void refuse_float_options(const std::filesystem::path& file, const CalibrationOptions& options) {
  const char* option = std::holds_alternative<SampleFolder>(options.data) ? "--calibrate"
                       : options.samples                                  ? "--samples"
                       : options.quantize.per_tensor                      ? "--per-tensor"
                                                                          : nullptr;
  if (option != nullptr)
    throw UserError(fmt::format("{}: is quantized already; {} is for float networks", file.string(), option));
}

}  // namespace

std::string calibration_text(const CalibrationOptions& options) {
  if (const auto* folder = std::get_if<SampleFolder>(&options.data)) return folder->path.string();
  if (!is_seeded(options)) return "the given input";
  return fmt::format("{} random samples, seed {}", options.samples.value_or(CalibrationOptions::kSamples),
                     options.seed);
}

OnnxGraph quantize_file(const std::filesystem::path& file, const CalibrationOptions& options,
                        const WorkCallback& progress) {
  OnnxGraph graph = loaded(file, options);
  if (!is_float_network(graph))
    throw UserError(file.string() + ": is quantized already, or has no Conv, Gemm or MatMul to quantize");
  return quantize_folded(folded(std::move(graph), file), file, options, progress);
}

OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options,
                           const WorkCallback& progress) {
  OpenedNetwork opened;
  OnnxGraph graph = loaded(file, options);
  opened.was_float = is_float_network(graph);
  if (!opened.was_float) refuse_float_options(file, options);
  if (opened.was_float) {
    opened.calibrated_on = calibration_text(options);
    graph = folded(std::move(graph), file);
    if (options.keep_float) opened.float_network = graph;
    graph = quantize_folded(std::move(graph), file, options, progress);
  }
  opened.network = normalize(std::move(graph), file.string());
  return opened;
}

}  // namespace systole::quantize
