// SPDX-License-Identifier: Apache-2.0
//
// Collects the events of the chip's trace port: when each instruction started and retired.
#pragma once

#include <array>
#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "events/events.hpp"
#include "isa/instruction.hpp"

namespace systole::platform {

// Pairs the starts and the retirements on the chip's trace port. A start without its retirement is
// in flight.
class RetireTrace {
 public:
  void clear();
  void start(std::uint64_t cycle, isa::Engine engine, std::uint32_t index);
  void retire(std::uint64_t cycle, isa::Engine engine,
              std::uint32_t index);  // DesignError if it never started

  const std::vector<Retired>& retired() const { return retired_; }
  std::uint64_t last_retire_cycle() const { return last_retire_cycle_; }
  struct InFlight {
    std::uint32_t index;
    std::uint64_t start_cycle;
  };
  const std::deque<InFlight>& in_flight(isa::Engine engine) const {
    return in_flight_[static_cast<std::size_t>(engine)];
  }
  // The newest instruction of the engine that retired.
  std::optional<std::uint32_t> last_retired(isa::Engine engine) const {
    return last_retired_[static_cast<std::size_t>(engine)];
  }

 private:
  std::vector<Retired> retired_;
  std::array<std::deque<InFlight>, isa::kEngines> in_flight_;
  std::array<std::optional<std::uint32_t>, isa::kEngines> last_retired_;
  std::uint64_t last_retire_cycle_ = 0;
};

}  // namespace systole::platform
