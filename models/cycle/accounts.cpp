// SPDX-License-Identifier: Apache-2.0
#include "cycle/accounts.hpp"

namespace systole::cycle {

using isa::EngineState;
using isa::index_of;

void SemaphoreWaits::post(std::size_t engine, std::uint16_t mask) {
  for (std::size_t s = 0; mask >> s; ++s) {
    if (!(mask >> s & 1)) continue;
    for (std::size_t waiter = 0; waiter < isa::kEngines; ++waiter) {
      closed_[waiter][engine] += open_[waiter][s];
      open_[waiter][s] = 0;
    }
  }
}

void Accounts::end_stretch(std::size_t engine, std::uint64_t cycle) {
  const Stretch& stretch = stretch_[engine];
  states_[engine][index_of(stretch.state)] += cycle - stretch.first_cycle;
  if (stretch.state == EngineState::kWaitSemaphore) waits_.wait(engine, stretch.semaphore, cycle - stretch.first_cycle);
}

void Accounts::post(std::size_t engine, std::uint16_t mask, std::uint64_t cycle) {
  if (mask == 0) return;
  for (std::size_t waiter = 0; waiter < isa::kEngines; ++waiter) {
    if (stretch_[waiter].state != EngineState::kWaitSemaphore) continue;
    cut(waiter, cycle + 1);  // so that the account knows of this cycle
  }
  waits_.post(engine, mask);
}

void Accounts::finish(std::uint64_t cycles) {
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) end_stretch(engine, cycles);
}

Account Accounts::account(std::size_t engine) const {
  const auto& states = states_[engine];
  Account account;
  account.busy = states[index_of(EngineState::kBusy)];
  account.semaphore = waits_.by_partner(engine);
  account.memory = states[index_of(EngineState::kWaitMemory)];
  account.port = states[index_of(EngineState::kWaitPort)];
  account.instruction = states[index_of(EngineState::kWaitInstruction)];
  return account;
}

void Accounts::write_counters(Counters& counters) const {
  for (const isa::EngineInfo& info : isa::kEngineTable)
    for (const EngineState state : isa::kAllEngineStates)
      if (info.has(state)) counters[counter_of(info.engine, state)] = states_[index_of(info.engine)][index_of(state)];
}

}  // namespace systole::cycle
