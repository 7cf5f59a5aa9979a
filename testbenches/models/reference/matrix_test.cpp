// SPDX-License-Identifier: Apache-2.0
//
// Are several images, and several sets, in one matrix instruction what an instruction for each image of each set gives?
// convolution_test.cpp compares instructions of one image with a convolution written straight down.
#include "catch.hpp"
#include "models/chip/shipped_chip.hpp"
#include "reference/reference.hpp"
#include "support/random.hpp"

using namespace systole;
using namespace systole::reference;
using systole::testing::shipped_chip;

namespace {

// The reference with random bytes in its activation and its weight buffer, and random sums.
struct MatrixBench {
  explicit MatrixBench(const Chip& of, std::uint64_t seed) : chip(of), random(seed) {
    const std::uint32_t activation_bytes = chip.activation_words() * chip.array_rows;
    const std::uint32_t weight_bytes = chip.weight_words * chip.array_cols;
    MemoryImage image(activation_bytes + weight_bytes);
    for (auto& byte : image) byte = static_cast<std::uint8_t>(random.bits());
    isa::Load load;
    load.run_bytes = activation_bytes;
    reference.execute(load, image);
    load.buffer = isa::Buffer::kWeight;
    load.dram_offset = activation_bytes;
    load.run_bytes = weight_bytes;
    reference.execute(load, image);
    isa::Matrix sums;
    sums.m_x = static_cast<std::uint16_t>(chip.accumulator_rows);
    sums.n = 2;
    sums.activation_stride_x = 1;
    sums.accumulator_stride_n = static_cast<std::int32_t>(chip.accumulator_rows);
    reference.execute(sums, dram);
  }

  isa::Matrix random_instruction() {
    const auto count = [&](int high) { return static_cast<std::uint16_t>(random.between(1, high)); };
    isa::Matrix m;
    m.accumulate = random.chance(50);
    m.per_column_zero_point = random.chance(30);
    m.activation_zero_point = static_cast<std::uint8_t>(random.bits());
    m.m_b = count(4);
    m.m_y = count(3);
    m.m_x = count(3);
    m.k_y = count(2);
    m.k_x = count(2);
    m.k_c = count(2);
    m.n = count(2);
    m.n_b = count(3);
    if (m.rows() * m.blocks() > 2 * chip.accumulator_rows) m.n_b = m.n = 1;
    for (auto* stride :
         {&m.activation_stride_b, &m.activation_stride_y, &m.activation_stride_x, &m.activation_stride_ky,
          &m.activation_stride_kx, &m.activation_stride_kc, &m.activation_stride_n, &m.activation_stride_nb})
      *stride = static_cast<std::int32_t>(random.between(-30, 90));
    m.activation_base = static_cast<std::uint32_t>(random.bits());
    m.weight_base = static_cast<std::uint32_t>(random.bits());
    m.accumulator_base = static_cast<std::uint32_t>(random.bits());
    m.accumulator_stride_n = static_cast<std::int32_t>(m.rows()) * (random.chance(30) ? -1 : 1);
    return m;
  }

  Chip chip;
  Random random;
  ReferenceChip reference{chip};
  MemoryImage dram = MemoryImage(64);
};

// The same work as instructions of one image and one set each.
std::vector<isa::Matrix> parts_of(const isa::Matrix& m, const Chip& chip) {
  std::vector<isa::Matrix> parts;
  const std::uint32_t tile_words = chip.array_rows + (m.per_column_zero_point ? 1 : 0);
  for (std::uint32_t nb = 0; nb < m.n_b; ++nb)
    for (std::uint32_t b = 0; b < m.m_b; ++b) {
      isa::Matrix part = m;
      part.m_b = part.n_b = 1;
      part.activation_stride_b = part.activation_stride_nb = 12345;  // of no meaning then
      part.activation_base += nb * static_cast<std::uint32_t>(m.activation_stride_nb) +
                              b * static_cast<std::uint32_t>(m.activation_stride_b);
      part.weight_base += nb * m.n * static_cast<std::uint32_t>(m.taps()) * tile_words;
      part.accumulator_base +=
          nb * m.n * static_cast<std::uint32_t>(m.accumulator_stride_n) + b * std::uint32_t{m.m_y} * m.m_x;
      parts.push_back(part);
    }
  return parts;
}

}  // namespace

TEST_CASE("an instruction of several images and sets leaves the sums of one instruction for each image of each set") {
  int several = 0;
  for (const char* name : {"tiny", "edge16"}) {
    MatrixBench bench(shipped_chip(name), 7);
    for (int i = 0; i < 300; ++i) {
      const isa::Matrix whole = bench.random_instruction();
      INFO(name << ": " << isa::disassemble(isa::Instruction(whole)));
      ReferenceChip apart = bench.reference;
      for (const isa::Matrix& part : parts_of(whole, bench.chip)) apart.execute(part, bench.dram);
      bench.reference.execute(whole, bench.dram);
      REQUIRE(bench.reference.accumulators() == apart.accumulators());
      several += whole.m_b > 1 && whole.n_b > 1;
    }
  }
  CHECK(several > 100);
}
