// SPDX-License-Identifier: Apache-2.0
#include "platform/retire_trace.hpp"

#include <fmt/format.h>

#include "support/error.hpp"

namespace systole::platform {

void RetireTrace::clear() { *this = RetireTrace(); }

void RetireTrace::start(std::uint64_t cycle, isa::Engine engine, std::uint32_t index) {
  in_flight_[static_cast<std::size_t>(engine)].push_back({index, cycle});
}

void RetireTrace::retire(std::uint64_t cycle, isa::Engine engine, std::uint32_t index) {
  auto& started = in_flight_[static_cast<std::size_t>(engine)];
  if (started.empty() || started.front().index != index)
    throw DesignError(fmt::format(
        "cycle {}: {} engine retired instruction {}, but {}", cycle, isa::engine_name(engine), index,
        started.empty() ? "none had started" : fmt::format("instruction {} is its oldest", started.front().index)));
  retired_.push_back({engine, index, started.front().start_cycle, cycle});
  started.pop_front();
  last_retired_[static_cast<std::size_t>(engine)] = index;
  last_retire_cycle_ = cycle;
}

}  // namespace systole::platform
