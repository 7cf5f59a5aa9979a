// SPDX-License-Identifier: Apache-2.0
//
// The RTL in its SystemC platform as a view.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "platform/rtl_platform.hpp"
#include "rtl_view/node_wave.hpp"
#include "views/view.hpp"

namespace systole::rtl_view {

class PlatformView final : public views::View {
 public:
  // Finds or builds the chip's library. Errors as of platform::RtlPlatform.
  PlatformView(const compiler::CompiledNetwork& network, const views::RtlOptions& options, const RunLimits& limits,
               const views::RtlProgress& progress);
  // With a given chip in place of the library's.
  PlatformView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated,
               const RunLimits& limits);
  const char* name() const override { return "rtl"; }
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  // DesignError that names the step for a hang, an error that the chip reports, and a byte written outside the
  // network's memory. A TraceDifference of an observer is passed on unchanged.
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;
  void finish() override;

 private:
  platform::RunResult run_on_platform(std::size_t step, const isa::Program& program);

  const compiler::CompiledNetwork& network_;
  platform::RtlPlatform platform_;
  std::unique_ptr<NodeWave> wave_;  // null: none
  RunLimits limits_;
  std::function<void(const views::StepProgress&)> progress_;
};

}  // namespace systole::rtl_view
