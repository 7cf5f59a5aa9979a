// SPDX-License-Identifier: Apache-2.0
//
// Is the chip at its pins a view like any other, and is a byte behind the network's memory found?
#include "rtl_view/pin_view.hpp"

#include "catch.hpp"
#include "runtime/executor.hpp"
#include "sim/rtl_view/mock_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::rtl_view;
using namespace systole::test;

TEST_CASE("a program's run is in the view's list, its bytes in the view's memory") {
  const compiler::CompiledNetwork network = copy_network();
  PinView view(network, mock_chip(), {});
  view.write_dram(kTensors, pattern());
  runtime::Executor(network, view).run({});
  CHECK(view.read_dram(kScratch, kCopied) == pattern());
  CHECK(view.dram(kDramBytes)[kScratch] == pattern()[0]);
  REQUIRE(view.runs().size() == 1);
  CHECK(view.runs()[0].has_timing);
  CHECK(view.runs()[0].cycles > 0);
  CHECK(view.runs()[0].retired.size() == 2);
}

TEST_CASE("an observer of the view hears its runs") {
  const compiler::CompiledNetwork network = copy_network();
  PinView view(network, mock_chip(), {});
  Recording trace(Recording::Axi::kKeep);
  view.observe(&trace);
  runtime::Executor(network, view).run({});
  CHECK(trace.retired == view.runs()[0].retired);
  CHECK(!trace.axi.empty());
}

TEST_CASE("a byte that the chip writes behind the network's memory is a fault of the design") {
  // The last byte of the store is the first that nobody may write.
  const compiler::CompiledNetwork network = copy_network(kDramBytes - kScratch - kCopied + 1);
  PinView view(network, mock_chip(), {});
  view.write_dram(kTensors, pattern());
  CHECK_THROWS_WITH(runtime::Executor(network, view).run({}),
                    Contains("step 0") && Contains("behind the network's memory"));
  const compiler::CompiledNetwork fits = copy_network(kDramBytes - kScratch - kCopied);
  PinView good(fits, mock_chip(), {});
  CHECK_NOTHROW(runtime::Executor(fits, good).run({}));
}

TEST_CASE("the limit of cycles is the view's") {
  const compiler::CompiledNetwork network = copy_network();
  RunLimits limits;
  limits.max_cycles = 3;
  PinView view(network, mock_chip(), limits);
  CHECK_THROWS_WITH(runtime::Executor(network, view).run({}), Contains("no interrupt after 3 cycles"));
}
