// SPDX-License-Identifier: Apache-2.0
//
// A small run for the tests of the report: a network, and what a view with a clock left behind.
#pragma once

#include <vector>

#include "compiler/compiled_network.hpp"
#include "views/view.hpp"

namespace systole::report {

// Two convolutions on the chip around an operator of the host, with a free reshape: what a report
// has to tell apart.
inline compiler::CompiledNetwork example_network() {
  compiler::CompiledNetwork net;
  net.network.name = "example";
  net.chip.name = "toy";
  net.chip.array_rows = net.chip.array_cols = 4;
  net.chip.post_lanes = 2;
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

inline std::vector<views::ProgramRun> example_runs() {
  views::ProgramRun first;
  first.step = 0;
  first.has_timing = true;
  first.cycles = 200;
  first.counters[counter::kCycles] = 200;
  first.counters[counter::kReadBytes] = 4096;
  first.counters[counter::kWriteBytes] = 100;
  first.counters[counter_of(isa::Engine::kMatrix, isa::EngineState::kBusy)] = 150;
  first.retired = {{isa::Engine::kLoad, 0, 10, 50}, {isa::Engine::kLoad, 1, 60, 190}};
  first.wall_seconds = 0.25;
  views::ProgramRun second = first;
  second.step = 2;
  second.cycles = 100;
  second.counters[counter::kCycles] = 100;
  second.retired = {{isa::Engine::kLoad, 0, 10, 50}, {isa::Engine::kLoad, 1, 60, 90}};
  return {first, second};
}

}  // namespace systole::report
