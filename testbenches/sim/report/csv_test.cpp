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
        "node,operator,where,fused_into,shape,macs,cycles,lower_bound_cycles,utilization,dram_bytes,bound\n"
        "\"first, \"\"quoted\"\"\",Conv,rtl,,1x4x10x10,1600,200,100,0.5000,2,dependency\n"
        "middle,Softmax,host,,1x4x10x10,0,0,0,,0,\n"
        "flat,Flatten,none,,1x400,0,0,0,,0,\n"
        "last,Conv+Relu,rtl,,1x200,800,100,50,0.5000,3,dependency\n"
        "total,,rtl,,,2400,300,150,0.5000,5,\n");
}

}  // namespace systole::report
