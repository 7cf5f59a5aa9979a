// SPDX-License-Identifier: Apache-2.0
//
// Does the array multiply matrices, pass after pass without a gap, with the weights of a pass on
// the heels of the last activation of the pass before?
#include "Vsystolic_array.h"
#include "rtl/pins.hpp"

using namespace systole::bench;

namespace {

constexpr size_t kRows = SYSTOLE_Rows, kCols = SYSTOLE_Cols;
constexpr uint64_t kLatency = kRows + kCols - 2 + SYSTOLE_PeLatency;

struct ArrayBench : Bench {
  using Dut = Vsystolic_array;
  Dut dut{"dut"};
  SYSTOLE_PIN(load_first_i);
  SYSTOLE_PIN(weight_i);
  SYSTOLE_PIN(activation_i);
  SYSTOLE_PIN(sum_o);

  struct Slot {  // a cycle of stimulus
    bool load_first = false, activation_valid = false;
    std::vector<int32_t> weights, activations, sums;
  };
  struct Due {
    uint64_t cycle;
    std::vector<int32_t> sums;
  };
  Random random = random_stream(420);
  std::vector<Slot> slots;
  std::deque<Due> due;
  uint64_t checked = 0;

  ArrayBench() : Bench("bench") { bind_clock_and_reset(dut, *this, 0); }

  /// A pass whose weights start in slot `at` and whose activations start one later.
  template <class Operand>
  uint64_t add_pass(uint64_t at, uint64_t activations, int gap_percent, Operand operand) {
    std::vector<std::vector<int32_t>> weights(kRows, std::vector<int32_t>(kCols));
    slots.resize(std::max<size_t>(slots.size(), at + kRows + 1));
    for (size_t r = 0; r < kRows; ++r) {
      for (auto& weight : weights[r]) weight = operand();
      slots[at + r].load_first = r == 0;
      slots[at + r].weights = weights[r];
    }
    uint64_t slot = at + 1;
    for (uint64_t m = 0; m < activations; ++m, ++slot) {
      while (random.chance(gap_percent)) ++slot;
      slots.resize(std::max<size_t>(slots.size(), slot + 1));
      Slot& s = slots[slot];
      s.activation_valid = true;
      s.sums.resize(kCols);
      for (size_t r = 0; r < kRows; ++r) {
        s.activations.push_back(operand());
        for (size_t c = 0; c < kCols; ++c) s.sums[c] += s.activations[r] * weights[r][c];
      }
    }
    // The next pass's weights may start with this pass's last activation, when this pass's are in.
    return std::max(slot - 1, at + kRows);
  }

  void on_clock() override {
    if (!due.empty() && due.front().cycle == cycle()) {
      const Words actual = sum_o.words();
      for (size_t c = 0; c < kCols; ++c) {
        if (actual[c] != static_cast<uint32_t>(due.front().sums[c]))
          fail(fmt::format("row {} column {}: {}, expected {}", checked, c, static_cast<int32_t>(actual[c]),
                           due.front().sums[c]));
      }
      due.pop_front();
      ++checked;
    }
    if (cycle() >= slots.size()) {
      if (due.empty()) finish();
      return;
    }
    // Slot i is on the pins in cycle i + 1.
    const Slot& slot = slots[cycle()];
    load_first_i.write(slot.load_first);
    weight_i.set_words(operands(slot.weights, kCols));
    activation_i.set_words(operands(slot.activations, kRows));
    if (slot.activation_valid) due.push_back({cycle() + 1 + kLatency, slot.sums});
  }

  // Random where the stimulus says nothing.
  Words operands(const std::vector<int32_t>& values, size_t count) {
    Words words;
    for (size_t i = 0; i < count; ++i) {
      const auto value = i < values.size() ? static_cast<uint64_t>(static_cast<uint32_t>(values[i])) : random.bits(9);
      put_bits(words, i * 9, 9, value & 511u);
    }
    return words;
  }
};

}  // namespace

TEST_CASE("passes of random length back to back multiply random matrices") {
  ArrayBench bench;
  uint64_t at = 0;
  for (int pass = 0; pass < 300; ++pass) {
    at = bench.add_pass(at, static_cast<uint64_t>(bench.random.between(1, 3 * kRows)), 0,
                        [&] { return static_cast<int32_t>(bench.random.between(-256, 255)); });
  }
  bench.run(50000);
  REQUIRE(bench.checked > 1000);
}

TEST_CASE("operands at both ends of 9 bits fill the sums to their extremes") {
  ArrayBench bench;
  uint64_t at = 0;
  for (int pass = 0; pass < 200; ++pass) {
    const int kind = pass % 4;
    at = bench.add_pass(at, kRows, 0, [&] {
      if (kind == 0) return -256;
      if (kind == 1) return 255;
      return bench.random.chance(50) ? -256 : 255;
    });
  }
  bench.run(50000);
  REQUIRE(bench.checked == 200 * kRows);
}

TEST_CASE("gaps between activations and between passes change nothing") {
  ArrayBench bench;
  uint64_t at = 3;
  for (int pass = 0; pass < 200; ++pass) {
    at = bench.add_pass(at, static_cast<uint64_t>(bench.random.between(1, 2 * kRows)), 30,
                        [&] { return static_cast<int32_t>(bench.random.between(-256, 255)); });
    at += bench.random.below(4);
  }
  bench.run(50000);
  REQUIRE(bench.checked > 500);
}
