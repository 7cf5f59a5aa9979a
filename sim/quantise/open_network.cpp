// SPDX-License-Identifier: Apache-2.0
#include "quantise/open_network.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "onnx/model_loader.hpp"
#include "onnx/normalise.hpp"
#include "quantise/affine.hpp"
#include "quantise/calibration.hpp"
#include "support/error.hpp"

namespace systole::quantise {
namespace {

// Puts the file's name before what is wrong with the network.
template <typename Work>
Network naming(const std::filesystem::path& file, Work work) {
  try {
    return work();
  } catch (const UserError& error) {
    throw UserError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

Network folded(Network network, const std::filesystem::path& file) {
  return naming(file, [&] {
    check_weights(network);
    return fold_affine(std::move(network));
  });
}

// `network`: affine maps of channels folded.
Network quantise_folded(Network network, const std::filesystem::path& file, const CalibrationOptions& options) {
  const std::vector<Sample> samples =
      options.folder.empty() ? seeded_samples(network, options.seed, options.samples) : read_samples(options.folder, network);
  return naming(file, [&] {
    const std::map<TensorId, Range> ranges = calibrate(network, samples);
    return quantise(std::move(network), ranges, options.quantise);
  });
}

}  // namespace

Network quantise_file(const std::filesystem::path& file, const CalibrationOptions& options) {
  Network network = load_model(file, options.load);
  if (!is_float_network(network))
    throw UserError(file.string() + ": is quantised already, or has no Conv, Gemm or MatMul to quantise");
  return quantise_folded(folded(std::move(network), file), file, options);
}

OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options) {
  OpenedNetwork opened;
  Network network = load_model(file, options.load);
  opened.was_float = is_float_network(network);
  if (opened.was_float) {
    network = folded(std::move(network), file);
    if (options.keep_float) opened.float_network = network;
    network = quantise_folded(std::move(network), file, options);
  }
  opened.network = normalise(std::move(network), file.string());
  return opened;
}

}  // namespace systole::quantise
