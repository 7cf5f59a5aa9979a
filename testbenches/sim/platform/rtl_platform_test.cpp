// SPDX-License-Identifier: Apache-2.0
//
// Does the platform bring a program to the chip, its bytes to and from DRAM, and its story back,
// and does it find a hang? The chip is a mock, so every cycle of it is known here.
#include "platform/rtl_platform.hpp"

#include <memory>
#include <numeric>
#include <random>
#include <string>

#include "catch.hpp"
#include "mock_chip.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

Chip small_chip(std::uint32_t data_bits = 64, std::uint32_t latency = 7) {
  Chip chip;
  chip.name = "mock";
  chip.array_rows = chip.array_cols = 4;
  chip.axi_data_bits = data_bits;
  chip.memory.size_bytes = 1 << 20;
  chip.memory.ideal().latency_cycles = latency;
  chip.memory.ideal().bytes_per_cycle = 2 * data_bits / 8;
  return chip;
}

isa::Load load(std::uint32_t offset, std::uint32_t bytes, std::uint16_t wait = 0) {
  isa::Load load;
  load.dram_offset = offset;
  load.run_bytes = bytes;
  load.common.wait_mask = wait;
  return load;
}
isa::Store store(std::uint32_t offset) {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.base = isa::Base::kScratch;
  store.dst_base = offset;
  return store;
}

constexpr isa::Bases kBaseAddresses = {0x1000, 0, 0, 0x8000};
constexpr std::uint64_t kProgram = 0x40000;

std::vector<std::uint8_t> random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

template <typename Error, typename Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  FAIL("nothing was thrown");
  return "";
}

}  // namespace

TEST_CASE("bytes pass through the chip, aligned or not, at every bus width") {
  const std::uint32_t bits = GENERATE(32u, 64u, 128u, 1024u);
  const Chip chip = small_chip(bits);
  RtlPlatform platform(chip, {}, std::make_shared<MockChip>(chip.axi_bytes()));
  const auto bytes = random_bytes(0x1000, bits);
  platform.write_memory(0x1000, bytes);
  const auto before = random_bytes(0x1000, bits + 1);
  platform.write_memory(0x8000, before);

  isa::Program program;
  program.instructions = {load(0x13, 77), store(0x205), load(0x400, 256), store(0x800)};
  const RunResult result = platform.run(program, kBaseAddresses, kProgram);
  CHECK(result.error_code == 0);

  auto expected = before;
  std::copy_n(bytes.begin() + 0x13, 77, expected.begin() + 0x205);
  std::copy_n(bytes.begin() + 0x400, 256, expected.begin() + 0x800);
  CHECK(platform.read_memory(0x8000, 0x1000) == expected);
}

TEST_CASE("cycles count from the doorbell's handshake, and the trace names every instruction") {
  const Chip chip = small_chip(64, 7);
  PlatformOptions options;
  options.record_axi = true;
  options.quantum_cycles = GENERATE(1u, 3u, 1000u);
  RtlPlatform platform(chip, options, std::make_shared<MockChip>(chip.axi_bytes()));
  isa::Program program;
  program.instructions = {load(0, 64), store(0)};
  const RunResult result = platform.run(program, kBaseAddresses, kProgram);

  // The cycles of the mock. Doorbell in 0, idle state left in 1, AR on the pins in 2, first of 16 beats
  // in 9, last in 24. Start shown in 26, AR of the load in 27, 8 beats from 34 to 41, retirement shown
  // in 42. The store likewise; its B comes 7 cycles after its last W beat.
  REQUIRE(result.axi_trace.size() > 4);
  CHECK(result.axi_trace[0].cycle == 2);
  CHECK(result.axi_trace[0].channel == AxiChannel::kAr);
  CHECK(result.axi_trace[0].id == 0);
  CHECK(result.axi_trace[0].address == kProgram);
  CHECK(result.axi_trace[0].beats == 16);
  CHECK(result.axi_trace[1].cycle == 9);
  CHECK(result.axi_trace[1].channel == AxiChannel::kR);
  REQUIRE(result.retire_trace.size() == 2);
  CHECK(result.retire_trace[0] == Retired{isa::Engine::kLoad, 0, 26, 42});
  // Store: fetch AR shown in 43, data 50 to 65, start shown in 67, AW and first W beat in 68, last
  // W in 75, B in 82, retired 83.
  CHECK(result.retire_trace[1] == Retired{isa::Engine::kStore, 1, 67, 83});
  CHECK(result.cycles == 83);
  CHECK(result.counters[counter::kInstructions] == 2);
  CHECK(result.counters[counter::kReadBytes] == 2 * 128 + 64);
  CHECK(result.counters[counter::kWriteBytes] == 64);
}

