// SPDX-License-Identifier: Apache-2.0
//
// store: windows, residual, clamp, destinations, strides, each against a few lines of plain code.
#include <cstring>

#include "catch.hpp"
#include "models/chip/shipped_chip.hpp"
#include "models/reference/exact_float.hpp"
#include "reference/reference.hpp"
#include "support/random.hpp"

using namespace systole;
using namespace systole::reference;
using systole::testing::tiny;

namespace {

constexpr int kLanes = 2, kRows = 4;  // of tiny
constexpr std::uint32_t kBankGroups = 256 * kRows / kLanes;

int widened(std::uint8_t byte, bool is_signed) { return is_signed ? static_cast<std::int8_t>(byte) : byte; }

// Random bytes in the whole activation buffer, and in DRAM from 0.
struct Bench {
  Chip chip = tiny();
  ReferenceChip reference{chip};
  MemoryImage dram = MemoryImage(16384);
  Random random;

  explicit Bench(std::uint64_t seed) : random(seed) {
    for (auto& byte : dram) byte = static_cast<std::uint8_t>(random.bits());
    isa::Load load;
    load.run_bytes = 4096;
    run(load);
  }
  void run(const isa::Instruction& instruction) { reference.execute(isa::decode(isa::encode(instruction)), dram); }
  // (bias, scale) pairs to the parameter buffer from word 0.
  void set_parameters(const std::vector<std::pair<std::int32_t, float>>& pairs) {
    MemoryImage image(pairs.size() * 8);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      std::memcpy(&image[8 * i], &pairs[i].first, 4);
      std::memcpy(&image[8 * i + 4], &pairs[i].second, 4);
    }
    isa::Load load;
    load.buffer = isa::Buffer::kParameter;
    load.run_bytes = static_cast<std::uint32_t>(image.size());
    reference.execute(isa::Instruction(load), image);
  }
};

isa::Store from_activation(bool is_signed) {
  isa::Store s;
  s.source = isa::Source::kActivation;
  s.source_signed = s.mid_signed = s.output_signed = is_signed;
  s.clamp_low = is_signed ? -128 : 0;
  s.clamp_high = is_signed ? 127 : 255;
  return s;
}

}  // namespace

TEST_CASE("max pooling of an image in the activation buffer, 3 x 3 with stride 2, signed and unsigned") {
  for (const bool is_signed : {false, true}) {
    Bench bench(3);
    const int height = 9, width = 11, channels = 8;  // two words a pixel, four groups
    const auto image = bench.reference.activation_buffer();
    const int out_height = (height - 3) / 2 + 1, out_width = (width - 3) / 2 + 1, groups = channels / kLanes;
    isa::Store s = from_activation(is_signed);
    s.window_y = s.window_x = 3;
    s.source_stride_wy = width * groups;
    s.source_stride_wx = groups;
    s.groups = static_cast<std::uint16_t>(groups);
    s.count = {static_cast<std::uint16_t>(out_width), static_cast<std::uint16_t>(out_height), 1, 1};
    s.source_stride = {2 * groups, 2 * width * groups, 0, 0};
    s.dst_stride[0] = out_width * channels;
    s.dst_base = 8192;
    bench.run(s);
    for (int y = 0; y < out_height; ++y)
      for (int x = 0; x < out_width; ++x)
        for (int c = 0; c < channels; ++c) {
          int best = -1000;
          for (int wy = 0; wy < 3; ++wy)
            for (int wx = 0; wx < 3; ++wx)
              best = std::max(
                  best, widened(image[static_cast<std::size_t>(((2 * y + wy) * width + 2 * x + wx) * channels + c)],
                                is_signed));
          REQUIRE(widened(bench.dram[static_cast<std::size_t>(8192 + (y * out_width + x) * channels + c)], is_signed) ==
                  best);
        }
  }
}

