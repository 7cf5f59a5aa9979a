// SPDX-License-Identifier: Apache-2.0
//
// The waveform of a network's run: a chip's wave that names nodes, in the cycles that are wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/observer.hpp"
#include "rtl_view/wave_file.hpp"
#include "verilated/chip_pins.hpp"
#include "views/view.hpp"

namespace systole::rtl_view {

// The only node whose instructions a wave shows; nothing if `name` is empty. UserError for a name that the network does not
// have.
std::optional<std::uint32_t> wave_node(const Network& network, const std::string& name);

// A node's name is in the wave from the cycle after its instruction started.
class NodeWave final : public Observer {
 public:
  // All must outlive the wave. UserError if there can be no file, and for a node that the network does not have.
  NodeWave(const compiler::CompiledNetwork& network, const views::WaveOptions& options, platform::VerilatedChip& chip);
  // Closes what was not finished.
  ~NodeWave() override;
  // Before the events of a program.
  void begin(const isa::Program& program);
  void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override;
  void on_retire(const Retired& retired) override;
  // Closes the file. UserError if it is not whole.
  void finish();

 private:
  std::uint32_t node_of(std::uint32_t index) const { return isa::common_of(program_->instructions[index]).tag; }

  const compiler::CompiledNetwork& network_;
  const std::string place_;
  platform::VerilatedChip& chip_;
  WaveFile file_;
  std::optional<std::uint32_t> node_;  // the only one that is wanted
  const isa::Program* program_ = nullptr;
  std::uint64_t at_work_ = 0;  // instructions of node_
  std::uint64_t starts_ = 0;   // since the last look at the disk
  std::string trouble_;        // why no more is written
};

}  // namespace systole::rtl_view
