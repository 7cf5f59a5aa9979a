// SPDX-License-Identifier: Apache-2.0
#include "rtl_view/pin_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rtl_view/pin_runner.hpp"
#include "support/address_range.hpp"
#include "support/error.hpp"
#include "views/stopwatch.hpp"

namespace systole::rtl_view {

namespace {

constexpr std::uint64_t kGuardBytes = 4096;
constexpr std::uint8_t kGuard = 0x5C;

}  // namespace

PinView::PinView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated,
                 const RunLimits& limits)
    : network_(network), verilated_(std::move(verilated)), limits_(limits), dram_(network.dram_bytes, 0) {
  dram_.resize(network.dram_bytes + kGuardBytes, kGuard);
}

void PinView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  invariant(is_inside(address, bytes.size(), network_.dram_bytes), "the host writes inside the memory image");
  std::copy(bytes.begin(), bytes.end(), dram_.begin() + static_cast<std::ptrdiff_t>(address));
}

std::vector<std::uint8_t> PinView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  invariant(is_inside(address, size_bytes, network_.dram_bytes), "the host reads inside the memory image");
  const auto begin = dram_.begin() + static_cast<std::ptrdiff_t>(address);
  return {begin, begin + static_cast<std::ptrdiff_t>(size_bytes)};
}

void PinView::run_program(std::size_t step, const isa::Program& program) {
  const views::Stopwatch watch;
  PinRun pins = run_at_pins(*verilated_, network_.chip, program, network_.base_address, network_.program_address[step],
                            dram_, limits_.max_cycles, observer_);
  if (pins.error_code != 0)
    throw DesignError(fmt::format("step {}: error {} at instruction {}", step, pins.error_code, pins.error_index));
  if (std::any_of(dram_.end() - kGuardBytes, dram_.end(), [](std::uint8_t byte) { return byte != kGuard; }))
    throw DesignError(fmt::format("step {}: the chip wrote behind the network's memory", step));
  views::ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = pins.cycles;
  run.counters = pins.counters;
  run.retired = std::move(pins.retired);
  run.wall_seconds = watch.seconds();
  runs_.push_back(std::move(run));
}

const std::uint8_t* PinView::dram(std::uint64_t size_bytes) {
  invariant(size_bytes <= network_.dram_bytes, "the memory image holds what is compared");
  return dram_.data();
}

}  // namespace systole::rtl_view
