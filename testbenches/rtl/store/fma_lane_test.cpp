// SPDX-License-Identifier: Apache-2.0
//
// Does the FMA give the bits of std::fma, denormal results and overflow included, after three
// cycles?
#include "Vfma_lane.h"
#include "post_model.hpp"

using namespace systole::bench;
using sc_core::sc_signal;

namespace {

constexpr int kLatency = 3;  // post_pkg::FmaLatency

/// float32 to the wide float of post_pkg. Denormals are normalized, infinities have exponent 400.
uint64_t widen(float value) {
  const uint64_t sign = std::signbit(value) ? uint64_t{1} << 34 : 0;
  if (value == 0) return 0;
  if (std::isinf(value)) return sign | uint64_t{400} << 24 | 0x800000u;
  int exponent;
  const double fraction = std::frexp(std::fabs(static_cast<double>(value)), &exponent);  // 0.5 to 1
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, 24));
  return sign | (static_cast<uint64_t>(exponent + 126) & 1023u) << 24 | mantissa;
}

struct Input {
  bool valid = false;
  int32_t integer = 0;
  uint32_t factor = 0;
  float addend = 0;

  uint64_t expected() const { return widen(std::fma(static_cast<float>(integer), float_from_bits(factor), addend)); }
};

struct FmaBench : Bench {
  sc_signal<uint32_t> stage_valid{"stage_valid"}, integer{"integer"}, factor{"factor"};
  sc_signal<uint64_t> addend{"addend"}, result{"result"};
  Vfma_lane dut{"dut"};

  std::function<Input()> next_input;
  uint64_t cases_left;
  uint64_t checked = 0;
  Delay<Input> output_stage{kLatency + 1};

  FmaBench(uint64_t cases, std::function<Input()> input)
      : Bench("bench"), next_input(std::move(input)), cases_left(cases) {
    dut.clk_i(clk);
    dut.stage_valid_i(stage_valid);
    dut.integer_i(integer);
    dut.factor_i(factor);
    dut.addend_i(addend);
    dut.result_o(result);
  }

  void on_clock() override {
    const Input input = cases_left > 0 ? next_input() : Input{};
    const Input done = output_stage.next(input);
    if (done.valid) {
      ++checked;
      uint64_t actual = result.read();
      const uint64_t exponent = actual >> 24 & 1023;
      if (exponent == 400) actual = (actual & ~uint64_t{0x7fffff}) | 0x800000u;  // any mantissa is an infinity
      if (actual != done.expected()) {
        fail(fmt::format("{} * {} + {} ({:#010x}, {:#010x}): expected {:#x}, got {:#x}", done.integer,
                         float_from_bits(done.factor), done.addend, done.factor, bits_from_float(done.addend),
                         done.expected(), actual));
      }
    }
    stage_valid.write((stage_valid.read() << 1 | (input.valid ? 1u : 0u)) & 7u);
    integer.write(static_cast<uint32_t>(input.integer) & 511u);
    factor.write(input.factor);
    addend.write(widen(input.addend));
    if (cases_left > 0) {
      --cases_left;
    } else if (stage_valid.read() == 0) {
      finish();
    }
  }
};

void run(uint64_t cases, std::function<Input()> input) {
  FmaBench bench(cases, std::move(input));
  bench.run(cases + 100);
  REQUIRE(bench.checked > cases / 2);
}

}  // namespace

TEST_CASE("a fused multiply-add rounds once, at every distance of the exponents and all four signs") {
  Random random = random_stream(20);
  run(1000000, [&] {
    Input input;
    input.valid = random.chance(95);
    input.integer = static_cast<int32_t>(random.between(-256, 255));
    // The distance decides the alignment: -80 to 80 covers the window and both sides of it.
    const int exponent = static_cast<int>(random.between(-40, 40));
    input.factor = random_float(random, exponent, exponent);
    const int distance = static_cast<int>(random.between(-80, 80));
    const uint32_t sign = static_cast<uint32_t>(random.bits(1)) << 31;
    input.addend = float_from_bits(random_float(random, exponent + distance, exponent + distance) | sign);
    return input;
  });
}

TEST_CASE("cancellation leaves every bit that float32 can hold") {
  Random random = random_stream(21);
  run(500000, [&] {
    Input input;
    input.valid = true;
    input.integer = static_cast<int32_t>(random.between(-256, 255));
    input.factor = random.chance(50) ? extreme_float(random) : random_float(random, -10, 10);
    input.addend = float_from_bits(
        nudge(-static_cast<float>(input.integer) * float_from_bits(input.factor), random.between(-4, 4)));
    return input;
  });
}

TEST_CASE("extreme operands: zero, denormal results, denormal addends, overflow, infinity") {
  Random random = random_stream(22);
  run(500000, [&] {
    Input input;
    input.valid = true;
    input.integer = static_cast<int32_t>(random.chance(10) ? 0 : random.between(-256, 255));
    input.factor = extreme_float(random);
    const uint32_t sign = static_cast<uint32_t>(random.bits(1)) << 31;
    switch (random.below(4)) {
      case 0:
        input.addend = float_from_bits(static_cast<uint32_t>(random.bits(23)) | sign);
        break;
      case 1:
        input.addend = float_from_bits(0x7f800000u | sign);
        break;
      default:
        input.addend = float_from_bits(extreme_float(random) | sign);
        break;
    }
    return input;
  });
}
