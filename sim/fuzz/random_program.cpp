// SPDX-License-Identifier: Apache-2.0
#include "fuzz/random_program.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "isa/access.hpp"
#include "support/random.hpp"

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
      : chip_(chip), options_(options), random_(seed) {
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
    for (auto& byte : out_.dram) byte = static_cast<std::uint8_t>(random_.bits());
    for (std::uint64_t p = kParameters; p < kParameters + kParameterBytes; p += 8) {
      const std::int32_t bias = static_cast<std::int32_t>(random_.bits()) >> uniform(0, 31);
      const float scale = chance(20) ? 0.0f : random_scale(-16, 2);
      std::memcpy(&out_.dram[p], &bias, 4);
      std::memcpy(&out_.dram[p + 4], &scale, 4);
    }
    out_.program_address = kProgram;
    out_.bases[0] = uniform(0, 300);
    out_.bases[1] = uniform(0, 300);
    out_.bases[2] = kParameters;
    out_.bases[3] = uniform(0, 300);
    out_.program.chip_name = chip_.name;
    out_.program.chip_fingerprint = chip_.fingerprint();
    initialize();
    while (static_cast<int>(out_.program.instructions.size()) < options_.instructions) {
      const std::uint32_t kind = uniform(0, 9);
      if (kind < 4) {
        add(random_load());
      } else if (kind < 7) {
        add(random_matrix());
      } else {
        add(random_store());
      }
    }
    return std::move(out_);
  }

 private:
  std::uint32_t uniform(std::uint32_t low, std::uint32_t high) {
    return static_cast<std::uint32_t>(random_.between(low, high));
  }
  std::int32_t signed_uniform(std::int32_t low, std::int32_t high) {
    return static_cast<std::int32_t>(random_.between(low, high));
  }
  bool chance(int percent) { return random_.chance(percent); }
  float random_scale(int low_exponent, int high_exponent) {
    return std::ldexp(1.0f + static_cast<float>(random_.bits() & 0x7FFFFF) / 8388608.0f,
                      signed_uniform(low_exponent, high_exponent));
  }
  std::uint16_t count(std::uint32_t high) { return static_cast<std::uint16_t>(uniform(1, high)); }

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

  isa::Load random_load() {
    isa::Load load;
    const std::uint32_t kind = uniform(0, 9);
    load.buffer = kind < 5 ? isa::Buffer::kActivation : kind < 9 ? isa::Buffer::kWeight : isa::Buffer::kParameter;
    load.count = {count(5), count(3), count(2)};
    for (auto& stride : load.dst_stride) stride = signed_uniform(-40, 80);
    load.dst_base = static_cast<std::uint32_t>(random_.bits());
    if (load.buffer == isa::Buffer::kParameter) {
      load.base = isa::Base::kParameter;
      load.run_bytes = 8 * uniform(1, 12);
      load.dram_offset = 8 * uniform(0, 100);
      for (auto& stride : load.dram_stride) stride = 8 * signed_uniform(0, 40);
    } else {
      load.base = static_cast<isa::Base>(uniform(0, 2) == 2 ? 3 : uniform(0, 1));
      load.run_bytes = chance(15) ? uniform(1, 700) : uniform(1, 60);
      load.dram_offset = uniform(4000, 50000);
      for (auto& stride : load.dram_stride) stride = signed_uniform(-600, 600);
      load.pad_value = static_cast<std::uint8_t>(random_.bits());
      load.diagonal = load.buffer == isa::Buffer::kWeight && chance(30);
    }
    if (chance(50)) {
      load.pad_top = static_cast<std::uint16_t>(uniform(0, 2));
      load.pad_bottom = static_cast<std::uint16_t>(uniform(0, 2));
      load.pad_left = static_cast<std::uint16_t>(uniform(0, 3));
      load.pad_right = static_cast<std::uint16_t>(uniform(0, 3));
      if (load.pad_top + load.pad_bottom > 0 && chance(20)) load.count[0] = 0;
    }
    return load;
  }

  isa::Matrix random_matrix() {
    isa::Matrix matrix;
    matrix.accumulate = chance(40);
    matrix.activation_signed = chance(50);
    matrix.weight_signed = chance(50);
    matrix.per_column_zero_point = chance(25);
    matrix.activation_zero_point = static_cast<std::uint8_t>(random_.bits());
    matrix.weight_zero_point = static_cast<std::uint8_t>(random_.bits());
    const std::uint32_t rows = chip_.accumulator_rows;
    matrix.m_y = count(std::min(6u, rows));
    matrix.m_x = count(std::min(chance(10) ? 32u : 8u, rows / matrix.m_y));
    matrix.k_y = count(chance(50) ? 1 : 3);
    matrix.k_x = count(chance(50) ? 1 : 3);
    matrix.k_c = count(3);
    matrix.n = count(3);
    matrix.activation_base = static_cast<std::uint32_t>(random_.bits());
    for (auto* stride : {&matrix.activation_stride_y, &matrix.activation_stride_x, &matrix.activation_stride_ky,
                         &matrix.activation_stride_kx, &matrix.activation_stride_kc, &matrix.activation_stride_n}) {
      *stride = signed_uniform(-20, 60);
    }
    matrix.weight_base = static_cast<std::uint32_t>(random_.bits());
    matrix.accumulator_base = static_cast<std::uint32_t>(random_.bits());
    const int m = matrix.m_y * matrix.m_x;
    if (static_cast<std::uint32_t>(m) * matrix.n > 2 * rows) matrix.n = 1;
    matrix.accumulator_stride_n = chance(20) ? -m : m;
    return matrix;
  }

  isa::Store random_store() {
    isa::Store store;
    const std::uint32_t bank_groups = chip_.activation_bank_words * chip_.array_rows / chip_.post_lanes;
    const std::uint32_t first_bank = uniform(0, chip_.activation_banks - 1);
    const auto bank_base = [&](std::uint32_t distance) {  // low in the bank: positive strides stay inside
      return (first_bank + distance) % chip_.activation_banks * bank_groups + uniform(0, bank_groups / 4);
    };
    store.raw = !options_.post_processing || chance(20);
    store.source = !store.raw && chance(40) ? isa::Source::kActivation : isa::Source::kAccumulator;
    store.requantize = !store.raw && (store.source == isa::Source::kAccumulator || chance(40));
    store.residual = !store.raw && chance(35);
    store.destination = !store.raw && chance(40) ? isa::Destination::kActivation : isa::Destination::kDram;
    store.base = static_cast<isa::Base>(chance(50) ? 0 : 3);
    store.source_signed = chance(50);
    store.mid_signed = chance(50);
    store.residual_signed = chance(50);
    store.output_signed = chance(50);
    store.parameter_per_tensor = chance(30);
    store.count = {count(8), count(4), count(2), count(2)};
    store.groups = count(4);
    if (!store.raw && chance(35)) {
      store.window_y = static_cast<std::uint8_t>(uniform(1, 3));
      store.window_x = static_cast<std::uint8_t>(uniform(1, 3));
    }
    // Furthest group from a base: below bank_groups / 2.
    const std::int32_t reach = static_cast<std::int32_t>(bank_groups / 32);
    for (auto& stride : store.source_stride) stride = signed_uniform(0, std::min(reach, 12));
    store.source_stride_wy = signed_uniform(0, std::min(reach, 8));
    store.source_stride_wx = signed_uniform(0, std::min(reach, 8));
    for (auto& stride : store.residual_stride) stride = signed_uniform(0, std::min(reach, 40));
    store.source_base =
        store.source == isa::Source::kActivation ? bank_base(0) : static_cast<std::uint32_t>(random_.bits());
    store.residual_base = bank_base(1);
    if (store.destination == isa::Destination::kActivation) {
      store.dst_base = bank_base(2);
      for (auto& stride : store.dst_stride) stride = signed_uniform(0, std::min(reach, 40));
    } else {
      store.dst_base = uniform(8000, 40000);
      for (auto& stride : store.dst_stride) stride = signed_uniform(-900, 900);
    }
    store.parameter_base = static_cast<std::uint16_t>(uniform(0, chip_.parameter_words - 1));
    store.parameter_stride_2 = static_cast<std::uint16_t>(uniform(0, 5));
    store.parameter_stride_3 = static_cast<std::uint16_t>(uniform(0, 5));
    store.mid_zero_point = store.requantize ? static_cast<std::uint8_t>(random_.bits()) : std::uint8_t{0};
    const bool is_signed = store.residual     ? store.output_signed
                           : store.requantize ? store.mid_signed
                                              : store.source_signed;
    const int low = is_signed ? -128 : 0;
    store.clamp_low = static_cast<std::int16_t>(chance(60) ? low : signed_uniform(low, low + 100));
    store.clamp_high = static_cast<std::int16_t>(chance(60) ? low + 255 : signed_uniform(low + 120, low + 255));
    store.add_scale_source = random_scale(-6, 1);
    store.add_scale_residual = random_scale(-6, 1);
    store.add_offset = chance(10) ? 0.0f : (chance(50) ? -1.0f : 1.0f) * random_scale(-4, 8);
    return store;
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
  Random random_;
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
