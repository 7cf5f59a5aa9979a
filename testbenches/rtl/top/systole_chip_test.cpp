// SPDX-License-Identifier: Apache-2.0
//
// Does the chip, driven at its pins alone, compute a matrix product that a person can follow? Does it
// report an illegal instruction and each bus error with its own code, stop, and run again after a
// reset?
#include "rtl/store/post_model.hpp"
#include "rtl/top/chip_bench.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

// The product: M x K times K x N.
constexpr int kM = 6, kK = 8, kN = 4;

/// The product by hand: A, B, biases and scales in memory, six instructions, and what must come out.
struct Gemm {
  std::vector<isa::Instruction> program;
  int32_t sums[kM][kN] = {};
  uint8_t results[kM][kN] = {};

  explicit Gemm(ChipBench& bench) {
    auto* a = reinterpret_cast<int8_t*>(&bench.bytes[kTensors]);
    auto* b = reinterpret_cast<int8_t*>(&bench.bytes[kWeights]);
    for (int i = 0; i < kM * kK; ++i) a[i] = static_cast<int8_t>(bench.random.bits(8));
    for (int i = 0; i < kK * kN; ++i) b[i] = static_cast<int8_t>(bench.random.bits(8));
    for (int n = 0; n < kN; ++n) {
      const auto bias = static_cast<int32_t>(bench.random.between(-20000, 20000));
      const float scale = 0.002f + 0.0005f * static_cast<float>(n);
      std::memcpy(&bench.bytes[kParameters + 8 * static_cast<size_t>(n)], &bias, 4);
      std::memcpy(&bench.bytes[kParameters + 8 * static_cast<size_t>(n) + 4], &scale, 4);
      for (int m = 0; m < kM; ++m) {
        for (int k = 0; k < kK; ++k) sums[m][n] += (a[m * kK + k] - 3) * b[k * kN + n];
        results[m][n] = static_cast<uint8_t>(requantize(sums[m][n], bias, bits_from_float(scale), true, 5));
      }
    }
    isa::Load activations;
    activations.run_bytes = kM * kK;
    activations.common.post_mask = 1;
    isa::Load weights;
    weights.buffer = isa::Buffer::kWeight;
    weights.base = isa::Base::kWeight;
    weights.run_bytes = kK * kN;
    weights.common.post_mask = 2;
    isa::Load parameters;
    parameters.buffer = isa::Buffer::kParameter;
    parameters.base = isa::Base::kParameter;
    parameters.run_bytes = kN * 8;
    parameters.common.post_mask = 4;
    isa::Matrix matrix;
    matrix.common.wait_mask = 3;
    matrix.common.post_mask = 8;
    matrix.activation_zero_point = 3;
    matrix.m_x = kM;
    matrix.activation_stride_x = kK / 4;
    matrix.k_c = kK / 4;
    matrix.activation_stride_kc = 1;
    isa::Store raw;
    raw.common.wait_mask = 4 + 8;
    raw.base = isa::Base::kScratch;
    raw.raw = true;
    raw.dst_base = kRawOffset;
    raw.count = {kM, 1, 1, 1};
    raw.groups = kN / 2;
    raw.source_stride = {kN / 2, 0, 0, 0};
    isa::Store bytes = raw;
    bytes.common.wait_mask = 0;
    bytes.raw = false;
    bytes.requantize = true;
    bytes.mid_zero_point = 5;
    bytes.dst_base = kByteOffset;
    program = {activations, weights, parameters, matrix, raw, bytes};
    place(bench);
  }

  void place(ChipBench& bench) const {
    for (size_t i = 0; i < program.size(); ++i) {
      const auto words = isa::encode(program[i]);
      std::memcpy(&bench.bytes[kProgram + i * isa::kInstructionBytes], words.data(), isa::kInstructionBytes);
    }
  }

