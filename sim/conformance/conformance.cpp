// SPDX-License-Identifier: Apache-2.0
#include "conformance/conformance.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <utility>

#include "compiler/compiled_network.hpp"
#include "network/message_text.hpp"
#include "network/tensor_file.hpp"
#include "normalize/reader.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/printable.hpp"
#include "support/work/interruption.hpp"

namespace systole::conformance {

namespace fs = std::filesystem;

namespace {

constexpr double kRelative = 1e-3, kAbsolute = 1e-7;
constexpr std::uint64_t kMostBytes = (std::uint64_t{1} << 31) - 1;

std::set<fs::path> cases_in(const fs::path& folder) {
  std::error_code error;
  std::set<fs::path> cases;
  if (fs::exists(folder / "model.onnx", error)) cases.insert(folder);
  const fs::recursive_directory_iterator all(folder, error);
  if (error) throw UserError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  for (const auto& entry : all)
    if (entry.path().filename() == "model.onnx") cases.insert(entry.path().parent_path());
  if (cases.empty()) throw UserError(folder.string() + ": no folder with a model.onnx in it");
  return cases;
}

std::vector<fs::path> data_sets(const fs::path& folder) {
  std::set<fs::path> sets;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() && entry.path().filename().string().rfind("test_data_set_", 0) == 0)
      sets.insert(entry.path());
  return {sets.begin(), sets.end()};
}

std::string difference(const HostTensor& found, const HostTensor& expected) {
  if (found.type != expected.type)
    return fmt::format("is {}, expected {}", element_name(found.type), element_name(expected.type));
  if (found.shape != expected.shape)
    return fmt::format("has the shape {}, expected {}", shape_text(found.shape), shape_text(expected.shape));
  if (expected.type != ElementType::kFloat32)
    return found.data == expected.data ? "" : "has other integers than expected";
  const float *a = elements<float>(found), *b = elements<float>(expected);
  for (std::size_t i = 0; i < expected.data.size() / sizeof(float); ++i) {
    const bool equal = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    if (!equal &&
        !(std::fabs(static_cast<double>(a[i]) - b[i]) <= kAbsolute + kRelative * std::fabs(static_cast<double>(b[i]))))
      return fmt::format("element {} is {}, expected {}", i, a[i], b[i]);
  }
  return "";
}

class Case {
 public:
  Case(const fs::path& folder, const Chip& chip, const Options& options)
      : folder_(folder), chip_(chip), options_(options) {}

  CaseResult run() {
    CaseResult result;
    try {
      for (const fs::path& data : data_sets(folder_)) {
        const std::string why = run_data_set(data, result);
        if (why.empty()) continue;
        result.verdict = Verdict::kFailed;
        result.reason = fmt::format("{}: {}", data.filename().string(), why);
        return result;
      }
    } catch (const UserError& error) {
      result.verdict = Verdict::kUnsupported;
      result.reason = first_line(error.what());
    } catch (const std::exception& error) {
      result.verdict = Verdict::kFailed;
      result.reason = first_line(error.what());
    }
    return result;
  }

 private:
  // With all inputs at run time, or with all but the first as constants.
  std::string run_data_set(const fs::path& data, CaseResult& result) {
    try {
      return run_model(read_network(folder_ / "model.onnx"), false, data, result);
    } catch (const UserError&) {
      const std::optional<Network> network = with_constants(data);
      if (!network) throw;
      return run_model(*network, true, data, result);
    }
  }

  std::optional<Network> with_constants(const fs::path& data) const {
    onnx::ModelProto model;
    if (!model.ParseFromString(read_whole_file(folder_ / "model.onnx", kMostBytes)) || model.graph().input_size() < 2)
      return std::nullopt;
    auto& graph = *model.mutable_graph();
    for (int i = 1; i < graph.input_size(); ++i) {
      if (!fs::exists(data / fmt::format("input_{}.pb", i))) return std::nullopt;  // an initializer listed as an input
      auto& constant = *graph.add_initializer();
      if (!constant.ParseFromString(read_whole_file(data / fmt::format("input_{}.pb", i), kMostBytes)))
        return std::nullopt;
      constant.set_name(graph.input(i).name());
    }
    while (graph.input_size() > 1) graph.mutable_input()->RemoveLast();
    return read_network(model.SerializeAsString(), (folder_ / "model.onnx").string());
  }

  std::string run_model(const Network& network, bool constants, const fs::path& data, CaseResult& result) const {
    std::vector<HostTensor> inputs;
    const std::size_t count = constants ? 1 : network.inputs.size();
    for (std::size_t i = 0; i < std::min(count, network.inputs.size()); ++i)
      inputs.push_back(read_tensor_file(data / fmt::format("input_{}.pb", i), network.tensors[network.inputs[i]]));
    session::Job job;
    job.chip = chip_;
    job.network = network;
    job.inputs = std::move(inputs);
    job.run.view = options_.view;
    job.run.make_rtl = options_.make_rtl;
    job.run.check_outputs = false;
    session::Progress progress;
    progress.compiled = [&result](const compiler::CompiledNetwork& compiled) {
      for (const compiler::Step& step : compiled.steps)
        result.on_chip |= std::holds_alternative<compiler::ChipStep>(step);
    };
    const session::Result run = session::run(job, progress);
    if (run.divergence) return run.report.difference;
    for (std::size_t i = 0; i < run.outputs.size(); ++i) {
      const std::string why = difference(run.outputs[i], read_tensor_file(data / fmt::format("output_{}.pb", i)));
      if (!why.empty()) return fmt::format("output {} {}", in_quotes(network.tensors[network.outputs[i]].name), why);
    }
    return "";
  }

  const fs::path& folder_;
  const Chip& chip_;
  const Options& options_;
};

}  // namespace

std::vector<CaseResult> run_cases(const fs::path& folder, const Chip& chip, const Options& options,
                                  const std::function<void(const CaseResult&)>& done) {
  std::vector<CaseResult> results;
  for (const fs::path& path : cases_in(folder)) {
    std::string name = path.lexically_relative(folder).string();
    if (name == ".") name = path.filename().string();
    if (name.find(options.only) == std::string::npos) continue;
    const auto begin = std::chrono::steady_clock::now();
    CaseResult result;
    try {
      result = Case(path, chip, options).run();
    } catch (const Interrupted&) {
      break;
    }
    result.name = printable(name);
    result.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    done(result);
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace systole::conformance
