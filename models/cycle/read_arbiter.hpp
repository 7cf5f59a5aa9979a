// SPDX-License-Identifier: Apache-2.0
//
// The AXI read address channel (rtl/axi/axi_read_arbiter.sv): instruction fetch before load, through one register.
//
// A request is taken in a cycle in which the register is empty or its burst is accepted. It is on the pins in the next
// cycle and stays there until it is accepted.
#pragma once

#include <cstdint>

#include "isa/engines.hpp"

namespace systole::cycle {

// A burst as it goes to the read arbiter; none if it has no beats.
struct ReadBurst {
  std::uint64_t address = 0;  // aligned to a beat
  std::uint32_t beats = 0;
  explicit operator bool() const { return beats != 0; }
};

class ReadArbiter {
 public:
  static constexpr std::uint8_t kLoadAxiId = isa::info_of(isa::Engine::kLoad).axi_id.value();

  // The request on the pins; none if `burst` is none.
  const ReadBurst &burst() const { return burst_; }
  std::uint8_t id() const { return id_; }
  bool valid() const { return static_cast<bool>(burst_); }

  struct Taken {
    bool fetch = false, load = false;
  };
  // End of a cycle: was the request on the pins accepted. `fetch` and `load` return the bursts that are offered; they
  // are called only if a request can be taken.
  template <typename Fetch, typename Load>
  Taken end_cycle(bool accepted, Fetch &&fetch, Load &&load) {
    if (burst_ && !accepted) return {};
    burst_ = fetch();
    id_ = isa::kFetchAxiId;
    if (burst_) return {true, false};
    burst_ = load();
    id_ = kLoadAxiId;
    return {false, static_cast<bool>(burst_)};
  }

 private:
  ReadBurst burst_;
  std::uint8_t id_ = 0;
};

}  // namespace systole::cycle
