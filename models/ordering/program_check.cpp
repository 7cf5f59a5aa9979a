// SPDX-License-Identifier: Apache-2.0
//
// The program is walked once, in program order, which is a legal order of execution if the semaphores are sound. For
// each instruction, its reads are looked up among the places that were written before it. Then the race detector gets
// its start and its end, and its writes are noted.
#include "ordering/program_check.hpp"

#include <fmt/format.h>

#include <array>

#include "ordering/race_detector.hpp"
#include "ordering/semaphore_check.hpp"

namespace systole::ordering {
namespace {

constexpr std::size_t kMostProblems = 10;

// The first touch of a memory with this access; null if there is none.
const isa::Touch* find(const isa::Touches& touches, Memory memory, Access access) {
  for (const isa::Touch& touch : touches)
    if (touch.memory == memory && touch.access == access) return &touch;
  return nullptr;
}

// Calls visit(inner nest of each touch) for every step of the loops that a store's touches share.
template <typename Visit>
void for_each_step(const isa::Touches& touches, Visit&& visit) {
  isa::Touches inner = touches;
  for (isa::Touch& touch : inner)
    touch.nest.loops.erase(touch.nest.loops.begin(), touch.nest.loops.begin() + isa::kStoreSteps);
  const auto walk = [&](const auto& self, std::size_t level) -> void {
    if (level == isa::kStoreSteps) return visit(inner);
    for (std::int64_t at = 0; at < touches.front().nest.loops[level].count; ++at) {
      self(self, level + 1);
      for (std::size_t t = 0; t < touches.size(); ++t) inner[t].nest.base += touches[t].nest.loops[level].stride;
    }
    for (std::size_t t = 0; t < touches.size(); ++t)
      inner[t].nest.base -= touches.front().nest.loops[level].count * touches[t].nest.loops[level].stride;
  };
  walk(walk, 0);
}

class ProgramCheck {
 public:
  ProgramCheck(const isa::Program& program, const Chip& chip, const isa::Bases& bases, std::uint64_t dram_bytes)
      : program_(program), chip_(chip), bases_(bases), dram_bytes_(dram_bytes), races_(chip, program, bases) {
    for (std::size_t m = 0; m < kMemories; ++m) written_[m].resize(isa::places_in(chip, static_cast<Memory>(m)));
    written_by_itself_.resize(written_[isa::index_of(Memory::kActivation)].size());
  }

  std::vector<std::string> run() {
    SemaphoreCheck semaphores([this](std::size_t position, const std::string& what) { problem(position, what); });
    for (index_ = 0; index_ < program_.instructions.size() && problems_.size() < kMostProblems; ++index_) {
      const isa::Instruction& instruction = program_.instructions[index_];
      const isa::Encoded words = isa::encode(instruction);
      if (const auto reason = isa::illegal_reason(words)) {
        problem(index_, *reason);
        continue;
      }
      if (isa::encode(isa::decode(words)) != words) problem(index_, "a field is wider than its place in the encoding");
      semaphores.instruction(index_, isa::engine_of(instruction), isa::common_of(instruction));
      check(instruction);
    }
    if (problems_.empty()) semaphores.finish(program_.instructions.size(), chip_.queue_depth);
    return std::move(problems_);
  }

 private:
  void problem(std::size_t position, const std::string& what) {
    if (problems_.size() < kMostProblems) problems_.push_back(fmt::format("instruction {}: {}", position, what));
  }

  // One line at most for each kind of problem.
  void check(const isa::Instruction& instruction) {
    const isa::Touches touches = isa::touches_of(instruction, chip_, bases_);
    if (const auto* matrix = std::get_if<isa::Matrix>(&instruction))
      if (!fits(*matrix, touches)) return;
    if (const auto* store = std::get_if<isa::Store>(&instruction)) {
      check_banks(*store, touches);
      check_own_writes(touches);
    }
    check_dram(touches);
    check_written(touches);
    check_races(instruction);
    for (const isa::Touch& touch : touches)
      if (touch.access == Access::kWrite && touch.memory != Memory::kDram) {
        std::vector<bool>& written = written_[isa::index_of(touch.memory)];
        isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
          std::fill(written.begin() + static_cast<std::ptrdiff_t>(first),
                    written.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
        });
      }
  }

  bool fits(const isa::Matrix& matrix, const isa::Touches& touches) {
    const std::uint64_t rows = matrix.rows();
    const std::int64_t words = find(touches, Memory::kWeight, Access::kRead)->nest.run;
    if (rows > chip_.accumulator_rows) problem(index_, fmt::format("{} rows exceed an accumulator bank", rows));
    if (words > chip_.weight_words) problem(index_, fmt::format("{} weight words exceed the buffer", words));
    return rows <= chip_.accumulator_rows && words <= chip_.weight_words;
  }

