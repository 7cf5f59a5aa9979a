// SPDX-License-Identifier: Apache-2.0
//
// Receives the events of a run. Every view with a clock (RTL in its platform, cycle model) reports the same events in
// the same order, so two runs can be compared while they go on:
//
//   - cycles never decrease;
//   - within a cycle: transfers on the AXI pins (AR, R, AW, W, B), then starts, then retirements, the last two in the
//     order load, matrix, store. So an instruction that starts in a cycle has not seen the posts of that cycle.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "events/events.hpp"
#include "isa/instruction.hpp"

namespace systole {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_start(isa::Engine /*engine*/, std::uint32_t /*index*/, std::uint64_t /*cycle*/) {}
  virtual void on_retire(const Retired& /*retired*/) {}
  // Asked once, before the run: transfers cost time to report.
  virtual bool wants_axi() const { return false; }
  virtual void on_axi(const AxiEvent& /*event*/) {}
};

// Keeps everything, for tests and for short programs.
class Recording final : public Observer {
 public:
  enum class Axi { kIgnore, kKeep };
  explicit Recording(Axi transfers = Axi::kIgnore) : axi_wanted_(transfers == Axi::kKeep) {}
  void on_retire(const Retired& event) override { retired.push_back(event); }
  bool wants_axi() const override { return axi_wanted_; }
  void on_axi(const AxiEvent& event) override { axi.push_back(event); }

  std::vector<Retired> retired;
  std::vector<AxiEvent> axi;

 private:
  bool axi_wanted_;
};

// Forwards every event to several observers.
class Observers final : public Observer {
 public:
  explicit Observers(std::vector<Observer*> listeners) : listeners_(std::move(listeners)) {}
  void on_start(isa::Engine engine, std::uint32_t index, std::uint64_t cycle) override {
    for (Observer* listener : listeners_) listener->on_start(engine, index, cycle);
  }
  void on_retire(const Retired& retired) override {
    for (Observer* listener : listeners_) listener->on_retire(retired);
  }
  bool wants_axi() const override {
    for (const Observer* listener : listeners_)
      if (listener->wants_axi()) return true;
    return false;
  }
  void on_axi(const AxiEvent& event) override {
    for (Observer* listener : listeners_)
      if (listener->wants_axi()) listener->on_axi(event);
  }

 private:
  std::vector<Observer*> listeners_;
};

}  // namespace systole
