// SPDX-License-Identifier: Apache-2.0
//
// Does the report say the figures it was given, and are the keys of its JSON the documented ones?
#include "report/run_report.hpp"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace systole;
using namespace systole::report;

namespace {

// Two convolutions on the chip around an operator of the host, with a free reshape: what a report
// has to tell apart.
compiler::CompiledNetwork network() {
  compiler::CompiledNetwork net;
  net.network.name = "example";
  net.chip.name = "toy";
  net.chip.array_rows = net.chip.array_cols = 4;
  const auto tensor = [&](const Shape& shape) {
    Tensor t;
    t.type = ElementType::kInt8;
    t.shape = shape;
    net.network.tensors.push_back(t);
    return static_cast<TensorId>(net.network.tensors.size() - 1);
  };
  const TensorId x = tensor({1, 4, 10, 10}), a = tensor({1, 4, 10, 10}), b = tensor({1, 4, 10, 10}),
                 c = tensor({1, 400}), d = tensor({1, 200});
  const auto conv = [](TensorId in, TensorId out) {
    Conv op;
    op.input = in;
    op.output = out;
    return op;
  };
  HostOperator softmax;
  softmax.inputs = {a};
  softmax.outputs = {b};
  Reshape reshape;
  reshape.input = b;
  reshape.output = c;
  net.network.nodes = {{"first", "Conv", 1600, conv(x, a)},
                       {"middle", "Softmax", 0, softmax},
                       {"flat", "Flatten", 0, reshape},
                       {"last", "Conv+Relu", 800, conv(c, d)}};
  net.placement.resize(4);
  net.placement[0].place = net.placement[3].place = compiler::Place::kChip;
  net.placement[1] = {compiler::Place::kHost, "the chip has no such operator", {}};
  net.placement[2].place = compiler::Place::kFree;
  const auto program = [](std::uint32_t node, int count) {
    compiler::ChipStep step;
    for (int i = 0; i < count; ++i) {
      isa::Load load;
      load.common.tag = node;
      step.program.instructions.push_back(load);
    }
    return step;
  };
  net.steps = {program(0, 2), compiler::HostStep{1}, program(3, 3)};
  return net;
}

std::vector<ProgramRun> runs() {
  ProgramRun first;
  first.step = 0;
  first.has_timing = true;
  first.cycles = 200;
  first.counters[counter::kCycles] = 200;
  first.counters[counter::kReadBytes] = 4096;
  first.counters[counter::kWriteBytes] = 100;
  first.counters[counter_of(isa::Engine::kMatrix, isa::EngineState::kBusy)] = 150;
  first.retired = {{isa::Engine::kLoad, 0, 10, 50}, {isa::Engine::kLoad, 1, 60, 190}};
  first.wall_seconds = 0.25;
  ProgramRun second = first;
  second.step = 2;
  second.cycles = 100;
  second.counters[counter::kCycles] = 100;
  second.retired = {{isa::Engine::kLoad, 0, 10, 50}, {isa::Engine::kLoad, 1, 60, 90}};
  return {first, second};
}

}  // namespace

