// SPDX-License-Identifier: Apache-2.0
//
// Does the packer turn runs that start and end at any byte into the right words of any of the
// three widths, filled up with the pad value, with no cycle lost?
#include "Vload_packer.h"
#include "cycle/load_engine.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/pins.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint32_t kAxiBytes = SYSTOLE_AxiDataBits / 8;
constexpr uint32_t kWordBytes[3] = {SYSTOLE_ActivationWordBytes, SYSTOLE_WeightWordBytes, SYSTOLE_ParameterWordBytes};

constexpr uint32_t kWeight = 1;  // buffer

struct Run {
  uint32_t offset, bytes, buffer;
  uint8_t pad_value;
  bool diagonal = false;
};

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.axi_data_bits = SYSTOLE_AxiDataBits;
  return chip;
}

struct PackerBench : Bench {
  using Dut = Vload_packer;
  Dut dut{"dut"};
  SYSTOLE_PIN(run_valid_i);
  SYSTOLE_PIN(run_ready_o);
  SYSTOLE_PIN(run_offset_i);
  SYSTOLE_PIN(run_bytes_i);
  SYSTOLE_PIN(run_buffer_i);
  SYSTOLE_PIN(run_diagonal_i);
  SYSTOLE_PIN(run_pad_value_i);
  SYSTOLE_PIN(beat_valid_i);
  SYSTOLE_PIN(beat_ready_o);
  SYSTOLE_PIN(beat_data_i);
  SYSTOLE_PIN(word_valid_o);
  SYSTOLE_PIN(word_ready_i);
  SYSTOLE_PIN(word_data_o);

  Random random = random_stream(310);
  cycle::LoadPacker model{chip_of_bench()};
  HoldCheck hold{*this, "word"};
  StreamDriver<Run> runs;
  StreamDriver<std::vector<uint8_t>> beats;
  int ready_percent;

  std::deque<std::vector<uint8_t>> expected;
  std::deque<Run> in_order;  // not yet taken
  uint64_t words = 0, first_run_cycle = 0, last_word_cycle = 0, runs_taken = 0;

  PackerBench(int run_percent, int beat_percent, int ready)
      : Bench("bench"),
        runs(
            run_valid_i, run_ready_o,
            [this](const Run& run) {
              run_offset_i.set(run.offset);
              run_bytes_i.set(run.bytes);
              run_buffer_i.set(run.buffer);
              run_diagonal_i.write(run.diagonal);
              run_pad_value_i.set(run.pad_value);
            },
            random_stream(311), run_percent),
        beats(
            beat_valid_i, beat_ready_o, [this](const std::vector<uint8_t>& beat) { beat_data_i.set_bytes(beat); },
            random_stream(312), beat_percent),
        ready_percent(ready) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void push(const Run& run) {
    runs.push(run);
    in_order.push_back(run);
    std::vector<uint8_t> bytes(run.bytes);
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random.bits(8));
    for (uint32_t at = 0; at < run.offset + run.bytes; at += kAxiBytes) {
      std::vector<uint8_t> beat(kAxiBytes);
      for (uint32_t i = 0; i < kAxiBytes; ++i) {
        const uint32_t position = at + i;
        const bool inside = position >= run.offset && position < run.offset + run.bytes;
        beat[i] = inside ? bytes[position - run.offset] : static_cast<uint8_t>(random.bits(8));
      }
      beats.push(beat);
    }
    if (run.diagonal) {
      for (uint32_t k = 0; k < run.bytes; ++k) {
        expected.emplace_back(kWordBytes[kWeight], run.pad_value);
        expected.back()[k % kWordBytes[kWeight]] = bytes[k];
      }
      return;
    }
    bytes.resize((run.bytes + kWordBytes[run.buffer] - 1) / kWordBytes[run.buffer] * kWordBytes[run.buffer],
                 run.pad_value);
    for (uint32_t at = 0; at < bytes.size(); at += kWordBytes[run.buffer]) {
      expected.emplace_back(bytes.begin() + at, bytes.begin() + at + kWordBytes[run.buffer]);
    }
  }

  void on_clock() override {
    const bool word_taken = word_valid_o.read() && word_ready_i.read();
    if (word_valid_o.read() != model.word_valid())
      fail(fmt::format("word_valid_o is {}, not as the cycle model says", word_valid_o.read()));
    Words shown;
    if (word_valid_o.read()) {
      if (expected.empty()) {
        fail("a word too many");
        return;
      }
      const auto actual = word_data_o.bytes(expected.front().size());
      shown = words_from_bytes(actual);
      if (actual != expected.front()) fail(fmt::format("word {} has other bytes", words));
    }
    hold.on_clock(word_valid_o.read(), word_ready_i.read(), shown);
    std::optional<cycle::Run> run;
    if (run_valid_i.read()) {
      const Run& next = in_order.front();
      run = cycle::Run{next.offset, next.bytes, next.diagonal ? 1 : kWordBytes[next.buffer]};
    }
    const auto taken = model.end_cycle(word_taken, beat_valid_i.read(), run ? &*run : nullptr);
    if (word_taken) {
      expected.pop_front();
      ++words;
      last_word_cycle = cycle();
    }
    const bool run_taken = runs.on_clock(), beat_taken = beats.on_clock();
    if (run_taken != taken.run) fail(fmt::format("a run was taken: {}", run_taken));
    if (beat_taken != taken.beat) fail(fmt::format("a beat was taken: {}", beat_taken));
    if (run_taken) {
      in_order.pop_front();
      if (runs_taken++ == 0) first_run_cycle = cycle();
    }
    word_ready_i.write(random.chance(ready_percent));
    if (expected.empty() && runs.idle() && beats.idle()) finish();
  }
};

