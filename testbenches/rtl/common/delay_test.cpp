// SPDX-License-Identifier: Apache-2.0
//
// Is the output the input of exactly Cycles cycles ago, in every cycle? Parameters on both sides of
// the 64 bits above which the block keeps its words in a ring, with a ring that is full and one
// that is not.
#include "Vdelay_17x4.h"
#include "Vdelay_1x1.h"
#include "Vdelay_40x0.h"
#include "Vdelay_40x2.h"
#include "Vdelay_70x5.h"
#include "Vdelay_8x2.h"
#include "Vdelay_8x8.h"
#include "compare.hpp"

using namespace systole::bench;

namespace {

template <class Block, int Width, int Cycles>
struct DelayBench : Bench {
  using Dut = Block;
  Dut dut{"dut"};
  SYSTOLE_PIN(data_i);
  SYSTOLE_PIN(data_o);
  Random random = random_stream(1);
  Delay<Words> model{Cycles};

  DelayBench() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  void on_clock() override {
    const Words expected = model.next(data_i.words());
    // Nothing resets the registers: what they held before the first input is unknown.
    if (cycle() >= Cycles) expect_words(*this, "data_o", expected, data_o.words());
    // A new random value in every cycle: one that is a cycle early or late shows within a few
    // cycles.
    data_i.set_words(random_words(random, Width));
    if (cycle() == 5000) finish();
  }
};

template <class Block, int Width, int Cycles>
void random_values() {
  DelayBench<Block, Width, Cycles> bench;
  bench.run(6000);
}

}  // namespace

TEST_CASE("delay: no cycles are a wire") { random_values<Vdelay_40x0, 40, 0>(); }
TEST_CASE("delay: one bit comes out one cycle later") { random_values<Vdelay_1x1, 1, 1>(); }
TEST_CASE("delay: a byte comes out two cycles later") { random_values<Vdelay_8x2, 8, 2>(); }
TEST_CASE("delay: 70 bits come out five cycles later") { random_values<Vdelay_70x5, 70, 5>(); }
TEST_CASE("delay: 40 bits come out two cycles later") { random_values<Vdelay_40x2, 40, 2>(); }
TEST_CASE("delay: 17 bits come out four cycles later") { random_values<Vdelay_17x4, 17, 4>(); }
TEST_CASE("delay: a byte comes out eight cycles later") { random_values<Vdelay_8x8, 8, 8>(); }
