// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/run.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>
#include <vector>

#include "cli/output/complain.hpp"
#include "cli/output/progress_line.hpp"
#include "cli/output/scalesim_files.hpp"
#include "cli/output/tensor_writer.hpp"
#include "cli/output/write_files.hpp"
#include "report/csv.hpp"
#include "report/json.hpp"
#include "report/text.hpp"
#include "rtl_view/factory.hpp"
#include "rtl_view/wave_file.hpp"
#include "session/session.hpp"
#include "support/error.hpp"
#include "support/output_file.hpp"
#include "support/work/interruption.hpp"

namespace systole::cli {

namespace {

session::Job job_of(const RunArguments& arguments) {
  const bool dumps = !arguments.dump_tensors.empty();
  session::Job job = job_of(arguments.job);
  job.compare_float = arguments.compare_float;
  job.digests = !arguments.json.empty();
  // A dump shows every tensor: none stays on the chip or vanishes into a fused node.
  job.compile.keep_tensors = dumps;
  job.compile.fuse = !dumps;
  job.run.view = session::view_choice(arguments.on);
  job.run.keep = dumps ? runtime::Keep::kAll : arguments.no_check ? runtime::Keep::kOutputs : runtime::Keep::kNeeded;
  job.run.rtl.wave = arguments.wave;
  job.run.rtl.assertions = arguments.assertions;
  job.run.make_rtl = rtl_view::make_platform_view;
  job.run.limits = arguments.limits;
  job.run.check_outputs = !arguments.no_check;
  job.run.races = arguments.on == "timing" && !arguments.races ? views::Races::kIgnore : views::Races::kFind;
  return job;
}

// Two results in one place are refused.
void check_places(const RunArguments& arguments) {
  std::vector<std::pair<std::string, std::string>> results = {{"--json", arguments.json},
                                                              {"--csv", arguments.csv},
                                                              {"--trace", arguments.trace},
                                                              {"--wave", arguments.wave.file},
                                                              {"--output", arguments.output},
                                                              {"--dump-tensors", arguments.dump_tensors},
                                                              {"--scalesim-reports", arguments.scalesim_reports}};
  if (!arguments.scalesim_reports.empty())
    for (const std::filesystem::path& file : ScalesimFiles::places(arguments.scalesim_reports))
      results.emplace_back("--scalesim-reports", file.string());
  std::map<std::filesystem::path, std::string> places;
  for (const auto& [option, file] : results) {
    if (file.empty()) continue;
    if (file == "-") throw UserError(option + " -: wanted is the name of a file, the terminal has the report");
    const auto [place, is_new] = places.emplace(std::filesystem::absolute(file).lexically_normal(), option);
    if (!is_new) throw UserError(fmt::format("{} {}: is the place of {} too", option, file, place->second));
  }
}

// So is what an option cannot do on the view.
void check_options(const RunArguments& arguments) {
  const bool has_rtl = arguments.on == "rtl" || arguments.on == "all";
  if (!has_rtl && (arguments.assertions || !arguments.wave.file.empty()))
    throw UserError(fmt::format("{}: only the RTL has it, allowed views: rtl, all",
                                arguments.assertions ? "--assertions" : "--wave"));
  if (arguments.races && arguments.on != "timing")
    throw UserError("--races: is for the view timing; model and all always find races, rtl and reference cannot");
  if (arguments.on == "timing")
    for (const auto& [option, is_given] :
         {std::pair("--input", !arguments.job.inputs.empty()), std::pair("--output", !arguments.output.empty()),
          std::pair("--dump-tensors", !arguments.dump_tensors.empty()),
          std::pair("--compare-float", arguments.compare_float)})
      if (is_given)
        throw UserError(
            fmt::format("{}: the view timing computes no values, allowed views: model, rtl, reference, all", option));
  if (arguments.wave.file.empty() &&
      (!arguments.wave.node.empty() || arguments.wave.first_cycle != 0 || arguments.wave.last_cycle != UINT64_MAX))
    throw UserError("--wave-from, --wave-to and --wave-node: they say what of a --wave is written, which is missing");
  if (arguments.wave.first_cycle > arguments.wave.last_cycle)
    throw UserError(
        fmt::format("--wave-to {}: is before --wave-from {}", arguments.wave.last_cycle, arguments.wave.first_cycle));
  for (const auto& [option, place] :
       {std::pair("--trace", arguments.trace), std::pair("--scalesim-reports", arguments.scalesim_reports)})
    if (!place.empty() && arguments.on == "reference")
      throw UserError(fmt::format("{}: the reference knows no time, allowed views: model, timing, rtl, all", option));
  check_places(arguments);
}

// All that a run writes, opened before it starts.
struct RunFiles {
  explicit RunFiles(const RunArguments& arguments)
      : json(arguments.json),
        csv(arguments.csv),
        trace(arguments.trace),
        outputs(arguments.output),
        tensors(arguments.dump_tensors),
        scalesim(arguments.scalesim_reports) {
    // The view opens it itself, behind the compiler and the build of the chip: its place is tried here.
    if (!arguments.wave.file.empty()) const rtl_view::WaveFile wave(arguments.wave.file);
  }

