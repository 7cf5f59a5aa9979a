// SPDX-License-Identifier: Apache-2.0
#include "bench.hpp"

#include <verilated.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

// Catch2 has the main function, and SystemC starts on demand; its library still wants this symbol.
int sc_main(int, char*[]) { return 1; }

namespace systole::bench {

uint64_t seed() {
  const char* text = std::getenv("SYSTOLE_SEED");
  return text ? std::strtoull(text, nullptr, 0) : 1;
}

Random random_stream(uint64_t stream) { return Random(seed() * 0x9e3779b97f4a7c15u + stream); }

Bench::Bench(const sc_core::sc_module_name& name) : sc_module(name) {
  if (sc_core::sc_get_status() != sc_core::SC_ELABORATION) {
    throw std::logic_error("SystemC simulates once per process: name one test case, or use ctest");
  }
  Verilated::randReset(2);
  Verilated::randSeed(static_cast<int>(seed() & 0x7fffffff));
  SC_HAS_PROCESS(Bench);
  SC_METHOD(tick);
  dont_initialize();
  sensitive << clk.posedge_event();
}

void Bench::run(uint64_t cycle_limit) {
  finished_ = false;
  const uint64_t last_cycle = cycle_ + cycle_limit;
  while (!finished_ && failure_.empty() && cycle_ < last_cycle) {
    const uint64_t slice = std::min<uint64_t>(last_cycle - cycle_, 100000) + 4;
    sc_core::sc_start(sc_core::sc_time(static_cast<double>(slice), sc_core::SC_NS));
  }
  if (failure_.empty() && !finished_) {
    failure_ = fmt::format("no end of the test after {} cycles", cycle_limit);
  }
  INFO("seed " << seed() << ", cycle " << cycle_);
  if (!failure_.empty()) FAIL(failure_);
}

void Bench::finish() {
  finished_ = true;
  sc_core::sc_pause();
}

void Bench::fail(const std::string& message) {
  if (!failure_.empty()) return;
  failure_ = fmt::format("cycle {}: {}", cycle_, message);
  sc_core::sc_pause();
}

void Bench::tick() {
  if (finished_ || !failure_.empty()) return;
  if (reset_cycles_left_ > 0) {
    rst_n.write(--reset_cycles_left_ == 0);
    return;
  }
  on_clock();
  ++cycle_;
}

}  // namespace systole::bench
