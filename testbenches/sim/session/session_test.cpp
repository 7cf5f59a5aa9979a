// SPDX-License-Identifier: Apache-2.0
//
// Is a result what its job says and nothing else, does it tell where it comes from, and does a session without RTL need neither
// SystemC nor Verilator?
#include "session/session.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <map>

#include "catch.hpp"
#include "chip/shipped_chips.hpp"
#include "network/tensor_file.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/quantize/float_networks.hpp"
#include "sim/session/loaded_libraries.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"
#include "views/model_view.hpp"

using namespace systole;
using namespace systole::session;

namespace {

const std::string kDigits = std::string(SYSTOLE_SOURCE_DIR) + "/sim/networks/digits/digits_single.onnx";

Job digits_job(ViewChoice view = ViewChoice::kReference) {
  Job job;
  job.chip = open_chip("tiny");
  job.network = kDigits;
  job.run.view = view;
  return job;
}

Job float_job(const test::TemporaryFolder& folder) {
  test::small_resnet(5).write(folder.file("float.onnx"));
  Job job = digits_job();
  job.network = folder.file("float.onnx");
  return job;
}

// A product and so many reshapes behind it, whose bytes are the product's: [1,4] and [1,4,1,1] in turn.
Network row_of_reshapes(int length) {
  test::ModelBuilder builder;
  const std::string last = "r" + std::to_string(length);
  builder.input("x", ElementType::kUint8, {1, 4}).output(last, ElementType::kInt8, {1, 4});
  const std::vector<int> identity = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  builder.bytes("w", ElementType::kInt8, {4, 4}, identity)
      .floats("s", {}, {1})
      .bytes("u", ElementType::kUint8, {}, {0});
  builder.bytes("z", ElementType::kInt8, {}, {0}).int64s("flat", {2}, {1, 4}).int64s("image", {4}, {1, 4, 1, 1});
  builder.node("QLinearMatMul", {"x", "s", "u", "w", "s", "z", "s", "z"}, {"r0"});
  for (int i = 0; i < length; ++i)
    builder.node("Reshape", {"r" + std::to_string(i), i % 2 == 0 ? "image" : "flat"}, {"r" + std::to_string(i + 1)});
  return builder.read();
}

}  // namespace

TEST_CASE("every stage of a job tells how far it is, from its first item to its last") {
  const test::TemporaryFolder folder;
  Job job = float_job(folder);
  job.run.view = ViewChoice::kModel;
  std::vector<std::string> stages;
  std::map<std::string, std::pair<std::size_t, std::size_t>> last;
  Progress progress;
  progress.working = [&](const WorkProgress& p) {
    if (stages.empty() || stages.back() != p.stage) stages.push_back(p.stage);
    CHECK(p.number == last[p.stage].first + 1);
    CHECK_FALSE(p.item.empty());
    last[p.stage] = {p.number, p.count};
  };
  run(job, progress);
  CHECK(stages == std::vector<std::string>{"calibrate", "compile", "reference", "model", "check"});
  for (const auto& [stage, done] : last) {
    CAPTURE(stage);
    CHECK(done.first == done.second);
    CHECK(done.second > 3);
  }
}

TEST_CASE("a signal ends a job in every stage") {
  const test::TemporaryFolder folder;
  Job job = float_job(folder);
  job.run.view = ViewChoice::kModel;
  for (const std::string stage : {"calibrate", "compile", "reference", "model", "check"}) {
    CAPTURE(stage);
    const InterruptionScope scope;
    Progress progress;
    progress.working = [&](const WorkProgress& p) {
      if (p.stage == stage && p.number == 2) std::raise(SIGTERM);
      const bool goes_on = p.stage == stage && p.number > 3;
      CHECK_FALSE(goes_on);
    };
    try {
      const Result result = run(job, progress);
      REQUIRE(result.interrupted);
      CHECK(result.interrupted->exit_code() == 143);
    } catch (const Interrupted& stop) {
      CHECK(stop.exit_code() == 143);
    }
  }
}

TEST_CASE("no SystemC is loaded where nobody asked for the RTL") {
  CHECK(run(digits_job(ViewChoice::kModel)).report.outputs_match == true);
  CHECK(test::is_loaded("libfmt"));
  CHECK(!test::is_loaded("libsystemc"));
  CHECK(!test::is_loaded("systole_chip-"));
}

TEST_CASE("without the RTL's factory its views are refused, with those that are there") {
  for (const ViewChoice view : {ViewChoice::kRtl, ViewChoice::kAll})
    CHECK_THROWS_WITH(run(digits_job(view)), Contains("rtl") && Contains("reference, model"));
}

