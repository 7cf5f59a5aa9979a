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
  CHECK(r.nodes[0].cycles == 170u);
  CHECK(r.nodes[0].own_cycles == 200u);
  CHECK(r.nodes[0].first_start == 10u);
  CHECK(r.nodes[0].last_retirement == 190u);
  CHECK(r.nodes[0].where == "rtl");
  CHECK(r.nodes[1].cycles == 0u);
  CHECK(r.nodes[1].where == "host");
  CHECK(r.nodes[2].where == "none");
  CHECK(r.nodes[3].cycles == 70u);
  CHECK(r.nodes[3].own_cycles == 100u);
  CHECK(r.nodes[3].first_start == 210u);
}

TEST_CASE("an interrupted run has figures of what ran, and no rates") {
  const RunReport r = make_report(example_network(), "rtl", {example_runs()[0]}, "interrupted by SIGINT");
  CHECK(r.cycles == 200u);
  CHECK(r.nodes[0].cycles == 170u);
  CHECK_FALSE(r.nodes[0].utilization);
  CHECK(r.nodes[0].bound.empty());
  CHECK(r.nodes[3].cycles == 0u);
  CHECK_FALSE(r.utilization);
  CHECK_FALSE(r.inferences_per_second);
  CHECK_FALSE(r.array);
}

TEST_CASE("the accounts of programs are those of their nodes, and add up") {
  auto runs = example_runs();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    Accounts accounts = {};
    accounts[1].busy = 10 + i;
    runs[i].accounts = accounts;
    runs[i].accounts_by_node[i == 0 ? 0 : 3] = accounts;
  }
  RunReport r = make_report(example_network(), "rtl", runs);
  add_accounts(r, runs);
  CHECK((*r.accounts)[1].busy == 21);
  CHECK((*r.nodes[0].accounts)[1].busy == 10);
  CHECK((*r.nodes[3].accounts)[1].busy == 11);
  CHECK_FALSE(r.nodes[1].accounts);
}

TEST_CASE("speed follows from the cycles and the chip's clock") {
  const RunReport r = make_report(example_network(), "rtl", example_runs());
  CHECK(r.latency_seconds == Approx(300e-9));
  CHECK(r.inferences_per_second == Approx(1 / 300e-9));
  CHECK(r.tops == Approx(2 * 2400 / 300e-9 * 1e-12));
  CHECK(r.peak_tops == Approx(2 * 16 * 1e9 * 1e-12));
  CHECK(r.dram_bytes_per_second == Approx(8392 / 300e-9));
  CHECK(r.dram_share == Approx(8392 / 300e-9 / 16e9));
  CHECK(r.nodes[0].share == Approx(2.0 / 3));
  CHECK(r.nodes[0].utilization == Approx(1600.0 / (170 * 16)));
  CHECK_FALSE(r.nodes[1].utilization);
}

TEST_CASE("a network without a program on the chip takes no cycles and has no speed") {
  compiler::CompiledNetwork net = example_network();
  net.steps = {compiler::HostStep{1}};
  const RunReport r = make_report(net, "model", {});
  CHECK(r.cycles == 0u);
  CHECK_FALSE(r.latency_seconds);
  CHECK_FALSE(r.utilization);
  CHECK_FALSE(r.nodes[0].share);
  CHECK_FALSE(r.array);
  for (compiler::NodePlacement& placement : net.placement) placement.place = compiler::Place::kHost;
  CHECK(make_report(net, "model", {}).note.find("no node of this network runs on the chip") == 0);
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
