// SPDX-License-Identifier: Apache-2.0
//
// Is the product of cycle t in the sum of cycle t + PeLatency, for every pair of operands, and does
// a new weight count from the cycle after its load?
#include "Vprocessing_element.h"
#include "rtl/pins.hpp"

using namespace systole::bench;

namespace {

constexpr size_t kLatency = SYSTOLE_PeLatency;

struct Input {
  bool load = false;
  int32_t weight = 0, activation = 0;
  uint32_t psum = 0;
};

struct ElementBench : Bench {
  using Dut = Vprocessing_element;
  Dut dut{"dut"};
  SYSTOLE_PIN(load_i);
  SYSTOLE_PIN(weight_i);
  SYSTOLE_PIN(activation_i);
  SYSTOLE_PIN(psum_i);
  SYSTOLE_PIN(load_o);
  SYSTOLE_PIN(activation_o);
  SYSTOLE_PIN(psum_o);

  std::function<Input(uint64_t)> next_input;
  uint64_t cases, checked = 0;
  std::optional<int32_t> weight;  // unknown until the first load
  // Products wait PeLatency - 1 cycles for their partial sum.
  Delay<std::optional<int64_t>> products{kLatency - 1};
  std::optional<Input> before;           // the input of the cycle before
  std::optional<uint32_t> sum_expected;  // of this cycle

  ElementBench(uint64_t count, std::function<Input(uint64_t)> input)
      : Bench("bench"), next_input(std::move(input)), cases(count) {
    bind_clock_and_reset(dut, *this, 0);
  }

  void on_clock() override {
    if (before) {
      if (load_o.read() != before->load) fail("load_o is not load_i of the cycle before");
      if ((activation_o.get() & 511u) != (static_cast<uint32_t>(before->activation) & 511u))
        fail("activation_o is not activation_i of the cycle before");
    }
    if (sum_expected) {
      ++checked;
      if (psum_o.get() != *sum_expected)
        fail(fmt::format("psum_o is {:#x}, expected {:#x}", psum_o.get(), *sum_expected));
    }
    // The cycle that ends here.
    if (cycle() > 0) {
      std::optional<int64_t> product;
      if (weight) product = int64_t{*weight} * now.activation;
      const auto late = products.next(product);
      sum_expected.reset();
      if (late) sum_expected = now.psum + static_cast<uint32_t>(*late);
      if (now.load) weight = now.weight;
      before = now;
    }
    if (cycle() > cases) {
      finish();
      return;
    }
    now = next_input(cycle());
    load_i.write(now.load);
    weight_i.set(static_cast<uint32_t>(now.weight) & 511u);
    activation_i.set(static_cast<uint32_t>(now.activation));  // sign-extended
    psum_i.set(now.psum);
  }
  Input now;
};

}  // namespace

TEST_CASE("every pair of 9-bit operands multiplies correctly") {
  ElementBench bench(512 * 513, [](uint64_t i) {
    Input input;
    // The weight of a block of 513 cycles is loaded in its first cycle.
    input.load = i % 513 == 0;
    input.weight = static_cast<int32_t>(i / 513 % 512) - 256;
    input.activation = static_cast<int32_t>((i + 511) % 513 % 512) - 256;
    input.psum = static_cast<uint32_t>(i * 2654435761u);
    return input;
  });
  bench.run(300000);
  REQUIRE(bench.checked > 512 * 512);
}

TEST_CASE("random loads, operands and sums that wrap, a new one in every cycle") {
  Random random = random_stream(400);
  ElementBench bench(50000, [&](uint64_t) {
    Input input{random.chance(30), static_cast<int32_t>(random.between(-256, 255)),
                static_cast<int32_t>(random.between(-256, 255)), static_cast<uint32_t>(random.bits(32))};
    if (random.chance(20)) input.activation = random.chance(50) ? -256 : 255;
    if (random.chance(20)) input.weight = random.chance(50) ? -256 : 255;
    if (random.chance(20)) input.psum = 0x7fffffffu + static_cast<uint32_t>(random.below(2));
    return input;
  });
  bench.run(60000);
  REQUIRE(bench.checked > 40000);
}
