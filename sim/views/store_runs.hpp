// SPDX-License-Identifier: Apache-2.0
//
// Which bytes of DRAM a store instruction writes.
#pragma once

#include <cstdint>

#include "compiler/compiled_network.hpp"
#include "isa/access.hpp"

namespace systole::views {

// Calls visit(address, bytes) for every run of bytes that a store writes to DRAM, until it returns
// true.
template <typename Visit>
bool any_run(const isa::Store& store, const compiler::CompiledNetwork& network, Visit visit) {
  const std::uint64_t mask = network.chip.axi_address_bits >= 64 ? ~0ull : (1ull << network.chip.axi_address_bits) - 1;
  bool found = false;
  for (const isa::Touch& touch : isa::touches_of(store, network.chip, network.base_address)) {
    if (touch.memory != isa::Memory::kDram) continue;
    isa::for_each_run(touch.nest, [&](std::int64_t first) {
      found = found || visit(static_cast<std::uint64_t>(first) & mask, static_cast<std::uint64_t>(touch.nest.run));
    });
  }
  return found;
}

}  // namespace systole::views
