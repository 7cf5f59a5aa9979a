// SPDX-License-Identifier: Apache-2.0
//
// Random instructions and random small programs, the same for a seed on every platform.
//
// `random_instruction` draws any legal instruction: every field from its whole range, corners
// often. It is meant for encoders. `random_program` draws a program that a chip can run in a few
// thousand cycles: it fills every memory first, stays inside its DRAM image, and is ordered
// instruction by instruction with semaphores, so that every view must agree on every bit.
#pragma once

#include <algorithm>
#include <cstring>
#include <random>
#include <type_traits>
#include <vector>

#include "chip/chip.hpp"
#include "isa/fields.hpp"
#include "isa/instruction.hpp"
#include "isa/program.hpp"

namespace systole::testing {

// std::mt19937_64 is the same everywhere; the standard distributions are not, so these are our own.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  // 0 .. n-1. The bias of the remainder is below 2^-40 for the n in use here.
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  // low .. high, both included.
  std::int64_t range(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
  template <class T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  // A positive float32 with a random significand, 2^min_exponent to 2^(max_exponent+1).
  float scale(int min_exponent, int max_exponent) {
    const auto exponent = static_cast<std::uint32_t>(127 + range(min_exponent, max_exponent));
    const std::uint32_t pattern = exponent << 23 | static_cast<std::uint32_t>(below(1u << 23));
    float value;
    std::memcpy(&value, &pattern, sizeof value);
    return value;
  }

 private:
  std::mt19937_64 engine_;
};

namespace detail {

// Any bit pattern of the field; zero, one, the largest and the sign bit more often than chance.
inline std::uint32_t random_bits(Random& random, const isa::Field& field) {
  const std::uint32_t mask = field.mask();
  switch (random.below(6)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return mask;
    case 3:
      return (mask >> 1) + 1;
    default:
      return static_cast<std::uint32_t>(random.bits()) & mask;
  }
}

template <class T>
void set_random(Random& random, const isa::Field& field, T& value) {
  const std::uint32_t bits = random_bits(random, field);
  if constexpr (std::is_same_v<T, float>)
    std::memcpy(&value, &bits, sizeof bits);
  else
    value = static_cast<T>(bits);
}

template <class T>
void at_least_one(T& value) {
  if (value == 0) value = 1;
}

inline void make_legal(Random& random, isa::Load& x) {
  x.buffer = static_cast<isa::Buffer>(random.below(3));
  x.transpose = false;
  if (x.buffer != isa::Buffer::kWeight) x.diagonal = false;
  at_least_one(x.run_bytes);
  at_least_one(x.count[1]);
  at_least_one(x.count[2]);
  if (x.count[0] == 0 && x.pad_top == 0 && x.pad_bottom == 0) x.count[0] = 1;
}

inline void make_legal(Random&, isa::Matrix& x) {
  for (auto* count : {&x.m_y, &x.m_x, &x.k_y, &x.k_x, &x.k_c, &x.n}) at_least_one(*count);
}

inline void make_legal(Random& random, isa::Store& x) {
  for (auto& count : x.count) at_least_one(count);
  at_least_one(x.window_y);
  at_least_one(x.window_x);
  at_least_one(x.groups);
  if (x.raw && random.chance(50)) {
    x.source = isa::Source::kAccumulator;
    x.destination = isa::Destination::kDram;
    x.window_y = x.window_x = 1;
    x.residual = x.requantize = false;
  } else {
    x.raw = false;
    if (x.source == isa::Source::kAccumulator) x.requantize = true;
  }
}

template <class T>
isa::Instruction random_of(Random& random) {
  T x;
  const auto set = [&](const isa::Field& field, auto& value) { set_random(random, field, value); };
  isa::visit_common_fields(x.common, set);
  isa::visit_fields(x, set);
  make_legal(random, x);
  return x;
}

}  // namespace detail

inline isa::Instruction random_instruction(Random& random) {
  switch (random.below(3)) {
    case 0:
      return detail::random_of<isa::Load>(random);
    case 1:
      return detail::random_of<isa::Matrix>(random);
    default:
      return detail::random_of<isa::Store>(random);
  }
}

// A program with what it runs on. `dram` holds everything that the program reads.
struct RandomProgram {
  isa::Program program;
  std::vector<std::uint8_t> dram;
  isa::Bases base = {};
};

// Draws instructions for one chip. DRAM is four regions of region_bytes(); the parameter region
// holds (bias, scale) pairs with legal scales and is never written.
class ProgramMaker {
 public:
  ProgramMaker(const Chip& chip, std::uint64_t seed) : chip_(chip), random_(seed) {}

  Random& random() { return random_; }

