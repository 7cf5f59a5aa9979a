// SPDX-License-Identifier: Apache-2.0
#include "quantise/open_network.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "onnx/model_loader.hpp"
#include "onnx/normalise.hpp"
#include "quantise/batch_norm.hpp"
#include "quantise/calibration.hpp"
#include "support/error.hpp"

namespace systole::quantise {
namespace {

// `folded`: batch norms folded.
Network quantise_folded(Network folded, const std::filesystem::path& file, const CalibrationOptions& options) {
  const std::vector<Sample> samples =
      options.folder.empty() ? seeded_samples(folded, options.seed, options.samples) : read_samples(options.folder, folded);
  try {
    const std::map<TensorId, Range> ranges = calibrate(folded, samples);
    return quantise(std::move(folded), ranges, options.quantise);
  } catch (const UserError& error) {
    throw UserError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

}  // namespace

Network quantise_file(const std::filesystem::path& file, const CalibrationOptions& options) {
  Network network = load_model(file, options.load);
  if (!is_float_network(network))
    throw UserError(file.string() + ": is quantised already, or has no Conv, Gemm or MatMul to quantise");
  return quantise_folded(fold_batch_norms(std::move(network)), file, options);
}

OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options) {
  OpenedNetwork opened;
  Network network = load_model(file, options.load);
  opened.was_float = is_float_network(network);
  if (opened.was_float) {
    network = fold_batch_norms(std::move(network));
    if (options.keep_float) opened.float_network = network;
    network = quantise_folded(std::move(network), file, options);
  }
  opened.network = normalise(std::move(network), file.string());
  return opened;
}

}  // namespace systole::quantise
