// SPDX-License-Identifier: Apache-2.0
//
// Do all views agree on a network, and does a fault in the RTL, in the bits or in the time, end the
// run with its place?
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"
#include "rtl_view/factory.hpp"
#include "session/inputs.hpp"
#include "session/network_run.hpp"
#include "sim/session/digits.hpp"

using namespace systole;
using namespace systole::session;
using test::digits;
using views::Divergence;
namespace fs = std::filesystem;

namespace {

NetworkRunOptions all_views() {
  NetworkRunOptions options;
  options.view = ViewChoice::kAll;
  options.make_rtl = rtl_view::make_platform_view;
  return options;
}

NetworkRun run_all() { return run_network(digits(), random_inputs(digits().network, 11), all_views()); }

// The RTL with one piece of text in one file replaced, and a cache of its own, for the life of the
// object.
class FaultyRtl {
 public:
  FaultyRtl(const std::string& file, const std::string& good, const std::string& bad)
      : folder_(fs::temp_directory_path() / ("systole-fault-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    fs::copy(fs::path(SYSTOLE_SOURCE_DIR) / "rtl", folder_ / "rtl", fs::copy_options::recursive);
    std::ifstream in(folder_ / "rtl" / file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::size_t at = text.find(good);
    INFO("the RTL no longer says: " << good);
    REQUIRE(at != std::string::npos);
    std::ofstream(folder_ / "rtl" / file) << text.replace(at, good.size(), bad);
    ::setenv("SYSTOLE_RTL", (folder_ / "rtl").c_str(), 1);
    ::setenv("SYSTOLE_CACHE", (folder_ / "cache").c_str(), 1);
  }
  ~FaultyRtl() {
    ::unsetenv("SYSTOLE_RTL");
    ::unsetenv("SYSTOLE_CACHE");
    fs::remove_all(folder_);
  }

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("reference, RTL, cycle model and ONNX arithmetic agree on the digits") {
  const NetworkRun run = run_all();
  INFO(run.report.difference);
  CHECK(!run.divergence);
  CHECK(run.report.outputs_match == true);
  REQUIRE(run.report.views.size() == 3);
  CHECK(run.report.views[0].cycles == run.report.views[2].cycles);
  CHECK(run.report.cycles.value() > 1000);
}

TEST_CASE(
    "a fault in the RTL's arithmetic ends the run with node, tensor, element, instruction and "
    "cycle") {
  const FaultyRtl fault("store/requantize_lane.sv", "value_i + bias_i", "value_i + bias_i + 32'd300");
  const NetworkRun run = run_all();
  REQUIRE(run.divergence);
  CHECK(run.report.outputs_match == false);
  const Divergence& d = *run.divergence;
  CAPTURE(run.report.difference);
  CHECK(d.node);
  CHECK(!d.tensor.empty());
  CHECK(!d.element.empty());
  CHECK(d.instruction);
  CHECK(d.cycle);
  CHECK(d.what.find("reference and rtl differ after step") != std::string::npos);
}

TEST_CASE("a fault in the RTL's timing ends the run with instruction and cycle") {
  const FaultyRtl fault("systole_chip.sv", ".Outstanding(LoadOutstanding)", ".Outstanding(1)");
  const NetworkRun run = run_all();
  REQUIRE(run.divergence);
  const Divergence& d = *run.divergence;
  CAPTURE(run.report.difference);
  CHECK(d.what.find("RTL and cycle model differ in time") != std::string::npos);
  CHECK(d.instruction);
  CHECK(d.cycle);
}

TEST_CASE("a limit of cycles ends the run with what every engine does") {
  NetworkRunOptions options = all_views();
  options.limits.max_cycles = 5000;
  try {
    run_network(digits(), random_inputs(digits().network, 11), options);
    FAIL("it finished");
  } catch (const DesignError& error) {
    const std::string text = error.what();
    CAPTURE(text);
    CHECK(text.find("not finished after 5000 cycles") != std::string::npos);
    for (const char* engine : {"load:", "matrix:", "store:"}) CHECK(text.find(engine) != std::string::npos);
  }
}
