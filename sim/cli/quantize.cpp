// SPDX-License-Identifier: Apache-2.0
#include "cli/quantize.hpp"

#include <fmt/format.h>

#include <charconv>
#include <ostream>
#include <sstream>

#include "onnx/writer.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::cli {

namespace {

constexpr std::int64_t kMostDimension = 1 << 24;

}  // namespace

int execute(const QuantizeArguments& arguments, const Streams& streams) {
  check_folder(arguments.output);
  const OnnxGraph graph = quantize::quantize_file(arguments.network, arguments.calibration);
  write_onnx(arguments.output, graph);
  std::size_t tensors = 0, weights = 0;
  for (const OnnxNode& node : graph.nodes) {
    tensors += node.operator_name == "QuantizeLinear";
    weights += node.operator_name == "DequantizeLinear";
  }
  streams.out << fmt::format(
      "{}: {} activations and {} weights and biases in integers, calibrated on {}\n", arguments.output, tensors,
      weights - tensors,
      arguments.calibration.folder.empty()
          ? fmt::format("{} random samples, seed {}", arguments.calibration.samples, arguments.calibration.seed)
          : arguments.calibration.folder.string());
  return 0;
}

void add_shape(const std::string& text, LoadOptions& options) {
  const auto refuse = [&] {
    throw UserError(fmt::format("--shape {}: wanted is NAME=N,N,.. with dimensions of 1 to {}", text, kMostDimension));
  };
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) refuse();
  Shape shape;
  std::istringstream list(text.substr(equals + 1));
  for (std::string field; std::getline(list, field, ',');) {
    std::int64_t value = 0;
    const auto [at, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || at != field.data() + field.size() || value < 1 || value > kMostDimension) refuse();
    shape.push_back(value);
  }
  if (shape.empty()) refuse();
  options.shapes[text.substr(0, equals)] = shape;
}

}  // namespace systole::cli
