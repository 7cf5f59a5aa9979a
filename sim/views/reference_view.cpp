// SPDX-License-Identifier: Apache-2.0
#include "views/reference_view.hpp"

#include <algorithm>
#include <utility>

#include "support/address_range.hpp"
#include "support/error.hpp"
#include "views/stopwatch.hpp"

namespace systole::views {

ReferenceView::ReferenceView(const compiler::CompiledNetwork& network)
    : network_(network), chip_(network.chip), dram_(network.dram_bytes) {
  for (int b = 0; b < isa::kBases; ++b) chip_.set_base(static_cast<isa::Base>(b), network.base_address[b]);
}

void ReferenceView::write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  invariant(is_inside(address, bytes.size(), dram_.size()), "the host writes inside the memory image");
  std::copy(bytes.begin(), bytes.end(), dram_.begin() + static_cast<std::ptrdiff_t>(address));
}

std::vector<std::uint8_t> ReferenceView::read_dram(std::uint64_t address, std::uint64_t size_bytes) {
  invariant(is_inside(address, size_bytes, dram_.size()), "the host reads inside the memory image");
  const auto begin = dram_.begin() + static_cast<std::ptrdiff_t>(address);
  return {begin, begin + static_cast<std::ptrdiff_t>(size_bytes)};
}

void ReferenceView::run_program(std::size_t step, const isa::Program& program) {
  const Stopwatch watch;
  chip_.execute(program, dram_, [&](std::size_t i) { say_working("reference", network_, program, i, i + 1); });
  ProgramRun run;
  run.step = step;
  run.wall_seconds = watch.seconds();
  runs_.push_back(std::move(run));
}

const std::uint8_t* ReferenceView::dram(std::uint64_t size_bytes) {
  invariant(size_bytes <= dram_.size(), "the memory image holds what is compared");
  return dram_.data();
}

}  // namespace systole::views
