// SPDX-License-Identifier: Apache-2.0
//
// Does the residual lane give the bits of two float32 FMAs, rounded and saturated, eight cycles
// after the residual and four after the value?
#include "Vresidual_lane.h"
#include "post_model.hpp"

using namespace systole::bench;
using sc_core::sc_signal;

namespace {

constexpr int kValueTime = 4;  // post_pkg::RequantizeLatency
constexpr int kLatency = 8;

struct Input {
  bool valid = false, enable = false, residual_signed = false, output_signed = false;
  AddCase data{0, 0, 0, 0, 0};
  int32_t pass = 0;  // the value of an input without residual: any 32 bits

  int32_t expected() const {
    return enable ? add_residual(data.a, data.b, data.ra, data.rb, data.offset, output_signed) : pass;
  }
};

struct ResidualBench : Bench {
  sc_signal<uint32_t> stage_valid{"stage_valid"}, enable{"enable"}, residual{"residual"};
  sc_signal<bool> residual_signed{"residual_signed"}, output_signed{"output_signed"};
  sc_signal<uint32_t> rb{"rb"}, offset{"offset"}, value{"value"}, ra{"ra"}, result{"result"};
  Vresidual_lane dut{"dut"};

  std::function<Input()> next_input;
  uint64_t cases_left;
  uint64_t checked = 0;
  Delay<Input> time_1{1}, time_4{kValueTime}, time_7{kLatency - 1}, time_8{kLatency + 1};

  ResidualBench(uint64_t cases, std::function<Input()> input)
      : Bench("bench"), next_input(std::move(input)), cases_left(cases) {
    dut.clk_i(clk);
    dut.stage_valid_i(stage_valid);
    dut.residual_enable_i(enable);
    dut.residual_i(residual);
    dut.residual_signed_i(residual_signed);
    dut.add_scale_residual_i(rb);
    dut.add_offset_i(offset);
    dut.value_i(value);
    dut.add_scale_source_i(ra);
    dut.output_signed_i(output_signed);
    dut.value_o(result);
  }

  void on_clock() override {
    const Input input = cases_left > 0 ? next_input() : Input{};
    const Input done = time_8.next(input);
    if (done.valid) {
      ++checked;
      const auto actual = static_cast<int32_t>(result.read());
      if (actual != done.expected()) {
        const AddCase& c = done.data;
        fail(fmt::format("enable {} a {} b {} ra {:#010x} rb {:#010x} F {:#010x} signed {}: expected {}, got {}",
                         done.enable, c.a, c.b, c.ra, c.rb, c.offset, done.output_signed, done.expected(), actual));
      }
    }
    const Input inner = time_1.next(input), outer = time_4.next(input), last = time_7.next(input);
    stage_valid.write((stage_valid.read() << 1 | (input.valid ? 1u : 0u)) & 255u);
    enable.write((enable.read() << 1 | (input.enable ? 1u : 0u)) & 255u);
    residual.write(static_cast<uint8_t>(input.data.b));
    residual_signed.write(input.residual_signed);
    rb.write(inner.data.rb);
    offset.write(inner.data.offset);
    value.write(static_cast<uint32_t>(outer.enable ? outer.data.a : outer.pass));
    ra.write(outer.data.ra);
    output_signed.write(last.output_signed);
    if (cases_left > 0) {
      --cases_left;
    } else if (stage_valid.read() == 0) {
      finish();
    }
  }
};

void run(uint64_t cases, std::function<Input()> input) {
  ResidualBench bench(cases, std::move(input));
  bench.run(cases + 100);
  REQUIRE(bench.checked > cases / 2);
}

Input with_random_type(Random& random, AddCase data) {
  Input input;
  input.valid = input.enable = true;
  input.residual_signed = data.b < 0 || (data.b < 128 && random.chance(50));
  input.output_signed = random.chance(50);
  input.data = data;
  return input;
}

}  // namespace

TEST_CASE(
    "a million residual additions, most of them aimed at ties and cancellation, have the bits of "
    "two FMAs") {
  Random random = random_stream(30);
  run(1000000, [&] { return with_random_type(random, random_add_case(random)); });
}

TEST_CASE("every pair of operands of both types adds correctly with one set of scales") {
  const AddCase scales{0, 0, bits_from_float(0.7f), bits_from_float(1.3f), bits_from_float(-3.5f)};
  Random random = random_stream(31);
  int a = -129, b = 255;
  run(384 * 384, [&] {
    if (++b > 255) {
      b = -128;
      ++a;
    }
    AddCase data = scales;
    data.a = a;
    data.b = b;
    return with_random_type(random, data);
  });
}

TEST_CASE("values without residual pass untouched between values with one, with gaps") {
  Random random = random_stream(32);
  run(300000, [&] {
    Input input = with_random_type(random, random_add_case(random));
    input.valid = random.chance(80);
    input.enable = random.chance(50);
    input.pass = static_cast<int32_t>(static_cast<uint32_t>(random.bits(32)));
    return input;
  });
}