TEST_CASE("a signal ends a run with a report of what ran, and without rates") {
  const InterruptionScope scope;
  Progress progress;
  progress.compiled = [](const compiler::CompiledNetwork&) { std::raise(SIGTERM); };
  const Result result = run(digits_job(ViewChoice::kModel), progress);
  REQUIRE(result.interrupted);
  CHECK(result.interrupted->exit_code() == 143);
  CHECK(result.report.interrupted == "interrupted by SIGTERM in step 1 of 3");
  CHECK(!result.report.outputs_match);
  CHECK(!result.report.inferences_per_second);
  CHECK(result.outputs.empty());
}

TEST_CASE("a row of 35,000 reshapes is followed without recursion") {
  Job job = digits_job(ViewChoice::kModel);
  job.network = row_of_reshapes(35000);
  job.inputs = std::vector<HostTensor>{{ElementType::kUint8, {1, 4}, {1, 2, 3, 100}}};
  const Result result = run(job);
  CHECK(result.outputs[0].data == std::vector<std::uint8_t>{1, 2, 3, 100});
  CHECK(result.report.outputs_match == true);
}

TEST_CASE("the same job gives the same result") {
  const Job job = digits_job(ViewChoice::kModel);
  const Result a = run(job), b = run(job);
  REQUIRE(a.outputs.size() == 1);
  CHECK(a.outputs[0].data == b.outputs[0].data);
  CHECK(a.report.cycles.value() == b.report.cycles.value());
  CHECK(a.trace.size() == b.trace.size());
}

TEST_CASE("the seed of a job is that of its inputs and of the RTL's power-up state") {
  Job job = digits_job(ViewChoice::kRtl);
  std::vector<std::uint32_t> seeds;
  job.run.make_rtl = [&](const compiler::CompiledNetwork& network, const views::RtlOptions& options,
                         const RunLimits& limits, const views::RtlProgress&) {
    seeds.push_back(options.seed);
    return std::make_unique<views::ModelView>(network, limits);
  };
  const Result a = run(job);
  job.seed = 77;
  const Result b = run(job);
  CHECK(seeds == std::vector<std::uint32_t>{1, 77});
  CHECK(a.outputs[0].data != b.outputs[0].data);
}

TEST_CASE("a file, the network in it and its inputs as tensors or files are the same job") {
  const test::TemporaryFolder folder;
  const Result of_file = run(digits_job());
  Job job = digits_job();
  job.network = open(job).network;
  CHECK(run(job).outputs[0].data == of_file.outputs[0].data);
  job.inputs = of_file.compiled.inputs;
  job.seed = 9;
  CHECK(run(job).outputs[0].data == of_file.outputs[0].data);
  write_npy(folder.file("x.npy"), of_file.compiled.inputs[0]);
  job.inputs = InputFiles{folder.file("x.npy")};
  CHECK(run(job).outputs[0].data == of_file.outputs[0].data);
}

TEST_CASE("a report says which tool made it, of which files, with which seed and chip, and its time adds up") {
  Job job = digits_job();
  job.seed = 12;
  job.digests = true;
  job.command = {"systole", "run"};
  const report::RunReport report = run(job).report;
  const report::Provenance& made_by = report.made_by;
  CHECK(made_by.tool_version == tool_version());
  CHECK(made_by.tool_version.find("0.") == 0);
  CHECK(made_by.command == job.command);
  CHECK(made_by.network_file == kDigits);
  CHECK(made_by.network_sha256.size() == 64);
  CHECK(made_by.seed == 12);
  CHECK(made_by.search == "none");
  const auto has_key = [&](const char* key, const char* value) {
    return std::find(made_by.chip_keys.begin(), made_by.chip_keys.end(),
                     std::pair<std::string, std::string>(key, value)) != made_by.chip_keys.end();
  };
  CHECK(has_key("chip.array_rows", "4"));
  CHECK(has_key("clock_mhz", "1000"));
  CHECK(has_key("memory.kind", "ideal"));
  std::vector<std::string> names;
  for (const report::Stage& stage : report.stages) {
    names.push_back(stage.name);
    CHECK(stage.seconds >= 0);
  }
  CHECK(names == std::vector<std::string>{"read", "compile", "run", "check", "other"});
}

TEST_CASE("a job tells its stages in their order, and what they throw ends it") {
  std::vector<std::string> stages;
  Progress progress;
  progress.opened = [&](const quantize::OpenedNetwork& opened) {
    stages.push_back("opened");
    CHECK(!opened.was_float);
  };
  progress.compiled = [&](const compiler::CompiledNetwork& network) {
    stages.push_back("compiled");
    CHECK(!network.steps.empty());
  };
  run(digits_job(), progress);
  CHECK(stages == std::vector<std::string>{"opened", "compiled"});
  progress.compiled = [](const compiler::CompiledNetwork&) { throw UserError("enough"); };
  CHECK_THROWS_WITH(run(digits_job(), progress), "enough");
}

