// SPDX-License-Identifier: Apache-2.0
//
// Is every kind of difference found in a random program, and called by its name? That the RTL has none, system_random_programs shows.
#include "fuzz/comparison.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "fuzz/dram_map.hpp"
#include "sim/views/fake_rtl.hpp"
#include "support/error.hpp"

namespace systole::fuzz {
namespace {

using test::FakeRtl;
using views::ModelView;
using views::ProgramRun;

FuzzCase any_case() {
  return make_case(load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml"), 4, {}, MemoryChoice::kFixed);
}

Outcome compare(const FuzzCase& c, const FakeRtl::Fault& fault = {}) {
  return compare_views(
      c, [&](const compiler::CompiledNetwork& network) { return std::make_unique<FakeRtl>(network, fault); });
}

bool is(const std::string& kind, const Outcome& outcome) {
  INFO(outcome.difference);
  const bool begins = outcome.difference.find(kind + ": ") == 0;
  CHECK(begins);
  return begins;
}

TEST_CASE("views that agree have no difference, and the outcome says how long the program took") {
  const FuzzCase c = any_case();
  const Outcome outcome = compare(c);
  CHECK(outcome.difference.empty());
  const cycle::Result model = cycle::CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address);
  CHECK(outcome.cycles == model.cycles);
  for (std::size_t e = 0; e < isa::kEngines; ++e) {
    CHECK(outcome.accounts[e].total() == model.cycles);
    CHECK(outcome.accounts[e].busy == model.accounts[e].busy);
  }
}

TEST_CASE("a chip that is slower differs in an event, which is told with its instruction") {
  const FuzzCase c = any_case();
  std::optional<compiler::CompiledNetwork> slow;
  const Outcome outcome = compare_views(c, [&](const compiler::CompiledNetwork& network) {
    slow = network;
    slow->chip.load_outstanding = 1;
    return std::make_unique<FakeRtl>(*slow);
  });
  CHECK(is("event", outcome));
  CHECK_THAT(outcome.difference, Contains("instruction") && Contains("cycle model"));
  CHECK(outcome.cycles > 0);
}

TEST_CASE("a byte is found wherever it differs, the program's own included") {
  const FuzzCase c = any_case();
  for (const std::uint64_t address : {std::uint64_t{0}, c.random.program_address, c.random.dram.size() - 1}) {
    const Outcome outcome = compare(c, [&](ModelView& model, ProgramRun&) {
      auto byte = model.read_dram(address, 1);
      byte[0] ^= 0x80;
      model.write_dram(address, byte);
    });
    CHECK(is("dram", outcome));
  }
}

TEST_CASE("the RTL begins with the DRAM of the program") {
  const FuzzCase c = any_case();
  std::vector<std::uint8_t> parameters;
  CHECK(compare(c, [&](ModelView& model, ProgramRun&) {
          parameters = model.read_dram(kParameters, kParameterBytes);
        }).difference.empty());
  CHECK(std::equal(parameters.begin(), parameters.end(), c.random.dram.begin() + kParameters));
  CHECK(parameters.size() == kParameterBytes);
}

TEST_CASE("a counter and the interrupt's cycle are found behind the run") {
  CHECK(is("timing", compare(any_case(), [](ModelView&, ProgramRun& run) { ++run.counters.back(); })));
  CHECK(is("timing", compare(any_case(), [](ModelView&, ProgramRun& run) { ++run.cycles; })));
}

TEST_CASE("an error of the chip and a run that stops are told apart") {
  CHECK(is("error", compare(any_case(), [](ModelView&, ProgramRun&) { throw DesignError("error 4"); })));
  CHECK(is("stop", compare(any_case(), [](ModelView&, ProgramRun&) { throw std::runtime_error("no interrupt"); })));
}

TEST_CASE("a program with a race is the generator's fault, and no RTL is asked") {
  FuzzCase c = any_case();
  for (isa::Instruction& instruction : c.random.program.instructions) {
    isa::common_of(instruction).wait_mask = 0;
    isa::common_of(instruction).post_mask = 0;
  }
  const MakeRtl nobody = [](const compiler::CompiledNetwork&) -> std::unique_ptr<views::View> {
    throw std::logic_error("asked");
  };
  const Outcome race = compare_views(c, nobody);
  CHECK(is("model", race));
  CHECK_THAT(race.difference, Contains("data race"));
  isa::common_of(c.random.program.instructions[0]).wait_mask = 1;  // that nobody posts
  const Outcome deadlock = compare_views(c, nobody);
  CHECK(is("model", deadlock));
  CHECK_THAT(deadlock.difference, !Contains("data race"));
}

}  // namespace
}  // namespace systole::fuzz
