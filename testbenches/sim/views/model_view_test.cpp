// SPDX-License-Identifier: Apache-2.0
//
// Has the model view the reference's bits and the cycle model's time, and is a program that hangs or races refused?
#include "views/model_view.hpp"

#include "catch.hpp"
#include "runtime/executor.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "support/error.hpp"
#include "views/compare.hpp"

using namespace systole;
using namespace systole::views;
using test::chip_step;
using test::digits;

TEST_CASE("the model view has the bits of the reference view and a clock beside them") {
  const auto inputs = session::random_inputs(digits().network, 4);
  ReferenceView reference(digits());
  ModelView model(digits(), {});
  runtime::Executor(digits(), reference).run(inputs);
  runtime::Executor(digits(), model).run(inputs);
  const std::uint8_t *a = reference.dram(digits().dram_bytes), *b = model.dram(digits().dram_bytes);
  CHECK(std::equal(a, a + digits().dram_bytes, b));
  REQUIRE(reference.runs().size() == 1);
  REQUIRE(model.runs().size() == 1);
  CHECK(!reference.runs()[0].has_timing);
  CHECK(model.runs()[0].has_timing);
  CHECK(model.runs()[0].cycles > 1000);
  CHECK(model.runs()[0].accounts);
  CHECK(model.runs()[0].retired.size() == test::program_step().program.instructions.size());
}

TEST_CASE("an observer of the model view hears what the run says afterwards") {
  ModelView model(digits(), {});
  Recording trace(Recording::Axi::kKeep);
  model.observe(&trace);
  runtime::Executor(digits(), model).run(session::random_inputs(digits().network, 4));
  CHECK(trace.retired == model.runs()[0].retired);
  CHECK(trace.axi.size() > trace.retired.size());
}

TEST_CASE("a network's programs are simulated once each") {
  ModelRuns runs(digits(), {});
  CHECK(runs.runs().empty());
  const std::uint64_t cycles = runs.of(chip_step()).cycles;
  CHECK(runs.of(chip_step()).cycles == cycles);
  REQUIRE(runs.runs().size() == 1);
  CHECK(runs.runs()[0].step == chip_step());
}

TEST_CASE("a program longer than the limit and one that hangs are refused") {
  RunLimits limits;
  limits.max_cycles = 100;
  CHECK_THROWS_AS(time_program(digits(), chip_step(), limits), DesignError);
  limits = {};
  limits.hang_cycles = 5;
  CHECK_THROWS_WITH(time_program(digits(), chip_step(), limits), Contains("no instruction retired for 5 cycles"));
}

TEST_CASE("a program whose engines race is refused with the place") {
  compiler::CompiledNetwork racing = digits();
  auto& program = std::get<compiler::ChipStep>(racing.steps[chip_step()]).program;
  for (isa::Instruction& instruction : program.instructions)
    std::visit([](auto& x) { x.common.wait_mask = x.common.post_mask = 0; }, instruction);
  CHECK_THROWS_WITH(time_program(racing, chip_step(), {}), Contains("step ") && Contains("more"));
}

TEST_CASE("the timing view has the clock of the model view and no bytes") {
  ModelView model(digits(), {});
  Recording expected(Recording::Axi::kKeep), got(Recording::Axi::kKeep);
  model.observe(&expected);
  runtime::Executor(digits(), model).run(session::random_inputs(digits().network, 4));
  for (const Races races : {Races::kFind, Races::kIgnore}) {
    TimingView timing(digits(), {}, races);
    got = Recording(Recording::Axi::kKeep);
    timing.observe(&got);
    timing.run_program(chip_step(), test::program_step().program);
    CHECK(got.retired == expected.retired);
    CHECK(got.axi == expected.axi);
    REQUIRE(timing.runs().size() == 1);
    CHECK_FALSE(views::compare_timing(digits(), model.runs()[0], "model", timing.runs()[0], "timing"));
    CHECK_THROWS_AS(timing.read_dram(0, 1), InternalError);
    CHECK_THROWS_AS(timing.write_dram(0, {1}), InternalError);
    CHECK_THROWS_AS(timing.dram(1), InternalError);
  }
}

TEST_CASE("the timing view finds races if it is asked to") {
  compiler::CompiledNetwork racing = digits();
  auto& program = std::get<compiler::ChipStep>(racing.steps[chip_step()]).program;
  for (isa::Instruction& instruction : program.instructions)
    std::visit([](auto& x) { x.common.wait_mask = x.common.post_mask = 0; }, instruction);
  CHECK_NOTHROW(TimingView(racing, {}, Races::kIgnore).run_program(chip_step(), program));
  CHECK_THROWS_WITH(TimingView(racing, {}, Races::kFind).run_program(chip_step(), program), Contains("step "));
}
