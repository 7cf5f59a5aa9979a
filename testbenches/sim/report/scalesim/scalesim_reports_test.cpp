// SPDX-License-Identifier: Apache-2.0
//
// Are the reports in SCALE-Sim's form to the letter, with a line for each node that has cycles and nothing that was not
// measured?
#include "report/scalesim/scalesim_reports.hpp"

#include "catch.hpp"

namespace systole::report {
namespace {

const std::string kComputeHeader =
    "LayerID, Total Cycles (incl. prefetch), Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, "
    "Compute Util %,\n";
const std::string kBandwidthHeader =
    "LayerID, Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP DRAM BW, Avg FILTER DRAM BW, "
    "Avg OFMAP DRAM BW,\n";

// A convolution, an operator of the host, one that is fused into the first, and a pooling, on an array of 4 x 4.
RunReport small_report() {
  RunReport run;
  run.macs_per_cycle = 16;
  run.nodes.resize(4);
  NodeReport& conv = run.nodes[0];
  conv.name = "a, \"b\"";
  conv.macs = 1600;
  conv.cycles = 400;
  conv.first_start = 10;
  conv.last_retirement = 510;
  conv.fill_cycles = 50;
  conv.work.positions = 125;
  conv.work.array_cycles = 150;
  conv.work.array_activations = 500;
  conv.work.array_weights = 100;
  conv.work.array_sums = 600;
  conv.work.activation_load_bytes = 1000;
  conv.work.weight_load_bytes = 300;
  conv.work.parameter_load_bytes = 20;
  conv.work.write_bytes = 40;
  run.nodes[1].name = "host";
  run.nodes[1].cycles = 0;
  run.nodes[2].name = "fused";
  run.nodes[2].cycles = 0;
  NodeReport& pool = run.nodes[3];
  pool.name = "=pool";
  pool.cycles = 30;
  pool.first_start = 400;
  pool.last_retirement = 430;
  pool.fill_cycles = 0;
  pool.work.activation_load_bytes = 10;
  return run;
}

}  // namespace

TEST_CASE("SCALE-Sim's compute report has times, stalls and three shares of the array") {
  CHECK(scalesim_compute_report(small_report()) == kComputeHeader +
                                                       "0, 500, 400, 200, 25, 80, 50,\n"
                                                       "3, 30, 30, 30, 0,,,\n");
}

TEST_CASE("SCALE-Sim's bandwidth report has words a cycle, with as many digits as bring the words back") {
  CHECK(scalesim_bandwidth_report(small_report()) == kBandwidthHeader +
                                                         "0, 1.25, 0.25, 1.5, 2.5, 0.8, 0.1,\n"
                                                         "3, 0, 0, 0, 0.3333333333333333, 0, 0,\n");
}

TEST_CASE("the names of SCALE-Sim's layers are escaped as in every CSV file") {
  CHECK(scalesim_layer_names(small_report()) == "LayerID,Layer name\n0,\"a, \"\"b\"\"\"\n3,'=pool\n");
}

TEST_CASE("of an interrupted run SCALE-Sim's reports have the times of what ran, and no work") {
  RunReport run = small_report();
  run.interrupted = "interrupted by SIGINT";
  run.nodes[0].fill_cycles.reset();
  run.nodes[3].cycles = 0;
  CHECK(scalesim_compute_report(run) == kComputeHeader + "0, 500, 400,,,,,\n");
  CHECK(scalesim_bandwidth_report(run) == kBandwidthHeader + "0,,,,,,,\n");
}

TEST_CASE("a run without cycles has SCALE-Sim's headers alone") {
  RunReport run = small_report();
  for (NodeReport& node : run.nodes) node.cycles.reset();
  CHECK(scalesim_compute_report(run) == kComputeHeader);
  CHECK(scalesim_bandwidth_report(run) == kBandwidthHeader);
  CHECK(scalesim_layer_names(run) == "LayerID,Layer name\n");
}

}  // namespace systole::report
