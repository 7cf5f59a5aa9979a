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

int quantize(const QuantizeArguments& arguments, const Streams& streams) {
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

// NAME=N,N,.. ; the name may have equal signs itself.
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

}  // namespace

void add_calibration_options(CLI::App& command, quantize::CalibrationOptions& options) {
  command
      .add_option("--calibrate", options.folder,
                  "Float networks: folder of .npy or .pb files to quantize by, or of folders with input_0.npy, "
                  "input_1.npy, .. [random data]")
      ->type_name("DIR");
  command.add_option("--samples", options.samples, "Float networks: how much random data to quantize by [2]")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  command
      .add_option_function<std::vector<std::string>>(
          "--shape",
          [&options](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) add_shape(text, options.load);
          },
          "Shape of an input that the file leaves open, once per input: --shape image=1,3,224,224")
      ->type_name("NAME=N,N,..")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag("--per-tensor", options.quantize.per_tensor,
                   "Float networks: one scale for all weights of a node, not one for each output channel");
}

void add_quantize(CLI::App& app, QuantizeArguments& arguments, std::function<int(const Streams&)>& action) {
  CLI::App* command = app.add_subcommand("quantize", "Quantize a float network to int8 (QDQ)");
  command->add_option("network", arguments.network, "ONNX file in float")->required()->type_name("NET.onnx");
  command->add_option("-o,--output", arguments.output, "File for the quantized network")
      ->required()
      ->type_name("Q.onnx");
  add_calibration_options(*command, arguments.calibration);
  command->add_option("--seed", arguments.calibration.seed, "Seed of the random data [1]")->type_name("N");
  command->callback([&] { action = [&](const Streams& streams) { return quantize(arguments, streams); }; });
}

}  // namespace systole::cli