TEST_CASE("the figures of a run are those of its programs together") {
  const RunReport r = make_report(network(), "rtl", runs());
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

TEST_CASE("reasons of host nodes are told once for each operator") {
  RunReport r = make_report(network(), "rtl", runs());
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

TEST_CASE("nodes of one program share its cycles without rest") {
  compiler::CompiledNetwork net = network();
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program;
  isa::common_of(program.instructions[1]).tag = 3;
  const auto cycles = node_cycles(net, {runs()[0]});
  // The first node is finished at 50, the other at 190, the interrupt comes at 200.
  CHECK(cycles == std::vector<std::uint64_t>{50, 0, 0, 150});
}

TEST_CASE("the JSON has every documented key, with the value of the report") {
  RunReport r = make_report(network(), "rtl", runs());
  r.outputs_match = true;
  const auto json = to_json(r);
  CHECK(json["chip"] == "toy");
  CHECK(json["network"] == "example");
  CHECK(json["view"] == "rtl");
  CHECK(json["cycles"] == 300);
  CHECK(json["macs"] == 2400);
  CHECK(json["utilization"].get<double>() == Approx(0.5));
  CHECK(json["dram_read_bytes"] == 8192);
  CHECK(json["dram_write_bytes"] == 200);
  CHECK(json["instructions"] == 5);
  CHECK(json["wall_seconds"].get<double>() == Approx(0.5));
  CHECK(json["simulated_cycles_per_second"].get<double>() == Approx(600));
  CHECK(json["outputs_match"] == true);
  CHECK(json["counters"]["matrix_busy"] == 300);
  REQUIRE(json["nodes"].size() == 4);
  CHECK(json["nodes"][3]["name"] == "last");
  CHECK(json["nodes"][3]["operator"] == "Conv+Relu");
  CHECK(json["nodes"][3]["where"] == "rtl");
  CHECK(json["nodes"][3]["macs"] == 800);
  CHECK(json["nodes"][3]["cycles"] == 100);
  CHECK(json["nodes"][1]["reason"] == "the chip has no such operator");
  CHECK(json["latency_seconds"].get<double>() == Approx(300e-9));
  CHECK(json["inferences_per_second"].get<double>() == Approx(1 / 300e-9));
  CHECK(json["tops"].get<double>() == Approx(2 * 2400 / 300e-9 * 1e-12));
  CHECK(json["dram_bytes_per_second"].get<double>() == Approx(8392 / 300e-9));
  CHECK(json["dram_peak_bytes_per_second"].get<double>() == Approx(16e9));
  CHECK(json["nodes"][0]["shape"] == "1x4x10x10");
  CHECK(json["nodes"][0]["lower_bound_cycles"] == 100);
  CHECK(json["nodes"][0]["bound"] == "dependency");

  std::ifstream page_file(std::string(SYSTOLE_SOURCE_DIR) + "/docs/user/command_line.md");
  const std::string page{std::istreambuf_iterator<char>(page_file), {}};
  for (const auto& [key, value] : json.items()) {
    CAPTURE(key);
    CHECK(page.find("`" + key + "`") != std::string::npos);
  }
  for (const int node : {0, 1})
    for (const auto& [key, value] : json["nodes"][node].items()) CHECK(page.find("`" + key + "`") != std::string::npos);
}

TEST_CASE("the CSV has a line for each node and one for all, as wide as its header") {
  compiler::CompiledNetwork net = network();
  net.network.nodes[0].name = "first, \"quoted\"";
  const std::string csv = to_csv(make_report(net, "rtl", runs()));
  CHECK(csv ==
        "node,operator,where,fused_into,shape,macs,cycles,lower_bound_cycles,utilization,dram_bytes,bound\n"
        "\"first, \"\"quoted\"\"\",Conv,rtl,,1x4x10x10,1600,200,100,0.5000,2,dependency\n"
        "middle,Softmax,host,,1x4x10x10,0,0,0,,0,\n"
        "flat,Flatten,none,,1x400,0,0,0,,0,\n"
        "last,Conv+Relu,rtl,,1x200,800,100,50,0.5000,3,dependency\n"
        "total,,rtl,,,2400,300,150,0.5000,5,\n");
}

TEST_CASE("what a view does not know is null") {
  auto untimed = runs();
  for (auto& run : untimed) run.has_timing = false;
  const auto json = to_json(make_report(network(), "reference", untimed));
  for (const char* key : {"cycles", "utilization", "dram_read_bytes", "simulated_cycles_per_second", "outputs_match"})
    CHECK(json[key].is_null());
  CHECK(json["nodes"][0]["cycles"].is_null());
}

TEST_CASE("the report reads like this") {
  RunReport r = make_report(network(), "rtl", runs());
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