  // Four times the largest memory: room for strides.
  std::uint32_t region_bytes() const {
    const std::uint64_t largest =
        std::max<std::uint64_t>({std::uint64_t{chip_.activation_words()} * chip_.array_rows,
                                 std::uint64_t{chip_.weight_words} * chip_.array_cols,
                                 std::uint64_t{chip_.parameter_words} * chip_.post_lanes * 8});
    return static_cast<std::uint32_t>(4 * largest);
  }

  // `count` random instructions after those that fill the memories.
  RandomProgram make(int count) {
    RandomProgram out;
    out.program.chip_name = chip_.name;
    out.program.chip_fingerprint = chip_.fingerprint();
    make_dram(out);
    append(out, fill(isa::Buffer::kActivation, isa::Base::kTensor, chip_.activation_words() * chip_.array_rows));
    append(out, fill(isa::Buffer::kWeight, isa::Base::kWeight, chip_.weight_words * chip_.array_cols));
    append(out, fill(isa::Buffer::kParameter, isa::Base::kParameter, chip_.parameter_words * chip_.post_lanes * 8));
    isa::Matrix all;  // both accumulator banks
    all.m_x = static_cast<std::uint16_t>(std::min(chip_.accumulator_rows, 256u));
    all.m_y = static_cast<std::uint16_t>(chip_.accumulator_rows / all.m_x);
    all.n = 2;
    all.activation_stride_x = 1;
    all.accumulator_stride_n = static_cast<std::int32_t>(chip_.accumulator_rows);
    append(out, all);
    for (int i = 0; i < count; ++i) {
      switch (random_.below(3)) {
        case 0:
          append(out, load());
          break;
        case 1:
          append(out, matrix());
          break;
        default:
          append(out, store());
          break;
      }
    }
    serialize(out.program);
    return out;
  }

  isa::Load load() {
    isa::Load x;
    x.buffer = static_cast<isa::Buffer>(random_.below(3));
    const bool parameters = x.buffer == isa::Buffer::kParameter;
    x.base = parameters ? isa::Base::kParameter
                        : random_.pick({isa::Base::kTensor, isa::Base::kWeight, isa::Base::kScratch});
    const int unit = parameters ? 8 : 1;  // whole (bias, scale) pairs
    x.diagonal = x.buffer == isa::Buffer::kWeight && random_.chance(30);
    const std::int64_t word = word_bytes(x.buffer);
    x.run_bytes = static_cast<std::uint32_t>(
        unit * random_.range(1, std::max<std::int64_t>(1, random_.pick({1, 3, 12}) * word / unit)));
    for (auto& count : x.count) count = static_cast<std::uint16_t>(random_.range(1, 4));
    if (!parameters) x.pad_value = static_cast<std::uint8_t>(random_.bits());
    for (auto* pad : {&x.pad_top, &x.pad_bottom, &x.pad_left, &x.pad_right})
      if (random_.chance(30)) *pad = static_cast<std::uint16_t>(random_.range(1, 3));
    if (x.pad_top + x.pad_bottom > 0 && random_.chance(15)) x.count[0] = 0;
    std::int64_t low = 0, high = x.run_bytes;
    for (int d = 0; d < 3; ++d) {
      x.dram_stride[d] = static_cast<std::int32_t>(unit * random_.range(-256 / unit, 256 / unit));
      extend(low, high, x.dram_stride[d], std::max<int>(x.count[d], 1));
      x.dst_stride[d] = static_cast<std::int32_t>(random_.range(-64, 64));
    }
    x.dram_offset =
        static_cast<std::uint32_t>(unit * random_.range((-low + unit - 1) / unit, (region_bytes() - high) / unit));
    x.dst_base = static_cast<std::uint32_t>(random_.bits());
    return x;
  }

