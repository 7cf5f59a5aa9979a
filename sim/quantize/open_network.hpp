// SPDX-License-Identifier: Apache-2.0
//
// Any ONNX file to the network that the compiler consumes: quantized ones as they are, float ones quantized on the fly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "network/network.hpp"
#include "onnx/model_loader.hpp"
#include "quantize/quantizer.hpp"

namespace systole::quantize {

struct CalibrationOptions {
  LoadOptions load;
  std::filesystem::path folder;  // of calibration data; seeded data if empty
  std::uint32_t seed = 1;
  int samples = 2;          // of seeded data
  bool keep_float = false;  // the float network beside the quantized one
  QuantizeOptions quantize;
};

// The QDQ graph of a float file, in the form that write_onnx takes. Errors (UserError): as load_model, a network that
// is quantized already or has nothing to quantize, calibration data, weights.
OnnxGraph quantize_file(const std::filesystem::path& file, const CalibrationOptions& options);

struct OpenedNetwork {
  Network network;  // for the compiler
  bool was_float = false;
  std::optional<OnnxGraph>
      float_network;  // of a float file, if asked for: as it was, its affine maps of channels folded
};
OpenedNetwork open_network(const std::filesystem::path& file, const CalibrationOptions& options);

}  // namespace systole::quantize
