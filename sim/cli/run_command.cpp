// SPDX-License-Identifier: Apache-2.0
#include "cli/run_command.hpp"

#include <fmt/format.h>

#include <cctype>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>
#include <utility>

#include "chip/shipped_chips.hpp"
#include "cli/progress_line.hpp"
#include "compiler/compiled_network.hpp"
#include "export/export.hpp"
#include "network/tensor_file.hpp"
#include "report/csv.hpp"
#include "report/json.hpp"
#include "report/side_by_side.hpp"
#include "report/text.hpp"
#include "scalesim/topology.hpp"
#include "session/network_run.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::cli {

namespace fs = std::filesystem;

namespace {

const std::map<std::string, report::ViewChoice> kViews = {{"reference", report::ViewChoice::kReference},
                                                          {"model", report::ViewChoice::kModel},
                                                          {"rtl", report::ViewChoice::kRtl},
                                                          {"all", report::ViewChoice::kAll}};

const std::map<std::string, compiler::Search> kSearches = {
    {"none", compiler::Search::kNone}, {"fast", compiler::Search::kFast}, {"full", compiler::Search::kFull}};

// A file name for a tensor: its own, without what a file system does not take.
std::string file_name(const std::string& tensor) {
  std::string name;
  for (const unsigned char c : tensor)
    name += std::isalnum(c) || c == '_' || c == '-' || (c == '.' && !name.empty()) ? static_cast<char>(c) : '_';
  if (name.empty()) name = "tensor";
  return name.substr(0, 200);
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw UserError(directory.string() + ": cannot be created: " + error.message());
}

// Writes tensors as .npy; two tensors whose names become the same file name are told apart by a
// number.
class TensorWriter {
 public:
  explicit TensorWriter(fs::path directory) : directory_(std::move(directory)) { make_directory(directory_); }
  void write(const std::string& name, const HostTensor& tensor) {
    std::string file = file_name(name);
    for (int n = 2; !used_.insert(file).second; ++n) file = fmt::format("{}_{}", file_name(name), n);
    write_npy(directory_ / (file + ".npy"), tensor);
  }

 private:
  fs::path directory_;
  std::set<std::string> used_;
};

std::vector<HostTensor> read_inputs(const Network& network, const std::vector<std::string>& files, std::uint32_t seed,
                                    const Streams& streams) {
  if (files.empty()) {
    if (!network.inputs.empty()) streams.error << fmt::format("no --input: random data, seed {}\n", seed);
    return report::random_inputs(network, seed);
  }
  if (files.size() != network.inputs.size()) {
    std::string names;
    for (TensorId id : network.inputs) names += (names.empty() ? "" : ", ") + network.tensors[id].name;
    throw UserError(fmt::format("--input: {} files given, the network has {} inputs ({})", files.size(),
                                network.inputs.size(), names));
  }
  std::vector<HostTensor> inputs;
  for (std::size_t i = 0; i < files.size(); ++i)
    inputs.push_back(read_tensor_file(files[i], network.tensors[network.inputs[i]]));
  return inputs;
}

// How far the outputs of the int8 network are from those of the float network, one line each.
std::string float_comparison(const Network& network, const OnnxGraph& float_network,
                             const std::vector<HostTensor>& inputs, const std::vector<HostTensor>& outputs) {
  const std::vector<HostTensor> expected = quantize::run_float_outputs(float_network, inputs);
  std::string text = "\nagainst the float network\n";
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].type != ElementType::kFloat32) continue;
    const quantize::Distance d = quantize::distance(outputs[i], expected.at(i));
    text += fmt::format(
        "  {}: maximum error {:.4g}, mean error {:.4g}, of values up to {:.4g}; top-1 equal in {} of {} rows\n",
        network.tensors[network.outputs[i]].name, d.maximum, d.mean, d.largest, d.equal_top, d.rows);
  }
  return text;
}

}  // namespace