  isa::Matrix matrix() {
    isa::Matrix x;
    x.accumulate = random_.chance(40);
    x.activation_signed = random_.chance(50);
    x.weight_signed = random_.chance(50);
    x.per_column_zero_point = random_.chance(40);
    x.activation_zero_point = static_cast<std::uint8_t>(random_.bits());
    x.weight_zero_point = static_cast<std::uint8_t>(random_.bits());
    x.m_y = static_cast<std::uint16_t>(random_.range(1, std::min(5u, chip_.accumulator_rows)));
    x.m_x = static_cast<std::uint16_t>(random_.range(1, std::min<std::int64_t>(12, chip_.accumulator_rows / x.m_y)));
    x.k_y = static_cast<std::uint16_t>(random_.range(1, 3));
    x.k_x = static_cast<std::uint16_t>(random_.range(1, 3));
    x.k_c = static_cast<std::uint16_t>(random_.range(1, 3));
    const std::int64_t rows = std::int64_t{x.m_y} * x.m_x;
    x.n = static_cast<std::uint16_t>(random_.range(1, std::min<std::int64_t>(3, 2 * chip_.accumulator_rows / rows)));
    for (auto* stride : {&x.activation_stride_y, &x.activation_stride_x, &x.activation_stride_ky,
                         &x.activation_stride_kx, &x.activation_stride_kc, &x.activation_stride_n})
      *stride = static_cast<std::int32_t>(random_.range(-40, 40));
    x.activation_base = static_cast<std::uint32_t>(random_.bits());
    x.weight_base = static_cast<std::uint32_t>(random_.bits());
    x.accumulator_base = static_cast<std::uint32_t>(random_.bits());
    // Column blocks do not share rows; otherwise the result would depend on the order of the
    // passes.
    x.accumulator_stride_n = static_cast<std::int32_t>(random_.range(rows, 2 * chip_.accumulator_rows / x.n));
    if (random_.chance(30)) x.accumulator_stride_n = -x.accumulator_stride_n;
    return x;
  }

  // Source, residual and destination are in different banks of the activation buffer; no byte is
  // written twice.
  isa::Store store() {
    isa::Store x;
    x.source = random_.chance(60) ? isa::Source::kAccumulator : isa::Source::kActivation;
    x.destination = random_.chance(70) ? isa::Destination::kDram : isa::Destination::kActivation;
    x.base = random_.chance(50) ? isa::Base::kTensor : isa::Base::kScratch;
    const bool accumulator = x.source == isa::Source::kAccumulator;
    x.raw = accumulator && x.destination == isa::Destination::kDram && random_.chance(25);
    x.requantize = !x.raw && (accumulator || random_.chance(50));
    for (auto* flag : {&x.source_signed, &x.mid_signed, &x.residual_signed, &x.output_signed, &x.parameter_per_tensor})
      *flag = random_.chance(50);
    x.residual = !x.raw && random_.chance(35);
    for (auto& count : x.count) count = static_cast<std::uint16_t>(random_.range(1, 3));
    x.groups = static_cast<std::uint16_t>(random_.range(1, 4));
    if (!x.raw && random_.chance(30)) {
      x.window_y = static_cast<std::uint8_t>(random_.range(1, 3));
      x.window_x = static_cast<std::uint8_t>(random_.range(1, 3));
    }
    place_source(x);
    place_residual(x);
    place_destination(x);
    x.parameter_base = static_cast<std::uint16_t>(random_.bits());
    x.parameter_stride_2 = static_cast<std::uint16_t>(random_.below(8));
    x.parameter_stride_3 = static_cast<std::uint16_t>(random_.below(8));
    x.mid_zero_point = static_cast<std::uint8_t>(random_.bits());
    if (random_.chance(50)) {
      x.clamp_low = static_cast<std::int16_t>(random_.range(-128, 100));
      x.clamp_high = static_cast<std::int16_t>(random_.range(x.clamp_low, 255));
    } else {
      x.clamp_low = -128;
      x.clamp_high = 255;
    }
    x.add_scale_source = random_.scale(-4, 1);
    x.add_scale_residual = random_.scale(-4, 1);
    x.add_offset = random_.chance(20) ? 0.0f : random_.scale(-2, 6) * (random_.chance(50) ? 1.0f : -1.0f);
    return x;
  }

 private:
  static constexpr int kSourceBank = 0, kResidualBank = 1,
                       kDestinationBank = 2;  // after a random rotation

  std::int64_t word_bytes(isa::Buffer buffer) const {
    return buffer == isa::Buffer::kActivation ? chip_.array_rows
           : buffer == isa::Buffer::kWeight   ? chip_.array_cols
                                              : chip_.post_lanes * 8;
  }

  std::int64_t bank_groups() const {
    return std::int64_t{chip_.activation_bank_words} * (chip_.array_rows / chip_.post_lanes);
  }

  // Offsets low .. high-1 grow by `count` steps of `stride`.
  static void extend(std::int64_t& low, std::int64_t& high, std::int64_t stride, std::int64_t count) {
    (stride < 0 ? low : high) += stride * (count - 1);
  }

  // A base so that offsets low .. high-1 stay in the bank, shifted by multiples of the whole
  // buffer: addresses wrap.
  std::uint32_t base_in_bank(std::int64_t bank, std::int64_t low, std::int64_t high) {
    const std::int64_t groups = bank_groups();
    const std::int64_t in_bank = random_.range(-low, std::max(-low, groups - high));
    const std::int64_t wraps = static_cast<std::int64_t>(random_.below(3)) * groups * chip_.activation_banks;
    return static_cast<std::uint32_t>(((bank + rotation_) % chip_.activation_banks) * groups + in_bank + wraps);
  }

