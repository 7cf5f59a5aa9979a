// SPDX-License-Identifier: Apache-2.0
#include "fuzz/ordered_program.hpp"

#include <algorithm>

#include "fuzz/dram_map.hpp"

namespace systole::fuzz {

using isa::index_of;
using isa::Memory;

namespace {

bool leaves_its_dram(const isa::Touch& touch) {
  if (touch.memory != Memory::kDram) return false;
  const std::int64_t end = touch.access == isa::Access::kRead ? kReadBytes : kDataBytes;
  bool leaves = false;
  isa::for_each_run(touch.nest,
                    [&](std::int64_t first) { leaves = leaves || first < 0 || first + touch.nest.run > end; });
  return leaves;
}

}  // namespace

OrderedProgram::OrderedProgram(const Chip& chip, const isa::Bases& bases) : chip_(chip), bases_(bases) {
  ordered_.fill(none());
  for (std::size_t m = 0; m < isa::kMemories; ++m) {
    const auto memory = static_cast<Memory>(m);
    touched_[m].resize(memory == Memory::kDram ? kReadBytes : isa::places_in(chip, memory) / places_per_cell(memory));
  }
}

bool OrderedProgram::add(isa::Instruction instruction) {
  const isa::Touches touches = touches_of(instruction);
  if (std::any_of(touches.begin(), touches.end(), leaves_its_dram)) return false;
  const Footprint touched = footprint(touches);
  const int engine = static_cast<int>(isa::engine_of(instruction));
  isa::Common& common = isa::common_of(instruction);
  common.wait_mask = common.post_mask = 0;
  common.tag = static_cast<std::uint32_t>(instructions_.size());
  wait_for(predecessors(engine, touched), engine, instruction);
  note(engine, touched);
  instructions_.push_back(instruction);
  return true;
}

std::uint32_t OrderedProgram::places_per_cell(Memory memory) const {
  return memory == Memory::kActivation ? isa::groups_per_word(chip_, memory) : 1;
}

isa::Touches OrderedProgram::touches_of(isa::Instruction instruction) const {
  // Whether a store needs its parameters or not, it comes after the load that writes them.
  if (auto* store = std::get_if<isa::Store>(&instruction)) store->requantize = true;
  return isa::touches_of(instruction, chip_, bases_);
}

OrderedProgram::Footprint OrderedProgram::footprint(const isa::Touches& touches) const {
  Footprint touched;
  for (const isa::Touch& touch : touches) {
    auto& cells = (touch.access == isa::Access::kRead ? touched.reads : touched.writes)[index_of(touch.memory)];
    const std::uint32_t places = places_per_cell(touch.memory);
    isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
      for (std::uint64_t cell = first / places; cell <= last / places; ++cell)
        cells.push_back(static_cast<std::uint32_t>(cell));
    });
  }
  return touched;
}

// The newest instruction of each engine that must come before.
OrderedProgram::ByEngine OrderedProgram::predecessors(int engine, const Footprint& touched) const {
  ByEngine before = none();
  const auto depend = [&](int other, int on) {
    const bool in_order = other == engine && isa::kEngineTable[engine].overlap == isa::Overlap::kNone;
    if (!in_order) before[other] = std::max(before[other], on);
  };
  for (std::size_t memory = 0; memory < isa::kMemories; ++memory) {
    for (std::uint32_t cell : touched.reads[memory]) {
      for (int other = 0; other < isa::kEngines; ++other) depend(other, touched_[memory][cell].written[other]);
    }
    for (std::uint32_t cell : touched.writes[memory]) {
      for (int other = 0; other < isa::kEngines; ++other) {
        if (other == engine) continue;  // one engine writes in order, after its own earlier reads
        depend(other, touched_[memory][cell].written[other]);
        depend(other, touched_[memory][cell].read[other]);
      }
    }
  }
  return before;
}

void OrderedProgram::wait_for(const ByEngine& before, int engine, isa::Instruction& instruction) {
  static_assert(isa::kEngines * isa::kEngines <= isa::kSemaphores, "every pair of engines has a semaphore of its own");
  for (int other = 0; other < isa::kEngines; ++other) {
    if (before[other] <= ordered_[other][engine]) continue;
    ordered_[other][engine] = before[other];
    const std::uint16_t semaphore = static_cast<std::uint16_t>(1u << (other * isa::kEngines + engine));
    isa::common_of(instructions_[before[other]]).post_mask |= semaphore;
    isa::common_of(instruction).wait_mask |= semaphore;
  }
}

void OrderedProgram::note(int engine, const Footprint& touched) {
  const int index = static_cast<int>(instructions_.size());
  for (std::size_t memory = 0; memory < isa::kMemories; ++memory) {
    for (std::uint32_t cell : touched.reads[memory]) touched_[memory][cell].read[engine] = index;
    for (std::uint32_t cell : touched.writes[memory]) touched_[memory][cell].written[engine] = index;
  }
}

}  // namespace systole::fuzz