Run random_run(Random& random) {
  Run run{static_cast<uint32_t>(random.below(kAxiBytes)), static_cast<uint32_t>(random.between(1, 100)),
          static_cast<uint32_t>(random.below(3)), static_cast<uint8_t>(random.bits(8))};
  if (random.chance(50)) run.bytes = static_cast<uint32_t>(random.between(1, 2 * kAxiBytes));
  run.diagonal = run.buffer == kWeight && random.chance(30);
  return run;
}

}  // namespace

TEST_CASE("runs of any offset and length become words of their buffer, with stalls on every side") {
  PackerBench bench(60, 60, 60);
  for (int i = 0; i < 3000; ++i) bench.push(random_run(bench.random));
  bench.run(600000);
  REQUIRE(bench.words > 3000);
}

TEST_CASE("every offset with every length up to three beats, for each buffer, gives the right words at full speed") {
  PackerBench bench(100, 100, 100);
  for (uint32_t buffer = 0; buffer < 3; ++buffer) {
    for (uint32_t offset = 0; offset < kAxiBytes; ++offset) {
      for (uint32_t bytes = 1; bytes <= 3 * kAxiBytes; ++bytes)
        bench.push({offset, bytes, buffer, static_cast<uint8_t>(bytes * 7 + offset)});
    }
  }
  for (uint32_t bytes = 1; bytes <= 3 * kWordBytes[kWeight]; ++bytes)
    bench.push({bytes % kAxiBytes, bytes, kWeight, static_cast<uint8_t>(bytes * 7), true});
  const size_t words = bench.expected.size();
  bench.run(600000);
  REQUIRE(bench.words == words);
}

TEST_CASE("without stalls a run takes one cycle and then one for each word or beat, whichever are more") {
  PackerBench bench(100, 100, 100);
  uint64_t cycles = 0;
  for (int i = 0; i < 100; ++i) {
    const uint32_t word = kWordBytes[i % 3], unit = std::max(word, kAxiBytes);
    const uint32_t bytes = unit * static_cast<uint32_t>(1 + i % 5);
    bench.push({0, bytes, static_cast<uint32_t>(i % 3), 0});
    cycles += 1 + bytes / std::min(word, kAxiBytes);
  }
  bench.run(10000);
  REQUIRE(bench.last_word_cycle - bench.first_run_cycle == cycles);
}

TEST_CASE("a diagonal run takes one cycle and then one for each of its bytes, beats included") {
  PackerBench bench(100, 100, 100);
  uint64_t cycles = 0;
  for (uint32_t i = 0; i < 100; ++i) {
    const uint32_t bytes = kAxiBytes * (1 + i % 5);
    bench.push({0, bytes, kWeight, 0, true});
    cycles += 1 + bytes;
  }
  // The first word of a run waits for its first beat.
  bench.run(10000);
  REQUIRE(bench.last_word_cycle - bench.first_run_cycle == cycles);
}
