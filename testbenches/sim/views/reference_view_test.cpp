// SPDX-License-Identifier: Apache-2.0
//
// Is the reference view a memory that programs change, as large as the network and no larger?
#include "views/reference_view.hpp"

#include "catch.hpp"
#include "sim/session/digits.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::views;
using test::digits;

TEST_CASE("what is written to the memory is read from it, at its address") {
  ReferenceView view(digits());
  view.write_dram(64, {1, 2, 3});
  CHECK(view.read_dram(65, 2) == std::vector<std::uint8_t>{2, 3});
  CHECK(view.dram(67)[66] == 3);
}

TEST_CASE("the memory ends with the network's") {
  ReferenceView view(digits());
  const std::uint64_t end = digits().dram_bytes;
  CHECK_NOTHROW(view.write_dram(end - 1, {1}));
  CHECK_THROWS_AS(view.write_dram(end - 1, {1, 2}), InternalError);
  CHECK_THROWS_AS(view.read_dram(end, 1), InternalError);
  CHECK_THROWS_AS(view.dram(end + 1), InternalError);
}

TEST_CASE("a program's run is known by its step and has no time") {
  ReferenceView view(digits());
  view.run_program(test::chip_step(), test::program_step().program);
  REQUIRE(view.runs().size() == 1);
  CHECK(view.runs()[0].step == test::chip_step());
  CHECK(!view.runs()[0].has_timing);
}
