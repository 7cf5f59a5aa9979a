// SPDX-License-Identifier: Apache-2.0
//
// Any ONNX file to the network that the compiler consumes: quantized ones as they are, float ones quantized on the fly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "network/network.hpp"
#include "onnx/model_loader.hpp"
#include "quantize/calibration.hpp"
#include "quantize/quantizer.hpp"

namespace systole::quantize {

struct SeededData {};  // `seed` and `samples`
struct SampleFolder {  // as read_samples
  std::filesystem::path path;
};
using SampleFiles = std::vector<std::filesystem::path>;  // one sample: a file for each input, in their order
using CalibrationData = std::variant<SeededData, SampleFolder, SampleFiles, Sample>;

// How a file is read and a float network quantized.
struct CalibrationOptions {
  static constexpr int kSamples = 2;

  LoadOptions load;
  CalibrationData data;
  std::uint32_t seed = 1;
  std::optional<int> samples;   // of seeded data; kSamples if not given
  bool random_weights = false;  // of the file, where their own is missing: drawn by `seed`
  bool keep_float = false;      // the float network beside the quantized one
  QuantizeOptions quantize;
};

// What a float network is calibrated on, in words: "2 random samples, seed 1".
std::string calibration_text(const CalibrationOptions& options);

// The QDQ graph of a float file, in the form that write_onnx takes. Errors (UserError): as load_model, a network that
// is quantized already or has nothing to quantize, calibration data, weights, `samples` for data that are not seeded. `progress`
// as of calibrate.
OnnxGraph quantize_file(const std::filesystem::path& file, const CalibrationOptions& options,
                        const WorkCallback& progress = {});

struct OpenedNetwork {
  Network network;  // for the compiler
  bool was_float = false;
  std::string calibrated_on;  // of a float file: calibration_text
  std::optional<OnnxGraph>
      float_network;  // of a float file, if asked for: as it was, its affine maps of channels folded
};

// Errors (UserError): as quantize_file; for a file that is quantized already, options that only a float network can
// follow: calibration data other than one sample, `samples`, `quantize`.
OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options,
                           const WorkCallback& progress = {});

}  // namespace systole::quantize
