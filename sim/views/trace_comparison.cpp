// SPDX-License-Identifier: Apache-2.0
#include "views/trace_comparison.hpp"

#include <fmt/format.h>

#include "support/error.hpp"

namespace systole::views {

TraceComparison::TraceComparison(const Chip& chip, const isa::Program& program, const isa::Bases& bases,
                                 std::uint64_t program_address)
    : program_(program), model_(chip, program, bases, program_address, {}, &expected_) {}

void TraceComparison::on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) {
  compare(Start{engine, index, cycle}, cycle);
  newest_[static_cast<std::size_t>(engine)] = index;
}
void TraceComparison::on_retire(const Retired& retired) { compare(retired, retired.retire_cycle); }
void TraceComparison::on_axi(const AxiEvent& event) { compare(event, event.cycle); }

void TraceComparison::finish() {
  model_.advance(~0ull);
  if (!expected_.events.empty()) differ(nullptr, &expected_.events.front());
}

void TraceComparison::compare(const Event& event, std::uint64_t cycle) {
  if (expected_.events.empty()) model_.advance(cycle + 1);
  if (expected_.events.empty()) differ(&event, nullptr);
  if (!(expected_.events.front() == event)) differ(&event, &expected_.events.front());
  expected_.events.pop_front();
  ++events_;
  if (std::holds_alternative<AxiEvent>(event)) ++transfers_;
}

std::optional<std::uint32_t> TraceComparison::instruction_of(const Event& event) const {
  if (const auto* start = std::get_if<Start>(&event)) return start->index;
  if (const auto* retired = std::get_if<Retired>(&event)) return retired->index;
  const auto& axi = std::get<AxiEvent>(event);
  if (axi.channel == AxiChannel::kW) return newest_[isa::index_of(isa::Engine::kStore)];  // W carries no identifier
  const std::optional<isa::Engine> engine = isa::engine_of_axi_id(axi.id);
  return engine ? newest_[isa::index_of(*engine)] : std::nullopt;
}

void TraceComparison::differ(const Event* run, const Event* model) const {
  TraceDifference difference(
      fmt::format("RTL and cycle model differ in time, in event {}:\n  RTL          {}\n  cycle model  {}", events_,
                  run ? text(*run) : "nothing any more", model ? text(*model) : "nothing up to this cycle"));
  const Event& event = run ? *run : *model;
  difference.instruction = instruction_of(event);
  if (!difference.instruction && model) difference.instruction = instruction_of(*model);
  if (const auto* start = std::get_if<Start>(&event)) {
    difference.cycle = start->cycle;
  } else if (const auto* retired = std::get_if<Retired>(&event)) {
    difference.cycle = retired->retire_cycle;
  } else {
    difference.cycle = std::get<AxiEvent>(event).cycle;
  }
  throw difference;
}

std::string TraceComparison::text(const Event& event) const {
  const auto instruction = [&](isa::Engine engine, std::uint32_t index) {
    std::string out = fmt::format("{} instruction {}", isa::engine_name(engine), index);
    if (index < program_.instructions.size())
      out += fmt::format(" ({})", isa::disassemble(program_.instructions[index]));
    return out;
  };
  if (const auto* start = std::get_if<Start>(&event))
    return fmt::format("cycle {}: starts {}", start->cycle, instruction(start->engine, start->index));
  if (const auto* retired = std::get_if<Retired>(&event))
    return fmt::format("cycle {}: retires {}, started in cycle {}", retired->retire_cycle,
                       instruction(retired->engine, retired->index), retired->start_cycle);
  const auto& axi = std::get<AxiEvent>(event);
  std::string out = fmt::format("cycle {}: {}", axi.cycle, kChannelNames[static_cast<std::size_t>(axi.channel)]);
  if (axi.channel != AxiChannel::kW) {
    if (axi.id == isa::kFetchAxiId) out += " of fetch";
    if (const auto engine = isa::engine_of_axi_id(axi.id)) out += fmt::format(" of {}", isa::engine_name(*engine));
  }
  if (axi.beats != 0) out += fmt::format(", address {:#x}, {} beats", axi.address, axi.beats);
  if (axi.last) out += ", last";
  if (const auto newest = instruction_of(event)) out += fmt::format("; newest started: instruction {}", *newest);
  if (axi.response != 0) out += fmt::format(", response {}", axi.response);
  return out;
}

}  // namespace systole::views
