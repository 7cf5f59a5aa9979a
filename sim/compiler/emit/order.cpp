// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/order.hpp"

#include <algorithm>
#include <array>

#include "support/error.hpp"

namespace systole::compiler {
namespace {

using Retired = std::array<std::size_t, isa::kEngines>;  // per engine: instructions known to have retired

// An instruction waits for no older one of another engine than this many before it. With the queue's depth, 64 at most,
// it bounds the tokens of a semaphore.
constexpr std::size_t kFarthest = 128;

class Orderer {
 public:
  Orderer(std::vector<EmittedInstruction>& program,
          const std::vector<std::pair<std::uint64_t, std::uint64_t>>& storage_bytes)
      : program_(program), storage_bytes_(storage_bytes) {}

  void run() {
    for (std::size_t at = 0; at < program_.size(); ++at) {
      const auto to = static_cast<std::size_t>(isa::engine_of(program_[at].instruction));
      Retired& known = known_[to];
      // Per engine the youngest conflicting instruction, as its ordinal from 1.
      Retired needed = {};
      for (std::size_t from = 0; from < isa::kEngines; ++from) {
        if (from == to && isa::kEngineTable[to].overlap == isa::Overlap::kNone) continue;
        for (std::size_t k = history_[from].size(); k > known[from]; --k)
          if (conflict(program_[history_[from][k - 1]], program_[at], from == to)) {
            needed[from] = std::max(k, history_[from].size() - std::min(history_[from].size(), kFarthest));
            break;
          }
      }
      for (std::size_t from = 0; from < isa::kEngines; ++from) {
        if (needed[from] <= known[from]) continue;
        // Another wait of this instruction may tell it. Two waits cannot tell each other: knowledge
        // only comes from the past.
        bool implied = false;
        for (std::size_t other = 0; other < isa::kEngines; ++other)
          implied |=
              other != from && needed[other] > known[other] && retired_[other][needed[other] - 1][from] >= needed[from];
        if (implied) continue;
        const int semaphore = semaphore_of(static_cast<isa::Engine>(from), static_cast<isa::Engine>(to));
        isa::common_of(program_[history_[from][needed[from] - 1]].instruction).post_mask |= 1u << semaphore;
        isa::common_of(program_[at].instruction).wait_mask |= 1u << semaphore;
        waited_.push_back({from, needed[from]});
      }
      for (const auto& [from, ordinal] : waited_)
        for (std::size_t e = 0; e < isa::kEngines; ++e) known[e] = std::max(known[e], retired_[from][ordinal - 1][e]);
      waited_.clear();
      history_[to].push_back(at);
      Retired after = known;
      after[to] = history_[to].size();
      retired_[to].push_back(after);
    }
  }

 private:
  bool conflict(const EmittedInstruction& earlier, const EmittedInstruction& later, bool same_engine) const {
    for (const Extent& a : earlier.extents)
      for (const Extent& b : later.extents) {
        if (a.memory != b.memory || !(a.write || b.write)) continue;
        // Of one engine only a read of what it wrote to a buffer; its DRAM writes keep their order.
        if (same_engine && !(a.write && !b.write && a.memory == isa::Memory::kActivation)) continue;
        if (a.memory == isa::Memory::kDram ? bytes_overlap(a.box, b.box) : a.low < b.high && b.low < a.high)
          return true;
      }
    return false;
  }

  bool bytes_overlap(const DramBox& a, const DramBox& b) const {
    if (a.storage == b.storage) return boxes_overlap(a, b);
    const auto &x = storage_bytes_[a.storage],
               &y = storage_bytes_[b.storage];  // the space of a dead tensor is used again
    return x.first < y.second && y.first < x.second;
  }

  std::vector<EmittedInstruction>& program_;
  const std::vector<std::pair<std::uint64_t, std::uint64_t>>& storage_bytes_;
  std::array<Retired, isa::kEngines> known_ = {};                // at the start of the engine's next instruction
  std::array<std::vector<std::size_t>, isa::kEngines> history_;  // program positions
  std::array<std::vector<Retired>, isa::kEngines> retired_;      // what the retirement of each instruction tells
  std::vector<std::pair<std::size_t, std::size_t>> waited_;
};

// A semaphore for each ordered pair of engines, and for an engine whose instructions overlap one from it to itself.
struct SemaphoreTable {
  static constexpr int kNone = -1;
  std::array<std::array<int, isa::kEngines>, isa::kEngines> number = {};  // [from][to]
  int count = 0;
};
constexpr SemaphoreTable kSemaphoreTable = [] {
  SemaphoreTable table;
  for (std::size_t from = 0; from < isa::kEngines; ++from)
    for (std::size_t to = 0; to < isa::kEngines; ++to) {
      const bool needed = from != to || isa::kEngineTable[to].overlap != isa::Overlap::kNone;
      table.number[from][to] = needed ? table.count++ : SemaphoreTable::kNone;
    }
  return table;
}();
static_assert(kSemaphoreTable.count <= isa::kSemaphores, "every pair of engines has a semaphore of its own");

}  // namespace

int semaphore_of(isa::Engine from, isa::Engine to) {
  const int semaphore = kSemaphoreTable.number[isa::index_of(from)][isa::index_of(to)];
  invariant(semaphore != SemaphoreTable::kNone, "engines that need ordering have a semaphore");
  return semaphore;
}

void order_engines(std::vector<EmittedInstruction>& program,
                   const std::vector<std::pair<std::uint64_t, std::uint64_t>>& storage_bytes) {
  Orderer(program, storage_bytes).run();
}

}  // namespace systole::compiler
