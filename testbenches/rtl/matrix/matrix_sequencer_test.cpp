// SPDX-License-Identifier: Apache-2.0
//
// Is every read of the loop nest issued in exactly the cycle that the header states, and nothing
// else?
#include "Vmatrix_sequencer.h"
#include "rtl/chip_parameters.hpp"
#include "rtl/matrix/matrix_stimulus.hpp"
#include "rtl/pins.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint64_t kActivationMask = 1023, kWeightMask = 1023, kAccumulatorMask = 127;

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.array_rows = SYSTOLE_Rows;
  chip.acc_latency = SYSTOLE_AccLatency;
  return chip;
}

struct Reads {  // of one cycle
  bool weight = false, is_zero_point = false, first = false, activation = false;
  bool accumulate = false, last = false;
  uint64_t weight_address = 0, activation_address = 0, accumulator_address = 0;
};

struct SequencerBench : Bench {
  using Dut = Vmatrix_sequencer;
  Dut dut{"dut"};
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(active_o);
  SYSTOLE_PIN(weight_read_o);
  SYSTOLE_PIN(weight_is_zero_point_o);
  SYSTOLE_PIN(weight_first_o);
  SYSTOLE_PIN(weight_addr_o);
  SYSTOLE_PIN(activation_read_o);
  SYSTOLE_PIN(activation_addr_o);
  SYSTOLE_PIN(accumulator_addr_o);
  SYSTOLE_PIN(accumulate_o);
  SYSTOLE_PIN(last_o);
  SYSTOLE_PIN(activation_signed_o);
  SYSTOLE_PIN(weight_signed_o);
  SYSTOLE_PIN(per_column_zero_point_o);
  SYSTOLE_PIN(activation_zero_point_o);
  SYSTOLE_PIN(weight_zero_point_o);

  Chip chip = chip_of_bench();
  Random random = random_stream(430);
  std::deque<isa::Matrix> instructions;
  int start_percent = 100;
  isa::Matrix running;
  std::deque<Reads> schedule;  // of the running instruction, from this cycle on
  uint64_t tail = 0;           // cycles of rest left, this one included, once the schedule is empty
  uint64_t finished = 0;

  SequencerBench() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  static std::deque<Reads> plan(const isa::Matrix& m, const Chip& chip) {
    std::deque<Reads> plan;
    const auto step = [](uint64_t count, int32_t stride) { return count * static_cast<uint64_t>(int64_t{stride}); };
    const uint64_t zero_points = m.per_column_zero_point, rows = m.rows();
    uint64_t weight = m.weight_base, pass = 0;
    for (uint64_t nb = 0; nb < m.n_b; ++nb)
      for (uint64_t n = 0; n < m.n; ++n)
        for (uint64_t ky = 0; ky < m.k_y; ++ky)
          for (uint64_t kx = 0; kx < m.k_x; ++kx)
            for (uint64_t kc = 0; kc < m.k_c; ++kc) {
              ++pass;
              for (uint64_t c = 0; c < pass_cycles(m, chip); ++c) {
                Reads reads;
                if (c < chip.array_rows + zero_points) {
                  reads.weight = true;
                  reads.is_zero_point = zero_points && c == 0;
                  reads.first = c == zero_points;
                  reads.weight_address = weight++ & kWeightMask;
                }
                if (c >= zero_points && c - zero_points < rows) {
                  const uint64_t row = c - zero_points, x = row % m.m_x;
                  const uint64_t y = row / m.m_x % m.m_y, b = row / m.m_x / m.m_y;
                  reads.activation = true;
                  reads.activation_address =
                      (m.activation_base + step(nb, m.activation_stride_nb) + step(b, m.activation_stride_b) +
                       step(y, m.activation_stride_y) + step(x, m.activation_stride_x) +
                       step(ky, m.activation_stride_ky) + step(kx, m.activation_stride_kx) +
                       step(kc, m.activation_stride_kc) + step(n, m.activation_stride_n)) &
                      kActivationMask;
                  reads.accumulator_address =
                      (m.accumulator_base + step(nb * m.n + n, m.accumulator_stride_n) + row) & kAccumulatorMask;
                  reads.accumulate = m.accumulate || ky + kx + kc != 0;
                  reads.last = row + 1 == rows && pass == passes(m);
                }
                plan.push_back(reads);
              }
            }
    return plan;
  }

