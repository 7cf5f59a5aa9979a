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
Network quantize_folded(Network network, const std::filesystem::path& file, const CalibrationOptions& options) {
  const std::vector<Sample> samples = options.folder.empty() ? seeded_samples(network, options.seed, options.samples)
                                                             : read_samples(options.folder, network);
  return naming(file, [&] {
    const std::map<TensorId, Range> ranges = calibrate(network, samples);
    return quantize(std::move(network), ranges, options.quantize);
  });
}

}  // namespace

Network quantize_file(const std::filesystem::path& file, const CalibrationOptions& options) {
  Network network = load_model(file, options.load);
  if (!is_float_network(network))
    throw UserError(file.string() + ": is quantized already, or has no Conv, Gemm or MatMul to quantize");
  return quantize_folded(folded(std::move(network), file), file, options);
}

OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options) {
  OpenedNetwork opened;
  Network network = load_model(file, options.load);
  opened.was_float = is_float_network(network);
  if (opened.was_float) {
    network = folded(std::move(network), file);
    if (options.keep_float) opened.float_network = network;
    network = quantize_folded(std::move(network), file, options);
  }
  opened.network = normalize(std::move(network), file.string());
  return opened;
}

}  // namespace systole::quantize
