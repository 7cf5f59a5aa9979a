// SPDX-License-Identifier: Apache-2.0
//
// Events of a run in words, and the first difference between the events of two runs.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "events/events.hpp"

namespace systole {

inline std::string text(const AxiEvent& event) {
  std::string out = fmt::format("{} in cycle {}", kChannelNames[static_cast<std::size_t>(event.channel)], event.cycle);
  if (event.channel != AxiChannel::kW) out += fmt::format(", id {}", event.id);
  if (event.beats != 0) out += fmt::format(", address {:#x}, {} beats", event.address, event.beats);
  if (event.response != 0) out += fmt::format(", response {}", event.response);
  return event.last ? out + ", last" : out;
}

inline std::string text(const Retired& retired) {
  return fmt::format("{} instruction {} from cycle {} to {}", isa::engine_name(retired.engine), retired.index,
                     retired.start_cycle, retired.retire_cycle);
}

// The first event in which the RTL and the cycle model differ, in words; empty if they are equal to the end.
template <typename Event>
std::string first_difference(const char* kind, const std::vector<Event>& rtl, const std::vector<Event>& model) {
  for (std::size_t i = 0; i < std::max(rtl.size(), model.size()); ++i) {
    if (i < rtl.size() && i < model.size() && rtl[i] == model[i]) continue;
    return fmt::format("{} event {}: RTL has {}; cycle model has {}", kind, i,
                       i < rtl.size() ? text(rtl[i]) : "nothing", i < model.size() ? text(model[i]) : "nothing");
  }
  return {};
}

}  // namespace systole