  void on_clock() override {
    const bool active = !schedule.empty() || tail > 0;
    const bool ready = schedule.empty() && tail <= 1;
    equal("active_o", active_o.read(), active);
    equal("ready_o", ready_o.read(), ready);
    const Reads reads = schedule.empty() ? Reads{} : schedule.front();
    equal("weight_read_o", weight_read_o.read(), reads.weight);
    equal("weight_is_zero_point_o", weight_is_zero_point_o.read(), reads.is_zero_point);
    equal("weight_first_o", weight_first_o.read(), reads.first);
    equal("activation_read_o", activation_read_o.read(), reads.activation);
    if (reads.weight) equal("weight_addr_o", weight_addr_o.get(), reads.weight_address);
    if (reads.activation) {
      equal("activation_addr_o", activation_addr_o.get(), reads.activation_address);
      equal("accumulator_addr_o", accumulator_addr_o.get(), reads.accumulator_address);
      equal("accumulate_o", accumulate_o.read(), reads.accumulate);
      equal("last_o", last_o.read(), reads.last);
    }
    if (!schedule.empty()) {
      equal("activation_signed_o", activation_signed_o.read(), running.activation_signed);
      equal("weight_signed_o", weight_signed_o.read(), running.weight_signed);
      equal("per_column_zero_point_o", per_column_zero_point_o.read(), running.per_column_zero_point);
      equal("activation_zero_point_o", activation_zero_point_o.get(), running.activation_zero_point);
      equal("weight_zero_point_o", weight_zero_point_o.get(), running.weight_zero_point);
    }
    // To the next cycle.
    if (!schedule.empty()) {
      schedule.pop_front();
      if (schedule.empty()) {
        tail = chip.acc_latency;
        ++finished;
      }
    } else if (tail > 0) {
      --tail;
    }
    if (start_i.read()) {
      running = instructions.front();
      instructions.pop_front();
      schedule = plan(running, chip);
      tail = 0;
    }
    const bool start = schedule.empty() && tail <= 1 && !instructions.empty() && random.chance(start_percent);
    start_i.write(start);
    if (start) instruction_i.set_words(isa::encode(instructions.front()));
    if (instructions.empty() && schedule.empty() && tail == 0) finish();
  }

  void equal(const char* pin, uint64_t actual, uint64_t expected) {
    if (actual != expected)
      fail(fmt::format("{} is {}, expected {}, {} instructions done", pin, actual, expected, finished));
  }
};

}  // namespace

TEST_CASE("random loop nests issue each read in its cycle, started as soon as the sequencer is ready") {
  SequencerBench bench;
  for (int i = 0; i < 150; ++i) bench.instructions.push_back(random_matrix(bench.random, bench.chip));
  bench.run(400000);
  REQUIRE(bench.finished == 150);
}

TEST_CASE("random loop nests issue each read in its cycle, with pauses between instructions") {
  SequencerBench bench;
  bench.start_percent = 20;
  for (int i = 0; i < 100; ++i) bench.instructions.push_back(random_matrix(bench.random, bench.chip));
  bench.run(400000);
  REQUIRE(bench.finished == 100);
}

TEST_CASE("the images of a pass follow each other without a gap, and so do the passes of the sets") {
  SequencerBench bench;
  isa::Matrix m;
  m.m_b = 3;
  m.m_y = 2;
  m.m_x = SYSTOLE_Rows + SYSTOLE_AccLatency + 1;
  m.k_c = 2;
  m.n_b = 4;
  m.activation_stride_b = -1;
  m.activation_stride_nb = 40;
  m.accumulator_stride_n = 64;
  bench.instructions.push_back(m);
  const auto plan = SequencerBench::plan(m, bench.chip);
  REQUIRE(plan.size() == 8 * m.rows());
  for (const Reads& reads : plan) REQUIRE(reads.activation);
  bench.run(100000);
  REQUIRE(bench.finished == 1);
}

TEST_CASE("every small number of rows from one up takes a pass of the stated length") {
  SequencerBench bench;
  for (uint16_t y = 1; y <= 4; ++y) {
    for (uint16_t x = 1; x <= 10; ++x) {
      for (bool per_column : {false, true}) {
        isa::Matrix m;
        m.m_y = y;
        m.m_x = x;
        m.k_c = 2;
        m.per_column_zero_point = per_column;
        m.activation_stride_x = 1;
        m.activation_stride_y = 16;
        m.activation_stride_kc = 100;
        bench.instructions.push_back(m);
      }
    }
  }
  bench.run(100000);
  REQUIRE(bench.finished == 80);
}
