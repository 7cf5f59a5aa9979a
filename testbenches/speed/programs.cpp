// SPDX-License-Identifier: Apache-2.0
#include "speed/programs.hpp"

#include <algorithm>
#include <utility>

#include "runtime/executor.hpp"
#include "sim/compiler/network_builder.hpp"
#include "support/error.hpp"

namespace systole::bench {

namespace {

// Takes what the executor writes before a program and stops there.
class Collector final : public runtime::ChipBackend {
 public:
  explicit Collector(std::vector<std::uint8_t>& dram) : dram_(dram) {}
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override {
    std::copy(bytes.begin(), bytes.end(), dram_.begin() + static_cast<std::ptrdiff_t>(address));
  }
  std::vector<std::uint8_t> read_dram(std::uint64_t, std::uint64_t size_bytes) override {
    return std::vector<std::uint8_t>(size_bytes);
  }
  void run_program(std::size_t, const isa::Program&) override {}

 private:
  std::vector<std::uint8_t>& dram_;
};

}  // namespace

session::Job convolution(const Chip& chip, const Convolution& shape) {
  compiler_test::NetworkBuilder builder(1);
  compiler_test::ConvOptions options;
  options.channels = shape.channels;
  options.kernel = {shape.kernel, shape.kernel};
  options.pad = {shape.kernel / 2, shape.kernel / 2, shape.kernel / 2, shape.kernel / 2};
  TensorId tensor = builder.input(ElementType::kInt8, {1, shape.channels, shape.size, shape.size});
  for (int layer = 0; layer < shape.layers; ++layer) tensor = builder.conv(tensor, options);
  builder.output(tensor);

  session::Job job;
  job.chip = chip;
  job.network = builder.network();
  return job;
}

session::Job long_convolution(const Chip& chip) {
  Convolution shape;
  if (chip.macs_per_cycle() < 256) shape = {16, 28, 3, 4};
  if (chip.macs_per_cycle() > 256) shape = {64, 56, 3, 4};
  return convolution(chip, shape);
}

Chip with_fast_memory(Chip chip) {
  chip.memory.ideal().latency_cycles = 10;
  chip.memory.ideal().bytes_per_cycle = 2 * chip.axi_bytes();
  return chip;
}

std::uint64_t array_rows(const compiler::CompiledNetwork& network) {
  std::uint64_t rows = 0;
  for (const compiler::Step& step : network.steps)
    if (const auto* chip = std::get_if<compiler::ChipStep>(&step))
      for (const isa::Instruction& instruction : chip->program.instructions)
        if (const auto* m = std::get_if<isa::Matrix>(&instruction))
          rows += std::uint64_t{m->m_y} * m->m_x * m->k_y * m->k_x * m->k_c * m->n;
  return rows;
}

Workload::Workload(const session::Job& job) {
  session::Compiled compiled = session::compile(job);
  network = std::move(compiled.network);
  invariant(network.steps.size() == 1, "convolutions are one program");
  dram.resize((network.dram_bytes + 4095) / 4096 * 4096);
  Collector collector(dram);
  runtime::Executor(network, collector).run(compiled.inputs);
}

}  // namespace systole::bench
