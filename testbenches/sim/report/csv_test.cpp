// SPDX-License-Identifier: Apache-2.0
//
// Is the CSV of a run a line a node and a total, under its header?
#include "report/csv.hpp"

#include "catch.hpp"
#include "example_run.hpp"

namespace systole::report {

TEST_CASE("the CSV has a line for each node and one for all, as wide as its header") {
  compiler::CompiledNetwork net = example_network();
  net.network.nodes[0].name = "first, \"quoted\"";
  const std::string csv = to_csv(make_report(net, "rtl", example_runs()));
  CHECK(csv ==
        "node,operator,where,fused_into,shape,macs,cycles,lower_bound_cycles,own_cycles,first_start_cycle,"
        "last_retire_cycle,overlaps,overlap_cycles,utilization,dram_bytes,passes,array_cycles,short_pass_cycles,"
        "padding_cycles,fill_cycles,dram_cycles,store_cycles,bound\n"
        "\"first, \"\"quoted\"\"\",Conv,rtl,,1x4x10x10,1600,170,100,200,10,190,,0,0.5882,2,0,0,0,0,0,1,0,dependency\n"
        "middle,Softmax,host,,1x4x10x10,0,0,0,0,,,,,,0,0,0,0,0,,0,0,\n"
        "flat,Flatten,none,,1x400,0,0,0,0,,,,,,0,0,0,0,0,,0,0,\n"
        "last,Conv+Relu,rtl,,1x200,800,70,50,100,210,290,,0,0.7143,3,0,0,0,0,0,1,0,dependency\n"
        "total,,rtl,,,2400,300,150,300,,,,,0.5000,5,0,0,0,0,0,2,0,\n");
}

}  // namespace systole::report
