// SPDX-License-Identifier: Apache-2.0
//
// Do random loop nests leave in the accumulators what the reference model says, each in exactly the
// cycles that the header states and the cycle model knows?
#include "cycle/matrix_engine.hpp"

#include "Vmatrix_engine.h"
#include "reference/reference.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/matrix/matrix_stimulus.hpp"
#include "rtl/pins.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr size_t kRows = SYSTOLE_Rows, kCols = SYSTOLE_Cols;
constexpr uint64_t kLatency = kRows + kCols + SYSTOLE_PeLatency;

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.array_rows = SYSTOLE_Rows;
  chip.array_cols = SYSTOLE_Cols;
  chip.pe_latency = SYSTOLE_PeLatency;
  chip.acc_latency = SYSTOLE_AccLatency;
  return chip;
}

struct MatrixEngineBench : Bench {
  using Dut = Vmatrix_engine;
  Dut dut{"dut"};
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(index_i);
  SYSTOLE_PIN(active_o);
  SYSTOLE_PIN(retire_o);
  SYSTOLE_PIN(retire_index_o);
  SYSTOLE_PIN(retire_post_mask_o);
  SYSTOLE_PIN(weight_read_o);
  SYSTOLE_PIN(weight_addr_o);
  SYSTOLE_PIN(weight_data_i);
  SYSTOLE_PIN(activation_read_o);
  SYSTOLE_PIN(activation_addr_o);
  SYSTOLE_PIN(activation_data_i);
  SYSTOLE_PIN(accumulator_read_o);
  SYSTOLE_PIN(accumulator_read_addr_o);
  SYSTOLE_PIN(accumulator_read_data_i);
  SYSTOLE_PIN(accumulator_write_o);
  SYSTOLE_PIN(accumulator_write_addr_o);
  SYSTOLE_PIN(accumulator_write_data_o);

  Chip chip = chip_of_bench();
  Random random = random_stream(440);
  cycle::MatrixEngine model{chip};
  reference::ReferenceChip reference{chip};
  std::vector<uint8_t> activation, weight;  // buffers, random
  std::vector<int32_t> accumulators;
  reference::MemoryImage dram;

  std::vector<isa::Matrix> instructions;
  int start_percent = 100;
  size_t started = 0, retired = 0;
  bool was_ready = true, was_active = false, just_started = false;
  uint64_t due = 0;                    // the model's next_cycle
  std::deque<uint64_t> retire_cycles;  // by the header's rule
  uint64_t first_start = 0, last_retire = 0;

  MatrixEngineBench() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
    // Both models' buffers are filled by loads of the reference.
    dram.resize(chip.activation_words() * kRows + chip.weight_words * kCols);
    for (auto& byte : dram)
      byte = static_cast<uint8_t>(random.chance(20) ? (random.bits(1) ? 0x80 : 0x7f) : random.bits(8));
    isa::Load load;
    load.run_bytes = static_cast<uint32_t>(chip.activation_words() * kRows);
    reference.execute(isa::Instruction{load}, dram);
    load.buffer = isa::Buffer::kWeight;
    load.dram_offset = load.run_bytes;
    load.run_bytes = static_cast<uint32_t>(chip.weight_words * kCols);
    reference.execute(isa::Instruction{load}, dram);
    activation = reference.activation_buffer();
    weight = reference.weight_buffer();
    accumulators = reference.accumulators();
  }

  void on_clock() override {
    equal("ready_o", ready_o.read(), model.ready(cycle()));
    equal("active_o", active_o.read(), model.active(cycle()));
    equal("retire_o", retire_o.read(), model.retires(cycle()));
    for (uint32_t bank = 0; bank < chip.activation_banks; ++bank)
      equal("activation bank is read",
            activation_read_o.read() && activation_addr_o.get() / chip.activation_bank_words == bank,
            model.reads_activation(bank, cycle()));
    for (uint32_t bank = 0; bank < 2; ++bank)
      equal("accumulator bank is read",
            accumulator_read_o.read() && accumulator_read_addr_o.get() / chip.accumulator_rows == bank,
            model.reads_accumulator(bank, cycle()));
    const bool moves =
        model.retires(cycle()) || model.ready(cycle()) != was_ready || model.active(cycle()) != was_active;
    if (moves && !just_started) equal("the cycle in which something is due", cycle(), due);
    was_ready = model.ready(cycle());
    was_active = model.active(cycle());
    serve_buffers();
    model.step(cycle());
    if (retire_o.read()) retire();
    just_started = start_i.read();
    if (just_started) {
      model.start(cycle(), instructions[started], static_cast<uint32_t>(started) + 500);
      start(instructions[started]);
    }
    due = model.next_cycle(cycle() + 1);
    const bool start = started < instructions.size() && model.ready(cycle() + 1) && random.chance(start_percent);
    start_i.write(start);
    if (start) {
      instruction_i.set_words(isa::encode(instructions[started]));
      index_i.set(started + 500);
    }
    if (retired == instructions.size()) finish();
  }

  void serve_buffers() {
    if (weight_read_o.read()) weight_data_i.set_bytes(word(weight, weight_addr_o.get(), kCols));
    if (activation_read_o.read()) activation_data_i.set_bytes(word(activation, activation_addr_o.get(), kRows));
    // Reads give the old contents.
    if (accumulator_read_o.read()) {
      Words row(kCols);
      for (size_t c = 0; c < kCols; ++c)
        row[c] = static_cast<uint32_t>(accumulators[accumulator_read_addr_o.get() * kCols + c]);
      accumulator_read_data_i.set_words(row);
    }
    if (accumulator_write_o.read()) {
      const Words row = accumulator_write_data_o.words();
      for (size_t c = 0; c < kCols; ++c)
        accumulators[accumulator_write_addr_o.get() * kCols + c] = static_cast<int32_t>(row[c]);
    }
  }

  static std::vector<uint8_t> word(const std::vector<uint8_t>& buffer, uint64_t address, size_t bytes) {
    const auto begin = buffer.begin() + static_cast<std::ptrdiff_t>(address * bytes);
    return {begin, begin + static_cast<std::ptrdiff_t>(bytes)};
  }

  void start(const isa::Matrix& m) {
    if (started++ == 0) first_start = cycle();
    // Its last row is read in the last pass, as row M - 1; the sums are there Latency cycles later.
    const uint64_t last_read =
        cycle() + 1 + (passes(m) - 1) * pass_cycles(m, chip) + m.per_column_zero_point + m.rows() - 1;
    retire_cycles.push_back(last_read + kLatency + chip.acc_latency - 1);
  }

  void retire() {
    equal("retire cycle", cycle(), retire_cycles.front());
    retire_cycles.pop_front();
    equal("retire_index_o", retire_index_o.get(), retired + 500);
    equal("retire_post_mask_o", retire_post_mask_o.get(), instructions[retired].common.post_mask);
    reference.execute(isa::Instruction{instructions[retired]}, dram);
    if (accumulators != reference.accumulators()) {
      size_t at = 0;
      while (accumulators[at] == reference.accumulators()[at]) ++at;
      fail(fmt::format("instruction {}: row {} column {} is {}, expected {}", retired, at / kCols, at % kCols,
                       accumulators[at], reference.accumulators()[at]));
    }
    ++retired;
    last_retire = cycle();
  }

  void equal(const char* what, uint64_t actual, uint64_t expected) {
    if (actual != expected)
      fail(fmt::format("{} is {}, expected {}, {} instructions retired", what, actual, expected, retired));
  }
};

}  // namespace

