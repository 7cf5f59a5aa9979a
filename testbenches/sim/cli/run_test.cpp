// SPDX-License-Identifier: Apache-2.0
//
// Does `systole run` write what it is asked for, and is what it cannot do one clear line?
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "full_disk.hpp"
#include "network/tensor_file.hpp"
#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

TEST_CASE("a run reports, writes outputs, tensors and JSON, and draws no progress into a pipe") {
  const Scratch scratch;
  const CommandResult r =
      systole_command({"run", kDigits, "--chip", "tiny", "--on", "model", "--output", scratch / "out", "--dump-tensors",
                       scratch / "dump", "--json", scratch / "r.json"});
  CAPTURE(r.error);
  REQUIRE(r.code == 0);
  CHECK(r.error == "no --input: random data, seed 1\n");
  CHECK(has(r.out, "equal to the ONNX arithmetic"));
  const HostTensor logits = read_tensor_file(scratch / "out/logits.npy");
  CHECK(logits.shape == Shape{1, 10});
  CHECK(read_tensor_file(scratch / "dump/logits.npy").data == logits.data);
  CHECK(std::distance(fs::directory_iterator(scratch / "dump"), fs::directory_iterator()) > 4);
  std::ifstream file(scratch / "r.json");
  const auto json = nlohmann::json::parse(file);
  CHECK(json["chip"] == "tiny");
  CHECK(json["view"] == "model");
  CHECK(json["outputs_match"] == true);
  CHECK(json["cycles"].get<int>() > 1000);
}

TEST_CASE("what a view cannot do is refused, and so are two results in one place") {
  const Scratch scratch;
  const auto refused = [](std::vector<std::string> options, const std::vector<std::string>& parts) {
    options.insert(options.begin(), {"run", kDigits, "--chip", "tiny"});
    check_user_error(options, parts);
  };
  for (const char* view : {"model", "reference"}) {
    refused({"--on", view, "--wave", scratch / "w.fst"}, {"--wave", "rtl, all"});
    refused({"--on", view, "--assertions"}, {"--assertions", "rtl, all"});
  }
  refused({"--on", "rtl", "--wave-from", "7"}, {"--wave is written, which is missing"});
  refused({"--on", "rtl", "--wave", scratch / "w.fst", "--wave-from", "7", "--wave-to", "6"}, {"--wave-to 6"});
  refused({"--on", "reference", "--trace", scratch / "t.csv"}, {"--trace", "model, timing, rtl, all"});
  refused({"--on", "model", "--json", scratch / "r", "--csv", scratch / "folder/../r"}, {"--csv", "--json"});
  refused({"--on", "model", "--output", scratch / "o", "--dump-tensors", scratch / "o"},
          {"--output", "--dump-tensors"});
  refused({"--on", "model", "--json", "-"}, {"--json -"});
  for (const std::vector<std::string>& option : {std::vector<std::string>{"--output", scratch / "o"},
                                                 {"--dump-tensors", scratch / "o"},
                                                 {"--input", scratch / "i.npy"},
                                                 {"--compare-float"}}) {
    std::vector<std::string> options = {"--on", "timing"};
    options.insert(options.end(), option.begin(), option.end());
    refused(options, {option[0], "computes no values", "model, rtl, reference, all"});
  }
  for (const char* view : {"model", "reference", "rtl", "all"})
    refused({"--on", view, "--races"}, {"--races", "timing"});
}

TEST_CASE("the view timing reports the cycles of the model, and says nothing of values that it has not") {
  const Scratch scratch;
  const CommandResult timing = systole_command({"run", kDigits, "--chip", "tiny", "--on", "timing", "--races", "--json",
                                                scratch / "t.json"}),
                      model = systole_command(
                          {"run", kDigits, "--chip", "tiny", "--on", "model", "--json", scratch / "m.json"});
  CHECK(timing.code == 0);
  CHECK(timing.error.empty());
  CHECK(timing.out.find("computes cycles alone") != std::string::npos);
  CHECK(timing.out.find("outputs") == std::string::npos);
  std::ifstream a(scratch / "t.json"), b(scratch / "m.json");
  const auto t = nlohmann::json::parse(a), m = nlohmann::json::parse(b);
  CHECK(t["view"] == "timing");
  CHECK(t["outputs_match"].is_null());
  for (const char* key : {"cycles", "counters", "nodes", "on_chip"}) CHECK(t[key] == m[key]);
}

