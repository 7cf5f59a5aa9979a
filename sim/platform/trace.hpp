// SPDX-License-Identifier: Apache-2.0
//
// What a run leaves behind: when each instruction started and retired, and what crossed the AXI
// pins. Cycle 0 is the cycle of the doorbell's write handshake.
#pragma once

#include <array>
#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "isa/instruction.hpp"

namespace systole::platform {

struct Retired {  // in the order of retirement; load, matrix, store within a cycle
  isa::Engine engine = isa::Engine::kLoad;
  std::uint32_t index = 0;  // of the instruction in its program
  std::uint64_t start_cycle = 0, retire_cycle = 0;
  bool operator==(const Retired& other) const {
    return engine == other.engine && index == other.index && start_cycle == other.start_cycle &&
           retire_cycle == other.retire_cycle;
  }
};

enum class AxiChannel : std::uint8_t { kAr, kR, kAw, kW, kB };

struct AxiEvent {
  std::uint64_t cycle = 0;
  AxiChannel channel = AxiChannel::kAr;
  std::uint8_t id = 0;        // not of W
  std::uint8_t response = 0;  // of R and B
  bool last = false;          // of R and W
  std::uint64_t address = 0;  // of AR and AW
  std::uint32_t beats = 0;    // of AR and AW
};

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

const char* engine_name(isa::Engine engine);

}  // namespace systole::platform
