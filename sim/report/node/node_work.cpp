// SPDX-License-Identifier: Apache-2.0
#include "report/node/node_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <variant>

#include "chip/timing.hpp"
#include "isa/access.hpp"

namespace systole::report {

namespace {

// The work of a node while its instructions are counted.
struct Count {
  NodeWork work;
  std::uint64_t largest_positions = 0;  // of work.largest_matrix
  std::set<std::tuple<std::uint64_t, std::uint32_t, std::array<std::uint16_t, 4>>> weight_tiles;  // that were loaded
};

using AllTraffic = isa::ByAccess<isa::Traffic>;

const isa::Traffic& part_of(const AllTraffic& traffic, isa::Memory memory, isa::Access access) {
  return traffic[isa::index_of(memory)][isa::index_of(access)];
}

std::uint64_t dram_bytes_of(const AllTraffic& traffic, isa::Access access) {
  return part_of(traffic, isa::Memory::kDram, access).bytes;
}

std::uint64_t& load_bytes(NodeWork& work, isa::Buffer buffer) {
  switch (buffer) {
    case isa::Buffer::kActivation:
      return work.activation_load_bytes;
    case isa::Buffer::kWeight:
      return work.weight_load_bytes;
    case isa::Buffer::kParameter:
      return work.parameter_load_bytes;
  }
  throw std::logic_error("a load into a buffer that does not exist");
}

// What an instruction of each type keeps busy, besides the memory.
void count_engine(const isa::Load& load, const Chip&, const AllTraffic& traffic, Count& count) {
  const std::uint64_t bytes = dram_bytes_of(traffic, isa::Access::kRead);
  ++count.work.load_instructions;
  load_bytes(count.work, load.buffer) += bytes;
  if (load.base != isa::Base::kWeight) return;
  count.work.weight_read_bytes += bytes;
  const bool is_new = count.weight_tiles.insert({load.dram_offset, load.run_bytes, load.count}).second;
  if (is_new) count.work.weight_bytes += bytes;
}

void count_engine(const isa::Matrix& m, const Chip& chip, const AllTraffic& traffic, Count& count) {
  NodeWork& work = count.work;
  const std::uint64_t passes = m.blocks() * m.taps();
  const auto positions = static_cast<std::uint32_t>(m.rows());
  const std::uint64_t cycles = passes * PassTiming(chip).cycles(positions, m.per_column_zero_point);
  ++work.matrix_instructions;
  work.passes += passes;
  work.positions += passes * positions;
  work.array_cycles += cycles;
  work.short_pass_cycles += cycles - passes * positions;
  // A word of the activation buffer is as wide as the array has rows, the other two as it has columns.
  using isa::Access, isa::Memory;
  work.array_activations += part_of(traffic, Memory::kActivation, Access::kRead).accesses * chip.array_rows;
  work.array_weights += part_of(traffic, Memory::kWeight, Access::kRead).accesses * chip.array_cols;
  work.array_sums += part_of(traffic, Memory::kAccumulator, Access::kWrite).accesses * chip.array_cols;
  if (passes * positions <= count.largest_positions) return;
  count.largest_positions = passes * positions;
  work.largest_matrix =
      fmt::format("{}{} x {} positions, {} x {} taps, {} x {} input channels, {} x {} output channels{}",
                  m.m_b > 1 ? fmt::format("{} x ", m.m_b) : "", m.m_y, m.m_x, m.k_y, m.k_x, m.k_c, chip.array_rows, m.n,
                  chip.array_cols, m.n_b > 1 ? fmt::format(", {} sets", m.n_b) : "");
}

// A cycle for each group of the source, which is the first thing that a store touches.
void count_engine(const isa::Store& store, const Chip& chip, const AllTraffic&, Count& count) {
  ++count.work.store_instructions;
  count.work.store_cycles += isa::touches_of(store, chip, {}).front().nest.units();
}

// What one instruction adds to the work of its node.
void add(const isa::Instruction& instruction, const Chip& chip, Count& count) {
  const AllTraffic traffic = isa::traffic_of(instruction, chip);
  count.work.read_bytes += dram_bytes_of(traffic, isa::Access::kRead);
  count.work.write_bytes += dram_bytes_of(traffic, isa::Access::kWrite);
  std::visit([&](const auto& x) { count_engine(x, chip, traffic, count); }, instruction);
}

}  // namespace

std::vector<NodeWork> node_work(const compiler::CompiledNetwork& network) {
  const Chip& chip = network.chip;
  std::vector<Count> counts(network.network.nodes.size());
  for (const compiler::Step& step : network.steps) {
    const auto* chip_step = std::get_if<compiler::ChipStep>(&step);
    if (chip_step == nullptr) continue;
    for (const isa::Instruction& instruction : chip_step->program.instructions) {
      const std::uint32_t node = isa::common_of(instruction).tag;
      if (node < counts.size()) add(instruction, chip, counts[node]);
    }
  }
  const double bus = chip.axi_bytes(), peak = chip.memory.peak_bytes_per_cycle(chip.clock_mhz);
  std::vector<NodeWork> nodes;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    NodeWork& work = counts[i].work;
    const double read = static_cast<double>(work.read_bytes), write = static_cast<double>(work.write_bytes);
    work.dram_cycles =
        static_cast<std::uint64_t>(std::ceil(std::max({read / bus, write / bus, (read + write) / peak})));
    const std::uint64_t useful = network.network.nodes[i].macs / chip.macs_per_cycle();
    work.padding_cycles = work.positions - std::min(work.positions, useful);
    nodes.push_back(std::move(work));
  }
  return nodes;
}

}  // namespace systole::report