TEST_CASE("a wave that cannot be is refused before the chip is built") {
  const Scratch scratch;
  const std::string before = std::getenv("SYSTOLE_CACHE") != nullptr ? std::getenv("SYSTOLE_CACHE") : "";
  ::setenv("SYSTOLE_CACHE", (scratch / "cache").c_str(), 1);
  // One line: not even the network is read.
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--wave", scratch.path.string()},
                   {"wave file", "it is a folder"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--wave", scratch / "no/w.fst"}, {"wave file"});
  const CommandResult node = systole_command(
      {"run", kDigits, "--chip", "tiny", "--on", "rtl", "--wave", scratch / "w.fst", "--wave-node", "nosuch"});
  before.empty() ? ::unsetenv("SYSTOLE_CACHE") : ::setenv("SYSTOLE_CACHE", before.c_str(), 1);
  CHECK(node.code == 2);
  CHECK(has(node.error, "has no node \"nosuch\""));
  CHECK_FALSE(has(node.error, "building"));
  CHECK_FALSE(std::filesystem::exists(scratch / "cache"));
  CHECK_FALSE(std::filesystem::exists(scratch / "w.fst"));
}

TEST_CASE("the same seed gives the same outputs, another one others") {
  const Scratch scratch;
  const auto logits = [&](const std::string& seed, const std::string& folder) {
    REQUIRE(systole_command(
                {"run", kDigits, "--chip", "tiny", "--on", "reference", "--seed", seed, "--output", scratch / folder})
                .code == 0);
    return read_tensor_file(scratch / (folder + "/logits.npy")).data;
  };
  CHECK(logits("7", "a") == logits("7", "b"));
  CHECK(logits("7", "a") != logits("8", "c"));
}

TEST_CASE("inputs are read in the order of the graph, and a wrong one is refused by name") {
  const Scratch scratch;
  HostTensor image = make_host_tensor(ElementType::kFloat32, {1, 1, 8, 8});
  write_npy(scratch / "image.npy", image);
  CHECK(
      systole_command({"run", kDigits, "--chip", "tiny", "--on", "reference", "--input", scratch / "image.npy"}).code ==
      0);
  image = make_host_tensor(ElementType::kFloat32, {1, 1, 8, 9});
  write_npy(scratch / "wide.npy", image);
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "reference", "--input", scratch / "wide.npy"},
                   {"wide.npy"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "reference", "--input", scratch / "image.npy", "--input",
                    scratch / "image.npy"},
                   {"2 files given", "1 inputs"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "reference", "--input", scratch / "none.npy"},
                   {"none.npy"});
}

TEST_CASE("a place that cannot be written is one line and exit code 2, and leaves nothing half-written") {
  const Scratch scratch;
  HostTensor image = make_host_tensor(ElementType::kFloat32, {1, 1, 8, 8});
  write_npy(scratch / "image.npy", image);
  const std::vector<std::string> run = {"run",  kDigits,     "--chip",  "tiny",
                                        "--on", "reference", "--input", scratch / "image.npy"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = run;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  check_user_error(with({"--output", "/proc/systole/out"}), {"/proc/systole"});
  check_user_error(with({"--dump-tensors", "/proc/systole/out"}), {"/proc/systole"});
  check_user_error(with({"--json", scratch / "no/such/folder/r.json"}), {"r.json"});
  check_user_error(with({"--output", scratch / "image.npy"}), {"image.npy"});
  CHECK(read_tensor_file(scratch / "image.npy").data == image.data);
}

TEST_CASE("a full disk is one line and exit code 2, and leaves no half-written report") {
  const Scratch scratch;
  HostTensor image = make_host_tensor(ElementType::kFloat32, {1, 1, 8, 8});
  write_npy(scratch / "image.npy", image);
  const CommandResult r = [&] {
    const FullDisk full(64);
    return systole_command({"run", kDigits, "--chip", "tiny", "--on", "reference", "--input", scratch / "image.npy",
                            "--json", scratch / "r.json"});
  }();
  CHECK(r.code == 2);
  CHECK(has(r.error, "r.json"));
  CHECK(has(r.out, "equal to the ONNX arithmetic"));  // the report is not lost with the file
  CHECK(std::distance(fs::directory_iterator(scratch.path), fs::directory_iterator()) == 1);
}

TEST_CASE("the retire trace of a run is a file that trace-diff finds equal to itself and unequal to another") {
  const Scratch scratch;
  const auto run = [&](const std::string& chip, const std::string& file) {
    return systole_command({"run", kDigits, "--chip", chip, "--on", "model", "--trace", scratch / file}).code;
  };
  REQUIRE(run("tiny", "a.csv") == 0);
  REQUIRE(run("tiny", "b.csv") == 0);
  REQUIRE(run("edge16", "c.csv") == 0);
  const CommandResult same = systole_command({"trace-diff", scratch / "a.csv", scratch / "b.csv"});
  CHECK(same.code == 0);
  CHECK(has(same.out, "all equal"));
  const CommandResult other = systole_command({"trace-diff", scratch / "a.csv", scratch / "c.csv"});
  CHECK(other.code == 1);
  CHECK(has(other.out, "line "));
  std::ofstream(scratch / "bad.csv") << "step,engine\n";
  check_user_error({"trace-diff", scratch / "a.csv", scratch / "bad.csv"}, {"bad.csv", "line 1"});
  check_user_error({"trace-diff", scratch / "a.csv", scratch / "none.csv"}, {"none.csv", "no such file"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "reference", "--trace", scratch / "t.csv"},
                   {"--trace", "model"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "model", "--trace", scratch / "no/t.csv"},
                   {"t.csv", "cannot be written"});
}
