// SPDX-License-Identifier: Apache-2.0
#include "fuzz/random_program.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/draw.hpp"
#include "fuzz/instruction_kind.hpp"
#include "isa/access.hpp"
#include "support/error.hpp"

namespace systole::fuzz {

namespace {

constexpr std::uint64_t kDramBytes = 0x20000;
constexpr std::uint64_t kDataBytes = 0x10000;   // loads read here, stores write here
constexpr std::uint64_t kParameters = 0x10000;  // 8-byte pairs of bias and scale
constexpr std::uint64_t kParameterBytes = 0x4000;
constexpr std::uint64_t kProgram = 0x18000;

using Cells = std::vector<std::uint32_t>;

using isa::index_of;
using isa::kMemories;
using isa::Memory;

// The cells of every memory that an instruction reads and writes: words of the activation buffer, elsewhere the places of
// isa/access.hpp.
struct Footprint {
  std::array<Cells, kMemories> reads, writes;
};

class Generator {
 public:
  Generator(const Chip& chip, std::uint64_t seed, const RandomOptions& options)
      : chip_(chip), options_(options), draw_(seed) {
    ordered_.fill(none());
    for (std::size_t m = 0; m < kMemories; ++m) {
      const auto memory = static_cast<Memory>(m);
      touched_[m].resize(memory == Memory::kDram ? kDramBytes : isa::places_in(chip, memory) / places_per_cell(memory));
    }
  }

  RandomProgram reorder(const RandomProgram& random, const std::vector<isa::Instruction>& instructions) {
    out_ = random;
    out_.program.instructions.clear();
    for (isa::Instruction instruction : instructions) {
      isa::common_of(instruction).wait_mask = isa::common_of(instruction).post_mask = 0;
      add(instruction);
    }
    return std::move(out_);
  }

  RandomProgram make() {
    out_.dram.resize(kDramBytes);
    for (auto& byte : out_.dram) byte = static_cast<std::uint8_t>(draw_.bits());
    for (std::uint64_t p = kParameters; p < kParameters + kParameterBytes; p += 8) {
      const std::int32_t bias = static_cast<std::int32_t>(draw_.bits()) >> draw_.uniform(0, 31);
      const float scale = draw_.chance(20) ? 0.0f : draw_.scale(-16, 2);
      std::memcpy(&out_.dram[p], &bias, 4);
      std::memcpy(&out_.dram[p + 4], &scale, 4);
    }
    out_.program_address = kProgram;
    out_.bases[0] = draw_.uniform(0, 300);
    out_.bases[1] = draw_.uniform(0, 300);
    out_.bases[2] = kParameters;
    out_.bases[3] = draw_.uniform(0, 300);
    out_.program.chip_name = chip_.name;
    out_.program.chip_fingerprint = chip_.fingerprint();
    initialize();
    while (static_cast<int>(out_.program.instructions.size()) < options_.instructions) {
      add(random_instruction());
    }
    return std::move(out_);
  }

 private:
  // Each type in turn has its share of the numbers from 0 on.
  isa::Instruction random_instruction() {
    std::uint32_t shares = 0;
    for (const isa::Engine engine : isa::kAllEngines) shares += kind_of(engine).share();
    std::uint32_t number = draw_.uniform(0, shares - 1);
    for (const isa::Engine engine : isa::kAllEngines) {
      const InstructionKind& kind = kind_of(engine);
      if (number < kind.share()) return kind.draw(draw_, chip_, options_);
      number -= kind.share();
    }
    throw InternalError("invariant broken: a number below the sum of all shares is in one of them");
  }

  // Every memory gets defined contents: registers and memories of the RTL start random.
  void initialize() {
    const auto fill = [&](isa::Buffer buffer, std::uint32_t words, std::uint32_t word_bytes) {
      isa::Load load;
      load.buffer = buffer;
      load.base = buffer == isa::Buffer::kParameter ? isa::Base::kParameter : isa::Base::kWeight;
      // A run of at most 8 KiB, repeated to fill the buffer.
      const std::uint32_t rows = std::max(1u, words * word_bytes / 8192);
      load.run_bytes = words * word_bytes / rows;
      load.count[0] = static_cast<std::uint16_t>(rows);
      load.dst_stride[0] = static_cast<std::int32_t>(words / rows);
      add(load);
    };
    fill(isa::Buffer::kActivation, chip_.activation_words(), chip_.array_rows);
    fill(isa::Buffer::kWeight, chip_.weight_words, chip_.array_cols);
    fill(isa::Buffer::kParameter, chip_.parameter_words, chip_.post_lanes * 8);
    isa::Matrix matrix;
    matrix.m_x = static_cast<std::uint16_t>(chip_.accumulator_rows);
    matrix.n = 2;
    matrix.activation_stride_x = 1;
    matrix.accumulator_stride_n = static_cast<std::int32_t>(chip_.accumulator_rows);
    add(matrix);
  }

