// SPDX-License-Identifier: Apache-2.0
#include "fuzz/coverage.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <string_view>

#include "memory/dram_kinds.hpp"

namespace systole::fuzz {

namespace {

constexpr const char* kBuffers[] = {"activation", "weight", "parameter"};
constexpr const char* kMatrixFlags[] = {"accumulate", "activation_signed", "weight_signed", "per_column_zero_point"};
constexpr const char* kStoreFlags[] = {
    "raw",        "requantize",      "residual",      "parameter_per_tensor", "source_signed",
    "mid_signed", "residual_signed", "output_signed", "from_activation",      "to_activation",
    "window"};

std::string flag(const char* opcode, const char* name, bool value) {
  return fmt::format("{} {}={}", opcode, name, value ? 1 : 0);
}

int loops(std::initializer_list<std::uint32_t> counts) {
  int depth = 0;
  for (const std::uint32_t count : counts) depth += count > 1;
  return depth;
}

std::string aligned(const char* opcode, std::uint64_t address, const Chip& chip) {
  return flag(opcode, "beat_aligned", address % chip.axi_bytes() == 0);
}

}  // namespace

Coverage::Coverage() {
  const auto point = [&](const std::string& name) { points_[name] = 0; };
  for (const char* first : isa::kEngineNames) {
    point(first);
    for (const char* second : isa::kEngineNames) point(fmt::format("{} then {}", first, second));
  }
  for (const char* buffer : kBuffers) point(fmt::format("load buffer={}", buffer));
  for (const bool value : {false, true}) {
    point(flag("load", "padding", value));
    point(flag("load", "diagonal", value));
    point(flag("load", "beat_aligned", value));
    point(flag("store", "beat_aligned", value));
    for (const char* name : kMatrixFlags) point(flag("matrix", name, value));
    for (const char* name : kStoreFlags) point(flag("store", name, value));
    for (const char* engine : isa::kEngineNames) {
      point(flag(engine, "waits", value));
      point(flag(engine, "posts", value));
    }
  }
  for (int depth = 0; depth <= 3; ++depth) point(fmt::format("load loops={}", depth));
  for (int depth = 0; depth <= 6; ++depth) point(fmt::format("matrix loops={}", depth));
  for (int depth = 0; depth <= 7; ++depth) point(fmt::format("store loops={}", depth));
  for (const isa::EngineInfo& engine : isa::kEngineTable) {
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

void Coverage::instruction(const Chip& chip, const RandomProgram& random, const isa::Load& x) {
  hit(fmt::format("load buffer={}", kBuffers[static_cast<int>(x.buffer)]));
  hit(flag("load", "padding", (x.pad_top | x.pad_bottom | x.pad_left | x.pad_right) != 0));
  hit(flag("load", "diagonal", x.diagonal));
  hit(aligned("load", random.bases[static_cast<int>(x.base)] + x.dram_offset, chip));
  hit(fmt::format("load loops={}", loops({x.count[0], x.count[1], x.count[2]})));
}

void Coverage::instruction(const Chip&, const RandomProgram&, const isa::Matrix& x) {
  const bool values[] = {x.accumulate, x.activation_signed, x.weight_signed, x.per_column_zero_point};
  for (std::size_t i = 0; i < std::size(values); ++i) hit(flag("matrix", kMatrixFlags[i], values[i]));
  hit(fmt::format("matrix loops={}", loops({x.m_y, x.m_x, x.k_y, x.k_x, x.k_c, x.n})));
}

void Coverage::instruction(const Chip& chip, const RandomProgram& random, const isa::Store& x) {
  const bool to_activation = x.destination == isa::Destination::kActivation;
  const bool values[] = {x.raw,
                         x.requantize,
                         x.residual,
                         x.parameter_per_tensor,
                         x.source_signed,
                         x.mid_signed,
                         x.residual_signed,
                         x.output_signed,
                         x.source == isa::Source::kActivation,
                         to_activation,
                         x.window_x * x.window_y > 1};
  for (std::size_t i = 0; i < std::size(values); ++i) hit(flag("store", kStoreFlags[i], values[i]));
  if (!to_activation) hit(aligned("store", random.bases[static_cast<int>(x.base)] + x.dst_base, chip));
  hit(fmt::format("store loops={}",
                  loops({x.count[0], x.count[1], x.count[2], x.count[3], x.groups, x.window_y, x.window_x})));
}

void Coverage::add(const FuzzCase& c, const Accounts& accounts) {
  const char* before = nullptr;
  for (const isa::Instruction& i : c.random.program.instructions) {
    const char* engine = isa::kEngineNames[static_cast<int>(isa::engine_of(i))];
    hit(engine);
    if (before) hit(fmt::format("{} then {}", before, engine));
    before = engine;
    hit(flag(engine, "waits", isa::common_of(i).wait_mask != 0));
    hit(flag(engine, "posts", isa::common_of(i).post_mask != 0));
    std::visit([&](const auto& x) { instruction(c.chip, c.random, x); }, i);
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

std::vector<std::string> Coverage::never_hit() const {
  std::vector<std::string> names;
  for (const auto& [point, hits] : points_)
    if (hits == 0) names.push_back(point);
  return names;
}

}  // namespace systole::fuzz
