// SPDX-License-Identifier: Apache-2.0
//
// Compares a run with the cycle model, event by event, while it goes on: every transfer on the AXI pins, every start
// and every retirement. The model is simulated along with the run, so only the events of one cycle are kept.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>

#include "chip/chip.hpp"
#include "cycle/cycle_model.hpp"
#include "events/observer.hpp"
#include "isa/program.hpp"
#include "support/error.hpp"

namespace systole::views {

// What differs, in words, and where.
struct TraceDifference : DesignError {
  using DesignError::DesignError;
  std::uint64_t cycle = 0;                   // of the run's event, or of the model's if the run has none
  std::optional<std::uint32_t> instruction;  // index; of a transfer: the newest that its engine has started
};

class TraceComparison final : public Observer {
 public:
  // The program must outlive the comparison. Errors as of cycle::System.
  TraceComparison(const Chip& chip, const isa::Program& program, const isa::Bases& bases,
                  std::uint64_t program_address);

  // TraceDifference at the first difference: cycle, engine or channel, instruction, what each side did.
  void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override;
  void on_retire(const Retired& retired) override;
  bool wants_axi() const override { return true; }
  void on_axi(const AxiEvent& event) override;
  // The run has ended: TraceDifference if the model goes on.
  void finish();

  std::uint64_t events() const { return events_; }        // compared so far
  std::uint64_t transfers() const { return transfers_; }  // on the AXI pins, of these

 private:
  struct Start {
    isa::Engine engine;
    std::uint32_t index;
    std::uint64_t cycle;
    bool operator==(const Start& other) const {
      return engine == other.engine && index == other.index && cycle == other.cycle;
    }
  };
  using Event = std::variant<AxiEvent, Start, Retired>;
  // The events of the model that the run has not reached yet.
  class Expected final : public Observer {
   public:
    void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override {
      events.push_back(Start{engine, index, cycle});
    }
    void on_retire(const Retired& retired) override { events.push_back(retired); }
    bool wants_axi() const override { return true; }
    void on_axi(const AxiEvent& event) override { events.push_back(event); }
    std::deque<Event> events;
  };

  void compare(const Event& event, std::uint64_t cycle);
  std::optional<std::uint32_t> instruction_of(const Event& event) const;
  [[noreturn]] void differ(const Event* run, const Event* model) const;
  std::string text(const Event& event) const;

  const isa::Program& program_;
  Expected expected_;
  cycle::System model_;
  std::uint64_t events_ = 0;
  std::array<std::optional<std::uint32_t>, isa::kEngines> newest_;  // started, by engine
  std::uint64_t transfers_ = 0;
};

}  // namespace systole::views