TEST_CASE("a signal ends a program with what ran until then, and the next one begins with a reset") {
  const Chip chip = small_chip(64, 7);
  PlatformOptions options;
  options.quantum_cycles = 10;
  const auto mock = std::make_shared<MockChip>(chip.axi_bytes());
  RtlPlatform platform(chip, options, mock);
  isa::Program program;
  program.instructions = {load(0, 64), store(0)};
  const auto resets = [&] { return mock->cycles_in_reset; };
  {
    const InterruptionScope scope;
    const RunResult part = platform.run(program, kBaseAddresses, kProgram, {}, [](const Progress& p) {
      if (p.retired == 1) std::raise(SIGTERM);
    });
    CHECK(part.interrupted);
    REQUIRE(part.retire_trace.size() == 1);
    CHECK(part.retire_trace[0] == Retired{isa::Engine::kLoad, 0, 26, 42});
    CHECK(part.cycles >= 50);
    CHECK(part.error_code == 0);
  }
  const auto before = resets();
  const RunResult whole = platform.run(program, kBaseAddresses, kProgram);
  CHECK(resets() > before);
  CHECK(!whole.interrupted);
  CHECK(whole.cycles == 83);
}

TEST_CASE("a second program starts without a reset and meets the same memory") {
  Chip chip = small_chip();
  chip.memory.backpressure_permille = 400;
  const auto mock = std::make_shared<MockChip>(chip.axi_bytes());
  RtlPlatform platform(chip, {}, mock);
  isa::Program program;
  program.instructions = {load(3, 500), store(1)};
  const RunResult first = platform.run(program, kBaseAddresses, kProgram);
  const auto resets = mock->cycles_in_reset;
  const RunResult second = platform.run(program, kBaseAddresses, kProgram);
  CHECK(mock->cycles_in_reset == resets);
  CHECK(first.cycles == second.cycles);
  CHECK(first.retire_trace == second.retire_trace);
  CHECK(first.counters == second.counters);
}

TEST_CASE("platforms of one process take turns on the SystemC modules") {
  const Chip chip_a = small_chip(64), chip_b = small_chip(256);
  RtlPlatform a(chip_a, {}, std::make_shared<MockChip>(chip_a.axi_bytes()));
  RtlPlatform b(chip_b, {}, std::make_shared<MockChip>(chip_b.axi_bytes()));
  isa::Program program;
  program.instructions = {load(0, 100), store(0)};
  const auto bytes_a = random_bytes(100, 1), bytes_b = random_bytes(100, 2);
  a.write_memory(0x1000, bytes_a);
  b.write_memory(0x1000, bytes_b);
  const RunResult first = a.run(program, kBaseAddresses, kProgram);
  b.run(program, kBaseAddresses, kProgram);
  const RunResult again = a.run(program, kBaseAddresses, kProgram);
  CHECK(first.retire_trace == again.retire_trace);
  CHECK(a.read_memory(0x8000, 100) == bytes_a);
  CHECK(b.read_memory(0x8000, 100) == bytes_b);
}

TEST_CASE("an address outside the DRAM is a bus error at the chip, and the next run works") {
  const Chip chip = small_chip();
  const auto mock = std::make_shared<MockChip>(chip.axi_bytes());
  RtlPlatform platform(chip, {}, mock);
  isa::Program program;
  program.instructions = {load(0, 8), load(0x200000, 8)};
  RunResult result = platform.run(program, kBaseAddresses, kProgram);
  CHECK(result.error_code == 2);
  CHECK(result.error_index == 1);
  program.instructions = {load(0, 8), store(0), store(0x200000)};
  result = platform.run(program, kBaseAddresses, kProgram);
  CHECK(result.error_code == 3);
  CHECK(result.error_index == 2);
  const auto resets = mock->cycles_in_reset;
  program.instructions = {load(0, 8)};
  CHECK(platform.run(program, kBaseAddresses, kProgram).error_code == 0);
  CHECK(mock->cycles_in_reset > resets);
}

TEST_CASE("an illegal instruction is reported with its index") {
  const Chip chip = small_chip();
  RtlPlatform platform(chip, {}, std::make_shared<MockChip>(chip.axi_bytes()));
  std::vector<isa::Encoded> instructions = {isa::encode(load(0, 8)), {}};
  const RunResult result = platform.run(instructions, kBaseAddresses, kProgram);
  CHECK(result.error_code == 1);
  CHECK(result.error_index == 1);
}

