// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/quantize.hpp"

#include <fmt/format.h>

#include <ostream>

#include "cli/output/progress_line.hpp"
#include "onnx/writer.hpp"
#include "support/error.hpp"
#include "support/output_file.hpp"
#include "support/work/interruption.hpp"

namespace systole::cli {

int execute(const QuantizeArguments& arguments, const Streams& streams) {
  OutputFile output(arguments.output);
  const InterruptionScope interruption;
  quantize::CalibrationOptions calibration = arguments.calibration;
  if (!arguments.inputs.empty()) {
    if (!std::holds_alternative<quantize::SeededData>(calibration.data))
      throw UserError("--input and --calibrate: one of them says what to quantize by");
    calibration.data = quantize::SampleFiles(arguments.inputs.begin(), arguments.inputs.end());
  }
  ProgressLine line(streams.error, streams.progress);
  const OnnxGraph graph =
      quantize::quantize_file(arguments.network, calibration, [&](const WorkProgress& p) { line.show(p); });
  line.clear();
  write_onnx(output, graph);
  std::size_t tensors = 0, weights = 0;
  for (const OnnxNode& node : graph.nodes) {
    tensors += node.operator_name == "QuantizeLinear";
    weights += node.operator_name == "DequantizeLinear";
  }
  std::string values = "calibrated on " + quantize::calibration_text(calibration);
  if (const std::string random = random_weights_text(graph.random_weights); !random.empty())
    values += fmt::format(", {}, seed {}: its outputs mean nothing", random, calibration.seed);
  streams.out << fmt::format("{}: {} activations and {} weights and biases in integers, {}\n", arguments.output,
                             tensors, weights - tensors, values);
  return 0;
}

}  // namespace systole::cli
