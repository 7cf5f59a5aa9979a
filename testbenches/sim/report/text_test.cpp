// SPDX-License-Identifier: Apache-2.0
//
// Does the report read like this in the terminal?
#include "report/text.hpp"

#include <sstream>

#include "catch.hpp"
#include "example_run.hpp"

namespace systole::report {

TEST_CASE("the report reads like this") {
  RunReport r = make_report(example_network(), "rtl", example_runs());
  r.outputs_match = true;
  CHECK(to_text(r) ==
        R"(example on toy, view: rtl

  node   operator  bound by     MACs  cycles  at least  of all  of peak  DRAM
  first  Conv      dependency  1,600     170       100  66.7 %   58.8 %   2 B
  middle Softmax   -               -       -         -       -        -     -
  flat   Flatten   -               -       -         -       -        -     -
  last   Conv+Relu dependency    800      70        50  33.3 %   71.4 %   3 B

  cycles       300 doorbell to interrupt, 300 ns at 1000 MHz
  speed        3.33 M inferences/s, 0.016 TOP/s of 0.032
  MACs         2,400, 2,400 of them on the chip
  utilization  50.0 % of 16 MACs a cycle
  on rtl       66.7 % of the operators, 100 % of the MACs, 60.0 % of the output
               bytes
  on host      33.3 % of the operators, 0 % of the MACs, 40.0 % of the output
               bytes
  instructions 5
  DRAM         8 KiB read, 200 B written, 27.97 GB/s, 174.8 % of the peak
  busy         load 0 %, matrix 100 %, store 0 %
  array        0 % useful, 0 % short passes, 0 % padding, 100 % filling, 0 %
               idle
  simulation   0.5 s, 600 cycles/s
  outputs      equal to the ONNX arithmetic, bit for bit

on the host, because
  Softmax (middle): the chip has no such operator
)");
}

TEST_CASE("no line is longer than the terminal is wide, and a wide one has every column") {
  const RunReport r = make_report(example_network(), "rtl", example_runs());
  for (const std::size_t width : {60u, 80u, 200u}) {
    TextOptions options;
    options.width = width;
    std::istringstream lines(to_text(r, options));
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= width);
  }
  TextOptions wide;
  wide.width = 0;
  CHECK(to_text(r, wide).find(
            "node   operator  on   output    bound by     MACs  cycles  at least  of all  of peak  DRAM") !=
        std::string::npos);
}

TEST_CASE("the worst nodes come first if they are asked for, and the others are counted") {
  const RunReport r = make_report(example_network(), "rtl", example_runs());
  const auto first_names = [&](NodeOrder order, std::optional<std::size_t> top) {
    TextOptions options;
    options.order = order;
    options.top = top;
    const std::string text = to_text(r, options);
    std::istringstream lines(text.substr(text.find("  node")));
    std::string line, names;
    std::getline(lines, line);
    while (std::getline(lines, line) && !line.empty()) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      names += name + " ";
    }
    return names;
  };
  CHECK(first_names(NodeOrder::kNetwork, {}) == "first middle flat last ");
  CHECK(first_names(NodeOrder::kShare, 1) == "first 3 ");
  CHECK(first_names(NodeOrder::kUtilization, 2) == "first last 2 ");
  CHECK(first_names(NodeOrder::kDram, 1) == "last 3 ");
}

TEST_CASE("colors say what bounds a node, and are there only if they are wanted") {
  const RunReport r = make_report(example_network(), "rtl", example_runs());
  CHECK(to_text(r).find('\x1b') == std::string::npos);
  TextOptions options;
  options.color = true;
  CHECK(to_text(r, options).find("\x1b[33mdependency\x1b[0m") != std::string::npos);
}

TEST_CASE("a network of which nothing runs on the chip says so, and names no share of nothing") {
  compiler::CompiledNetwork net = example_network();
  net.steps = {compiler::HostStep{1}};
  for (compiler::NodePlacement& placement : net.placement) placement.place = compiler::Place::kHost;
  const std::string text = to_text(make_report(net, "model", {}));
  CHECK(text.find("  note         no node of this network runs on the chip") != std::string::npos);
  CHECK(text.find("\n  busy") == std::string::npos);
  CHECK(text.find("on model     0 % of the operators, 0 % of the MACs") != std::string::npos);
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
  CHECK(text.find("  last    Conv+Relu") < text.find("  + first Conv"));
  CHECK(text.find("\n  outputs      DIFFERENT\n") != std::string::npos);
}

}  // namespace systole::report
