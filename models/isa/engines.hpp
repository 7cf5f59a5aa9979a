// SPDX-License-Identifier: Apache-2.0
//
// The table of engines: what the rest of the project must know of an engine is defined here once.
//
// Queues, AXI identifiers, performance counters (events/events.hpp), accounts, columns of a trace and the words of the
// assembler come from this table. To add an engine: a value of Engine and of Opcode, a row of kEngineTable, and an
// instruction type with `kEngine` (instruction.hpp). rtl/isa_pkg.sv holds the same numbers; a test compares the two.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

namespace systole::isa {

// In the order of the table, which is also the order of priority where engines compete, and of events within a cycle.
enum class Engine : std::uint8_t { kLoad, kMatrix, kStore };
enum class Opcode : std::uint8_t { kLoad = 1, kMatrix = 2, kStore = 3 };

// The state of an engine in a cycle, for the counters. For each engine, every cycle of a run is in exactly one state.
enum class EngineState : std::uint8_t { kBusy, kWaitInstruction, kWaitSemaphore, kWaitMemory, kWaitPort };
inline constexpr int kEngineStates = 5;
inline constexpr std::array<EngineState, kEngineStates> kAllEngineStates = {
    EngineState::kBusy, EngineState::kWaitInstruction, EngineState::kWaitSemaphore, EngineState::kWaitMemory,
    EngineState::kWaitPort};
inline constexpr std::array<const char*, kEngineStates> kEngineStateNames = {
    "busy", "wait_instruction", "wait_semaphore", "wait_memory", "wait_port"};

// Whether an instruction may start while an earlier one of the same engine is still at work on its accesses.
enum class Overlap : std::uint8_t {
  kNone,        // the accesses of an engine happen in program order: no semaphore is needed within it
  kWithItself,  // a later instruction may read before an earlier one has written: only a semaphore orders them
};

struct EngineInfo {
  Engine engine;
  const char* name;  // in the assembler, in reports and in the names of counters
  Opcode opcode;
  std::optional<std::uint8_t> axi_id;     // of its transfers; none: it has no port to memory
  bool waits_for_memory, waits_for_port;  // every engine waits for instructions and semaphores
  Overlap overlap;

  constexpr bool has(EngineState state) const {
    return state == EngineState::kWaitMemory ? waits_for_memory : state != EngineState::kWaitPort || waits_for_port;
  }
};

inline constexpr std::uint8_t kFetchAxiId = 0;  // of the instruction fetch, which is no engine

inline constexpr EngineInfo kEngineTable[] = {
    {Engine::kLoad, "load", Opcode::kLoad, 1, true, true, Overlap::kNone},
    {Engine::kMatrix, "matrix", Opcode::kMatrix, std::nullopt, false, false, Overlap::kNone},
    {Engine::kStore, "store", Opcode::kStore, 2, true, true, Overlap::kWithItself},
};

inline constexpr int kEngines = static_cast<int>(std::size(kEngineTable));

constexpr std::size_t index_of(Engine engine) { return static_cast<std::size_t>(engine); }
constexpr std::size_t index_of(EngineState state) { return static_cast<std::size_t>(state); }
constexpr const EngineInfo& info_of(Engine engine) { return kEngineTable[index_of(engine)]; }

// All engines, for loops: `for (const Engine engine : kAllEngines)`.
inline constexpr std::array<Engine, kEngines> kAllEngines = [] {
  std::array<Engine, kEngines> engines = {};
  for (std::size_t e = 0; e < engines.size(); ++e) engines[e] = kEngineTable[e].engine;
  return engines;
}();

inline constexpr std::array<const char*, kEngines> kEngineNames = [] {
  std::array<const char*, kEngines> names = {};
  for (std::size_t e = 0; e < names.size(); ++e) names[e] = kEngineTable[e].name;
  return names;
}();
constexpr const char* engine_name(Engine engine) { return info_of(engine).name; }

// Nothing for an opcode that does not exist.
constexpr std::optional<Engine> engine_of_opcode(std::uint32_t opcode) {
  for (const EngineInfo& info : kEngineTable)
    if (static_cast<std::uint32_t>(info.opcode) == opcode) return info.engine;
  return std::nullopt;
}

// The engine whose transfers carry this AXI identifier; nothing for the fetch and for unused identifiers.
constexpr std::optional<Engine> engine_of_axi_id(std::uint8_t id) {
  for (const EngineInfo& info : kEngineTable)
    if (info.axi_id == id) return info.engine;
  return std::nullopt;
}

namespace detail {

constexpr bool engine_table_is_sound() {
  for (std::size_t e = 0; e < std::size(kEngineTable); ++e) {
    if (index_of(kEngineTable[e].engine) != e) return false;
    if (kEngineTable[e].axi_id == kFetchAxiId) return false;
    for (std::size_t other = 0; other < e; ++other) {
      if (kEngineTable[other].opcode == kEngineTable[e].opcode) return false;
      if (kEngineTable[e].axi_id && kEngineTable[other].axi_id == kEngineTable[e].axi_id) return false;
    }
  }
  return true;
}
static_assert(engine_table_is_sound(), "rows in the order of Engine; opcodes and AXI identifiers are used once");

}  // namespace detail

}  // namespace systole::isa
