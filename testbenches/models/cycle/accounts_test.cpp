// SPDX-License-Identifier: Apache-2.0
#include "cycle/accounts.hpp"

#include "catch.hpp"
#include "models/cycle/cycle_bench.hpp"

namespace systole::cycle {
namespace {

using isa::Engine;
using isa::EngineState;

TEST_CASE("every cycle counts for the state that was told last, from its own cycle on") {
  Accounts accounts;
  accounts.count(kLoad, EngineState::kBusy, 0, 10);
  accounts.count(kLoad, EngineState::kBusy, 0, 12);
  accounts.count(kLoad, EngineState::kWaitPort, 0, 15);
  accounts.count(kLoad, EngineState::kWaitMemory, 0, 16);
  accounts.finish(20);
  const Account account = accounts.account(kLoad);
  CHECK(account.instruction == 10);
  CHECK(account.busy == 5);
  CHECK(account.port == 1);
  CHECK(account.memory == 4);
  CHECK(account.total() == 20);
  CHECK(accounts.account(kStore).instruction == 20);
}

TEST_CASE("a wait counts for the engine that posts in the end, the cycle of the post included") {
  Accounts accounts;
  accounts.count(kStore, EngineState::kWaitSemaphore, 3, 10);
  accounts.post(kLoad, 1u << 2, 12);  // another semaphore
  accounts.post(kMatrix, 1u << 3, 14);
  accounts.count(kStore, EngineState::kBusy, 0, 15);
  accounts.finish(30);
  const Account account = accounts.account(kStore);
  CHECK(account.semaphore[kMatrix] == 5);
  CHECK(account.semaphore[kLoad] == 0);
  CHECK(account.busy == 15);
  CHECK(account.total() == 30);
}

TEST_CASE("a wait for one semaphore and then another counts for each one's engine") {
  Accounts accounts;
  accounts.count(kMatrix, EngineState::kWaitSemaphore, 0, 0);
  accounts.post(kLoad, 1u << 0, 4);
  accounts.count(kMatrix, EngineState::kWaitSemaphore, 1, 5);
  accounts.post(kStore, 1u << 1, 7);
  accounts.count(kMatrix, EngineState::kBusy, 0, 8);
  accounts.finish(10);
  const Account account = accounts.account(kMatrix);
  CHECK(account.semaphore[kLoad] == 5);
  CHECK(account.semaphore[kStore] == 3);
  CHECK(account.total() == 10);
}

TEST_CASE("the counters of an engine are the states of its account") {
  Accounts accounts;
  accounts.count(kStore, EngineState::kWaitMemory, 0, 2);
  accounts.count(kMatrix, EngineState::kBusy, 0, 1);
  accounts.finish(9);
  Counters counters = {};
  accounts.write_counters(counters);
  CHECK(counters[counter_of(Engine::kStore, EngineState::kWaitMemory)] == 7);
  CHECK(counters[counter_of(Engine::kStore, EngineState::kWaitInstruction)] == 2);
  CHECK(counters[counter_of(Engine::kMatrix, EngineState::kBusy)] == 8);
  CHECK(counters[counter_of(Engine::kMatrix, EngineState::kWaitInstruction)] == 1);
  CHECK(counters[counter::kCycles] == 0);  // not of an engine
}

}  // namespace
}  // namespace systole::cycle
