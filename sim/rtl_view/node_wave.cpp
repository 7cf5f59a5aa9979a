// SPDX-License-Identifier: Apache-2.0
#include "rtl_view/node_wave.hpp"

#include <fmt/format.h>

#include <vector>

#include "support/error.hpp"
#include "support/file.hpp"
#include "support/similar.hpp"

namespace systole::rtl_view {

std::optional<std::uint32_t> wave_node(const Network& network, const std::string& name) {
  if (name.empty()) return std::nullopt;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (network.nodes[i].name == name) return static_cast<std::uint32_t>(i);
    names.push_back(network.nodes[i].name);
  }
  throw UserError(fmt::format("--wave-node: the network has no node \"{}\"{}", name, did_you_mean(name, names)));
}

NodeWave::NodeWave(const compiler::CompiledNetwork& network, const views::WaveOptions& options,
                   platform::VerilatedChip& chip)
    : network_(network),
      place_(options.file),
      chip_(chip),
      file_(options.file),
      node_(wave_node(network.network, options.node)) {
  chip_.open_wave(file_.written().string(), network.chip.clock_mhz);
  chip_.limit_wave(options.first_cycle, options.last_cycle);
  chip_.switch_wave(!node_);
}

NodeWave::~NodeWave() {
  try {
    chip_.close_wave();
  } catch (const UserError&) {  // it was not wanted any more
  }
}

void NodeWave::begin(const isa::Program& program) {
  program_ = &program;
  at_work_ = 0;
}

void NodeWave::on_start(isa::Engine engine, std::uint32_t index, std::uint64_t /*cycle*/) {
  constexpr std::uint64_t kLookEvery = 64;  // starts
  const std::uint32_t node = node_of(index);
  chip_.name_wave_node(engine, node < network_.network.nodes.size() ? network_.network.nodes[node].name : "");
  if (node == node_ && at_work_++ == 0) chip_.switch_wave(trouble_.empty());
  if (++starts_ % kLookEvery != 0 || !trouble_.empty()) return;
  try {
    file_.check_space();
  } catch (const UserError& error) {
    trouble_ = error.what();
    chip_.switch_wave(false);
  }
}

void NodeWave::on_retire(const Retired& retired) {
  if (node_of(retired.index) == node_ && --at_work_ == 0) chip_.switch_wave(false);
}

void NodeWave::finish() {
  chip_.close_wave();
  if (!trouble_.empty()) throw UserError(trouble_);
  file_.finish();
  write_whole_file(place_ + ".gtkw", gtkwave_view(place_));
}

}  // namespace systole::rtl_view
