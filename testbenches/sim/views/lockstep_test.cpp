// SPDX-License-Identifier: Apache-2.0
//
// Does the lockstep end a run at the first thing in which RTL and models differ, and say what it compared? The cycle model, with a
// fault of our choice in it, stands in for the RTL: no Verilator is needed.
#include "views/lockstep.hpp"

#include "catch.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "sim/views/fake_rtl.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::views;
using test::chip_step;
using test::digits;
using test::FakeRtl;

namespace {

std::optional<Divergence> run(FakeRtl& rtl, Compared* compared = nullptr) {
  ReferenceView reference(digits());
  ModelRuns model(digits(), {});
  Lockstep lockstep(digits(), reference, rtl, model);
  auto divergence = lockstep.run(session::random_inputs(digits().network, 5));
  if (compared != nullptr) *compared = lockstep.compared();
  return divergence;
}

}  // namespace

TEST_CASE("an RTL that does what the models do passes, and everything of it was compared") {
  FakeRtl rtl(digits());
  Compared compared;
  CHECK(!run(rtl, &compared));
  const ProgramRun timed = time_program(digits(), chip_step(), {});
  CHECK(compared.programs == 1);
  CHECK(compared.instructions == test::program_step().program.instructions.size());
  CHECK(compared.cycles == timed.cycles);
  CHECK(compared.dram_bytes == digits().dram_bytes);
  CHECK(compared.transfers > compared.instructions);
}

TEST_CASE("a byte of DRAM that differs is named with its tensor, and the program does not count as compared") {
  const TensorId output = test::program_step().outputs.front();
  const std::uint64_t address = digits().base_address[0] + digits().layout[output]->offset;
  FakeRtl rtl(digits(), [&](ModelView& model, ProgramRun&) {
    auto byte = model.read_dram(address, 1);
    byte[0] ^= 1;
    model.write_dram(address, byte);
  });
  Compared compared;
  const auto d = run(rtl, &compared);
  REQUIRE(d);
  CHECK(d->aspect == Aspect::kDram);
  CHECK(d->what.find("reference and rtl differ after step") == 0);
  CHECK(d->tensor == digits().network.tensors[output].name);
  CHECK(d->node);
  CHECK(compared.programs == 0);
}

TEST_CASE("a counter that differs is named") {
  FakeRtl rtl(digits(), [](ModelView&, ProgramRun& run) { run.counters[1] += 1; });
  const auto d = run(rtl);
  REQUIRE(d);
  CHECK(d->aspect == Aspect::kTiming);
  CHECK(d->what.find("cycle model and rtl differ in the counter instructions") == 0);
}

TEST_CASE("an event in another cycle ends the run while the program runs, with instruction and node") {
  compiler::CompiledNetwork slow = digits();
  slow.chip.load_outstanding = 1;
  FakeRtl rtl(slow);
  const auto d = run(rtl);
  REQUIRE(d);
  CHECK(d->aspect == Aspect::kEvent);
  CHECK(d->what.find("RTL and cycle model differ in time, in event ") == 0);
  CHECK(d->step == chip_step());
  CHECK(d->cycle);
  REQUIRE(d->instruction);
  REQUIRE(d->node);
  CHECK(rtl.runs().empty());
}

TEST_CASE("behind an error of the RTL nobody listens any more") {
  FakeRtl rtl(digits(), [](ModelView&, ProgramRun&) { throw DesignError("the chip is on fire"); });
  CHECK_THROWS_WITH(run(rtl), "the chip is on fire");
  // With the observer of the run that failed, this would call into what is gone.
  CHECK_THROWS_WITH(rtl.run_program(chip_step(), test::program_step().program), "the chip is on fire");
}

TEST_CASE("wrong inputs are the user's error before anything runs") {
  FakeRtl rtl(digits());
  ReferenceView reference(digits());
  ModelRuns model(digits(), {});
  Lockstep lockstep(digits(), reference, rtl, model);
  CHECK_THROWS_AS(lockstep.run({}), UserError);
  CHECK(rtl.runs().empty());
}
