// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/memory_estimate.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"

namespace systole::compiler_test {
namespace {

using compiler::memory_estimate;
using compiler::MemoryEstimate;

Chip with_memory(const char* kind) {
  Chip chip = make_chip("test", 16, 16, 4, 64, 64, 32, 64);
  chip.clock_mhz = 1000;
  chip.memory = memory_of_kind(kind);
  return chip;
}

}  // namespace

TEST_CASE("the estimate takes an ideal memory for what it is") {
  Chip chip = with_memory("ideal");
  chip.memory.ideal() = {7, 3};
  const MemoryEstimate m = memory_estimate(chip);
  CHECK(m.read_latency == 7);
  CHECK(m.write_latency == 7);
  CHECK(m.bytes == 3);
}

TEST_CASE("the estimate of a DRAM has the latency and the peak of its kind, less the refreshes") {
  for (const std::string_view kind : memory::dram_kind_names()) {
    CAPTURE(kind);
    const Chip chip = with_memory(std::string(kind).c_str());
    const MemoryEstimate m = memory_estimate(chip);
    CHECK(m.read_latency == chip.memory.idle_read_cycles(1000));
    CHECK(m.bytes > 0.85 * chip.memory.peak_bytes_per_cycle(1000));
    CHECK(m.bytes < chip.memory.peak_bytes_per_cycle(1000));
  }
  CHECK(memory_estimate(with_memory("hbm2")).bytes > 15 * memory_estimate(with_memory("lpddr4_3200")).bytes);
}

TEST_CASE("a channel moves its width, or what the bursts in flight bring within one latency") {
  Chip chip = with_memory("ideal");
  chip.axi_data_bits = 128;
  chip.axi_burst_bytes = 256;  // 16 beats
  CHECK(compiler::channel_bytes_per_cycle(chip, 64, 40) == 16);
  CHECK(compiler::channel_bytes_per_cycle(chip, 2, 48) == 8);
  chip.load_outstanding = 1;
  chip.store_outstanding = 64;
  chip.memory.ideal().latency_cycles = 48;
  CHECK(memory_estimate(chip).read_bytes == 4);
  CHECK(memory_estimate(chip).write_bytes == 16);
}

}  // namespace systole::compiler_test
