// SPDX-License-Identifier: Apache-2.0
#include "system/networks/random_networks.hpp"

#include <fmt/format.h>

#include <memory>

#include "catch.hpp"
#include "chip/shipped_chips.hpp"
#include "system/networks/views.hpp"

namespace systole::test {

void run_random_networks(const char* chip_name, const RandomRun& run) {
  const Chip shipped = open_chip(chip_name);
  const std::uint32_t first = static_cast<std::uint32_t>(setting("SYSTOLE_SEED", 1));
  const auto verilated = make_verilated(shipped, first | 1u, true);
  Seen all;
  for (std::uint32_t i = 0; i < run.networks; ++i) {
    const std::uint32_t seed = first + i;
    INFO(kind_name(run.kind) << ", SYSTOLE_SEED=" << seed);
    const RandomNetwork random = make_random_network(run.kind, seed);
    const Chip chip = with_random_memory(shipped, seed);
    const compiler::CompiledNetwork compiled = compiler::compile(random.network, chip);
    for (std::size_t n = 0; n < compiled.placement.size(); ++n) {
      INFO("node " << compiled.network.nodes[n].name << ": " << compiled.placement[n].reason);
      REQUIRE(compiled.placement[n].place != compiler::Place::kHost);
    }
    std::unique_ptr<views::View> rtl;
    if (run.platform)
      rtl = std::make_unique<PlatformView>(compiled, verilated, kLimits);
    else
      rtl = std::make_unique<PinView>(compiled, verilated, kLimits);
    const std::uint64_t programs = all.programs, tensors = all.tensors;
    const std::string difference = compare_views(compiled, random.inputs, *rtl, all);
    if (!difference.empty()) FAIL(difference);
    REQUIRE(all.programs > programs);
    REQUIRE(all.tensors > tensors);
  }
  fmt::print("{} {} x {} {}: seeds {} to {}, {} instructions, {} cycles, {} AXI transfers, no difference\n", chip_name,
             run.platform ? "in its platform" : "at its pins", run.networks, kind_name(run.kind), first,
             first + run.networks - 1, all.instructions, all.cycles, all.transfers);
}

}  // namespace systole::test