TEST_CASE("random loop nests back to back accumulate what the reference does and retire on their cycles") {
  MatrixEngineBench bench;
  for (int i = 0; i < 200; ++i) bench.instructions.push_back(random_matrix(bench.random, bench.chip));
  bench.run(400000);
  REQUIRE(bench.retired == 200);
}

TEST_CASE("random loop nests with pauses between them do too") {
  MatrixEngineBench bench;
  bench.start_percent = 5;
  for (int i = 0; i < 100; ++i) bench.instructions.push_back(random_matrix(bench.random, bench.chip));
  bench.run(400000);
  REQUIRE(bench.retired == 100);
}

TEST_CASE("one row, accumulated upon by every pass and by the next instruction, is never read too early") {
  MatrixEngineBench bench;
  isa::Matrix m;
  m.accumulate = true;
  m.k_c = 5;
  m.activation_stride_kc = 3;
  for (int i = 0; i < 50; ++i) {
    m.activation_zero_point = static_cast<uint8_t>(bench.random.bits(8));
    bench.instructions.push_back(m);
  }
  bench.run(20000);
  // 250 passes of the shortest length, and the rest after each instruction.
  const uint64_t pass = std::max<uint64_t>(kRows, SYSTOLE_AccLatency + 1);
  REQUIRE(bench.last_retire - bench.first_start ==
          50 * 5 * pass + 49 * SYSTOLE_AccLatency + 1 - pass + kLatency + SYSTOLE_AccLatency - 1);
}

TEST_CASE("overlapping column blocks accumulate right when a row is used again after AccLatency + 1 cycles") {
  MatrixEngineBench bench;
  isa::Matrix m;
  m.accumulate = true;
  m.m_x = kRows + SYSTOLE_AccLatency + 3;
  m.n = 4;
  m.activation_stride_x = 1;
  m.activation_stride_n = 5;
  for (int rows_apart = 0; m.m_x - rows_apart >= SYSTOLE_AccLatency + 1; ++rows_apart) {
    m.accumulator_stride_n = rows_apart;
    REQUIRE(keeps_accumulator_distance(m, bench.chip));
    bench.instructions.push_back(m);
  }
  bench.run(20000);
  REQUIRE(bench.retired == bench.instructions.size());
}

TEST_CASE("the zero points of both operands reach both ends of their types, per tensor and per column") {
  MatrixEngineBench bench;
  for (int zero_point : {0, 1, 127, 128, 255}) {
    for (int kind = 0; kind < 8; ++kind) {
      isa::Matrix m;
      m.activation_signed = kind & 1;
      m.weight_signed = kind & 2;
      m.per_column_zero_point = kind & 4;
      m.activation_zero_point = static_cast<uint8_t>(zero_point);
      m.weight_zero_point = static_cast<uint8_t>(255 - zero_point);
      m.m_x = 6;
      m.activation_stride_x = 1;
      m.k_c = 3;
      m.activation_stride_kc = 7;
      m.weight_base = static_cast<uint32_t>(kind * 31);
      bench.instructions.push_back(m);
    }
  }
  bench.run(20000);
  REQUIRE(bench.retired == 40);
}