int run_network_command(const RunArguments& arguments, const Streams& streams) {
  for (const std::string& file : {arguments.json, arguments.csv, arguments.trace}) check_folder(file);
  if (!arguments.trace.empty() && arguments.on == "reference")
    throw UserError("--trace: the reference knows no time, allowed views: model, rtl, all");
  const Chip chip = open_chip(arguments.chip);
  const auto begin = std::chrono::steady_clock::now();
  quantize::CalibrationOptions calibration = arguments.calibration;
  calibration.seed = arguments.seed;
  calibration.keep_float = arguments.compare_float;
  quantize::OpenedNetwork opened =
      topology::is_topology_file(arguments.network)
          ? quantize::OpenedNetwork{topology::read_topology(arguments.network, arguments.seed), false, std::nullopt}
          : quantize::open_network(arguments.network, calibration);
  if (opened.was_float)
    streams.error << fmt::format("float network: quantized to int8, calibrated on {}\n",
                                 calibration.folder.empty()
                                     ? fmt::format("{} random samples, seed {}", calibration.samples, calibration.seed)
                                     : calibration.folder.string());
  if (arguments.compare_float && !opened.was_float)
    throw UserError(arguments.network + ": is quantized already; --compare-float needs a float network");
  if (arguments.float_average_pool) sum_average_pools_in_float(opened.network);
  const std::vector<HostTensor> inputs = read_inputs(opened.network, arguments.inputs, arguments.seed, streams);
  compiler::CompileOptions compile_options;
  // A dump shows every tensor: none stays on the chip or vanishes into a fused node.
  compile_options.keep_tensors = !arguments.dump_tensors.empty();
  compile_options.fuse = arguments.dump_tensors.empty();
  compile_options.search = kSearches.at(arguments.search);
  const compiler::CompiledNetwork compiled = compiler::compile(std::move(opened.network), chip, compile_options);
  const Network& network = compiled.network;
  const std::chrono::duration<double> compile_time = std::chrono::steady_clock::now() - begin;
  if (!arguments.output.empty()) make_directory(arguments.output);
  if (!arguments.dump_tensors.empty()) make_directory(arguments.dump_tensors);

  ProgressLine line(streams.error, streams.progress);
  report::NetworkRunOptions options;
  options.view = kViews.at(arguments.on);
  options.keep = !arguments.dump_tensors.empty() ? compiler::Keep::kAll
                 : arguments.no_check            ? compiler::Keep::kOutputs
                                                 : compiler::Keep::kNeeded;
  options.platform.seed = arguments.seed;
  options.platform.wave_file = arguments.wave;
  options.platform.assertions = arguments.assertions;
  // A line each even when the output is piped: a build takes a while.
  options.platform.build_progress = [&](const std::string& text) { streams.error << text << std::endl; };
  options.limits.max_cycles = arguments.max_cycles;
  options.limits.max_quiet_cycles = arguments.hang_cycles;
  options.check_outputs = !arguments.no_check;
  if (line.enabled()) options.progress = [&](const report::NetworkProgress& p) { line.show(p); };
  report::NetworkRun run = report::run_network(compiled, inputs, options);
  run.report.compile_seconds = compile_time.count();
  line.clear();

  if (!arguments.output.empty()) {
    TensorWriter writer(arguments.output);
    for (std::size_t i = 0; i < run.outputs.size(); ++i)
      writer.write(network.tensors[network.outputs[i]].name, run.outputs[i]);
  }
  if (!arguments.dump_tensors.empty()) {
    TensorWriter writer(arguments.dump_tensors);
    for (const auto& [name, tensor] : run.tensors) writer.write(name, tensor);
  }
  if (!arguments.trace.empty()) write_whole_file(arguments.trace, report::to_csv(run.trace));
  if (!arguments.json.empty()) write_whole_file(arguments.json, report::to_json(run.report).dump(2) + "\n");
  if (!arguments.csv.empty()) write_whole_file(arguments.csv, report::to_csv(run.report));
  streams.out << report::to_text(run.report);
  if (arguments.compare_float && !run.divergence)
    streams.out << float_comparison(network, *opened.float_network, inputs, run.outputs);
  if (run.divergence) {
    streams.error << "systole: " << run.report.difference << "\n";
    return 1;
  }
  return 0;
}

int trace_diff_command(const std::string& a, const std::string& b, const Streams& streams) {
  const std::vector<report::TraceLine> first = report::read_trace(a), second = report::read_trace(b);
  const std::string difference = report::first_difference(first, second);
  if (difference.empty()) {
    streams.out << fmt::format("{} retirements, all equal\n", first.size());
    return 0;
  }
  streams.out << difference << "\n";
  return 1;
}

int compare_command(const std::string& a, const std::string& b, const Streams& streams) {
  const nlohmann::json first = report::read_report(a), second = report::read_report(b);
  streams.out << report::side_by_side(first, second);
  return 0;
}

int export_command(const ExportArguments& arguments, const Streams& streams) {
  const Chip chip = open_chip(arguments.chip);
  quantize::CalibrationOptions calibration;
  calibration.seed = arguments.seed;
  const Network network = quantize::open_network(arguments.network, calibration).network;
  const std::vector<HostTensor> inputs = read_inputs(network, arguments.inputs, arguments.seed, streams);
  const compiler::CompiledNetwork compiled = compiler::compile(network, chip);
  for (const std::string& file : report::export_network(compiled, inputs, arguments.directory))
    streams.out << (fs::path(arguments.directory) / file).string() << "\n";
  return 0;
}

}  // namespace systole::cli
