// SPDX-License-Identifier: Apache-2.0
//
// Which bytes of DRAM a store instruction writes.
#pragma once

#include <cstdint>

#include "compiler/compiled_network.hpp"

namespace systole::report {

// Calls visit(address, bytes) for every run of bytes that a store writes to DRAM, until it returns
// true.
template <typename Visit>
bool any_run(const isa::Store& store, const compiler::CompiledNetwork& network, Visit visit) {
  const std::uint64_t mask = network.chip.axi_address_bits >= 64 ? ~0ull : (1ull << network.chip.axi_address_bits) - 1;
  const std::uint64_t group_bytes = network.chip.post_lanes * (store.raw ? 4u : 1u);
  const std::uint64_t run_bytes = static_cast<std::uint64_t>(store.count[0]) * store.groups * group_bytes;
  const std::uint64_t base = network.base_address[static_cast<int>(store.base)] + store.dst_base;
  for (std::uint32_t i3 = 0; i3 < store.count[3]; ++i3)
    for (std::uint32_t i2 = 0; i2 < store.count[2]; ++i2)
      for (std::uint32_t i1 = 0; i1 < store.count[1]; ++i1) {
        const std::int64_t offset = static_cast<std::int64_t>(i3) * store.dst_stride[2] +
                                    static_cast<std::int64_t>(i2) * store.dst_stride[1] +
                                    static_cast<std::int64_t>(i1) * store.dst_stride[0];
        if (visit((base + static_cast<std::uint64_t>(offset)) & mask, run_bytes)) return true;
      }
  return false;
}

}  // namespace systole::report