TEST_CASE("the options of the compiler are those of the job") {
  Job job = digits_job();
  job.compile.keep_tensors = true;
  job.compile.fuse = false;
  job.run.keep = runtime::Keep::kAll;
  const Result kept = run(job);
  CHECK(kept.tensors.size() >= 5);
  CHECK(compile(job).network.steps.size() == kept.compiled.network.steps.size());
  job.compile.search = compiler::Search::kFast;
  CHECK(compile(job).network.search.tried > 0);
  CHECK(kept.compiled.network.search.tried == 0);
}

TEST_CASE("a float network is quantized, and how far that takes its outputs is measured if wanted") {
  const test::TemporaryFolder folder;
  Job job = float_job(folder);
  const Result plain = run(job);
  CHECK(!plain.divergence);
  CHECK(plain.float_distances.empty());
  job.compare_float = true;
  const Result compared = run(job);
  REQUIRE(compared.float_distances.size() == compared.outputs.size());
  for (const FloatDistance& d : compared.float_distances) {
    CAPTURE(d.output);
    CHECK(d.distance.maximum > 0);
    CHECK(d.distance.maximum < d.distance.largest);
  }
  CHECK(compared.outputs[0].data == plain.outputs[0].data);
}

TEST_CASE("a quantized network has no float network to compare with") {
  Job job = digits_job();
  job.compare_float = true;
  CHECK_THROWS_WITH(run(job), Contains("digits_single.onnx") && Contains("quantized already"));
}

TEST_CASE("layers as SCALE-Sim lists them are a network, its weights from the job's seed") {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("net.csv")) << "Layer, M, N, K,\nfc, 4, 8, 12,\n";
  Job job = digits_job();
  job.network = folder.file("net.csv");
  const Result a = run(job);
  CHECK(a.report.outputs_match == true);
  job.inputs = a.compiled.inputs;
  job.seed = 2;
  CHECK(run(job).outputs[0].data != a.outputs[0].data);
}

TEST_CASE("the view timing has every cycle of the model, and neither inputs nor weights nor outputs") {
  const test::TemporaryFolder folder;
  test::small_resnet(5).write(folder.file("float.onnx"));
  std::ofstream(folder.file("layers.csv")) << "Layer, M, N, K,\na, 70, 90, 110,\nb, 70, 90, 110,\nc, 1, 300, 40,\n";
  for (const std::filesystem::path& network :
       {std::filesystem::path(kDigits), folder.file("float.onnx"), folder.file("layers.csv")})
    for (const char* chip : {"tiny", "edge32"})
      for (const compiler::Search search : {compiler::Search::kNone, compiler::Search::kFast}) {
        CAPTURE(network, chip, compiler::search_name(search));
        Job job = digits_job(ViewChoice::kModel);
        job.network = network;
        job.chip = open_chip(chip);
        job.compile.search = search;
        const Result model = run(job);
        job.run.view = ViewChoice::kTiming;
        const Result timing = run(job);
        REQUIRE(timing.trace.size() == model.trace.size());
        CHECK(timing.trace.size() > 10);
        for (std::size_t i = 0; i < model.trace.size(); ++i) CHECK(timing.trace[i].retired == model.trace[i].retired);
        CHECK(timing.report.cycles.value() == model.report.cycles.value());
        CHECK(timing.report.nodes.size() == model.report.nodes.size());
        CHECK(timing.compiled.network.base_address == model.compiled.network.base_address);
        CHECK(timing.compiled.network.constants.empty());
        CHECK(timing.compiled.inputs.empty());
        CHECK(timing.outputs.empty());
        CHECK_FALSE(timing.report.outputs_match.has_value());
        for (const Tensor& tensor : timing.compiled.network.network.tensors) CHECK(tensor.data.empty());
      }
}

TEST_CASE("the view timing refuses inputs and a comparison of values") {
  Job job = digits_job(ViewChoice::kTiming);
  job.inputs = std::vector<HostTensor>(1);
  CHECK_THROWS_WITH(run(job), Contains("timing computes no values"));
  const test::TemporaryFolder folder;
  job = float_job(folder);
  job.run.view = ViewChoice::kTiming;
  job.compare_float = true;
  CHECK_THROWS_WITH(run(job), Contains("timing computes no values"));
}

TEST_CASE("views have names, and another name is refused with those") {
  for (const ViewChoice choice :
       {ViewChoice::kReference, ViewChoice::kModel, ViewChoice::kTiming, ViewChoice::kRtl, ViewChoice::kAll})
    CHECK(view_choice(view_name(choice)) == choice);
  CHECK_THROWS_WITH(view_choice("silicon"), Contains("silicon") && Contains("reference, model, timing, rtl, all"));
}
