// SPDX-License-Identifier: Apache-2.0
//
// Is the chip in its SystemC platform a view like any other, and do its errors name the step?
#include "rtl_view/platform_view.hpp"

#include "catch.hpp"
#include "runtime/executor.hpp"
#include "sim/rtl_view/mock_network.hpp"
#include "sim/session/loaded_libraries.hpp"
#include "support/error.hpp"
#include "views/trace_comparison.hpp"

using namespace systole;
using namespace systole::rtl_view;
using namespace systole::test;
using platform::MockChip;

namespace {

class Stubborn final : public Observer {
 public:
  void on_retire(const Retired&) override { throw views::TraceDifference("not as expected"); }
};

}  // namespace

TEST_CASE("a program's run is in the view's list, its bytes in the view's memory, its events at the observer") {
  const compiler::CompiledNetwork network = copy_network();
  PlatformView view(network, mock_chip(), {});
  Recording trace(Recording::Axi::kKeep);
  view.observe(&trace);
  view.write_dram(kTensors, pattern());
  runtime::Executor(network, view).run({});
  CHECK(view.read_dram(kScratch, kCopied) == pattern());
  CHECK(view.dram(kDramBytes)[kScratch] == pattern()[0]);
  REQUIRE(view.runs().size() == 1);
  CHECK(view.runs()[0].has_timing);
  CHECK(trace.retired == view.runs()[0].retired);
  CHECK(!trace.axi.empty());
}

TEST_CASE("SystemC is loaded here: the session's test for its absence can fail") { CHECK(is_loaded("libsystemc")); }

TEST_CASE("a hang names the step") {
  compiler::CompiledNetwork network = copy_network();
  auto& program = std::get<compiler::ChipStep>(network.steps[0]).program;
  std::get<isa::Load>(program.instructions[0]).common.wait_mask = 1;
  RunLimits limits;
  limits.hang_cycles = 200;
  PlatformView view(network, mock_chip(), limits);
  CHECK_THROWS_WITH(runtime::Executor(network, view).run({}), Contains("step 0: the chip hangs"));
}

TEST_CASE("an error that the chip reports names step and instruction") {
  compiler::CompiledNetwork network = copy_network();
  // Outside of the DRAM: a bus error of the load.
  network.base_address[static_cast<int>(isa::Base::kTensor)] = network.chip.memory.size_bytes;
  PlatformView view(network, mock_chip(), {});
  CHECK_THROWS_WITH(runtime::Executor(network, view).run({}),
                    Contains("the chip reports error 2 (read bus error) at step 0, instruction 0: load"));
}

TEST_CASE("a byte behind the network's memory is a fault of the design, with both ends") {
  const compiler::CompiledNetwork network = copy_network(kDramBytes - kScratch);
  PlatformView view(network, mock_chip(), {});
  CHECK_THROWS_WITH(runtime::Executor(network, view).run({}),
                    Contains("step 0") && Contains("the network ends at 0x5000"));
}

TEST_CASE("what an observer finds passes through the platform as it is") {
  const compiler::CompiledNetwork network = copy_network();
  PlatformView view(network, mock_chip(), {});
  Stubborn observer;
  view.observe(&observer);
  CHECK_THROWS_AS(runtime::Executor(network, view).run({}), views::TraceDifference);
}
