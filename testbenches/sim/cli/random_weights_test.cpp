// SPDX-License-Identifier: Apache-2.0
//
// Does a network without its files of weights run with --random-weights, in the cycles that it has with them, and does every
// output say so?
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/cli/command_bench.hpp"
#include "sim/quantize/float_networks.hpp"

using namespace systole;
using namespace systole::test;

namespace {

nlohmann::json json_in(const std::string& file) {
  std::ifstream in(file);
  return nlohmann::json::parse(in);
}

// A network in net.onnx whose weights are in weights.bin, which is written only if that is asked for.
struct Split {
  Scratch scratch;
  std::string net = scratch / "net.onnx", weights;

  explicit Split(ModelBuilder network, std::size_t least_bytes = 1) {
    weights = network.move_weights_to("weights.bin", least_bytes);
    network.write(net);
  }
  void write_weights() const { scratch.file("weights.bin", weights); }

  std::vector<std::string> run(const std::vector<std::string>& more = {"--random-weights"}) const {
    std::vector<std::string> words = {"run", net, "--chip", "tiny", "--on", "model", "--json", scratch / "r.json"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  nlohmann::json report(const std::vector<std::string>& more = {"--random-weights"}) const {
    const CommandResult r = systole_command(run(more));
    INFO(r.error);
    REQUIRE(r.code == 0);
    return json_in(scratch / "r.json");
  }
};

// The network of small_resnet as `systole quantize` writes it.
ModelBuilder quantized_resnet() {
  const Scratch scratch;
  small_resnet(3).write(scratch / "float.onnx");
  REQUIRE(systole_command({"quantize", scratch / "float.onnx", "-o", scratch / "q.onnx"}).code == 0);
  ModelBuilder quantized;
  std::ifstream in(scratch / "q.onnx", std::ios::binary);
  REQUIRE(quantized.model().ParseFromIstream(&in));
  return quantized;
}

}  // namespace

TEST_CASE("without its file of weights a network is refused, and the message names the option") {
  const Split split(small_resnet(3));
  check_user_error(split.run({}), {"stored in 'weights.bin': no such file", "--random-weights draws the values"});
}

TEST_CASE("a float network has the cycles of its own weights with random ones") {
  const Split split(small_resnet(3));
  const auto random = split.report(), other = split.report({"--random-weights", "--seed", "7"});
  split.write_weights();
  const auto own = split.report({});
  CHECK(random["cycles"] == own["cycles"]);
  CHECK(other["cycles"] == own["cycles"]);
  CHECK(random["instructions"] == own["instructions"]);
}

TEST_CASE("a quantized network has the cycles of its own weights with random ones, missing scales or not") {
  for (const std::size_t least_bytes : {std::size_t{1}, std::size_t{17}}) {
    CAPTURE(least_bytes);
    const Split split(quantized_resnet(), least_bytes);
    const auto random = split.report();
    CHECK(random["outputs_match"] == true);
    split.write_weights();
    CHECK(random["cycles"] == split.report({})["cycles"]);
  }
}

TEST_CASE("run says how many weights are random, on the terminal and in the report") {
  const Split split(small_resnet(3));
  const CommandResult r = systole_command(split.run());
  INFO(r.out << r.error);
  REQUIRE(r.code == 0);
  const auto report = json_in(split.scratch / "r.json");
  const auto& made_by = report["made_by"];
  CHECK(made_by["random_weight_bytes"] == split.weights.size());
  const std::string text = "random weights (" + made_by["random_weight_tensors"].dump() + " tensors, " +
                           std::to_string(split.weights.size()) + " bytes)";
  CHECK(has(r.error, text + " in place of missing files, seed 1\n"));
  CHECK(report["values"] == "random inputs, seed 1, calibrated on 2 random samples, seed 1, " + text +
                                ": the cycles hold, the outputs mean nothing");
  CHECK(has(r.out, "outputs mean nothing"));
}

TEST_CASE("if nothing is missing, the option changes nothing and nothing is said of it") {
  const Split split(small_resnet(3));
  split.write_weights();
  const CommandResult with = systole_command(split.run());
  CHECK(with.code == 0);
  CHECK(!has(with.out + with.error, "random weights"));
  CHECK(!json_in(split.scratch / "r.json")["made_by"].contains("random_weight_tensors"));
  CHECK(systole_command(split.run({})).error == with.error);
}

TEST_CASE("with given inputs the outputs of random weights mean nothing either") {
  const Split split(quantized_resnet());
  REQUIRE(systole_command(split.run({"--random-weights", "--dump-tensors", split.scratch / "t"})).code == 0);
  const auto input = split.report()["inputs"][0]["name"].get<std::string>();
  const auto report = split.report({"--random-weights", "--input", split.scratch / ("t/" + input + ".npy")});
  CHECK(has(report["values"], "of the given inputs, random weights ("));
  CHECK(has(report["values"], "the outputs mean nothing"));
}

TEST_CASE("export takes random weights, and its manifest says so") {
  const Split split(small_resnet(3));
  const std::vector<std::string> command = {"export", split.net, "--chip", "tiny", "-o", split.scratch / "x"};
  check_user_error(command, {"--random-weights"});
  std::vector<std::string> random = command;
  random.push_back("--random-weights");
  const CommandResult r = systole_command(random);
  INFO(r.error);
  REQUIRE(r.code == 0);
  CHECK(has(r.error, "in place of missing files"));
  CHECK(json_in(split.scratch / "x/manifest.json")["random_weights"]["bytes"] == split.weights.size());
  split.write_weights();
  REQUIRE(systole_command(command).code == 0);
  CHECK(!json_in(split.scratch / "x/manifest.json").contains("random_weights"));
}

TEST_CASE("quantize takes random weights and says that its outputs mean nothing") {
  const Split split(small_resnet(3));
  const std::string out = split.scratch / "q.onnx";
  check_user_error({"quantize", split.net, "-o", out}, {"--random-weights"});
  const CommandResult r = systole_command({"quantize", split.net, "-o", out, "--random-weights", "--seed", "4"});
  INFO(r.error);
  REQUIRE(r.code == 0);
  CHECK(has(r.out, "random weights ("));
  CHECK(has(r.out, "seed 4: its outputs mean nothing"));
  CHECK(systole_command({"run", out, "--chip", "tiny", "--on", "reference"}).code == 0);
}

TEST_CASE("a layer list has random weights always, so it refuses the option") {
  const Scratch scratch;
  scratch.file("l.csv", "Layer, M, N, K,\na, 8, 8, 8,\n");
  check_user_error({"run", scratch / "l.csv", "--chip", "tiny", "--on", "model", "--random-weights"},
                   {"l.csv: --random-weights is for ONNX files"});
}
