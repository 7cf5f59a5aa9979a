// SPDX-License-Identifier: Apache-2.0
//
// Is a node's time that of its instructions, however nodes overlap?
#include "report/node/node_timing.hpp"

#include "catch.hpp"
#include "sim/report/example_run.hpp"

namespace systole::report {
namespace {

// One program with these instructions: node, engine, start and retirement.
struct Ran {
  std::uint32_t node;
  isa::Engine engine;
  std::uint64_t start, retire;
};

std::vector<NodeTiming> timing_of(const std::vector<Ran>& instructions, std::uint64_t cycles) {
  compiler::CompiledNetwork net = example_network();
  net.steps = {compiler::ChipStep{}};
  views::ProgramRun run;
  run.has_timing = true;
  run.cycles = cycles;
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program.instructions;
  for (const Ran& ran : instructions) {
    isa::Load load;
    load.common.tag = ran.node;
    run.retired.push_back({ran.engine, static_cast<std::uint32_t>(program.size()), ran.start, ran.retire});
    program.push_back(load);
  }
  return node_timing(net, {run});
}

constexpr isa::Engine kLoad = isa::Engine::kLoad, kMatrix = isa::Engine::kMatrix;

}  // namespace

TEST_CASE("a node is at work while one of its instructions is, gaps left out and overlaps counted once") {
  const auto timing = timing_of({{0, kLoad, 10, 50}, {0, kLoad, 40, 60}, {0, kMatrix, 100, 130}}, 200);
  CHECK(timing[0].active_cycles == 50 + 30);
  CHECK(timing[0].matrix_cycles == 30);
  CHECK(timing[0].first_start == 10);
  CHECK(timing[0].last_retirement == 130);
  CHECK(timing[0].own_cycles == 200);
  CHECK_FALSE(timing[0].overlaps);
  CHECK(timing[1].active_cycles == 0);
}

TEST_CASE("nodes of one program share its cycles without rest") {
  const auto timing = timing_of({{0, kLoad, 10, 50}, {3, kLoad, 60, 190}}, 200);
  CHECK(timing[0].own_cycles == 50);
  CHECK(timing[3].own_cycles == 150);
}

TEST_CASE("of the nodes that are at work at once, the one with most cycles together is told") {
  // Node 0 shares 10 cycles with 1 and 25 with 2; 1 and 2 share 5.
  const auto timing =
      timing_of({{0, kMatrix, 0, 100}, {1, kLoad, 60, 70}, {2, kLoad, 65, 75}, {2, kLoad, 85, 110}}, 120);
  CHECK(timing[0].overlaps == 2u);
  CHECK(timing[0].overlap_cycles == 25);
  CHECK(timing[1].overlaps == 0u);
  CHECK(timing[1].overlap_cycles == 10);
  CHECK(timing[2].overlaps == 0u);
  CHECK(timing[2].overlap_cycles == 25);
}

TEST_CASE("programs follow each other") {
  const auto timing = node_timing(example_network(), example_runs());
  CHECK(timing[3].first_start == 200 + 10);
  CHECK(timing[3].last_retirement == 200 + 90);
  CHECK(timing[3].active_cycles == 40 + 30);
}

}  // namespace systole::report
