// SPDX-License-Identifier: Apache-2.0
//
// The rules of docs/reference/timing.md, "Matrix engine", each in its cycle and not one earlier. On tiny a sum is written
// Rows + Cols + PeLatency + AccLatency - 1 = 9 cycles after its activation word is read.
#include "cycle/matrix_engine.hpp"

#include "catch.hpp"
#include "models/cycle/cycle_bench.hpp"

namespace systole::cycle {
namespace {

constexpr std::uint64_t kStart = 10;

isa::Matrix two_passes_of(std::uint16_t words) {
  isa::Matrix matrix;
  matrix.m_x = words;
  matrix.k_c = 2;
  matrix.activation_stride_x = 1;
  return matrix;
}

// The cycles in which `reads` is true, from 0 on.
template <typename Reads>
std::vector<std::uint64_t> cycles_of(Reads reads) {
  std::vector<std::uint64_t> cycles;
  for (std::uint64_t cycle = 0; cycle < 60; ++cycle)
    if (reads(cycle)) cycles.push_back(cycle);
  return cycles;
}

std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> cycles;
  for (std::uint64_t cycle = first; cycle <= last; ++cycle) cycles.push_back(cycle);
  return cycles;
}

TEST_CASE("P passes of L cycles occupy the matrix engine for P * L + AccLatency cycles") {
  for (const std::uint32_t acc_latency : {1u, 3u}) {
    Chip chip = tiny();
    chip.acc_latency = acc_latency;
    MatrixEngine engine(chip);
    CHECK(engine.ready(kStart));
    CHECK_FALSE(engine.active(kStart));
    engine.start(kStart, two_passes_of(6), 0);
    const std::uint64_t last = kStart + 2 * 6 + acc_latency;
    CHECK_FALSE(engine.ready(last - 1));
    CHECK(engine.ready(last));
    CHECK(engine.active(last));
    CHECK_FALSE(engine.active(last + 1));
  }
}

TEST_CASE("a pass reads a word a cycle from the cycle after the start, passes follow without a gap") {
  MatrixEngine engine(tiny());
  engine.start(kStart, two_passes_of(6), 0);
  CHECK(cycles_of([&](std::uint64_t cycle) { return engine.reads_activation(0, cycle); }) == range(11, 22));
  MatrixEngine other(tiny());
  other.start(kStart, two_passes_of(6), 0);
  CHECK(cycles_of([&](std::uint64_t cycle) { return other.reads_activation(1, cycle); }).empty());
}

TEST_CASE("the images of a pass and the sets of an instruction follow without a gap") {
  isa::Matrix matrix = two_passes_of(3);
  matrix.m_b = 2;
  matrix.n_b = 2;
  const auto bank_words = static_cast<std::int32_t>(tiny().activation_bank_words);
  matrix.activation_stride_b = bank_words;
  matrix.activation_stride_nb = 2 * bank_words;
  matrix.accumulator_stride_n = static_cast<std::int32_t>(tiny().accumulator_rows);
  const auto reads = [&](std::uint32_t bank) {
    MatrixEngine engine(tiny());
    engine.start(kStart, matrix, 0);
    return cycles_of([&](std::uint64_t cycle) { return engine.reads_activation(bank, cycle); });
  };
  // Four passes of two images of three words.
  CHECK(reads(0) == std::vector<std::uint64_t>{11, 12, 13, 17, 18, 19});
  CHECK(reads(1) == std::vector<std::uint64_t>{14, 15, 16, 20, 21, 22});
  CHECK(reads(2) == std::vector<std::uint64_t>{23, 24, 25, 29, 30, 31});
  CHECK(reads(3) == std::vector<std::uint64_t>{26, 27, 28, 32, 33, 34});
  // The second pass of each set adds, to the bank of its set.
  for (const std::uint32_t bank : {0u, 1u}) {
    MatrixEngine engine(tiny());
    engine.start(kStart, matrix, 0);
    CHECK(cycles_of([&](std::uint64_t cycle) { return engine.reads_accumulator(bank, cycle); }) ==
          range(17 + 8 + 12 * bank, 22 + 8 + 12 * bank));
    CHECK(engine.ready(34 + tiny().acc_latency));
    CHECK_FALSE(engine.ready(33 + tiny().acc_latency));
  }
}

TEST_CASE("a pass of few words takes Rows cycles and reads in its first ones") {
  MatrixEngine engine(tiny());
  engine.start(kStart, two_passes_of(1), 0);
  CHECK(cycles_of([&](std::uint64_t cycle) { return engine.reads_activation(0, cycle); }) ==
        std::vector<std::uint64_t>{11, 15});
}

TEST_CASE("zero points of columns make a pass a cycle longer and its reads a cycle later") {
  MatrixEngine engine(tiny());
  isa::Matrix matrix = two_passes_of(4);
  matrix.per_column_zero_point = true;
  engine.start(kStart, matrix, 0);
  CHECK(cycles_of([&](std::uint64_t cycle) { return engine.reads_activation(0, cycle); }) ==
        std::vector<std::uint64_t>{12, 13, 14, 15, 17, 18, 19, 20});
}

TEST_CASE("accumulators are read AccLatency cycles before their write, by the passes that add to them") {
  MatrixEngine engine(tiny());
  engine.start(kStart, two_passes_of(6), 0);  // the first pass writes, the second adds: words read in 17 to 22
  CHECK(cycles_of([&](std::uint64_t cycle) { return engine.reads_accumulator(0, cycle); }) == range(17 + 8, 22 + 8));
  isa::Matrix adds = two_passes_of(6);
  adds.accumulate = true;
  MatrixEngine other(tiny());
  other.start(kStart, adds, 0);
  CHECK(cycles_of([&](std::uint64_t cycle) { return other.reads_accumulator(0, cycle); }) == range(11 + 8, 22 + 8));
}

TEST_CASE("an instruction retires with the write of its last row, with its index and its posts") {
  MatrixEngine engine(tiny());
  isa::Matrix matrix = two_passes_of(6);
  matrix.common.post_mask = 5;
  engine.start(kStart, matrix, 42);
  CHECK(engine.next_cycle(11) == 23);  // ready
  CHECK(engine.next_cycle(24) == 24);  // idle
  CHECK(engine.next_cycle(25) == 31);
  for (std::uint64_t cycle = kStart + 1; cycle < 31; ++cycle) REQUIRE_FALSE(engine.step(cycle).retire);
  const EngineStatus& status = engine.step(31);
  CHECK(status.retire);
  CHECK(status.retire_index == 42);
  CHECK(status.retire_post_mask == 5);
  CHECK_FALSE(engine.step(32).retire);
  CHECK(engine.next_cycle(33) == MatrixEngine::kNever);
}

TEST_CASE("the engine is busy from the first pass to the end of its rest") {
  MatrixEngine engine(tiny());
  CHECK_FALSE(engine.step(kStart).busy);
  engine.start(kStart, two_passes_of(6), 0);
  for (std::uint64_t cycle = 11; cycle <= 23; ++cycle) REQUIRE(engine.step(cycle).busy);
  CHECK_FALSE(engine.step(24).busy);
}

}  // namespace
}  // namespace systole::cycle