  /// Steps: run it, check the interrupt, every result byte and its neighbors.
  void run_and_check(ChipBench& bench) const {
    bench.call([&bench] {
      std::fill(bench.bytes.begin() + kScratch, bench.bytes.begin() + kScratch + 0x400, uint8_t{0xa5});
      bench.started.clear();
      bench.retired.clear();
      bench.read_beats = bench.write_beats = 0;
    });
    bench.run_program(static_cast<uint32_t>(program.size()));
    bench.expect("status", kStatus, 2);
    bench.expect("irq_status", kIrqStatus, 1);
    bench.call([this, &bench] {
      std::vector<uint8_t> expected(0x400, 0xa5);
      std::memcpy(&expected[kRawOffset], sums, sizeof sums);
      std::memcpy(&expected[kByteOffset], results, sizeof results);
      for (size_t i = 0; i < expected.size(); ++i)
        if (bench.bytes[kScratch + i] != expected[i]) {
          bench.fail(fmt::format("result byte {:#x} is {}, expected {}", i, bench.bytes[kScratch + i], expected[i]));
          return;
        }
      auto sorted = bench.retired;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != std::vector<uint32_t>{0, 1, 2, 3, 4, 5} || bench.retired.back() != 5)
        bench.fail("not every instruction retired once, the last store last");
    });
    bench.write(kIrqStatus, 1);
    bench.call([&bench] {
      if (bench.irq_o.read()) bench.fail("the interrupt stays after it was cleared");
    });
  }
};

/// Steps: the program as it stands stops with this error, and runs again after a reset.
void check_error(ChipBench& bench, const Gemm& gemm, uint32_t code, uint32_t index) {
  bench.run_program(static_cast<uint32_t>(gemm.program.size()));
  bench.call([&bench] { bench.error_seen = true; });
  bench.expect("status", kStatus, 4);
  bench.expect("irq_status", kIrqStatus, 2);
  bench.expect("error_code", kErrorCode, code);
  bench.expect("error_index", kErrorIndex, index);
  bench.reset();
  bench.call([&bench, &gemm] { gemm.place(bench); });
  gemm.run_and_check(bench);
}

}  // namespace

TEST_CASE("a product of two matrices comes out right, twice in a row, and the counters add up") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  gemm.run_and_check(bench);
  gemm.run_and_check(bench);
  std::vector<uint32_t> counters(17);
  for (uint32_t k = 0; k < 17; ++k)
    bench.read(kCounter + 8 * k, [&counters, k](uint32_t value) { counters[k] = value; });
  bench.run(20000);
  REQUIRE(counters[0] > 100);
  REQUIRE(counters[1] == 6);
  REQUIRE(counters[2] == bench.read_beats * kAxiBytes);
  REQUIRE(counters[3] == bench.write_beats * kAxiBytes);
  REQUIRE(counters[4] + counters[5] + counters[6] + counters[7] + counters[8] == counters[0]);
  REQUIRE(counters[9] + counters[10] + counters[11] == counters[0]);
  REQUIRE(counters[12] + counters[13] + counters[14] + counters[15] + counters[16] == counters[0]);
}

TEST_CASE("a memory that refuses every other cycle changes no bit and breaks no AXI rule") {
  ChipBench bench(500);
  const Gemm gemm(bench);
  for (int i = 0; i < 20; ++i) gemm.run_and_check(bench);
  bench.run(200000);
  REQUIRE(bench.retired.size() == 6);
}

TEST_CASE("an illegal instruction stops the chip with code 1 and its index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.bytes[kProgram + 3 * isa::kInstructionBytes + 8] = 1;  // w2 is reserved
  check_error(bench, gemm, 1, 3);
  bench.run(20000);
}

TEST_CASE("a read error on data stops the chip with code 2 and the load's index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.read_error_at = kWeights + 8;
  check_error(bench, gemm, 2, 1);
  bench.run(20000);
}

TEST_CASE(
    "a read error on an instruction stops the chip with code 2 and that instruction's index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.read_error_at = kProgram + 4 * isa::kInstructionBytes + 24;
  check_error(bench, gemm, 2, 4);
  bench.run(20000);
}

TEST_CASE("a write error stops the chip with code 3 and the store's index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.write_error_at = kScratch + kRawOffset;
  check_error(bench, gemm, 3, 4);
  bench.run(20000);
}
