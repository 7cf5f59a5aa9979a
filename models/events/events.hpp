// SPDX-License-Identifier: Apache-2.0
//
// The events of a run, the same for every view of the chip: when each instruction started and retired, and what was
// transferred on the AXI pins. Cycle 0 is the cycle of the doorbell's write handshake.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include "isa/instruction.hpp"

namespace systole {

struct Retired {  // in the order of retirement; load, matrix, store within a cycle
  isa::Engine engine = isa::Engine::kLoad;
  std::uint32_t index = 0;  // of the instruction in its program
  std::uint64_t start_cycle = 0, retire_cycle = 0;
  bool operator==(const Retired& other) const {
    return engine == other.engine && index == other.index && start_cycle == other.start_cycle &&
           retire_cycle == other.retire_cycle;
  }
};

enum class AxiChannel : std::uint8_t { kAr, kR, kAw, kW, kB };
inline constexpr std::array<const char*, 5> kChannelNames = {"AR", "R", "AW", "W", "B"};

struct AxiEvent {
  std::uint64_t cycle = 0;
  AxiChannel channel = AxiChannel::kAr;
  std::uint8_t id = 0;        // not of W
  std::uint8_t response = 0;  // of R and B
  bool last = false;          // of R and W
  std::uint64_t address = 0;  // of AR and AW
  std::uint32_t beats = 0;    // of AR and AW
  bool operator==(const AxiEvent& other) const {
    return cycle == other.cycle && channel == other.channel && id == other.id && response == other.response &&
           last == other.last && address == other.address && beats == other.beats;
  }
};

// The performance counters, in the order of their registers (docs/reference/registers.md): those of the whole chip,
// then for each engine the states that it can be in (isa/engines.hpp).
namespace counter {
inline constexpr std::size_t kCycles = 0, kInstructions = 1, kReadBytes = 2, kWriteBytes = 3, kOfChip = 4;
inline constexpr std::array<const char*, kOfChip> kNamesOfChip = {"cycles", "instructions", "read_bytes",
                                                                  "write_bytes"};
}  // namespace counter

namespace detail {
// Calls visit(engine, state) for every counter of an engine, in their order.
template <class Visitor>
constexpr void visit_engine_counters(Visitor&& visit) {
  for (const isa::EngineInfo& info : isa::kEngineTable)
    for (const isa::EngineState state : isa::kAllEngineStates)
      if (info.has(state)) visit(info.engine, state);
}
}  // namespace detail

inline constexpr int kCounters = [] {
  int count = counter::kOfChip;
  detail::visit_engine_counters([&](isa::Engine, isa::EngineState) { ++count; });
  return count;
}();

// The index of an engine's counter. std::logic_error for an engine that is never in this state: ask
// info_of(engine).has(state).
constexpr std::size_t counter_of(isa::Engine engine, isa::EngineState state) {
  if (!isa::info_of(engine).has(state)) throw std::logic_error("an engine that is never in this state has no counter");
  std::size_t at = counter::kOfChip, found = 0;
  detail::visit_engine_counters([&](isa::Engine other, isa::EngineState its) {
    if (other == engine && its == state) found = at;
    ++at;
  });
  return found;
}

namespace detail {
// "load_wait_memory" and so on, made at compile time: static text.
inline constexpr auto kCounterTexts = [] {
  std::array<std::array<char, 32>, kCounters> texts = {};
  std::size_t counter = 0, end = 0;
  const auto append = [&](const char* text) {
    while (*text != 0) texts[counter][end++] = *text++;
  };
  const auto next = [&] {
    ++counter;
    end = 0;
  };
  for (const char* name : counter::kNamesOfChip) {
    append(name);
    next();
  }
  visit_engine_counters([&](isa::Engine engine, isa::EngineState state) {
    append(isa::engine_name(engine));
    append("_");
    append(isa::kEngineStateNames[isa::index_of(state)]);
    next();
  });
  return texts;
}();
}  // namespace detail

inline constexpr std::array<const char*, kCounters> kCounterNames = [] {
  std::array<const char*, kCounters> names = {};
  for (std::size_t k = 0; k < names.size(); ++k) names[k] = detail::kCounterTexts[k].data();
  return names;
}();
using Counters = std::array<std::uint64_t, kCounters>;

}  // namespace systole
