// SPDX-License-Identifier: Apache-2.0
//
// Is rtl/command/registers_pkg.sv the table of registers.hpp and the counters' names, constant for constant?
#include <cstdint>
#include <map>
#include <string>

#include "catch.hpp"
#include "events/events.hpp"
#include "isa/engines.hpp"
#include "platform/registers.hpp"
#include "rtl_package.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

std::uint64_t bit_of(std::uint32_t mask) {
  REQUIRE(mask != 0);
  std::uint64_t bit = 0;
  while ((mask >> bit & 1) == 0) ++bit;
  CHECK(mask == std::uint32_t{1} << bit);
  return bit;
}

void add_counters(std::map<std::string, std::uint64_t>& numbers) {
  for (std::size_t k = 0; k < kCounterNames.size(); ++k) numbers["Counter" + upper_camel(kCounterNames[k])] = k;
  numbers["Counters"] = kCounters;
  numbers["FirstEngineCounter"] = counter::kOfChip;
  for (const isa::EngineState state : isa::kAllEngineStates)
    numbers["State" + upper_camel(isa::kEngineStateNames[isa::index_of(state)])] = isa::index_of(state);
  numbers["States"] = isa::kEngineStates;
  for (const isa::EngineInfo& info : isa::kEngineTable) {
    std::uint64_t& states = numbers[upper_camel(info.name) + "States"];
    for (const isa::EngineState state : isa::kAllEngineStates) {
      if (!info.has(state)) continue;
      CHECK(isa::index_of(state) == states);  // the RTL counts the first so many states of an engine
      ++states;
    }
  }
}

std::map<std::string, std::uint64_t> expected_numbers() {
  std::map<std::string, std::uint64_t> numbers = {
      {"AddressWidth", 12},
      {"DataWidth", 32},
      {"AddressCounter", kCounterBase},
      {"IdValue", kIdValue},
      {"ControlDoorbell", bit_of(kDoorbell)},
      {"StatusBusy", bit_of(kStatusBusy)},
      {"StatusDone", bit_of(kStatusDone)},
      {"StatusError", bit_of(kStatusError)},
      {"IrqDone", bit_of(kIrqDone)},
      {"IrqError", bit_of(kIrqError)},
      {"IrqWidth", 2},
  };
  for (const Register& r : kRegisters) numbers["Address" + upper_camel(r.name)] = r.address;
  add_counters(numbers);
  return numbers;
}

}  // namespace

TEST_CASE("rtl/command/registers_pkg.sv has every register, bit and counter of the table, and no other") {
  const RtlPackage package = read_rtl_package(SYSTOLE_REGISTERS_PACKAGE);
  check_numbers(package, expected_numbers());
  CHECK(package.texts.empty());
}
