// SPDX-License-Identifier: Apache-2.0
#include "report/node_work.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

#include "chip/timing.hpp"

namespace systole::report {

namespace {

class Counter {
 public:
  explicit Counter(const Chip& chip) : chip_(chip), pass_(chip) {}

  void count(const isa::Load& load, NodeWork& work) const {
    work.read_bytes += std::uint64_t{load.count[0]} * load.count[1] * load.count[2] * load.run_bytes;
  }
  void count(const isa::Matrix& m, NodeWork& work) const {
    const std::uint64_t passes = std::uint64_t{m.n} * m.k_y * m.k_x * m.k_c;
    const std::uint32_t positions = std::uint32_t{m.m_y} * m.m_x;
    work.array_cycles += passes * pass_.cycles(positions, m.per_column_zero_point);
  }
  void count(const isa::Store& store, NodeWork& work) const {
    std::uint64_t groups = store.groups;
    for (const std::uint16_t count : store.count) groups *= count;
    work.store_cycles += groups * store.window_x * store.window_y;
    if (store.destination == isa::Destination::kDram)
      work.write_bytes += groups * chip_.post_lanes * (store.raw ? 4 : 1);
  }

 private:
  const Chip& chip_;
  const PassTiming pass_;
};

}  // namespace

std::vector<NodeWork> node_work(const compiler::CompiledNetwork& network) {
  std::vector<NodeWork> nodes(network.network.nodes.size());
  const Counter counter(network.chip);
  for (const compiler::Step& step : network.steps) {
    const auto* chip_step = std::get_if<compiler::ChipStep>(&step);
    if (chip_step == nullptr) continue;
    for (const isa::Instruction& instruction : chip_step->program.instructions) {
      const std::uint32_t node = isa::common_of(instruction).tag;
      if (node >= nodes.size()) continue;
      std::visit([&](const auto& x) { counter.count(x, nodes[node]); }, instruction);
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
