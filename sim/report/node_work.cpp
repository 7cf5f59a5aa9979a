// SPDX-License-Identifier: Apache-2.0
#include "report/node_work.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "chip/timing.hpp"
#include "isa/access.hpp"

namespace systole::report {

namespace {

// What an instruction of each type keeps busy, besides the memory.
void count_engine(const isa::Load&, const Chip&, NodeWork&) {}

void count_engine(const isa::Matrix& m, const Chip& chip, NodeWork& work) {
  const std::uint64_t passes = std::uint64_t{m.n} * m.k_y * m.k_x * m.k_c;
  const std::uint32_t positions = std::uint32_t{m.m_y} * m.m_x;
  work.array_cycles += passes * PassTiming(chip).cycles(positions, m.per_column_zero_point);
}

// A cycle for each group of the source, which is the first thing that a store touches.
void count_engine(const isa::Store& store, const Chip& chip, NodeWork& work) {
  work.store_cycles += isa::touches_of(store, chip, {}).front().nest.units();
}

// What one instruction adds to the work of its node.
void count(const isa::Instruction& instruction, const Chip& chip, NodeWork& work) {
  const isa::ByAccess<isa::Traffic> traffic = isa::traffic_of(instruction, chip);
  const auto& dram = traffic[isa::index_of(isa::Memory::kDram)];
  work.read_bytes += dram[isa::index_of(isa::Access::kRead)].bytes;
  work.write_bytes += dram[isa::index_of(isa::Access::kWrite)].bytes;
  std::visit([&](const auto& x) { count_engine(x, chip, work); }, instruction);
}

}  // namespace

std::vector<NodeWork> node_work(const compiler::CompiledNetwork& network) {
  std::vector<NodeWork> nodes(network.network.nodes.size());
  for (const compiler::Step& step : network.steps) {
    const auto* chip_step = std::get_if<compiler::ChipStep>(&step);
    if (chip_step == nullptr) continue;
    for (const isa::Instruction& instruction : chip_step->program.instructions) {
      const std::uint32_t node = isa::common_of(instruction).tag;
      if (node >= nodes.size()) continue;
      count(instruction, network.chip, nodes[node]);
    }
  }
  const double bus = network.chip.axi_bytes(), peak = network.chip.memory.peak_bytes_per_cycle(network.chip.clock_mhz);
  for (NodeWork& work : nodes) {
    const double read = static_cast<double>(work.read_bytes), write = static_cast<double>(work.write_bytes);
    work.dram_cycles =
        static_cast<std::uint64_t>(std::ceil(std::max({read / bus, write / bus, (read + write) / peak})));
  }
  return nodes;
}

}  // namespace systole::report
