// SPDX-License-Identifier: Apache-2.0
#include "cli/run.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "chip/shipped_chips.hpp"
#include "cli/output/progress_line.hpp"
#include "cli/output/tensor_writer.hpp"
#include "report/csv.hpp"
#include "report/json.hpp"
#include "report/text.hpp"
#include "rtl_view/factory.hpp"
#include "session/session.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::cli {

namespace {

const std::map<std::string, compiler::Search> kSearches = {
    {"none", compiler::Search::kNone}, {"fast", compiler::Search::kFast}, {"full", compiler::Search::kFull}};

session::Job job_of(const RunArguments& arguments) {
  const bool dumps = !arguments.dump_tensors.empty();
  session::Job job;
  job.chip = open_chip(arguments.chip);
  job.network = arguments.network;
  job.opening = arguments.calibration;
  job.compare_float = arguments.compare_float;
  job.float_average_pool = arguments.float_average_pool;
  // A dump shows every tensor: none stays on the chip or vanishes into a fused node.
  job.compile.keep_tensors = dumps;
  job.compile.fuse = !dumps;
  job.compile.search = kSearches.at(arguments.search);
  if (!arguments.inputs.empty()) job.inputs = session::InputFiles(arguments.inputs.begin(), arguments.inputs.end());
  job.seed = arguments.seed;
  job.run.view = session::view_choice(arguments.on);
  job.run.keep = dumps ? runtime::Keep::kAll : arguments.no_check ? runtime::Keep::kOutputs : runtime::Keep::kNeeded;
  job.run.rtl.wave_file = arguments.wave;
  job.run.rtl.assertions = arguments.assertions;
  job.run.make_rtl = rtl_view::make_platform_view;
  job.run.limits = arguments.limits;
  job.run.check_outputs = !arguments.no_check;
  return job;
}

std::string calibration_line(const RunArguments& arguments) {
  const quantize::CalibrationOptions& calibration = arguments.calibration;
  return fmt::format("float network: quantized to int8, calibrated on {}\n",
                     calibration.folder.empty()
                         ? fmt::format("{} random samples, seed {}", calibration.samples, arguments.seed)
                         : calibration.folder.string());
}

session::Progress progress_of(const RunArguments& arguments, const Streams& streams, ProgressLine& line) {
  session::Progress progress;
  progress.opened = [&](const quantize::OpenedNetwork& opened) {
    if (opened.was_float) streams.error << calibration_line(arguments);
    if (arguments.inputs.empty() && !opened.network.inputs.empty()) streams.error << random_input_line(arguments.seed);
  };
  // A folder that cannot be made stops the command before the run, not behind it.
  progress.compiled = [&](const compiler::CompiledNetwork&) {
    for (const std::string& folder : {arguments.output, arguments.dump_tensors})
      if (!folder.empty()) make_directory(folder);
  };
  // A line each even when the output is piped: a build takes a while.
  progress.build = [&](const std::string& text) { streams.error << text << std::endl; };
  if (line.enabled()) progress.running = [&](const session::NetworkProgress& p) { line.show(p); };
  return progress;
}

void write_files(const RunArguments& arguments, const session::Result& result) {
  const Network& network = result.compiled.network.network;
  if (!arguments.output.empty()) {
    TensorWriter writer(arguments.output);
    for (std::size_t i = 0; i < result.outputs.size(); ++i)
      writer.write(network.tensors[network.outputs[i]].name, result.outputs[i]);
  }
  if (!arguments.dump_tensors.empty()) {
    TensorWriter writer(arguments.dump_tensors);
    for (const auto& [name, tensor] : result.tensors) writer.write(name, tensor);
  }
  if (!arguments.trace.empty()) write_whole_file(arguments.trace, report::to_csv(result.trace));
  if (!arguments.json.empty()) write_whole_file(arguments.json, report::to_json(result.report).dump(2) + "\n");
  if (!arguments.csv.empty()) write_whole_file(arguments.csv, report::to_csv(result.report));
}

// How far the outputs of the int8 network are from those of the float network, one line each.
std::string float_comparison(const std::vector<session::FloatDistance>& distances) {
  std::string text = "\nagainst the float network\n";
  for (const auto& [output, d] : distances)
    text += fmt::format(
        "  {}: maximum error {:.4g}, mean error {:.4g}, of values up to {:.4g}; top-1 equal in {} of {} rows\n", output,
        d.maximum, d.mean, d.largest, d.equal_top, d.rows);
  return text;
}

}  // namespace

std::string random_input_line(std::uint32_t seed) { return fmt::format("no --input: random data, seed {}\n", seed); }

int execute(const RunArguments& arguments, const Streams& streams) {
  for (const std::string& file : {arguments.json, arguments.csv, arguments.trace}) check_folder(file);
  if (!arguments.trace.empty() && arguments.on == "reference")
    throw UserError("--trace: the reference knows no time, allowed views: model, rtl, all");
  ProgressLine line(streams.error, streams.progress);
  const session::Result result = session::run(job_of(arguments), progress_of(arguments, streams, line));
  line.clear();
  write_files(arguments, result);
  streams.out << report::to_text(result.report);
  if (arguments.compare_float && !result.divergence) streams.out << float_comparison(result.float_distances);
  if (!result.divergence) return 0;
  streams.error << "systole: " << result.report.difference << "\n";
  return 1;
}

}  // namespace systole::cli