  OutputFile json, csv, trace;
  TensorWriter outputs, tensors;
  ScalesimFiles scalesim;
};

session::Progress progress_of(const RunArguments& arguments, const Streams& streams, ProgressLine& line) {
  session::Progress progress;
  progress.opened = announcement(arguments.job, streams, line, arguments.on != "timing");
  progress.working = [&](const WorkProgress& p) { line.show(p); };
  // A line each even when the output is piped: a build takes a while.
  progress.build = [&](const std::string& text) {
    line.clear();
    streams.error << text << std::endl;
  };
  progress.running = [&](const session::NetworkProgress& p) { line.show([&p] { return progress_text(p); }); };
  return progress;
}

// False, and a line for each, if there are files that cannot be written.
bool write_files(RunFiles& files, const session::Result& result, const Streams& streams) {
  const Network& network = result.compiled.network.network;
  std::vector<std::function<void()>> writers = {
      [&] {
        for (std::size_t i = 0; files.outputs && i < result.outputs.size(); ++i)
          files.outputs.write(network.tensors[network.outputs[i]].name, result.outputs[i]);
      },
      [&] {
        if (!files.tensors) return;
        for (const auto& [name, tensor] : result.tensors) files.tensors.write(name, tensor);
      },
      [&] {
        if (files.trace) files.trace.write(report::to_csv(result.trace));
      },
      [&] {
        if (files.json) files.json.write(report::to_json(result.report).dump(2) + "\n");
      },
      [&] {
        if (files.csv) files.csv.write(report::to_csv(result.report));
      }};
  for (std::function<void()>& writer : files.scalesim.writers(result.report)) writers.push_back(std::move(writer));
  return write_files(writers, streams);
}

report::TextOptions text_options(const RunArguments& arguments, const Streams& streams) {
  using report::NodeOrder;
  const std::map<std::string, NodeOrder> orders = {{"network", NodeOrder::kNetwork},
                                                   {"cycles", NodeOrder::kShare},
                                                   {"utilization", NodeOrder::kUtilization},
                                                   {"dram", NodeOrder::kDram}};
  const std::string otherwise = arguments.top ? "cycles" : "network";
  report::TextOptions text;
  text.width = streams.width;
  text.color = streams.color;
  text.top = arguments.top;
  text.order = orders.at(arguments.sort.empty() ? otherwise : arguments.sort);
  return text;
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

int execute(const RunArguments& arguments, const Streams& streams) {
  check_options(arguments);
  RunFiles files(arguments);
  const InterruptionScope interruption;
  ProgressLine line(streams.error, streams.progress);
  const session::Result result = session::run(job_of(arguments), progress_of(arguments, streams, line));
  line.clear();
  streams.out << report::to_text(result.report, text_options(arguments, streams));
  if (!result.float_distances.empty()) streams.out << float_comparison(result.float_distances);
  bool all_written = write_files(files, result, streams);
  if (!result.wave_trouble.empty()) {
    complain(streams, result.wave_trouble);
    all_written = false;
  }
  if (result.divergence) {
    complain(streams, result.report.difference);
    return 1;
  }
  if (result.interrupted) {
    complain(streams, result.report.interrupted);
    return result.interrupted->exit_code();
  }
  return all_written ? 0 : 2;
}

}  // namespace systole::cli
