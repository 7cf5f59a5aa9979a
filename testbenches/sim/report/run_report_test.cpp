// SPDX-License-Identifier: Apache-2.0
//
// Are the figures of a run those of its programs and nodes?
#include "report/run_report.hpp"

#include "catch.hpp"
#include "example_run.hpp"

namespace systole::report {

TEST_CASE("the figures of a run are those of its programs together") {
  const RunReport r = make_report(example_network(), "rtl", example_runs());
  CHECK(r.cycles == 300u);
  CHECK(r.macs == 2400);
  CHECK(r.macs_on_chip == 2400);
  CHECK(r.utilization == Approx(2400.0 / (300 * 16)));
  CHECK(r.instructions == 5);
  CHECK(r.wall_seconds == Approx(0.5));
  CHECK(r.simulated_cycles_per_second == Approx(600));
  CHECK(r.shares[0].first == "rtl");
  CHECK(r.shares[0].second.operators == Approx(2.0 / 3));
  CHECK(r.shares[0].second.macs == 1);
  CHECK(r.shares[0].second.bytes == Approx(600.0 / 1000));
  CHECK(r.shares[1].first == "host");
  CHECK(r.shares[1].second.operators == Approx(1.0 / 3));
  CHECK(r.shares[1].second.macs == 0);
  CHECK(r.shares[1].second.bytes == Approx(400.0 / 1000));
  REQUIRE(r.nodes.size() == 4);
  CHECK(r.nodes[0].cycles == 200u);
  CHECK(r.nodes[0].where == "rtl");
  CHECK(r.nodes[1].cycles == 0u);
  CHECK(r.nodes[1].where == "host");
  CHECK(r.nodes[2].where == "none");
  CHECK(r.nodes[3].cycles == 100u);
}

TEST_CASE("nodes of one program share its cycles without rest") {
  compiler::CompiledNetwork net = example_network();
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program;
  isa::common_of(program.instructions[1]).tag = 3;
  const auto cycles = node_cycles(net, {example_runs()[0]});
  // The first node is finished at 50, the other at 190, the interrupt comes at 200.
  CHECK(cycles == std::vector<std::uint64_t>{50, 0, 0, 150});
}

TEST_CASE("speed follows from the cycles and the chip's clock") {
  const RunReport r = make_report(example_network(), "rtl", example_runs());
  CHECK(r.milliseconds == Approx(300e-6));
  CHECK(r.latency_seconds == Approx(300e-9));
  CHECK(r.inferences_per_second == Approx(1 / 300e-9));
  CHECK(r.tops == Approx(2 * 2400 / 300e-9 * 1e-12));
  CHECK(r.peak_tops == Approx(2 * 16 * 1e9 * 1e-12));
  CHECK(r.dram_bytes_per_second == Approx(8392 / 300e-9));
  CHECK(r.dram_share == Approx(8392 / 300e-9 / 16e9));
  CHECK(r.nodes[0].cycles_share == Approx(2.0 / 3));
  CHECK(r.nodes[0].utilization == Approx(0.5));
  CHECK_FALSE(r.nodes[1].utilization);
}

TEST_CASE("a network without a program on the chip takes no cycles and has no speed") {
  compiler::CompiledNetwork net = example_network();
  net.steps = {compiler::HostStep{1}};
  const RunReport r = make_report(net, "model", {});
  CHECK(r.cycles == 0u);
  CHECK(r.milliseconds == 0.0);
  CHECK_FALSE(r.latency_seconds);
  CHECK_FALSE(r.utilization);
  CHECK_FALSE(r.nodes[0].cycles_share);
}

TEST_CASE("accounts of programs add up, and are unknown if one is") {
  auto runs = example_runs();
  CHECK_FALSE(total_accounts(runs));
  CHECK_FALSE(total_accounts({}));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    Accounts accounts = {};
    accounts[0].busy = 1 + i;
    accounts[0].semaphore[2] = 10 + i;
    accounts[1].memory = 20 + i;
    accounts[1].port = 30 + i;
    accounts[2].instruction = 40 + i;
    runs[i].accounts = accounts;
  }
  const std::optional<Accounts> total = total_accounts(runs);
  REQUIRE(total);
  CHECK((*total)[0].busy == 3);
  CHECK((*total)[0].semaphore[2] == 21);
  CHECK((*total)[1].memory == 41);
  CHECK((*total)[1].port == 61);
  CHECK((*total)[2].instruction == 81);
  runs[1].accounts.reset();
  CHECK_FALSE(total_accounts(runs));
}

}  // namespace systole::report
