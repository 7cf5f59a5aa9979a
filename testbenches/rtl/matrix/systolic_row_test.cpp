// SPDX-License-Identifier: Apache-2.0
//
// Do activations and the load bit reach column c after c cycles, and does each column add its own
// product to its own partial sum?
#include "Vsystolic_row.h"
#include "rtl/pins.hpp"

using namespace systole::bench;

namespace {

constexpr size_t kCols = SYSTOLE_Cols;
constexpr size_t kLatency = SYSTOLE_PeLatency;

int32_t operand(Random& random) {
  if (random.chance(25)) return random.chance(50) ? -256 : 255;
  return static_cast<int32_t>(random.between(-256, 255));
}

struct RowBench : Bench {
  using Dut = Vsystolic_row;
  Dut dut{"dut"};
  SYSTOLE_PIN(load_i);
  SYSTOLE_PIN(activation_i);
  SYSTOLE_PIN(weight_i);
  SYSTOLE_PIN(psum_i);
  SYSTOLE_PIN(psum_o);

  struct Column {
    explicit Column(size_t c) : load(c), activation(c), product(kLatency - 1) {}
    Delay<int> load, activation;
    Delay<std::optional<int32_t>> product;
    std::optional<int32_t> weight;
    std::optional<uint32_t> expected;  // psum_o of this cycle
  };
  Random random = random_stream(410);
  std::vector<Column> columns;
  int load_now = 0, activation_now = 0;
  int32_t weights[kCols] = {};
  uint32_t psums[kCols] = {};
  uint64_t cycles, checked = 0;

  explicit RowBench(uint64_t count) : Bench("bench"), cycles(count) {
    dut.clk_i(clk);
    for (size_t c = 0; c < kCols; ++c) columns.emplace_back(c);
  }

  void on_clock() override {
    const Words actual = psum_o.words();
    for (size_t c = 0; c < kCols; ++c) {
      Column& column = columns[c];
      if (column.expected) {
        ++checked;
        if (actual[c] != *column.expected)
          fail(fmt::format("column {}: {:#x}, expected {:#x}", c, actual[c], *column.expected));
      }
      // The cycle that ends here.
      const int load = column.load.next(load_now), activation = column.activation.next(activation_now);
      std::optional<int32_t> product;
      if (column.weight && cycle() > kCols) product = *column.weight * activation;
      const auto late = column.product.next(product);
      column.expected.reset();
      if (late) column.expected = psums[c] + static_cast<uint32_t>(*late);
      if (load && cycle() > kCols) column.weight = weights[c];
    }
    if (cycle() == cycles) {
      finish();
      return;
    }
    load_now = random.chance(20);
    activation_now = operand(random);
    load_i.write(load_now != 0);
    activation_i.set(static_cast<uint32_t>(activation_now) & 511u);
    Words weight_words, psum_words(kCols);
    for (size_t c = 0; c < kCols; ++c) {
      weights[c] = operand(random);
      psums[c] = static_cast<uint32_t>(random.bits(32));
      put_bits(weight_words, c * 9, 9, static_cast<uint32_t>(weights[c]) & 511u);
      psum_words[c] = psums[c];
    }
    weight_i.set_words(weight_words);
    psum_i.set_words(psum_words);
  }
};

}  // namespace

TEST_CASE("each column adds activation times weight, the activation and the load bit one cycle later per column") {
  RowBench bench(20000);
  bench.run(30000);
  REQUIRE(bench.checked > 15000 * kCols);
}
