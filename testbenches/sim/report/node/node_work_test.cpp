// SPDX-License-Identifier: Apache-2.0
//
// Is the work of a node what its instructions ask for, and does the report name what bounds it?
#include "report/node/node_work.hpp"

#include "catch.hpp"
#include "report/run_report.hpp"

namespace systole::report {
namespace {

// One convolution whose program has one load, one matrix and one store instruction.
compiler::CompiledNetwork one_node() {
  compiler::CompiledNetwork net;
  net.chip.array_rows = net.chip.array_cols = 16;
  net.chip.post_lanes = 4;
  net.chip.axi_data_bits = 128;
  net.chip.acc_latency = 1;
  net.chip.memory.ideal().bytes_per_cycle = 16;
  Tensor tensor;
  tensor.type = ElementType::kInt8;
  tensor.shape = {1, 16, 5, 4};
  net.network.tensors = {tensor, tensor};
  net.network.inputs = {0};
  Conv conv;
  conv.output = 1;
  net.network.nodes = {{"conv", "Conv", 20 * 256 * 9, conv}};
  net.placement.resize(1);
  net.placement[0].place = compiler::Place::kChip;
  isa::Load load;
  load.count = {3, 2, 1};
  load.run_bytes = 100;
  isa::Matrix matrix;
  matrix.m_y = 5;
  matrix.m_x = 4;
  matrix.n = 1;
  matrix.k_y = matrix.k_x = 3;
  matrix.k_c = 1;
  isa::Store store;
  store.groups = 4;
  store.count = {20, 1, 1, 1};
  store.window_x = store.window_y = 1;
  store.destination = isa::Destination::kDram;
  compiler::ChipStep step;
  step.program.instructions = {load, matrix, store};
  net.steps = {step};
  return net;
}

views::ProgramRun run_of(std::uint64_t cycles) {
  views::ProgramRun run;
  run.has_timing = true;
  run.cycles = cycles;
  run.retired = {{isa::Engine::kStore, 2, 0, cycles}};
  return run;
}

}  // namespace

TEST_CASE("loads and stores count bytes, matrix instructions passes, stores groups") {
  compiler::CompiledNetwork net = one_node();
  NodeWork work = node_work(net).at(0);
  CHECK(work.read_bytes == 600);
  CHECK(work.write_bytes == 320);
  CHECK(work.array_cycles == 9 * 20);
  CHECK(work.store_cycles == 80);
  CHECK(work.dram_cycles == 58);  // 920 bytes at 16 a cycle, 57.5
  CHECK(work.passes == 9);
  CHECK(work.positions == 180);
  CHECK(work.short_pass_cycles == 0);
  CHECK(work.padding_cycles == 0);
  CHECK(work.largest_matrix == "5 x 4 positions, 3 x 3 taps, 1 x 16 input channels, 1 x 16 output channels");
  CHECK(work.weight_read_bytes == 0);

  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program.instructions;
  auto& matrix = std::get<isa::Matrix>(program[1]);
  matrix.m_y = 1;  // 4 positions: a pass is as long as the array has rows
  matrix.per_column_zero_point = true;
  auto& store = std::get<isa::Store>(program[2]);
  store.window_x = 3;
  store.raw = true;
  net.chip.memory.ideal().bytes_per_cycle = 64;  // then the bus is slower than the memory
  work = node_work(net).at(0);
  CHECK(work.array_cycles == 9 * 17);
  CHECK(work.short_pass_cycles == 9 * (17 - 4));
  CHECK(work.store_cycles == 240);
  CHECK(work.write_bytes == 1280);
  CHECK(work.dram_cycles == 80);
  store.destination = isa::Destination::kActivation;
  CHECK(node_work(net).at(0).write_bytes == 0);
}

TEST_CASE("images are positions of a pass, and sets are passes with weights of their own") {
  compiler::CompiledNetwork net = one_node();
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program.instructions;
  auto& matrix = std::get<isa::Matrix>(program[1]);
  matrix.m_b = 2;
  matrix.n_b = 3;
  const NodeWork work = node_work(net).at(0);
  CHECK(work.passes == 27);
  CHECK(work.positions == 27 * 40);
  CHECK(work.array_cycles == 27 * 40);
  CHECK(work.array_weights == 27 * 16 * 16);
  CHECK(work.largest_matrix ==
        "2 x 5 x 4 positions, 3 x 3 taps, 1 x 16 input channels, 1 x 16 output channels, 3 sets");
}

TEST_CASE("weights that are loaded again count twice as bytes read, and once as weights") {
  compiler::CompiledNetwork net = one_node();
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program.instructions;
  std::get<isa::Load>(program[0]).base = isa::Base::kWeight;
  program.push_back(program[0]);
  program.push_back(program[0]);
  std::get<isa::Load>(program.back()).dram_offset = 4096;
  const NodeWork work = node_work(net).at(0);
  CHECK(work.weight_read_bytes == 1800);
  CHECK(work.weight_bytes == 1200);
  CHECK(work.load_instructions == 3);
}

TEST_CASE("bytes are told apart by the buffer that they are loaded into, whatever their base register") {
  compiler::CompiledNetwork net = one_node();
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program.instructions;
  isa::Load load;
  load.buffer = isa::Buffer::kWeight;  // as the second operand of a product of activations, with base kTensor
  load.run_bytes = 32;
  program.push_back(load);
  load.buffer = isa::Buffer::kParameter;
  load.count = {2, 1, 1};
  program.push_back(load);
  const NodeWork work = node_work(net).at(0);
  CHECK(work.activation_load_bytes == 600);
  CHECK(work.weight_load_bytes == 32);
  CHECK(work.parameter_load_bytes == 64);
  CHECK(work.read_bytes == 600 + 32 + 64);
}

TEST_CASE("the array reads a word a position and its weights once a pass, and writes a row of sums a position") {
  compiler::CompiledNetwork net = one_node();
  net.chip.array_cols = 8;
  auto& program = std::get<compiler::ChipStep>(net.steps[0]).program.instructions;
  NodeWork work = node_work(net).at(0);
  CHECK(work.array_activations == 9 * 20 * 16);
  CHECK(work.array_weights == 9 * 16 * 8);
  CHECK(work.array_sums == 9 * 20 * 8);
  auto& matrix = std::get<isa::Matrix>(program[1]);
  matrix.accumulate = true;             // sums that are read back are not written twice
  matrix.per_column_zero_point = true;  // a word of its own in each pass
  work = node_work(net).at(0);
  CHECK(work.array_weights == 9 * 17 * 8);
  CHECK(work.array_sums == 9 * 20 * 8);
}

TEST_CASE("a pass whose array is mostly empty is bound by padding, a short one by its length") {
  compiler::CompiledNetwork net = one_node();
  net.network.nodes[0].macs = 20 * 256 * 9 / 4;  // a quarter of the rows or columns
  const auto bound = [&] { return make_report(net, "model", {run_of(200)}).nodes[0].bound; };
  CHECK(node_work(net).at(0).padding_cycles == 135);
  CHECK(bound() == "padding");
  std::get<isa::Matrix>(std::get<compiler::ChipStep>(net.steps[0]).program.instructions[1]).m_y = 1;
  net.network.nodes[0].macs = 4 * 256 * 9;
  CHECK(make_report(net, "model", {run_of(150)}).nodes[0].bound == "short passes");
}

TEST_CASE("the peak of a DRAM counts in cycles of the chip") {
  Chip chip;
  chip.memory = memory_of_kind("lpddr4_3200");
  chip.clock_mhz = 500;
  CHECK(chip.memory.peak_bytes_per_cycle(chip.clock_mhz) == Approx(3200e6 * 2 / 500e6));
}

TEST_CASE("a node is bound by what is busy for four fifths of its cycles, by dependencies if nothing is") {
  compiler::CompiledNetwork net = one_node();
  const auto bound = [&](std::uint64_t cycles) { return make_report(net, "model", {run_of(cycles)}).nodes[0].bound; };
  CHECK(bound(200) == "array");
  CHECK(bound(225) == "array");  // 180 of 225
  CHECK(bound(226) == "dependency");
  std::get<isa::Load>(std::get<compiler::ChipStep>(net.steps[0]).program.instructions[0]).run_bytes = 1000;
  CHECK(bound(400) == "DRAM");  // 6,320 bytes
  CHECK(make_report(net, "model", {run_of(400)}).nodes[0].lower_bound == 395);
  auto& store = std::get<isa::Store>(std::get<compiler::ChipStep>(net.steps[0]).program.instructions[2]);
  store.window_x = store.window_y = 3;
  CHECK(bound(800) == "stores");
}

}  // namespace systole::report