TEST_CASE("requantize, residual and clamp in sequence match exact arithmetic, to the activation buffer") {
  Bench bench(8);
  std::vector<std::pair<std::int32_t, float>> parameters;
  for (int i = 0; i < 64 * kLanes; ++i)
    parameters.emplace_back(static_cast<std::int32_t>(bench.random.between(-200, 200)), bench.random.scale(-3, 0));
  bench.set_parameters(parameters);
  for (int round = 0; round < 40; ++round) {
    const auto before = bench.reference.activation_buffer();
    isa::Store s;
    s.source = isa::Source::kActivation;
    s.destination = isa::Destination::kActivation;
    s.requantize = bench.random.chance(70);
    s.residual = bench.random.chance(80);
    for (auto* flag : {&s.source_signed, &s.mid_signed, &s.residual_signed, &s.output_signed, &s.parameter_per_tensor})
      *flag = bench.random.chance(50);
    s.mid_zero_point = static_cast<std::uint8_t>(bench.random.bits());
    s.groups = 3;
    s.count = {2, 3, 2, 2, 2};
    s.source_base = 50;
    s.source_stride = {4, -9, 30, 70, 140};
    s.residual_base = kBankGroups + 30;
    s.residual_stride = {7, -11, 60, 151};
    s.dst_base = 2 * kBankGroups + 40;
    s.dst_stride = {6, 18, -40, 100};
    s.parameter_base = static_cast<std::uint16_t>(bench.random.between(0, 80));
    s.parameter_stride_2 = 5;
    s.parameter_stride_3 = 65535;  // modulo the memory: minus one
    s.clamp_low = static_cast<std::int16_t>(bench.random.between(-130, 20));
    s.clamp_high = static_cast<std::int16_t>(bench.random.between(20, 260));
    s.add_scale_source = bench.random.scale(-2, 0);
    s.add_scale_residual = bench.random.scale(-2, 0);
    s.add_offset = -bench.random.scale(0, 4);
    bench.run(s);
    auto expected = before;
    for (int i4 = 0; i4 < 2; ++i4)
      for (int i3 = 0; i3 < 2; ++i3)
        for (int i2 = 0; i2 < 2; ++i2)
          for (int i1 = 0; i1 < 3; ++i1)
            for (int run = 0; run < 6 * kLanes; ++run) {
              const int i0 = run / (3 * kLanes), g = run / kLanes % 3, lane = run % kLanes;
              int v = widened(before[static_cast<std::size_t>(
                                  (50 + 4 * i0 - 9 * i1 + 30 * i2 + 70 * i3 + 140 * i4 + g) * kLanes + lane)],
                              s.source_signed);
              if (s.requantize) {
                const int word = (s.parameter_base + (s.parameter_per_tensor ? 0 : 5 * i2 - i3 + g) + 64) % 64;
                const auto& [bias, scale] = parameters[static_cast<std::size_t>(word * kLanes + lane)];
                v = testing::requantize_exactly(v, bias, scale, widened(s.mid_zero_point, s.mid_signed), s.mid_signed);
              }
              if (s.residual) {
                const auto at = (kBankGroups + 30 + 7 * i1 - 11 * i2 + 60 * i3 + 151 * i4 + 3 * i0 + g) * kLanes +
                                static_cast<unsigned>(lane);
                v = testing::add_exactly(v, widened(before[at], s.residual_signed), s.add_scale_source,
                                         s.add_scale_residual, s.add_offset, s.output_signed);
              }
              v = std::min<int>(std::max<int>(v, s.clamp_low), s.clamp_high);
              expected[(2 * kBankGroups + 40 + 6 * i1 + 18 * i2 - 40 * i3 + 100 * i4) * kLanes +
                       static_cast<unsigned>(run)] = static_cast<std::uint8_t>(v);
            }
    INFO(isa::disassemble(isa::Instruction(s)));
    REQUIRE(bench.reference.activation_buffer() == expected);
  }
}

TEST_CASE("the window takes the maximum after the clamp and the add, with its signs") {
  // One lane pair: source values 200 and 10 as unsigned; as signed 200 is -56.
  Bench bench(1);
  MemoryImage image = {200, 200, 10, 10};
  isa::Load load;
  load.run_bytes = 4;
  bench.reference.execute(isa::Instruction(load), image);
  const auto pooled = [&](bool is_signed, int low, int high) {
    isa::Store s = from_activation(is_signed);
    s.window_x = 2;
    s.source_stride_wx = 1;
    s.clamp_low = static_cast<std::int16_t>(low);
    s.clamp_high = static_cast<std::int16_t>(high);
    bench.run(s);
    return static_cast<int>(bench.dram[1]);
  };
  CHECK(pooled(false, 0, 255) == 200);
  CHECK(pooled(true, -128, 127) == 10);
  CHECK(pooled(false, 0, 60) == 60);
  CHECK(pooled(true, 20, 60) == 20);
  CHECK(pooled(false, 50, 20) == 20);  // an empty range: the high end is applied last
}

TEST_CASE("on-chip addresses of a store wrap at the size of the memory") {
  Bench bench(5);
  const auto before = bench.reference.activation_buffer();
  isa::Store s = from_activation(false);
  s.destination = isa::Destination::kActivation;
  s.groups = 4;
  s.source_base = 4 * kBankGroups - 2 + 12 * 4 * kBankGroups;  // the last two groups, then the first two
  s.dst_base = 0xfffffffeu;                                    // the same place
  s.count[1] = 2;
  s.source_stride[1] = static_cast<std::int32_t>(0x80000000u);  // a multiple of the memory
  s.dst_stride[0] = static_cast<std::int32_t>(kBankGroups);
  bench.run(s);
  auto expected = before;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::size_t from = (4096 - 4 + i) % 4096;
    expected[from] = before[from];
    expected[(from + kBankGroups * kLanes) % 4096] = before[from];
  }
  CHECK(bench.reference.activation_buffer() == expected);
}

TEST_CASE("a raw store writes the sums as little-endian int32") {
  Bench bench(6);
  isa::Matrix m;
  m.m_x = 5;
  m.activation_stride_x = 3;
  bench.run([] {
    isa::Load load;
    load.buffer = isa::Buffer::kWeight;
    load.run_bytes = 16;
    return load;
  }());
  bench.run(m);
  isa::Store s;
  s.raw = true;
  s.count = {5, 1, 1, 1};
  s.groups = 2;
  s.source_stride[0] = 2;
  s.dst_base = 1001;
  bench.run(s);
  for (std::size_t i = 0; i < 20; ++i) {
    std::uint32_t value = 0;
    for (std::size_t b = 0; b < 4; ++b) value |= std::uint32_t{bench.dram[1001 + 4 * i + b]} << (8 * b);
    CHECK(static_cast<std::int32_t>(value) == bench.reference.accumulators()[i]);
  }
}
