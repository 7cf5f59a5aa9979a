// SPDX-License-Identifier: Apache-2.0
//
// The RTL at its pins as a view: no SystemC, for many short programs.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "verilated/chip_pins.hpp"
#include "views/view.hpp"

namespace systole::rtl_view {

class PinView final : public views::View {
 public:
  // The caller gives the Verilated chip, so that many networks can run on one chip. Each begins with a reset, and with
  // what the network before left in the memories. `limits.hang_cycles` is not used.
  PinView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated,
          const RunLimits& limits);
  const char* name() const override { return "rtl"; }
  // Both are InternalErrors outside of the network's memory.
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  // DesignError for an error that the chip reports and for a byte written outside the network's memory;
  // std::runtime_error as of run_at_pins.
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 private:
  const compiler::CompiledNetwork& network_;
  std::shared_ptr<platform::VerilatedChip> verilated_;
  RunLimits limits_;
  std::vector<std::uint8_t> dram_;  // followed by guard bytes that must not be written
};

}  // namespace systole::rtl_view
