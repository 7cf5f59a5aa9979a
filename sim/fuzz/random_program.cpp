// SPDX-License-Identifier: Apache-2.0
#include "fuzz/random_program.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>

namespace systole::fuzz {

namespace {

constexpr std::uint64_t kDramBytes = 0x20000;
constexpr std::uint64_t kDataBytes = 0x10000;   // loads read here, stores write here
constexpr std::uint64_t kParameters = 0x10000;  // 8-byte pairs of bias and scale
constexpr std::uint64_t kParameterBytes = 0x4000;
constexpr std::uint64_t kProgram = 0x18000;

using Cells = std::vector<std::uint32_t>;

// What an instruction touches, by memory: activation words, weight words, parameter words, accumulator rows, DRAM bytes.
enum Memory { kActivation, kWeight, kParameter, kAccumulator, kDram, kMemories };
struct Footprint {
  std::array<Cells, kMemories> reads, writes;
};

class Generator {
 public:
  Generator(const Chip& chip, std::uint64_t seed, const RandomOptions& options)
      : chip_(chip), options_(options), random_(seed) {
    const std::array<std::uint64_t, kMemories> sizes = {chip.activation_words(), chip.weight_words,
                                                        chip.parameter_words, 2ull * chip.accumulator_rows, kDramBytes};
    for (int memory = 0; memory < kMemories; ++memory) touched_[memory].resize(sizes[memory]);
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
    for (auto& byte : out_.dram) byte = static_cast<std::uint8_t>(random_());
    for (std::uint64_t p = kParameters; p < kParameters + kParameterBytes; p += 8) {
      const std::int32_t bias = static_cast<std::int32_t>(random_()) >> uniform(0, 31);
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
    return low + static_cast<std::uint32_t>(random_() % (std::uint64_t{high} - low + 1));
  }
  std::int32_t signed_uniform(std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return static_cast<int>(uniform(0, 99)) < percent; }
  float random_scale(int low_exponent, int high_exponent) {
    return std::ldexp(1.0f + static_cast<float>(random_() & 0x7FFFFF) / 8388608.0f,
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
    load.dst_base = static_cast<std::uint32_t>(random_());
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
      load.pad_value = static_cast<std::uint8_t>(random_());
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
    matrix.activation_zero_point = static_cast<std::uint8_t>(random_());
    matrix.weight_zero_point = static_cast<std::uint8_t>(random_());
    const std::uint32_t rows = chip_.accumulator_rows;
    matrix.m_y = count(std::min(6u, rows));
    matrix.m_x = count(std::min(chance(10) ? 32u : 8u, rows / matrix.m_y));
    matrix.k_y = count(chance(50) ? 1 : 3);
    matrix.k_x = count(chance(50) ? 1 : 3);
    matrix.k_c = count(3);
    matrix.n = count(3);
    matrix.activation_base = static_cast<std::uint32_t>(random_());
    for (auto* stride : {&matrix.activation_stride_y, &matrix.activation_stride_x, &matrix.activation_stride_ky,
                         &matrix.activation_stride_kx, &matrix.activation_stride_kc, &matrix.activation_stride_n}) {
      *stride = signed_uniform(-20, 60);
    }
    matrix.weight_base = static_cast<std::uint32_t>(random_());
    matrix.accumulator_base = static_cast<std::uint32_t>(random_());
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
    store.source_base = store.source == isa::Source::kActivation ? bank_base(0) : static_cast<std::uint32_t>(random_());
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
    store.mid_zero_point = store.requantize ? static_cast<std::uint8_t>(random_()) : std::uint8_t{0};
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

  Footprint footprint(const isa::Load& load) const {
    Footprint touched;
    const bool activation = load.buffer == isa::Buffer::kActivation, weight = load.buffer == isa::Buffer::kWeight;
    const Memory memory = activation ? kActivation : weight ? kWeight : kParameter;
    const std::uint32_t word_bytes = load.diagonal ? 1
                                     : activation  ? chip_.array_rows
                                     : weight      ? chip_.array_cols
                                                   : chip_.post_lanes * 8;
    const std::uint32_t mask = static_cast<std::uint32_t>(touched_[memory].size()) - 1;
    const std::uint32_t words = load.pad_left + (load.run_bytes + word_bytes - 1) / word_bytes + load.pad_right;
    for (int i3 = 0; i3 < load.count[2]; ++i3) {
      for (int i2 = 0; i2 < load.count[1]; ++i2) {
        for (int i1 = 0; i1 < load.pad_top + load.count[0] + load.pad_bottom; ++i1) {
          const std::uint32_t dst =
              load.dst_base + i3 * load.dst_stride[2] + i2 * load.dst_stride[1] + i1 * load.dst_stride[0];
          for (std::uint32_t w = 0; w < words; ++w) touched.writes[memory].push_back((dst + w) & mask);
        }
        for (int i1 = 0; i1 < load.count[0]; ++i1) {
          const std::int64_t src = static_cast<std::int64_t>(out_.bases[static_cast<int>(load.base)]) +
                                   load.dram_offset + i3 * load.dram_stride[2] + i2 * load.dram_stride[1] +
                                   i1 * load.dram_stride[0];
          for (std::uint32_t b = 0; b < load.run_bytes; ++b)
            touched.reads[kDram].push_back(static_cast<std::uint32_t>(src + b));
        }
      }
    }
    return touched;
  }

  Footprint footprint(const isa::Matrix& m) const {
    Footprint touched;
    const std::uint32_t activation_mask = chip_.activation_words() - 1,
                        accumulator_mask = 2 * chip_.accumulator_rows - 1;
    for (int n = 0; n < m.n; ++n) {
      for (int ky = 0; ky < m.k_y; ++ky) {
        for (int kx = 0; kx < m.k_x; ++kx) {
          for (int kc = 0; kc < m.k_c; ++kc) {
            for (int y = 0; y < m.m_y; ++y) {
              for (int x = 0; x < m.m_x; ++x) {
                touched.reads[kActivation].push_back((m.activation_base + y * m.activation_stride_y +
                                                      x * m.activation_stride_x + ky * m.activation_stride_ky +
                                                      kx * m.activation_stride_kx + kc * m.activation_stride_kc +
                                                      n * m.activation_stride_n) &
                                                     activation_mask);
              }
            }
          }
        }
      }
      for (int row = 0; row < m.m_y * m.m_x; ++row) {
        const std::uint32_t cell = (m.accumulator_base + n * m.accumulator_stride_n + row) & accumulator_mask;
        touched.writes[kAccumulator].push_back(cell);
        if (m.accumulate) touched.reads[kAccumulator].push_back(cell);
      }
    }
    const std::uint32_t tile = chip_.array_rows + (m.per_column_zero_point ? 1 : 0);
    const std::uint32_t words = tile * m.n * m.k_y * m.k_x * m.k_c;
    for (std::uint32_t w = 0; w < words; ++w)
      touched.reads[kWeight].push_back((m.weight_base + w) & (chip_.weight_words - 1));
    return touched;
  }

  Footprint footprint(const isa::Store& s) const {
    Footprint touched;
    const std::uint32_t per_word = chip_.array_rows / chip_.post_lanes, per_row = chip_.array_cols / chip_.post_lanes;
    const bool from_activation = s.source == isa::Source::kActivation;
    const std::uint32_t activation_mask = chip_.activation_words() - 1,
                        accumulator_mask = 2 * chip_.accumulator_rows - 1;
    const std::uint32_t group_bytes = chip_.post_lanes * (s.raw ? 4 : 1);
    for (int i3 = 0; i3 < s.count[3]; ++i3) {
      for (int i2 = 0; i2 < s.count[2]; ++i2) {
        for (int i1 = 0; i1 < s.count[1]; ++i1) {
          for (int i0 = 0; i0 < s.count[0]; ++i0) {
            for (int g = 0; g < s.groups; ++g) {
              const std::uint32_t position = s.source_base + i3 * s.source_stride[3] + i2 * s.source_stride[2] +
                                             i1 * s.source_stride[1] + i0 * s.source_stride[0] + g;
              for (int wy = 0; wy < s.window_y; ++wy) {
                for (int wx = 0; wx < s.window_x; ++wx) {
                  const std::uint32_t tap = position + wy * s.source_stride_wy + wx * s.source_stride_wx;
                  if (from_activation) {
                    touched.reads[kActivation].push_back(tap / per_word & activation_mask);
                  } else {
                    touched.reads[kAccumulator].push_back(tap / per_row & accumulator_mask);
                  }
                }
              }
              const std::uint32_t along = i0 * s.groups + g;
              if (s.residual) {
                touched.reads[kActivation].push_back((s.residual_base + i3 * s.residual_stride[2] +
                                                      i2 * s.residual_stride[1] + i1 * s.residual_stride[0] + along) /
                                                         per_word &
                                                     activation_mask);
              }
              const std::uint32_t parameter =
                  s.parameter_per_tensor ? s.parameter_base
                                         : s.parameter_base + i3 * s.parameter_stride_3 + i2 * s.parameter_stride_2 + g;
              touched.reads[kParameter].push_back(parameter & (chip_.parameter_words - 1));
              const std::int64_t dst =
                  std::int64_t{s.dst_base} + i3 * s.dst_stride[2] + i2 * s.dst_stride[1] + i1 * s.dst_stride[0];
              if (s.destination == isa::Destination::kActivation) {
                touched.writes[kActivation].push_back(static_cast<std::uint32_t>(dst + along) / per_word &
                                                      activation_mask);
              } else {
                const std::int64_t first = static_cast<std::int64_t>(out_.bases[static_cast<int>(s.base)]) + dst +
                                           std::int64_t{along} * group_bytes;
                for (std::uint32_t b = 0; b < group_bytes; ++b)
                  touched.writes[kDram].push_back(static_cast<std::uint32_t>(first + b));
              }
            }
          }
        }
      }
    }
    return touched;
  }

  // ---- ordering

  struct Touched {
    std::array<int, isa::kEngines> read = {-1, -1, -1}, written = {-1, -1, -1};  // newest instruction by engine
  };

  void add(isa::Instruction instruction) {
    const Footprint touched = std::visit([&](const auto& i) { return footprint(i); }, instruction);
    for (const auto* cells : {&touched.reads[kDram], &touched.writes[kDram]}) {
      for (std::uint32_t cell : *cells) {
        const bool parameters = cell >= kParameters && cell < kParameters + kParameterBytes;
        if (cell >= kDataBytes && !(parameters && cells == &touched.reads[kDram])) return;  // outside: draw another
      }
    }
    const int engine = static_cast<int>(isa::engine_of(instruction));
    const int index = static_cast<int>(out_.program.instructions.size());
    std::array<int, isa::kEngines> after = {-1, -1, -1};  // newest instruction of each engine that must come before
    const auto depend = [&](int other, int on) {
      const bool self = other == engine;
      if (!self || other == static_cast<int>(isa::Engine::kStore)) after[other] = std::max(after[other], on);
    };
    for (int memory = 0; memory < kMemories; ++memory) {
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
    for (int memory = 0; memory < kMemories; ++memory) {
      for (std::uint32_t cell : touched.reads[memory]) touched_[memory][cell].read[engine] = index;
      for (std::uint32_t cell : touched.writes[memory]) touched_[memory][cell].written[engine] = index;
    }
    isa::common_of(instruction).tag = static_cast<std::uint32_t>(index);
    out_.program.instructions.push_back(instruction);
  }

  Chip chip_;
  RandomOptions options_;
  std::mt19937_64 random_;
  RandomProgram out_;
  std::array<std::vector<Touched>, kMemories> touched_;
  // ordered_[p][c]: the newest instruction of engine p that the next instruction of engine c is known to come after.
  int ordered_[isa::kEngines][isa::kEngines] = {{-1, -1, -1}, {-1, -1, -1}, {-1, -1, -1}};
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
