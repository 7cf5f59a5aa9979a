// SPDX-License-Identifier: Apache-2.0
//
// A trial of a tiling: the run of a matrix problem is lowered by itself, without its weights, and timed by the cycle
// model.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/tiling/tiling_key.hpp"

namespace systole::compiler {

// Cycles of the run from an idle chip; nothing if it takes `most` cycles or longer.
std::optional<std::uint64_t> trial_cycles(const TilingKey& key, const TrialAddresses& addresses, const Chip& chip,
                                          const Tiling& tiling, std::uint64_t most);

}  // namespace systole::compiler
