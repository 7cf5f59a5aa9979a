// SPDX-License-Identifier: Apache-2.0
//
// The bench of both queues, fifo and ram_fifo. They differ in one number, `kLatency`: an entry
// pushed in cycle t is at the output from cycle t + kLatency on, and in no earlier cycle.
//
// Every output is compared with a model in every cycle. The model is a deque of entries that carry
// the cycle of their push.
#pragma once

#include "compare.hpp"

namespace systole::bench {

template <class Queue, int Width, int Depth, int kLatency>
struct QueueBench : Bench {
  using Dut = Queue;

  struct Entry {
    Words data;
    uint64_t pushed;
  };
  struct Stimulus {
    bool push = false, pop = false;
  };

  Dut dut{"dut"};
  SYSTOLE_PIN(valid_i);
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(data_i);
  SYSTOLE_PIN(valid_o);
  SYSTOLE_PIN(ready_i);
  SYSTOLE_PIN(data_o);

  /// What to do in the next cycle. A push into a full queue is not done: it is the caller's error.
  std::function<Stimulus(const QueueBench&)> stimulus;
  uint64_t cycles_left;
  std::deque<Entry> model;
  Random random = random_stream(1);

  uint64_t popped = 0, full_cycles = 0, empty_pops = 0, passes_when_full = 0;
  uint64_t back_to_back = 0, longest_back_to_back = 0;

  QueueBench(uint64_t cycles, std::function<Stimulus(const QueueBench&)> next)
      : Bench("bench"), stimulus(std::move(next)), cycles_left(cycles) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  bool visible() const { return !model.empty() && model.front().pushed + kLatency <= cycle(); }

  void on_clock() override {
    expect_equal(*this, "ready_o", static_cast<int>(model.size()) < Depth, ready_o.read());
    expect_equal(*this, "valid_o", visible(), valid_o.read());
    if (visible()) expect_words(*this, "data_o", model.front().data, data_o.words());

    const bool full = static_cast<int>(model.size()) == Depth;
    full_cycles += full;
    empty_pops += !visible() && ready_i.read();
    passes_when_full += full && visible() && ready_i.read();
    if (visible() && ready_i.read()) {
      model.pop_front();
      ++popped;
      longest_back_to_back = std::max(longest_back_to_back, ++back_to_back);
    } else {
      back_to_back = 0;
    }
    if (valid_i.read()) model.push_back({data_i.words(), cycle()});

    const Stimulus next = stimulus(*this);
    valid_i.write(next.push && static_cast<int>(model.size()) < Depth);
    data_i.set_words(random_words(random, Width));
    ready_i.write(next.pop);
    if (cycles_left-- == 0) finish();
  }
};

/// Random pushes and pops whose rates change every 64 cycles, so that the queue stands full, runs
/// empty and streams.
template <class Queue, int Width, int Depth, int kLatency>
void random_traffic() {
  using TheBench = QueueBench<Queue, Width, Depth, kLatency>;
  Random random = random_stream(2);
  int push_percent = 0, pop_percent = 0, left = 0;
  TheBench bench(40000, [&](const TheBench&) {
    if (left-- == 0) {
      left = 63;
      constexpr int kRates[] = {0, 20, 50, 90, 100, 100};
      push_percent = kRates[random.below(6)];
      pop_percent = kRates[random.below(6)];
    }
    return typename TheBench::Stimulus{random.chance(push_percent), random.chance(pop_percent)};
  });
  bench.run(50000);
  CHECK(bench.popped > 5000);
  CHECK(bench.full_cycles > 100);
  CHECK(bench.empty_pops > 100);
  CHECK(bench.passes_when_full > 20);
  // Latency plus one entries hide the way through the queue: then one leaves in every cycle.
  if (Depth > kLatency) CHECK(bench.longest_back_to_back >= 50);
}

/// One entry at a time into an empty queue whose reader waits: the cycle in which it leaves.
template <class Queue, int Width, int Depth, int kLatency>
void one_entry_at_a_time() {
  using TheBench = QueueBench<Queue, Width, Depth, kLatency>;
  TheBench bench(200, [&](const TheBench& b) { return typename TheBench::Stimulus{b.cycle() % 10 == 3, true}; });
  bench.run(300);
  // Offered in cycles 4, 14, ... The model has refused every other cycle than the right one.
  CHECK(bench.popped == 20);
  CHECK(bench.longest_back_to_back == 1);
}

/// An entry that nobody takes stays, and stays the same, while others queue up behind it.
template <class Queue, int Width, int Depth, int kLatency>
void output_holds() {
  using TheBench = QueueBench<Queue, Width, Depth, kLatency>;
  TheBench bench(200, [&](const TheBench& b) { return typename TheBench::Stimulus{true, b.cycle() > 150}; });
  bench.run(300);
  CHECK(bench.full_cycles > 100);
  CHECK(bench.popped >= 20);
}

}  // namespace systole::bench
