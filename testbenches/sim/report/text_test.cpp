// SPDX-License-Identifier: Apache-2.0
//
// Does the report read like this in the terminal?
#include "report/text.hpp"

#include "catch.hpp"
#include "example_run.hpp"

namespace systole::report {

TEST_CASE("the report reads like this") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.outputs_match = true;
  CHECK(to_text(r) ==
        R"(example on toy, view: rtl

  node   operator  on   output    bound by     MACs  cycles  at least  of all  utilization  DRAM
  first  Conv      rtl  1x4x10x10 dependency  1,600     200       100  66.7 %       50.0 %   2 B
  middle Softmax   host 1x4x10x10 -               -       -         -       -            -     -
  flat   Flatten   none 1x400     -               -       -         -       -            -     -
  last   Conv+Relu rtl  1x200     dependency    800     100        50  33.3 %       50.0 %   3 B

  cycles       300 doorbell to interrupt, 0.000 ms at 1000 MHz
  speed        3333333.3 inferences/s, 0.016 TOP/s of 0.032
  MACs         2,400, 2,400 of them on the chip
  utilization  50.0 % of 16 MACs a cycle
  on rtl       66.7 % of the operators, 100 % of the MACs, 60.0 % of the output bytes
  on host      33.3 % of the operators, 0 % of the MACs, 40.0 % of the output bytes
  instructions 5
  DRAM         8 KiB read, 200 B written, 27.97 GB/s, 174.8 % of the peak
  busy         load 0 %, matrix 100 %, store 0 %
  simulation   0.5 s, 600 cycles/s
  outputs      equal to the ONNX arithmetic, bit for bit

on the host, because
  Softmax (middle): the chip has no such operator
)");
}

TEST_CASE("reasons of host nodes are told once for each operator") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.nodes.clear();
  for (const char* name : {"a", "b", "c", "d"})
    for (const char* kind : {"Softmax", "Mul"}) {
      if (kind == std::string("Mul") && name == std::string("d")) continue;
      NodeReport node;
      node.name = name;
      node.operator_name = kind;
      node.where = "host";
      node.reason = "it computes in float32";
      r.nodes.push_back(node);
    }
  const std::string text = to_text(r);
  CHECK(text.substr(text.find("on the host, because")) ==
        "on the host, because\n"
        "  Softmax (a and 3 more): it computes in float32\n"
        "  Mul (a, b, c): it computes in float32\n");
}

TEST_CASE("a value that is not known leaves its line out, or the end of its line") {
  auto untimed = example_runs();
  for (auto& run : untimed) run.has_timing = false;
  const std::string text = to_text(make_report(example_network(), "reference", untimed));
  for (const char* line :
       {"  cycles ", "  speed ", "  utilization ", "  DRAM ", "  busy ", "  compile ", "  outputs "}) {
    CAPTURE(line);
    CHECK(text.find(std::string("\n") + line) == std::string::npos);
  }
  CHECK(text.find("\n  simulation   0.5 s\n") != std::string::npos);
}

TEST_CASE("engines' waits are shares of the run, without those that are zero") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.accounts = Accounts{};
  cycle::Account& load = (*r.accounts)[isa::index_of(isa::Engine::kLoad)];
  load.busy = 150;
  load.semaphore[isa::index_of(isa::Engine::kStore)] = 30;
  load.instruction = 120;
  const std::string text = to_text(r);
  CHECK(text.find("\n  load waits   for store 10.0 %, instruction 40.0 %\n") != std::string::npos);
}

TEST_CASE("a node that another one computes is shown in it, and a difference is loud") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.nodes[0].fused_into = "last";
  r.outputs_match = false;
  const std::string text = to_text(r);
  CHECK(text.find(" rtl (in last) ") != std::string::npos);
  CHECK(text.find("\n  outputs      DIFFERENT\n") != std::string::npos);
}

}  // namespace systole::report
