// SPDX-License-Identifier: Apache-2.0
//
// Does a requantization lane give the bits of fl(fl(v + bias) * scale), rounded and saturated,
// after four cycles?
#include <array>

#include "Vrequantize_lane.h"
#include "post_model.hpp"

using namespace systole::bench;
using sc_core::sc_signal;

namespace {

constexpr int kLatency = 4;  // post_pkg::RequantizeLatency

struct Input {
  bool valid = false, requantize = false, is_signed = false;
  uint8_t zero_point = 0;
  RequantizeCase data{0, 0, 0};

  int32_t expected() const {
    return requantize ? systole::bench::requantize(data.value, data.bias, data.scale, is_signed, zero_point)
                      : data.value;
  }
};

/// Gives the lane one input a cycle from `next_input` and checks each result exactly `kLatency`
/// cycles later.
struct RequantizeBench : Bench {
  sc_signal<uint32_t> stage_valid{"stage_valid"}, requantize{"requantize"};
  sc_signal<uint32_t> value{"value"}, bias{"bias"}, scale{"scale"};
  sc_signal<bool> mid_signed{"mid_signed"};
  sc_signal<uint32_t> mid_zero_point{"mid_zero_point"}, result{"result"};
  Vrequantize_lane dut{"dut"};

  std::function<Input()> next_input;
  uint64_t cases_left;
  uint64_t checked = 0;
  Delay<Input> zero_point_stage{kLatency - 1};
  Delay<Input> output_stage{kLatency + 1};  // one more: written at this edge, seen by the block at the next

  RequantizeBench(uint64_t cases, std::function<Input()> input)
      : Bench("bench"), next_input(std::move(input)), cases_left(cases) {
    dut.clk_i(clk);
    dut.stage_valid_i(stage_valid);
    dut.requantize_i(requantize);
    dut.value_i(value);
    dut.bias_i(bias);
    dut.scale_i(scale);
    dut.mid_signed_i(mid_signed);
    dut.mid_zero_point_i(mid_zero_point);
    dut.value_o(result);
  }

  void on_clock() override {
    const Input input = cases_left > 0 ? next_input() : Input{};
    const Input done = output_stage.next(input);
    if (done.valid) {
      ++checked;
      const auto actual = static_cast<int32_t>(result.read());
      if (actual != done.expected()) {
        const RequantizeCase& c = done.data;
        fail(fmt::format(
            "requantize {} value {} bias {} scale {:#010x} signed {} zero point {}: "
            "expected {}, got {}",
            done.requantize, c.value, c.bias, c.scale, done.is_signed, done.zero_point, done.expected(), actual));
      }
    }
    const Input last_stage = zero_point_stage.next(input);
    stage_valid.write((stage_valid.read() << 1 | (input.valid ? 1u : 0u)) & 15u);
    requantize.write((requantize.read() << 1 | (input.requantize ? 1u : 0u)) & 15u);
    value.write(static_cast<uint32_t>(input.data.value));
    bias.write(static_cast<uint32_t>(input.data.bias));
    scale.write(input.data.scale);
    mid_signed.write(last_stage.is_signed);
    mid_zero_point.write(last_stage.zero_point);
    if (cases_left > 0) {
      --cases_left;
    } else if (stage_valid.read() == 0) {
      finish();
    }
  }
};

void run(uint64_t cases, std::function<Input()> input) {
  RequantizeBench bench(cases, std::move(input));
  bench.run(cases + 100);
  REQUIRE(bench.checked > cases / 2);
}

Input with_random_type(Random& random, RequantizeCase data) {
  Input input;
  input.valid = input.requantize = true;
  input.is_signed = random.chance(50);
  input.zero_point = static_cast<uint8_t>(random.bits(8));
  input.data = data;
  return input;
}

}  // namespace

TEST_CASE("a million requantizations, most of them aimed at ties, have the bits of float32 arithmetic") {
  Random random = random_stream(10);
  run(1000000, [&] { return with_random_type(random, random_requantize_case(random)); });
}

TEST_CASE("corner values times corner scales requantize correctly") {
  std::vector<int32_t> sums{0,
                            1,
                            -1,
                            2,
                            -2,
                            3,
                            -3,
                            127,
                            -128,
                            255,
                            256,
                            (1 << 24) - 1,
                            1 << 24,
                            (1 << 24) + 1,
                            (1 << 24) + 2,
                            (1 << 24) + 3,
                            -(1 << 24) - 1,
                            INT32_MAX,
                            INT32_MAX - 63,
                            INT32_MAX - 64,
                            INT32_MIN,
                            INT32_MIN + 1,
                            INT32_MIN + 64};
  std::vector<uint32_t> scales{0,          0x00800000, 0x00800001, 0x7f7fffff, 0x3f800000,
                               0x3f000000, 0x3effffff, 0x3f000001, 0x3f7fffff, 0x3f800001,
                               0x2f000000, 0x2f7fffff, 0x30000000, 0x4b000000, 0x4effffff};
  for (int exponent = 0; exponent < 40; ++exponent) scales.push_back(bits_from_float(std::ldexp(0.5f, -exponent)));
  std::vector<Input> inputs;
  for (int32_t sum : sums) {
    for (uint32_t scale : scales) {
      for (int32_t bias : {0, 1, -1, INT32_MAX, INT32_MIN}) {
        for (int zero_point : {0, 1, 127, 128, 255}) {
          for (bool is_signed : {false, true}) {
            const auto value = static_cast<int32_t>(static_cast<uint32_t>(sum) - static_cast<uint32_t>(bias));
            inputs.push_back({true, true, is_signed, static_cast<uint8_t>(zero_point), {value, bias, scale}});
          }
        }
      }
    }
  }
  // The product lies above a tie of float32 by its very last bit, and the float32 below is an
  // integer tie (k + 1/2).
  for (auto [k, value, mantissa] : {std::array{4, 12578817, 12587009},
                                    {58, 15360431, 16749903},
                                    {64, 8463219, 16759227},
                                    {134, 10124189, 14607029},
                                    {202, 13369803, 16653283}}) {
    const double exponent = std::round(std::log2((k + 0.5) / (static_cast<double>(value) * mantissa)));
    const uint32_t scale = bits_from_float(std::ldexp(static_cast<float>(mantissa), static_cast<int>(exponent)));
    inputs.push_back({true, true, false, 0, {value, 0, scale}});
    inputs.push_back({true, true, true, 5, {0, -value, scale}});
  }
  size_t next = 0;
  run(inputs.size(), [&] { return inputs[next++]; });
}

TEST_CASE("values that are not requantized pass untouched between values that are, with gaps") {
  Random random = random_stream(11);
  run(300000, [&] {
    Input input = with_random_type(random, random_requantize_case(random));
    input.valid = random.chance(80);
    input.requantize = random.chance(50);
    return input;
  });
}
