// SPDX-License-Identifier: Apache-2.0
//
// Does every command do what docs/user/command_line.md says, with its exit code, and is bad input
// one clear line?
#include "cli/commands.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"
#include "isa/program.hpp"
#include "network/tensor_file.hpp"

using namespace systole;
namespace fs = std::filesystem;

namespace {

const std::string kDigits = std::string(SYSTOLE_SOURCE_DIR) + "/sim/networks/digits/digits_single.onnx";

struct Result {
  int code;
  std::string out, error;
};

Result systole_command(const std::vector<std::string>& arguments) {
  std::ostringstream out, error;
  const int code = cli::run(arguments, {out, error, false});
  return {code, out.str(), error.str()};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Scratch {
  fs::path path = fs::temp_directory_path() / ("systole-cli-" + std::to_string(::getpid()));
  Scratch() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Scratch() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

void check_user_error(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
  const Result r = systole_command(arguments);
  CAPTURE(arguments, r.error);
  CHECK(r.code == 2);
  CHECK(r.out.empty());
  CHECK(std::count(r.error.begin(), r.error.end(), '\n') == 1);
  CHECK(r.error.compare(0, 9, "systole: ") == 0);
  for (const std::string& part : parts) CHECK(has(r.error, part));
}

}  // namespace

TEST_CASE("help is everywhere and is not an error") {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"--help"},
                                                                                         {"run", "--help"},
                                                                                         {"chips", "--help"},
                                                                                         {"chip", "--help"},
                                                                                         {"disasm", "--help"},
                                                                                         {"fuzz", "--help"},
                                                                                         {"trace-diff", "--help"},
                                                                                         {"export", "--help"}}) {
    const Result r = systole_command(arguments);
    CHECK(r.code == 0);
    CHECK(has(r.out, "Usage"));
    CHECK(r.error.empty());
  }
}