  void check_dram(const isa::Touches& touches) {
    for (const isa::Touch& touch : touches) {
      if (touch.memory != Memory::kDram) continue;
      const auto base = static_cast<std::int64_t>(bases_[static_cast<std::size_t>(touch.base)]);
      std::int64_t low = base, end = 0;
      isa::for_each_run(touch.nest, [&](std::int64_t first) {
        low = std::min(low, first);
        end = std::max(end, first + touch.nest.run);
      });
      if (low < base) problem(index_, fmt::format("touches DRAM from {:#x}, below its base {:#x}", low, base));
      if (end > static_cast<std::int64_t>(dram_bytes_))
        problem(index_, fmt::format("touches DRAM up to {:#x}, beyond {:#x}", end, dram_bytes_));
    }
  }

  void check_written(const isa::Touches& touches) {
    for (const isa::Touch& touch : touches) {
      if (touch.access != Access::kRead || touch.memory == Memory::kDram) continue;
      const std::vector<bool>& written = written_[isa::index_of(touch.memory)];
      bool sound = true;
      isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t place = first; place <= last && sound; ++place) {
          sound = written[place];
          if (!sound)
            problem(index_, fmt::format("reads place {} of the {}, which nobody wrote", place,
                                        isa::kMemoryNames[isa::index_of(touch.memory)]));
        }
      });
    }
  }

  void check_races(const isa::Instruction& instruction) {
    const std::size_t before = races_.races().size();
    const auto index = static_cast<std::uint32_t>(index_);
    races_.on_start(isa::engine_of(instruction), index, index_);
    races_.on_retire({isa::engine_of(instruction), index, index_, index_});
    if (races_.races().size() > before) problem(index_, conflict(races_.races()[before], chip_));
  }

  // Source and residual of one step are read in one cycle, so they must lie in different banks.
  void check_banks(const isa::Store& store, const isa::Touches& touches) {
    if (!store.residual || store.source != isa::Source::kActivation) return;
    const std::int64_t bank =
        std::int64_t{chip_.activation_bank_words} * isa::groups_per_word(chip_, Memory::kActivation);
    const std::int64_t groups = store.groups, size = touches[0].nest.size;
    const auto bank_of = [&](std::int64_t group) { return (group % size + size) % size / bank; };
    bool sound = true;
    const isa::Touches source_and_residual = {touches[0], touches[1]};
    for_each_step(source_and_residual, [&](const isa::Touches& step) {
      std::int64_t run = 0;
      const std::int64_t windows = std::int64_t{store.window_y} * store.window_x;
      isa::for_each_run(step[0].nest, [&](std::int64_t source) {
        const std::int64_t residual = step[1].nest.base + run++ / windows * groups;
        for (std::int64_t g = 0; g < groups; ++g) sound &= bank_of(source + g) != bank_of(residual + g);
      });
    });
    if (!sound) problem(index_, "source and residual lie in one bank");
  }

  // The store engine reads ahead of its own writes: what it wrote in an earlier step may not have arrived yet.
  void check_own_writes(const isa::Touches& touches) {
    const Bounds bounds = bounds_of(touches);
    const auto& activation = bounds[isa::index_of(Memory::kActivation)];
    if (intersection(activation[isa::index_of(Access::kRead)], activation[isa::index_of(Access::kWrite)]).empty())
      return;
    const auto stamp = static_cast<std::uint32_t>(index_ + 1);
    bool sound = true;
    isa::Touches here;
    for (const isa::Touch& touch : touches)
      if (touch.memory == Memory::kActivation) here.push_back(touch);
    for_each_step(here, [&](const isa::Touches& step) {
      for (const isa::Touch& touch : step)
        isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
          for (std::uint64_t place = first; place <= last; ++place) {
            if (touch.access == Access::kWrite) written_by_itself_[place] = stamp;
            sound &= touch.access == Access::kWrite || written_by_itself_[place] != stamp;
          }
        });
    });
    if (!sound) problem(index_, "reads from the activation buffer what it wrote there itself");
  }

  const isa::Program& program_;
  const Chip& chip_;
  const isa::Bases& bases_;
  const std::uint64_t dram_bytes_;
  RaceDetector races_;
  std::array<std::vector<bool>, kMemories> written_;
  std::vector<std::uint32_t> written_by_itself_;  // by the instruction of this number, counted from 1; by place
  std::size_t index_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_program(const isa::Program& program, const Chip& chip, const isa::Bases& bases,
                                       std::uint64_t dram_bytes) {
  return ProgramCheck(program, chip, bases, dram_bytes).run();
}

}  // namespace systole::ordering
