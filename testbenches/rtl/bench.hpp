// SPDX-License-Identifier: Apache-2.0
//
// What every SystemC bench of an RTL block needs: clock and reset, seeded random numbers, a
// scoreboard, and drivers and monitors for valid/ready streams. A bench is a class derived from
// `Bench` that holds the Verilated block:
//
//   struct FifoBench : Bench {
//     sc_core::sc_signal<bool> in_valid{"in_valid"}, ...;
//     Vfifo dut{"dut"};
//     Scoreboard<uint32_t> scoreboard{*this, "fifo"};
//     FifoBench() : Bench("bench") { dut.clk_i(clk); dut.rst_ni(rst_n); ... }
//     void on_clock() override { read outputs, check them; then write the inputs of the next cycle; }
//   };
//   TEST_CASE("a fifo keeps the order") {
//     FifoBench bench;
//     bench.run(10000);
//     REQUIRE(bench.scoreboard.outstanding() == 0);
//   }
//
// One test case is one process (ctest does that): SystemC cannot simulate twice in a process.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <systemc>
#include <utility>

#include "catch.hpp"
#include "support/random.hpp"

namespace systole::bench {

/// The seed of this run: environment variable SYSTOLE_SEED, 1 without it. Every failure message
/// names it.
uint64_t seed();

using systole::Random;
/// Random numbers from this run's seed. `stream` separates independent uses of it.
Random random_stream(uint64_t stream);

/// Clock, reset and the end of a test. Verilated registers start random, from the seed.
class Bench : public sc_core::sc_module {
 public:
  sc_core::sc_clock clk{"clk", 1, sc_core::SC_NS};
  sc_core::sc_signal<bool> rst_n{"rst_n"};

  explicit Bench(const sc_core::sc_module_name& name);

  /// Resets the block and simulates until `finish`; fails the test on `fail`, or after
  /// `cycle_limit` cycles.
  void run(uint64_t cycle_limit);

  /// Rising edges since reset ended; 0 in the first call of `on_clock`.
  uint64_t cycle() const { return cycle_; }

  /// Ends the simulation after this cycle; the test goes on behind `run`.
  void finish();
  /// Ends the simulation and fails the test; the first message counts.
  void fail(const std::string& message);

 protected:
  /// Called once per rising edge, with the values that the block's registers see at that edge:
  /// first read outputs, then write inputs, which the block sees at the next edge.
  virtual void on_clock() = 0;

 private:
  void tick();

  uint64_t cycle_ = 0;
  int reset_cycles_left_ = 4;
  bool finished_ = false;
  std::string failure_;
};

/// Compares what a block does with what it should do, in order. `T` needs ==; `Context` (anything
/// that fmt can print) says where an expectation comes from.
template <class T, class Context = std::string>
class Scoreboard {
 public:
  Scoreboard(Bench& bench, std::string name) : bench_(bench), name_(std::move(name)) {}

  void expect(T value, Context context = {}) { expected_.emplace_back(std::move(value), std::move(context)); }

  void check(const T& actual) {
    if (expected_.empty()) {
      bench_.fail(fmt::format("{}: unexpected output {} after {} checked", name_, actual, checked_));
      return;
    }
    const auto& [value, context] = expected_.front();
    if (!(value == actual)) {
      bench_.fail(fmt::format("{}: output {}: expected {}, got {}; {}", name_, checked_, value, actual, context));
    }
    expected_.pop_front();
    ++checked_;
  }

  uint64_t checked() const { return checked_; }
  size_t outstanding() const { return expected_.size(); }

 private:
  Bench& bench_;
  std::string name_;
  std::deque<std::pair<T, Context>> expected_;
  uint64_t checked_ = 0;
};

/// A value that travels along a pipeline: `next(x)` returns what was given `cycles` calls ago.
template <class T>
class Delay {
 public:
  explicit Delay(size_t cycles) : values_(cycles) {}
  T next(T value) {
    values_.push_back(std::move(value));
    T oldest = std::move(values_.front());
    values_.pop_front();
    return oldest;
  }

 private:
  std::deque<T> values_;
};

/// Source of a valid/ready stream: sends what was pushed, in order, with random gaps. The payload
/// holds while the block is not ready.
template <class T>
class StreamDriver {
 public:
  /// `write` puts a payload on the data signals; an item is offered in `percent` of the cycles in
  /// which one waits.
  StreamDriver(sc_core::sc_signal<bool>& valid, const sc_core::sc_signal<bool>& ready,
               std::function<void(const T&)> write, Random random, int percent = 100)
      : valid_(valid), ready_(ready), write_(std::move(write)), random_(random), percent_(percent) {}

  void push(T item) { items_.push_back(std::move(item)); }
  bool idle() const { return items_.empty(); }

  /// Call once per clock; returns true if an item was taken at this edge.
  bool on_clock() {
    const bool taken = valid_.read() && ready_.read();
    if (taken) items_.pop_front();
    if (taken || !valid_.read()) {
      const bool offer = !items_.empty() && random_.chance(percent_);
      valid_.write(offer);
      if (offer) write_(items_.front());
    }
    return taken;
  }

 private:
  sc_core::sc_signal<bool>& valid_;
  const sc_core::sc_signal<bool>& ready_;
  std::function<void(const T&)> write_;
  Random random_;
  int percent_;
  std::deque<T> items_;
};

/// Sink of a valid/ready stream: ready in a random `percent` of the cycles, hands each item to
/// `take`.
class StreamMonitor {
 public:
  StreamMonitor(const sc_core::sc_signal<bool>& valid, sc_core::sc_signal<bool>& ready, std::function<void()> take,
                Random random, int percent = 100)
      : valid_(valid), ready_(ready), take_(std::move(take)), random_(random), percent_(percent) {}

  /// Call once per clock.
  void on_clock() {
    if (valid_.read() && ready_.read()) take_();
    ready_.write(random_.chance(percent_));
  }

 private:
  const sc_core::sc_signal<bool>& valid_;
  sc_core::sc_signal<bool>& ready_;
  std::function<void()> take_;
  Random random_;
  int percent_;
};

}  // namespace systole::bench