TEST_CASE("every option of run that the documentation names exists, and the other way round") {
  std::ifstream file(std::string(SYSTOLE_SOURCE_DIR) + "/docs/user/command_line.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::string help = systole_command({"run", "--help"}).out;
  for (const char* option : {"--chip", "--on", "--input", "--output", "--dump-tensors", "--json", "--wave",
                             "--max-cycles", "--hang-cycles", "--seed", "--assertions", "--no-check"}) {
    CAPTURE(option);
    CHECK(has(page, option));
    CHECK(has(help, option));
  }
}

TEST_CASE("the version is that of the project") {
  const Result r = systole_command({"--version"});
  CHECK(r.code == 0);
  CHECK(has(r.out, "systole 0."));
}

TEST_CASE("the shipped chips are listed, and a shown chip is a chip file again") {
  const Result list = systole_command({"chips"});
  CHECK(list.code == 0);
  for (const char* name : {"tiny", "edge16", "edge32"}) CHECK(has(list.out, name));
  const Scratch scratch;
  const Result shown = systole_command({"chip", "edge16"});
  CHECK(shown.code == 0);
  std::ofstream(scratch / "copy.toml") << shown.out;
  CHECK(systole_command({"chip", scratch / "copy.toml"}).out == shown.out);
}

TEST_CASE("a program is shown as assembler text that is the program again") {
  const Scratch scratch;
  isa::Program program;
  program.chip_name = "tiny";
  isa::Load load;
  load.run_bytes = 64;
  isa::Store store;
  store.requantize = true;
  store.dst_base = 128;
  program.instructions = {load, store};
  isa::write_program(program, scratch / "p.prog");
  const Result r = systole_command({"disasm", scratch / "p.prog"});
  CHECK(r.code == 0);
  CHECK(has(r.out, "2 instructions for tiny"));
  const isa::Program again = isa::assemble(r.out, "text");
  REQUIRE(again.instructions.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) CHECK(isa::encode(again.instructions[i]) == isa::encode(program.instructions[i]));
}

TEST_CASE("a run reports, writes outputs, tensors and JSON, and draws no progress into a pipe") {
  const Scratch scratch;
  const Result r = systole_command({"run", kDigits, "--chip", "tiny", "--on", "model", "--output", scratch / "out",
                                    "--dump-tensors", scratch / "dump", "--json", scratch / "r.json"});
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

TEST_CASE("export writes the files that it lists") {
  const Scratch scratch;
  const Result r = systole_command({"export", kDigits, "--chip", "tiny", "-o", scratch / "x"});
  REQUIRE(r.code == 0);
  std::istringstream lines(r.out);
  int files = 0;
  for (std::string line; std::getline(lines, line); ++files) CHECK(fs::file_size(line) > 0);
  CHECK(files == 7);
  const Result program = systole_command({"disasm", scratch / "x/step1.prog"});
  CHECK(program.code == 0);
  CHECK(has(program.out, "matrix "));
}

TEST_CASE("bad arguments are one line and exit code 2") {
  check_user_error({}, {"--help"});
  check_user_error({"fly"}, {"fly"});
  check_user_error({"run"}, {"--help"});
  check_user_error({"run", kDigits, "--chip", "tiny"}, {"--on"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "silicon"}, {"silicon", "reference"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--max-cycles", "0"}, {"--max-cycles"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--max-cycles", "many"}, {"--max-cycles"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "rtl", "--color"}, {"--color"});
}

TEST_CASE("files that are not what they should be are one line and exit code 2") {
  const Scratch scratch;
  std::ofstream(scratch / "garbage") << "not a network, not a chip, not a program\n";
  check_user_error({"run", kDigits, "--chip", "edge17", "--on", "reference"}, {"edge17", "tiny", "edge16"});
  check_user_error({"run", kDigits, "--chip", scratch / "garbage", "--on", "reference"}, {"garbage"});
  check_user_error({"run", scratch / "none.onnx", "--chip", "tiny", "--on", "reference"}, {"none.onnx"});
  check_user_error({"run", scratch / "garbage", "--chip", "tiny", "--on", "reference"}, {"garbage"});
  check_user_error({"run", scratch.path.string(), "--chip", "tiny", "--on", "reference"},
                   {scratch.path.filename().string()});
  check_user_error({"disasm", scratch / "garbage"}, {"garbage"});
  check_user_error({"chip", scratch / "none.toml"}, {"none.toml"});
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
  // A limit on the size of files stands in for the full disk.
  rlimit before;
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 64;
  ::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const Result r = systole_command({"run", kDigits, "--chip", "tiny", "--on", "reference", "--input",
                                    scratch / "image.npy", "--json", scratch / "r.json"});
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(r.code == 2);
  CHECK(has(r.error, "r.json"));
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
  const Result same = systole_command({"trace-diff", scratch / "a.csv", scratch / "b.csv"});
  CHECK(same.code == 0);
  CHECK(has(same.out, "all equal"));
  const Result other = systole_command({"trace-diff", scratch / "a.csv", scratch / "c.csv"});
  CHECK(other.code == 1);
  CHECK(has(other.out, "line "));
  std::ofstream(scratch / "bad.csv") << "step,engine\n";
  check_user_error({"trace-diff", scratch / "a.csv", scratch / "bad.csv"}, {"bad.csv", "line 1"});
  check_user_error({"trace-diff", scratch / "a.csv", scratch / "none.csv"}, {"none.csv", "no such file"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "reference", "--trace", scratch / "t.csv"},
                   {"--trace", "model"});
  check_user_error({"run", kDigits, "--chip", "tiny", "--on", "model", "--trace", scratch / "no/t.csv"},
                   {"no such folder"});
}

TEST_CASE("what fuzz cannot do is one line and exit code 2") {
  const Scratch scratch;
  check_user_error({"fuzz"}, {"--chip"});
  check_user_error({"fuzz", "--chip", "none"}, {"none"});
  check_user_error({"fuzz", "--chip", "tiny", "--programs", "0"}, {"--programs"});
  check_user_error({"fuzz", "--chip", "tiny", "--instructions", "4"}, {"--instructions"});
  check_user_error({"fuzz", "--chip", "tiny", "--jobs", "0"}, {"--jobs"});
  check_user_error({"fuzz", "--chip", "tiny", "--memory", "odd"}, {"--memory"});
  check_user_error({"fuzz", "--chip", "tiny", "--json", scratch / "no/f.json"}, {"no such folder"});
  check_user_error({"fuzz", "--chip", "tiny", "--junit", scratch / "no/f.xml"}, {"no such folder"});
  check_user_error({"fuzz", "--replay", scratch / "nothing"}, {"nothing.chip.toml", "no such file"});
}
