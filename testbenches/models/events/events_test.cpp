// SPDX-License-Identifier: Apache-2.0
//
// Do the performance counters follow from the table of engines, in the order that the registers have?
#include "events/events.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace systole;
using isa::Engine, isa::EngineState;

TEST_CASE("the counters are those of the chip, then the states of each engine in the order of the table") {
  const std::vector<std::string> expected = {"cycles",
                                             "instructions",
                                             "read_bytes",
                                             "write_bytes",
                                             "load_busy",
                                             "load_wait_instruction",
                                             "load_wait_semaphore",
                                             "load_wait_memory",
                                             "load_wait_port",
                                             "matrix_busy",
                                             "matrix_wait_instruction",
                                             "matrix_wait_semaphore",
                                             "store_busy",
                                             "store_wait_instruction",
                                             "store_wait_semaphore",
                                             "store_wait_memory",
                                             "store_wait_port"};
  CHECK(std::vector<std::string>(kCounterNames.begin(), kCounterNames.end()) == expected);
}

TEST_CASE("the counter of an engine and a state has their names") {
  std::set<std::size_t> seen = {counter::kCycles, counter::kInstructions, counter::kReadBytes, counter::kWriteBytes};
  for (const Engine engine : isa::kAllEngines) {
    for (const EngineState state : isa::kAllEngineStates) {
      if (!isa::info_of(engine).has(state)) continue;
      const std::size_t k = counter_of(engine, state);
      REQUIRE(k < kCounters);
      CHECK(kCounterNames[k] ==
            std::string(isa::engine_name(engine)) + "_" + isa::kEngineStateNames[isa::index_of(state)]);
      CHECK(seen.insert(k).second);
    }
  }
  CHECK(seen.size() == kCounters);
}

TEST_CASE("an engine that never waits for memory has no counter of it") {
  CHECK_THROWS_AS(counter_of(Engine::kMatrix, EngineState::kWaitMemory), std::logic_error);
  CHECK_THROWS_AS(counter_of(Engine::kMatrix, EngineState::kWaitPort), std::logic_error);
}
