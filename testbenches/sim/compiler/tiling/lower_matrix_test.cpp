// SPDX-License-Identifier: Apache-2.0
//
// What the schedule of a matrix problem is worth: what it loads, and by the cycle model.
#include "compiler/tiling/lower_matrix.hpp"

#include <algorithm>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::CompiledNetwork;

// Share of the cycles between the first start and the last retirement of a matrix instruction in
// which the array takes a row.
double array_share(const compiler::CompiledNetwork& compiled) {
  const isa::Program& program = std::get<compiler::ChipStep>(compiled.steps.at(0)).program;
  Recording trace;
  cycle::CycleModel(compiled.chip).run(program, compiled.base_address, compiled.program_address.at(0), {}, &trace);
  std::uint64_t first = ~0ull, last = 0, rows = 0;
  for (const Retired& r : trace.retired)
    if (const auto* m = std::get_if<isa::Matrix>(&program.instructions[r.index])) {
      first = std::min(first, r.start_cycle);
      last = std::max(last, r.retire_cycle);
      rows += std::uint64_t{m->m_y} * m->m_x * m->k_y * m->k_x * m->k_c * m->n;
    }
  return static_cast<double>(rows) / static_cast<double>(last - first);
}

double convolution_share(const Chip& chip, std::int64_t channels, std::int64_t size, ConvOptions options) {
  NetworkBuilder b(1);
  options.pad = {options.kernel[0] / 2, options.kernel[1] / 2, options.kernel[0] / 2, options.kernel[1] / 2};
  b.output(b.conv(b.input(ElementType::kInt8, {1, channels, size, size}), options));
  return array_share(compiler::compile(b.network(), chip));
}

Chip fast_edge16() {
  Chip chip = odd_chips().back();
  chip.store_fifo_groups = 16;
  chip.memory.ideal().latency_cycles = 10;
  chip.memory.ideal().bytes_per_cycle = 32;
  return chip;
}

}  // namespace

TEST_CASE("weights that fit are loaded once, and the next tile is loaded before this one is computed") {
  const CompiledNetwork compiled = compile_pointwise(edge16(), 56, 64);
  std::vector<std::size_t> activation_loads, matrices;
  std::size_t weight_bytes = 0;
  const auto& program = first_program(compiled).instructions;
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (const auto* load = std::get_if<isa::Load>(&program[i])) {
      if (load->buffer == isa::Buffer::kActivation) activation_loads.push_back(i);
      if (load->buffer == isa::Buffer::kWeight) weight_bytes += load->run_bytes;
    }
    if (std::holds_alternative<isa::Matrix>(program[i])) matrices.push_back(i);
  }
  CHECK(weight_bytes == 64 * 64);
  REQUIRE(activation_loads.size() >= 3);
  // Matrix instructions of the first tile follow the load of the second one.
  CHECK(activation_loads[1] < matrices[0]);
  CHECK(program_problems(compiled, first_program(compiled)).empty());
}

TEST_CASE("a 1x1 convolution of 56x56x64 to 64 channels keeps the array of edge16 at 95 percent") {
  ConvOptions o;
  o.channels = 64;
  CHECK(convolution_share(fast_edge16(), 64, 56, o) >= 0.95);
}

TEST_CASE("a 3x3 convolution keeps the array of edge16 at 99 percent") {
  ConvOptions o;
  o.channels = 64;
  o.kernel = {3, 3};
  CHECK(convolution_share(fast_edge16(), 64, 56, o) >= 0.99);
}

}  // namespace systole::compiler_test
