// SPDX-License-Identifier: Apache-2.0
#include "fuzz/kinds/instruction_kind.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/kinds/load_kind.hpp"
#include "fuzz/kinds/matrix_kind.hpp"
#include "fuzz/kinds/store_kind.hpp"
#include "support/error.hpp"

namespace systole::fuzz {

// One line for each engine. There is no default on purpose.
const InstructionKind& kind_of(isa::Engine engine) {
  switch (engine) {
    case isa::Engine::kLoad:
      return load_kind();
    case isa::Engine::kMatrix:
      return matrix_kind();
    case isa::Engine::kStore:
      return store_kind();
  }
  throw InternalError("invariant broken: an engine has instructions");
}

std::string flag_point(const char* engine, const char* name, bool value) {
  return fmt::format("{} {}={}", engine, name, value ? 1 : 0);
}

std::string aligned_point(const char* engine, std::uint64_t address, const Chip& chip) {
  return flag_point(engine, "beat_aligned", address % chip.axi_bytes() == 0);
}

std::string loops_point(const char* engine, std::initializer_list<std::uint32_t> counts) {
  return fmt::format("{} loops={}", engine,
                     std::count_if(counts.begin(), counts.end(), [](std::uint32_t count) { return count > 1; }));
}

void add_flag_points(std::vector<std::string>& points, const char* engine, std::initializer_list<const char*> names) {
  for (const char* name : names)
    for (const bool value : {false, true}) points.push_back(flag_point(engine, name, value));
}

void add_loops_points(std::vector<std::string>& points, const char* engine, int most) {
  for (int depth = 0; depth <= most; ++depth) points.push_back(fmt::format("{} loops={}", engine, depth));
}

}  // namespace systole::fuzz
