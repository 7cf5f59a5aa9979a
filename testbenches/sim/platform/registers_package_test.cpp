// SPDX-License-Identifier: Apache-2.0
//
// Is rtl/command/registers_pkg.sv the table of registers.hpp and the counters' names, constant for constant?
#include <cstdint>
#include <map>
#include <string>

#include "catch.hpp"
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

// The counters of the chip come first, then those of each engine, named load_busy, load_wait_instruction, ...
void add_counters(std::map<std::string, std::uint64_t>& numbers) {
  const auto engine_of = [](const std::string& counter) -> std::string {
    for (const char* name : isa::kEngineNames)
      if (counter.rfind(std::string(name) + "_", 0) == 0) return name;
    return "";
  };
  for (std::uint64_t k = 0; k < kCounterNames.size(); ++k) {
    const std::string name = kCounterNames[k];
    numbers["Counter" + upper_camel(name)] = k;
    const std::string engine = engine_of(name);
    if (engine.empty()) continue;
    numbers.emplace("FirstEngineCounter", k);
    const std::uint64_t state = numbers[upper_camel(engine) + "States"]++;
    const std::string state_name = "State" + upper_camel(name.substr(engine.size() + 1));
    CAPTURE(state_name);
    CHECK(numbers.emplace(state_name, state).first->second == state);  // the same place for every engine
    numbers["States"] = std::max(numbers["States"], state + 1);
  }
  numbers["Counters"] = kCounters;
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
