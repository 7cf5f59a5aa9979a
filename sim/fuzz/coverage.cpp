// SPDX-License-Identifier: Apache-2.0
#include "fuzz/coverage.hpp"

#include <fmt/format.h>

#include <string_view>

#include "fuzz/kinds/instruction_kind.hpp"
#include "memory/dram_kinds.hpp"

namespace systole::fuzz {

Coverage::Coverage() {
  const auto point = [&](const std::string& name) { points_[name] = 0; };
  for (const char* first : isa::kEngineNames) {
    point(first);
    for (const char* second : isa::kEngineNames) point(fmt::format("{} then {}", first, second));
  }
  for (const isa::EngineInfo& engine : isa::kEngineTable) {
    for (const bool value : {false, true}) {
      point(flag_point(engine.name, "waits", value));
      point(flag_point(engine.name, "posts", value));
    }
    for (const std::string& name : kind_of(engine.engine).points()) point(name);
    // An engine waits for itself only if its reads can overtake its writes.
    for (const isa::EngineInfo& partner : isa::kEngineTable)
      if (engine.engine != partner.engine || engine.overlap != isa::Overlap::kNone)
        point(fmt::format("{} waits for {}", engine.name, partner.name));
    point(fmt::format("{} waits for instruction", engine.name));
    if (engine.waits_for_memory) point(fmt::format("{} waits for memory", engine.name));
    if (engine.waits_for_port) point(fmt::format("{} waits for port", engine.name));
  }
  point("memory ideal");
  point("memory back-pressure");
  for (const std::string_view kind : memory::dram_kind_names()) point(fmt::format("memory {}", kind));
}

void Coverage::add(const FuzzCase& c, const Accounts& accounts) {
  const char* before = nullptr;
  for (const isa::Instruction& i : c.random.program.instructions) {
    const char* engine = isa::kEngineNames[static_cast<int>(isa::engine_of(i))];
    hit(engine);
    if (before) hit(fmt::format("{} then {}", before, engine));
    before = engine;
    hit(flag_point(engine, "waits", isa::common_of(i).wait_mask != 0));
    hit(flag_point(engine, "posts", isa::common_of(i).post_mask != 0));
    for (const std::string& point : kind_of(isa::engine_of(i)).hits(i, c.chip, c.random.bases)) hit(point);
  }
  for (int engine = 0; engine < isa::kEngines; ++engine) {
    const cycle::Account& account = accounts[engine];
    const auto waits = [&](const char* what, std::uint64_t cycles) {
      if (cycles != 0) hit(fmt::format("{} waits for {}", isa::kEngineNames[engine], what));
    };
    for (int partner = 0; partner < isa::kEngines; ++partner)
      waits(isa::kEngineNames[partner], account.semaphore[partner]);
    waits("instruction", account.instruction);
    waits("memory", account.memory);
    waits("port", account.port);
  }
  hit(fmt::format("memory {}", c.chip.memory.kind()));
  if (c.chip.memory.backpressure_permille != 0) hit("memory back-pressure");
}

void Coverage::add(const Coverage& other) {
  for (const auto& [point, hits] : other.points_) points_[point] += hits;
}

double Coverage::share() const {
  return 1 - static_cast<double>(never_hit().size()) / static_cast<double>(points_.size());
}

std::vector<std::string> Coverage::never_hit() const {
  std::vector<std::string> names;
  for (const auto& [point, hits] : points_)
    if (hits == 0) names.push_back(point);
  return names;
}

}  // namespace systole::fuzz