  std::int32_t small_stride() { return static_cast<std::int32_t>(random_.range(-8, 8)); }

  void place_source(isa::Store& x) {
    rotation_ = static_cast<std::int64_t>(random_.below(chip_.activation_banks));
    std::int64_t low = 0, high = x.groups;
    for (int d = 0; d < 4; ++d) extend(low, high, x.source_stride[d] = small_stride(), x.count[d]);
    extend(low, high, x.source_stride_wy = small_stride(), x.window_y);
    extend(low, high, x.source_stride_wx = small_stride(), x.window_x);
    x.source_base = x.source == isa::Source::kActivation ? base_in_bank(kSourceBank, low, high)
                                                         : static_cast<std::uint32_t>(random_.bits());
  }

  void place_residual(isa::Store& x) {
    std::int64_t low = 0, high = std::int64_t{x.count[0]} * x.groups;
    for (int d = 0; d < 3; ++d) extend(low, high, x.residual_stride[d] = small_stride(), x.count[d + 1]);
    x.residual_base = base_in_bank(kResidualBank, low, high);
  }

  void place_destination(isa::Store& x) {
    const bool to_dram = x.destination == isa::Destination::kDram;
    const std::int64_t group = !to_dram ? 1 : x.raw ? 4 * chip_.post_lanes : chip_.post_lanes;
    std::int64_t low = 0, high = std::int64_t{x.count[0]} * x.groups * group;
    std::int64_t reach = high;  // of the dimensions so far: the next stride is no shorter
    for (int d = 0; d < 3; ++d) {
      const std::int64_t stride = reach + (random_.chance(50) ? random_.range(0, to_dram ? 40 : 3) : 0);
      x.dst_stride[d] = static_cast<std::int32_t>(random_.chance(25) ? -stride : stride);
      extend(low, high, x.dst_stride[d], x.count[d + 1]);
      reach = stride * x.count[d + 1];
    }
    x.dst_base = to_dram ? static_cast<std::uint32_t>(random_.range(-low, region_bytes() - high))
                         : base_in_bank(kDestinationBank, low, high);
  }

  isa::Load fill(isa::Buffer buffer, isa::Base base, std::uint32_t bytes) const {
    isa::Load x;
    x.buffer = buffer;
    x.base = base;
    x.run_bytes = bytes;
    return x;
  }

  void make_dram(RandomProgram& out) {
    const std::uint32_t region = region_bytes();
    out.dram.resize(std::size_t{region} * isa::kBases);
    for (auto& byte : out.dram) byte = static_cast<std::uint8_t>(random_.bits() >> 56);
    for (int b = 0; b < isa::kBases; ++b) out.base[b] = std::uint64_t{region} * static_cast<std::uint64_t>(b);
    std::uint8_t* parameters = out.dram.data() + out.base[static_cast<int>(isa::Base::kParameter)];
    for (std::uint32_t at = 0; at < region; at += 8) {
      const auto bias = static_cast<std::uint32_t>(random_.range(-20000, 20000));
      const float scale = random_.chance(5) ? 0.0f : random_.scale(-16, -4);
      std::uint32_t scale_bits;
      std::memcpy(&scale_bits, &scale, sizeof scale);
      for (std::uint32_t i = 0; i < 4; ++i) {
        parameters[at + i] = static_cast<std::uint8_t>(bias >> (8 * i));
        parameters[at + 4 + i] = static_cast<std::uint8_t>(scale_bits >> (8 * i));
      }
    }
  }

  static void append(RandomProgram& out, const isa::Instruction& instruction) {
    out.program.instructions.push_back(instruction);
  }

  // Instruction i posts semaphore i mod 16, the next one waits for it.
  static void serialize(isa::Program& program) {
    auto& list = program.instructions;
    for (std::size_t i = 0; i < list.size(); ++i) {
      isa::Common& common = isa::common_of(list[i]);
      common.tag = static_cast<std::uint32_t>(i);
      if (i > 0) common.wait_mask = static_cast<std::uint16_t>(1u << ((i - 1) % isa::kSemaphores));
      if (i + 1 < list.size()) common.post_mask = static_cast<std::uint16_t>(1u << (i % isa::kSemaphores));
    }
  }

  Chip chip_;
  Random random_;
  std::int64_t rotation_ = 0;
};

inline RandomProgram random_program(const Chip& chip, std::uint64_t seed, int count) {
  return ProgramMaker(chip, seed).make(count);
}

}  // namespace systole::testing
