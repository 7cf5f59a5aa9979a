// SPDX-License-Identifier: Apache-2.0
#include "cycle/engine_status.hpp"

#include "catch.hpp"

namespace systole::cycle {
namespace {

using isa::EngineState;

TEST_CASE("a cycle counts for the first state of the table in docs/reference/timing.md that is true") {
  EngineStatus status;
  CHECK(engine_state(status, false, false) == EngineState::kWaitInstruction);
  status.in_flight = true;
  CHECK(engine_state(status, false, false) == EngineState::kWaitMemory);
  CHECK(engine_state(status, false, true) == EngineState::kWaitSemaphore);
  CHECK(engine_state(status, true, true) == EngineState::kBusy);
  status.wait_memory = true;
  CHECK(engine_state(status, true, true) == EngineState::kWaitMemory);
  status.wait_port = true;
  CHECK(engine_state(status, true, true) == EngineState::kWaitPort);
  status.busy = true;
  CHECK(engine_state(status, true, true) == EngineState::kBusy);
}

}  // namespace
}  // namespace systole::cycle