  // ---- footprints

  std::uint32_t places_per_cell(Memory memory) const {
    return memory == Memory::kActivation ? isa::groups_per_word(chip_, memory) : 1;
  }

  Footprint footprint(isa::Instruction instruction) const {
    // Whether a store needs its parameters or not, it comes after the load that writes them.
    if (auto* store = std::get_if<isa::Store>(&instruction)) store->requantize = true;
    Footprint touched;
    for (const isa::Touch& touch : isa::touches_of(instruction, chip_, out_.bases)) {
      auto& cells = (touch.access == isa::Access::kRead ? touched.reads : touched.writes)[index_of(touch.memory)];
      const std::uint32_t places = places_per_cell(touch.memory);
      isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t cell = first / places; cell <= last / places; ++cell)
          cells.push_back(static_cast<std::uint32_t>(cell));
      });
    }
    return touched;
  }

  // ---- ordering

  static_assert(isa::kEngines * isa::kEngines <= isa::kSemaphores, "every pair of engines has a semaphore of its own");
  using ByEngine = std::array<int, isa::kEngines>;  // indices of instructions
  static ByEngine none() {
    ByEngine all;
    all.fill(-1);
    return all;
  }
  struct Touched {
    ByEngine read = none(), written = none();  // newest instruction by engine
  };

  void add(isa::Instruction instruction) {
    const Footprint touched = footprint(instruction);
    for (const auto* cells : {&touched.reads[index_of(Memory::kDram)], &touched.writes[index_of(Memory::kDram)]}) {
      for (std::uint32_t cell : *cells) {
        const bool parameters = cell >= kParameters && cell < kParameters + kParameterBytes;
        if (cell >= kDataBytes && !(parameters && cells == &touched.reads[index_of(Memory::kDram)]))
          return;  // outside: draw another
      }
    }
    const int engine = static_cast<int>(isa::engine_of(instruction));
    const int index = static_cast<int>(out_.program.instructions.size());
    ByEngine after = none();  // newest instruction of each engine that must come before
    const auto depend = [&](int other, int on) {
      const bool in_order = other == engine && isa::kEngineTable[engine].overlap == isa::Overlap::kNone;
      if (!in_order) after[other] = std::max(after[other], on);
    };
    for (std::size_t memory = 0; memory < kMemories; ++memory) {
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
    for (int other = 0; other < isa::kEngines; ++other) {
      if (after[other] <= ordered_[other][engine]) continue;
      ordered_[other][engine] = after[other];
      const std::uint16_t semaphore = static_cast<std::uint16_t>(1u << (other * isa::kEngines + engine));
      isa::common_of(out_.program.instructions[after[other]]).post_mask |= semaphore;
      isa::common_of(instruction).wait_mask |= semaphore;
    }
    for (std::size_t memory = 0; memory < kMemories; ++memory) {
      for (std::uint32_t cell : touched.reads[memory]) touched_[memory][cell].read[engine] = index;
      for (std::uint32_t cell : touched.writes[memory]) touched_[memory][cell].written[engine] = index;
    }
    isa::common_of(instruction).tag = static_cast<std::uint32_t>(index);
    out_.program.instructions.push_back(instruction);
  }

  Chip chip_;
  RandomOptions options_;
  Draw draw_;
  RandomProgram out_;
  std::array<std::vector<Touched>, kMemories> touched_;
  // ordered_[p][c]: the newest instruction of engine p that the next instruction of engine c is known to come after.
  std::array<ByEngine, isa::kEngines> ordered_;
};

}  // namespace

RandomProgram make_random_program(const Chip& chip, std::uint64_t seed, const RandomOptions& options) {
  return Generator(chip, seed, options).make();
}

RandomProgram with_instructions(const Chip& chip, const RandomProgram& random,
                                const std::vector<isa::Instruction>& instructions) {
  return Generator(chip, 0, {}).reorder(random, instructions);
}

}  // namespace systole::fuzz