TEST_CASE("a hang names what every engine waits for, exactly at the limit") {
  const Chip chip = small_chip();
  RtlPlatform platform(chip, {}, std::make_shared<MockChip>(chip.axi_bytes()));
  isa::Program program;
  program.instructions = {load(0, 64), load(64, 8, 1 << 3), store(0)};
  RunLimits limits;
  limits.hang_cycles = 5000;
  const std::string text = message_of<DesignError>([&] { platform.run(program, kBaseAddresses, kProgram, limits); });
  CAPTURE(text);
  CHECK(text.find("no instruction retired from cycle 42 to cycle 5042") != std::string::npos);
  CHECK(text.find("1 of 3 instructions retired") != std::string::npos);
  CHECK(text.find("load: load_wait_semaphore; next instruction 1: load") != std::string::npos);
  CHECK(text.find("wait=3") != std::string::npos);
  CHECK(text.find("matrix: matrix_wait_instruction; no instruction left") != std::string::npos);
  CHECK(text.find("store: store_wait_instruction; next instruction 2: store") != std::string::npos);

  program.instructions = {load(0, 64)};
  CHECK(platform.run(program, kBaseAddresses, kProgram, limits).retire_trace.size() == 1);
}

TEST_CASE("max_cycles is tight on both sides") {
  const Chip chip = small_chip();
  RtlPlatform platform(chip, {}, std::make_shared<MockChip>(chip.axi_bytes()));
  isa::Program program;
  program.instructions = {load(0, 64), store(0)};
  RunLimits limits;
  limits.max_cycles = 83;
  CHECK(platform.run(program, kBaseAddresses, kProgram, limits).cycles == 83);
  limits.max_cycles = 82;
  const std::string text = message_of<DesignError>([&] { platform.run(program, kBaseAddresses, kProgram, limits); });
  CHECK(text.find("not finished after 82 cycles") != std::string::npos);
  CHECK(text.find("in instruction 1 since cycle 67") != std::string::npos);
}

TEST_CASE("a broken AXI rule and a deaf register port end the run with the cycle") {
  Chip chip = small_chip();
  chip.memory.backpressure_permille = 700;
  isa::Program program;
  program.instructions = {load(0, 64), store(0)};
  RtlPlatform moves(chip, {}, std::make_shared<MockChip>(chip.axi_bytes(), MockChip::Fault::kArMoves));
  CHECK(message_of<DesignError>([&] { moves.run(program, kBaseAddresses, kProgram); }).find("AR changed") !=
        std::string::npos);
  RtlPlatform wlast(chip, {}, std::make_shared<MockChip>(chip.axi_bytes(), MockChip::Fault::kNoWlast));
  CHECK(message_of<DesignError>([&] { wlast.run(program, kBaseAddresses, kProgram); }).find("WLAST") !=
        std::string::npos);
  RtlPlatform deaf(chip, {}, std::make_shared<MockChip>(chip.axi_bytes(), MockChip::Fault::kForgetsRegisters));
  CHECK(message_of<DesignError>([&] { deaf.run(program, kBaseAddresses, kProgram); }).find("does not answer") !=
        std::string::npos);
}

TEST_CASE("what the caller gets wrong is a user error before the chip runs") {
  const Chip chip = small_chip();
  RtlPlatform platform(chip, {}, std::make_shared<MockChip>(chip.axi_bytes()));
  isa::Program program;
  CHECK_THROWS_AS(platform.run(program, kBaseAddresses, kProgram), UserError);
  program.instructions = {load(0, 8)};
  CHECK_THROWS_AS(platform.run(program, kBaseAddresses, kProgram + 64), UserError);
  CHECK_THROWS_AS(platform.run(program, kBaseAddresses, chip.memory.size_bytes), UserError);
  program.chip_fingerprint = chip.fingerprint() + 1;
  CHECK_THROWS_AS(platform.run(program, kBaseAddresses, kProgram), UserError);
  CHECK_THROWS_AS(platform.write_memory(chip.memory.size_bytes - 1, {1, 2}), UserError);
  CHECK_THROWS_AS(platform.read_memory(chip.memory.size_bytes, 1), UserError);
}

TEST_CASE("progress comes about once a quantum") {
  const Chip chip = small_chip();
  PlatformOptions options;
  options.quantum_cycles = 10;
  RtlPlatform platform(chip, options, std::make_shared<MockChip>(chip.axi_bytes()));
  isa::Program program;
  program.instructions = {load(0, 64), store(0)};
  std::vector<Progress> seen;
  platform.run(program, kBaseAddresses, kProgram, {}, [&](const Progress& p) { seen.push_back(p); });
  REQUIRE(seen.size() >= 7);
  CHECK(seen.back().retired == 1);
  for (std::size_t i = 1; i < seen.size(); ++i) CHECK(seen[i].cycle == seen[i - 1].cycle + 10);
}

TEST_CASE("with the platform goes its hold on the chip, and each program begins the wave's count of cycles") {
  const Chip chip = small_chip();
  const auto mock = std::make_shared<MockChip>(chip.axi_bytes());
  {
    RtlPlatform platform(chip, {}, mock);
    isa::Program program;
    program.instructions = {load(0, 8)};
    platform.run(program, kBaseAddresses, kProgram);
    platform.run(program, kBaseAddresses, kProgram);
    CHECK(mock->wave_programs == 2);
  }
  CHECK(mock.use_count() == 1);
}
