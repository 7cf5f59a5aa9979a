// SPDX-License-Identifier: Apache-2.0
#include "fuzz/comparison.hpp"

#include <fmt/format.h>

#include "rtl_view/pin_view.hpp"
#include "support/error.hpp"
#include "views/lockstep.hpp"

namespace systole::fuzz {

namespace {

RunLimits limits() {
  RunLimits limits;
  limits.max_cycles = 2'000'000;
  return limits;
}

compiler::CompiledNetwork network_of(const FuzzCase& c) {
  compiler::CompiledNetwork network;
  network.chip = c.chip;
  compiler::ChipStep step;
  step.program = c.random.program;
  network.steps = {step};
  network.program_address = {c.random.program_address};
  network.base_address = c.random.bases;
  network.constants = {{0, c.random.dram}};
  network.dram_bytes = c.random.dram.size();
  return network;
}

std::string difference(const FuzzCase& c, const MakeRtl& make_rtl, Outcome& outcome) {
  const compiler::CompiledNetwork network = network_of(c);
  views::ModelRuns model(network, limits());
  try {
    const views::ProgramRun& run = model.of(0);
    outcome.cycles = run.cycles;
    outcome.accounts = run.accounts.value();
  } catch (const DesignError& error) {
    return fmt::format("model: {}", error.what());
  }
  for (const cycle::Account& account : outcome.accounts)
    if (account.total() != outcome.cycles)
      return fmt::format("account: {} cycles of {}", account.total(), outcome.cycles);
  views::ReferenceView reference(network);
  const std::unique_ptr<views::View> rtl = make_rtl(network);
  views::Lockstep lockstep(network, reference, *rtl, model);
  try {
    if (const auto d = lockstep.run({})) return fmt::format("{}: {}", views::aspect_name(d->aspect), text(*d, network));
  } catch (const DesignError& error) {
    return fmt::format("error: {}", error.what());
  }
  return {};
}

}  // namespace

Outcome compare_views(const FuzzCase& fuzz_case, const MakeRtl& make_rtl) {
  Outcome outcome;
  try {
    outcome.difference = difference(fuzz_case, make_rtl, outcome);
  } catch (const std::exception& error) {
    outcome.difference = fmt::format("stop: {}", error.what());
  }
  return outcome;
}

Outcome compare_views(const FuzzCase& fuzz_case, const std::shared_ptr<platform::VerilatedChip>& verilated) {
  return compare_views(fuzz_case, [&](const compiler::CompiledNetwork& network) {
    return std::make_unique<rtl_view::PinView>(network, verilated, limits());
  });
}

}  // namespace systole::fuzz
