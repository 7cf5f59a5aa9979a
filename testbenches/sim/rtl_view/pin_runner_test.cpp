// SPDX-License-Identifier: Apache-2.0
//
// Does a program at the chip's pins find its memory, tell its story in order, and end with a reason when the chip misbehaves? The
// chip is a mock, so every cycle of it is known.
#include "rtl_view/pin_runner.hpp"

#include <algorithm>

#include "catch.hpp"
#include "sim/rtl_view/mock_network.hpp"

using namespace systole;
using namespace systole::rtl_view;
using namespace systole::test;
using platform::MockChip;

namespace {

std::vector<std::uint8_t> filled_memory() {
  std::vector<std::uint8_t> dram(kDramBytes, 0);
  const auto bytes = pattern();
  std::copy(bytes.begin(), bytes.end(), dram.begin() + kTensors);
  return dram;
}

PinRun run(MockChip& chip, const isa::Program& program, std::vector<std::uint8_t>& dram,
           std::uint64_t max_cycles = 10'000, Observer* observer = nullptr) {
  const compiler::CompiledNetwork network = copy_network();
  return run_at_pins(chip, network.chip, program, network.base_address, kProgramAddress, dram, max_cycles, observer);
}

// What an observer hears, in a line each.
class Story final : public Observer {
 public:
  void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override {
    tell("start", cycle);
    CHECK(engine == (index == 0 ? isa::Engine::kLoad : isa::Engine::kStore));
  }
  void on_retire(const Retired& retired) override { tell("retire", retired.retire_cycle); }
  bool wants_axi() const override { return true; }
  void on_axi(const AxiEvent& event) override {
    tell("axi", event.cycle);
    beats[static_cast<std::size_t>(event.channel)] += 1;
  }
  std::vector<std::string> kinds;
  std::array<int, 5> beats = {};  // by channel

 private:
  void tell(const std::string& kind, std::uint64_t cycle) {
    CHECK(cycle >= newest_);
    newest_ = cycle;
    kinds.push_back(kind);
  }
  std::uint64_t newest_ = 0;
};

}  // namespace

TEST_CASE("a program's bytes go from memory through the chip to memory, and its counters come back") {
  const auto chip = mock_chip();
  auto dram = filled_memory();
  const PinRun result = run(*chip, copy_program(8), dram);
  CHECK(result.error_code == 0);
  const auto bytes = pattern();
  CHECK(std::equal(bytes.begin(), bytes.end(), dram.begin() + kScratch + 8));
  CHECK(dram[kScratch + 7] == 0);
  CHECK(dram[kScratch + 8 + kCopied] == 0);
  REQUIRE(result.retired.size() == 2);
  CHECK(result.retired[0].engine == isa::Engine::kLoad);
  CHECK(result.retired[1].engine == isa::Engine::kStore);
  CHECK(result.retired[1].start_cycle > result.retired[0].retire_cycle);
  CHECK(result.cycles >= result.retired[1].retire_cycle);
  CHECK(result.counters[1] == 2);        // instructions
  CHECK(result.counters[3] >= kCopied);  // write_bytes
  CHECK(result.counters[0] <= result.cycles);
}

TEST_CASE("a transfer whose end wraps around the address space does not reach the memory") {
  const compiler::CompiledNetwork network = copy_network();
  for (const auto base : {isa::Base::kTensor, isa::Base::kScratch}) {
    const auto chip = mock_chip();
    auto dram = filled_memory();
    isa::Bases bases = network.base_address;
    bases[static_cast<std::size_t>(base)] = ~std::uint64_t{0} - 15;  // the store's 8 bytes on: the last beat
    CHECK_THROWS_WITH(run_at_pins(*chip, network.chip, copy_program(8), bases, kProgramAddress, dram, 10'000, nullptr),
                      Contains("past the end of DRAM"));
  }
}

TEST_CASE("an observer hears every transfer, start and retirement, in the order of their cycles") {
  const auto chip = mock_chip();
  auto dram = filled_memory();
  Story story;
  const PinRun result = run(*chip, copy_program(), dram, 10'000, &story);
  CHECK(std::count(story.kinds.begin(), story.kinds.end(), "start") == 2);
  CHECK(std::count(story.kinds.begin(), story.kinds.end(), "retire") == static_cast<int>(result.retired.size()));
  const int beat = static_cast<int>(copy_network().chip.axi_bytes());
  const int fetch = 2 * isa::kInstructionBytes / beat, data = kCopied / beat;
  CHECK(story.beats[static_cast<std::size_t>(AxiChannel::kR)] == fetch + data);
  CHECK(story.beats[static_cast<std::size_t>(AxiChannel::kW)] == data);
  CHECK(story.beats[static_cast<std::size_t>(AxiChannel::kB)] == 1);
}

TEST_CASE("the chip starts from reset, whatever ran on it before") {
  const auto chip = mock_chip();
  auto first = filled_memory(), second = filled_memory();
  const PinRun a = run(*chip, copy_program(), first);
  const std::uint64_t resets = chip->cycles_in_reset;
  const PinRun b = run(*chip, copy_program(), second);
  CHECK(chip->cycles_in_reset == 2 * resets);
  CHECK(a.cycles == b.cycles);
  CHECK(a.counters == b.counters);
  CHECK(first == second);
}

TEST_CASE("an instruction that waits for ever ends at the limit of cycles") {
  const auto chip = mock_chip();
  auto dram = filled_memory();
  isa::Program program = copy_program();
  std::get<isa::Load>(program.instructions[0]).common.wait_mask = 1;
  CHECK_THROWS_WITH(run(*chip, program, dram, 500), Contains("no interrupt after 500 cycles"));
}

TEST_CASE("a write burst without WLAST and an address past the memory end the run") {
  auto dram = filled_memory();
  CHECK_THROWS_WITH(run(*mock_chip(MockChip::Fault::kNoWlast), copy_program(), dram), Contains("WLAST"));
  CHECK_THROWS_WITH(run(*mock_chip(), copy_program(kDramBytes), dram), Contains("past the end of DRAM"));
}
