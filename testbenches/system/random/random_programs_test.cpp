// SPDX-License-Identifier: Apache-2.0
//
// Random programs on RTL, reference and cycle model: every byte of memory, every start and retire cycle, every transfer on the
// AXI pins and every counter must be equal. SYSTOLE_PROGRAMS, SYSTOLE_SEED and SYSTOLE_CHIP choose other runs.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "platform/rtl_library.hpp"
#include "reference/reference.hpp"
#include "system/random/pin_harness.hpp"
#include "system/random/random_program.hpp"

namespace systole::test {
namespace {

std::string shipped(const std::string& name) { return std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/" + name + ".toml"; }

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

std::string text(const AxiEvent& e) {
  static const char* const kChannels[] = {"AR", "R", "AW", "W", "B"};
  return fmt::format("cycle {} {} id {} address {:#x} beats {} last {}", e.cycle, kChannels[static_cast<int>(e.channel)], e.id,
                     e.address, e.beats, e.last);
}
std::string text(const Retired& r) {
  return fmt::format("engine {} instruction {} start {} retire {}", static_cast<int>(r.engine), r.index, r.start_cycle,
                     r.retire_cycle);
}

// The first element in which two traces differ, in words; empty if they are equal.
template <typename T>
std::string first_difference(const std::vector<T>& rtl, const std::vector<T>& model) {
  for (std::size_t i = 0; i < std::max(rtl.size(), model.size()); ++i) {
    const std::string a = i < rtl.size() ? text(rtl[i]) : "nothing", b = i < model.size() ? text(model[i]) : "nothing";
    if (a != b) return fmt::format("event {}: RTL {}; model {}", i, a, b);
  }
  return {};
}

// Chips of a family around `base`: other memories, latencies, back-pressure.
Chip with_random_memory(Chip chip, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  chip.memory.latency_cycles = 1 + random() % 60;
  const std::uint32_t bandwidths[] = {chip.axi_bytes() / 2, chip.axi_bytes(), 2 * chip.axi_bytes(), 3};
  chip.memory.bytes_per_cycle = bandwidths[random() % 4];
  chip.memory.backpressure_permille = random() % 3 == 0 ? random() % 700 : 0;
  chip.memory.backpressure_seed = random();
  if (random() % 2 == 0) {
    const auto kinds = memory::dram_kind_names();
    chip.memory.kind = kinds[random() % kinds.size()];
    memory::DramConfig dram = memory::dram_config(chip.memory.kind);
    dram.organisation.channels = 1 + random() % 3;
    dram.read_queue = 1 + random() % 32;
    dram.write_queue = 1 + random() % 32;
    dram.write_high = 1 + random() % dram.write_queue;
    dram.write_low = random() % dram.write_high;
    if (random() % 2 == 0) dram.address_mapping = "row-bankgroup-bank-channel-column";
    if (random() % 2 == 0) dram.timing.trefi /= 4;  // so that short programs meet refreshes
    chip.memory.dram = dram;
    chip.clock_mhz = 100 + random() % 2400;
  }
  return chip;
}

// Empty if all views agree.
std::string compare_views(platform::VerilatedChip& verilated, const Chip& chip, const RandomProgram& random) {
  std::vector<std::uint8_t> rtl_dram = random.dram;
  const PinRun rtl = run_at_pins(verilated, chip, random.program, random.bases, random.program_address, rtl_dram);
  if (rtl.error_code) return fmt::format("RTL error {} at instruction {}", rtl.error_code, rtl.error_index);

  Recording trace(Recording::Axi::kKeep);
  const cycle::Result model = cycle::CycleModel(chip).run(random.program, random.bases, random.program_address, {}, &trace);
  if (const std::string d = first_difference(rtl.trace.axi, trace.axi); !d.empty()) return "AXI " + d;
  if (const std::string d = first_difference(rtl.trace.retired, trace.retired); !d.empty()) return "retire " + d;
  if (rtl.cycles != model.cycles) return fmt::format("cycles: RTL {}, model {}", rtl.cycles, model.cycles);
  for (int k = 0; k < kCounters; ++k) {
    if (rtl.counters[k] != model.counters[k]) {
      return fmt::format("counter {}: RTL {}, model {}", kCounterNames[k], rtl.counters[k], model.counters[k]);
    }
  }

  std::vector<std::uint8_t> reference_dram = random.dram;
  for (std::size_t i = 0; i < random.program.instructions.size(); ++i) {
    const isa::Encoded words = isa::encode(random.program.instructions[i]);
    std::memcpy(&reference_dram[random.program_address + i * isa::kInstructionBytes], words.data(), isa::kInstructionBytes);
  }
  reference::ReferenceChip reference(chip);
  for (int k = 0; k < isa::kBases; ++k) reference.set_base(static_cast<isa::Base>(k), random.bases[k]);
  reference.execute(random.program, reference_dram);
  for (std::size_t i = 0; i < reference_dram.size(); ++i) {
    if (reference_dram[i] != rtl_dram[i]) {
      return fmt::format("byte {:#x}: RTL {:#04x}, reference {:#04x}", i, rtl_dram[i], reference_dram[i]);
    }
  }
  return {};
}

void run_programs(const Chip& base, std::uint64_t programs, std::uint64_t seed, const RandomOptions& options) {
  platform::RtlBuild build;
  build.parameters = base.rtl_parameters();
  build.assertions = true;
  const platform::RtlLibrary library(build);
  const auto verilated = library.create(static_cast<std::uint32_t>(seed) | 1u);
  std::uint64_t instructions = 0;
  for (std::uint64_t i = 0; i < programs; ++i) {
    const std::uint64_t program_seed = seed + i;
    const Chip chip = with_random_memory(base, program_seed);
    const RandomProgram random = make_random_program(chip, program_seed, options);
    instructions += random.program.instructions.size();
    INFO("chip " << chip.name << ", program seed " << program_seed);
    std::string difference;
    try {
      difference = compare_views(*verilated, chip, random);
    } catch (const std::exception& error) {
      difference = error.what();
    }
    if (!difference.empty()) {
      INFO(isa::disassemble(random.program));
      FAIL(difference);
    }
  }
  fmt::print("{}: {} programs, {} instructions, seed {}: no mismatch\n", base.name, programs, instructions, seed);
}

}  // namespace

namespace {

RandomOptions options_from_environment() {
  RandomOptions options;
  options.instructions = static_cast<int>(setting("SYSTOLE_INSTRUCTIONS", 24));
  return options;
}

}  // namespace

TEST_CASE("random programs agree in every bit and every cycle on tiny") {
  run_programs(load_chip(shipped("tiny")), setting("SYSTOLE_PROGRAMS", 500), setting("SYSTOLE_SEED", 1), options_from_environment());
}

TEST_CASE("random programs agree on a wide array with deep latencies and a narrow bus") {
  Chip chip = load_chip(shipped("tiny"));
  chip.name = "wide";
  chip.array_cols = 16;
  chip.post_lanes = 4;
  chip.pe_latency = 3;
  chip.acc_latency = 4;
  chip.weight_words = 512;
  chip.axi_data_bits = 32;
  chip.axi_burst_bytes = 128;
  chip.load_fifo_beats = 64;
  chip.store_fifo_beats = 64;
  chip.load_outstanding = 3;
  chip.fetch_depth = 2;
  chip.queue_depth = 2;
  run_programs(parse_chip(to_toml(chip), "wide"), setting("SYSTOLE_PROGRAMS", 200), setting("SYSTOLE_SEED", 1), options_from_environment());
}

TEST_CASE("random programs agree on a tall array with a wide bus and one lane") {
  Chip chip = load_chip(shipped("tiny"));
  chip.name = "tall";
  chip.array_rows = 16;
  chip.post_lanes = 1;
  chip.pe_latency = 2;
  chip.activation_banks = 8;
  chip.activation_bank_words = 64;
  chip.axi_data_bits = 256;
  chip.axi_burst_bytes = 4096;
  chip.load_fifo_beats = 256;
  chip.store_fifo_beats = 256;
  chip.store_outstanding = 1;
  run_programs(parse_chip(to_toml(chip), "tall"), setting("SYSTOLE_PROGRAMS", 200), setting("SYSTOLE_SEED", 1), options_from_environment());
}

TEST_CASE("random programs agree on edge16") {
  run_programs(load_chip(shipped("edge16")), setting("SYSTOLE_PROGRAMS", 50), setting("SYSTOLE_SEED", 1), options_from_environment());
}

}  // namespace systole::test
