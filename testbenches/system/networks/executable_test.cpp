// SPDX-License-Identifier: Apache-2.0
//
// The tool as a person calls it: the executable from the network's file to the logits' file and the report.
#include <unistd.h>

#include <boost/process.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "system/networks/digits.hpp"

namespace bp = boost::process;
namespace fs = std::filesystem;
using namespace systole;
using namespace systole::test;

namespace {

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("systole-system-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string text(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Sends SIGTERM when the process has loaded a chip's library and worked for a while with it.
void interrupt_at_work(bp::child& child) {
  const std::string maps = "/proc/" + std::to_string(child.id()) + "/maps";
  for (int i = 0; i < 600 && text(maps).find("systole_chip-") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::this_thread::sleep_for(std::chrono::seconds(4));
  ::kill(child.id(), SIGTERM);
  child.wait();
}

}  // namespace

TEST_CASE("the executable reads the digits on all views of edge16 and says so") {
  const Folder folder;
  const fs::path out = folder.path() / "out.txt", err = folder.path() / "err.txt", json = folder.path() / "report.json";
  const int code =
      bp::system(SYSTOLE_EXECUTABLE, "run", digits_file("digits.onnx").string(), "--chip", "edge16", "--on", "all",
                 "--input", digits_file("images.npy").string(), "--output", folder.path().string(), "--json",
                 json.string(), bp::std_out > out.string(), bp::std_err > err.string());
  INFO(text(out) << text(err));
  REQUIRE(code == 0);
  CHECK(text(out).find("every bit and every cycle equal in all views") != std::string::npos);
  const HostTensor logits = read_tensor_file(folder.path() / "logits.npy");
  CHECK(logits.data == read_tensor_file(digits_file("expected.npy")).data);
  CHECK(digits_right(logits) == kDigitsRight);
  const auto report = nlohmann::json::parse(text(json));
  CHECK(report["chip"] == "edge16");
  CHECK(report["view"] == "all");
  CHECK(report["outputs_match"] == true);
  CHECK(report["macs"] == 46336000);
  CHECK(report["cycles"].get<std::uint64_t>() > 46336000 / 256);
  CHECK(report["utilization"].get<double>() > 0.4);
}

TEST_CASE("all views are equal with random weights, in the cycles of the network's own") {
  const Folder folder;
  const fs::path out = folder.path() / "out.txt", err = folder.path() / "err.txt", json = folder.path() / "report.json";
  ModelBuilder digits;
  std::ifstream in(digits_file("digits_single.onnx"), std::ios::binary);
  REQUIRE(digits.model().ParseFromIstream(&in));
  digits.move_weights_to("weights.bin");
  digits.write(folder.path() / "net.onnx");
  const auto cycles = [&](const fs::path& network, const char* view) {
    const int code =
        bp::system(SYSTOLE_EXECUTABLE, "run", network.string(), "--chip", "tiny", "--on", view, "--random-weights",
                   "--json", json.string(), bp::std_out > out.string(), bp::std_err > err.string());
    INFO(text(out) << text(err));
    REQUIRE(code == 0);
    return nlohmann::json::parse(text(json))["cycles"].get<std::uint64_t>();
  };
  const std::uint64_t random = cycles(folder.path() / "net.onnx", "all");
  CHECK(text(out).find("every bit and every cycle equal in all views") != std::string::npos);
  CHECK(random == cycles(digits_file("digits_single.onnx"), "model"));
}

TEST_CASE("a run that is stopped by SIGTERM reports what ran, and writes its files") {
  const Folder folder;
  const fs::path json = folder.path() / "r.json", trace = folder.path() / "t.csv", out = folder.path() / "out.txt";
  // 21 million cycles: half a second for the cycle model, which says what to expect, and 20 or more for the RTL.
  std::ofstream(folder.path() / "long.csv") << "Layer, M, N, K,\nproduct, 700, 700, 700,\n";
  bp::child child(SYSTOLE_EXECUTABLE, "run", (folder.path() / "long.csv").string(), "--chip", "tiny", "--on", "rtl",
                  "--json", json.string(), "--trace", trace.string(), bp::std_out > out.string(),
                  bp::std_err > bp::null);
  interrupt_at_work(child);
  INFO(text(out));
  CHECK(child.exit_code() == 143);
  CHECK(text(out).find("interrupted by SIGTERM in step 1 of 1") != std::string::npos);
  const auto report = nlohmann::json::parse(text(json));
  CHECK(report["interrupted"] == "interrupted by SIGTERM in step 1 of 1");
  CHECK(report["cycles"].get<std::uint64_t>() > 1000);
  CHECK(report["inferences_per_second"].is_null());
  CHECK(text(trace).size() > 1000);
}

TEST_CASE("a build of a chip that is stopped by SIGTERM leaves nothing behind but its lock and log") {
  const Folder folder;
  const fs::path cache = folder.path() / "cache";
  bp::environment environment = boost::this_process::environment();
  environment["SYSTOLE_CACHE"] = cache.string();
  bp::child child(SYSTOLE_EXECUTABLE, "run", digits_file("digits_single.onnx").string(), "--chip", "tiny", "--set",
                  "chip.queue_depth=32", "--on", "rtl", environment, bp::std_out > bp::null, bp::std_err > bp::null);
  for (int i = 0; i < 100 && !fs::exists(cache); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  std::this_thread::sleep_for(std::chrono::seconds(1));
  ::kill(child.id(), SIGTERM);
  child.wait();
  CHECK(child.exit_code() == 143);
  for (const auto& entry : fs::directory_iterator(cache)) CHECK(entry.is_regular_file());
}

TEST_CASE("fuzz that is stopped by SIGTERM has its figures in all its files") {
  const Folder folder;
  const fs::path json = folder.path() / "f.json", junit = folder.path() / "f.xml";
  bp::child child(SYSTOLE_EXECUTABLE, "fuzz", "--chip", "tiny", "--programs", "1000000", "--json", json.string(),
                  "--junit", junit.string(), bp::std_out > bp::null, bp::std_err > bp::null);
  interrupt_at_work(child);
  CHECK(child.exit_code() == 143);
  const auto report = nlohmann::json::parse(text(json));
  CHECK(report["interrupted"] == "interrupted by SIGTERM");
  CHECK(report["programs"].get<std::uint64_t>() > 0);
  CHECK(report["mismatches"] == 0);
  CHECK(text(junit).find("</testsuite>") != std::string::npos);
}

TEST_CASE("the executable stops at a limit of cycles with exit code 1 and what every engine does") {
  const Folder folder;
  const fs::path err = folder.path() / "err.txt";
  const int code =
      bp::system(SYSTOLE_EXECUTABLE, "run", digits_file("digits_single.onnx").string(), "--chip", "tiny", "--on", "rtl",
                 "--max-cycles", "1000", bp::std_out > bp::null, bp::std_err > err.string());
  CHECK(code == 1);
  CHECK(text(err).find("matrix:") != std::string::npos);
}
