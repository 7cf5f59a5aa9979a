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

OnnxGraph folded(OnnxGraph graph, const std::filesystem::path& file) {
  return naming(file, [&] {
    check_weights(graph);
    return fold_affine(std::move(graph));
  });
}

// `graph`: affine maps of channels folded.
OnnxGraph quantize_folded(OnnxGraph graph, const std::filesystem::path& file, const CalibrationOptions& options) {
  const std::vector<Sample> samples = options.folder.empty() ? seeded_samples(graph, options.seed, options.samples)
                                                             : read_samples(options.folder, graph);
  return naming(file, [&] {
    const std::map<TensorId, Range> ranges = calibrate(graph, samples);
    return quantize(std::move(graph), ranges, options.quantize);
  });
}

}  // namespace

OnnxGraph quantize_file(const std::filesystem::path& file, const CalibrationOptions& options) {
  OnnxGraph graph = load_model(file, options.load);
  if (!is_float_network(graph))
    throw UserError(file.string() + ": is quantized already, or has no Conv, Gemm or MatMul to quantize");
  return quantize_folded(folded(std::move(graph), file), file, options);
}

OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options) {
  OpenedNetwork opened;
  OnnxGraph graph = load_model(file, options.load);
  opened.was_float = is_float_network(graph);
  if (opened.was_float) {
    graph = folded(std::move(graph), file);
    if (options.keep_float) opened.float_network = graph;
    graph = quantize_folded(std::move(graph), file, options);
  }
  opened.network = normalize(std::move(graph), file.string());
  return opened;
}

}  // namespace systole::quantize
