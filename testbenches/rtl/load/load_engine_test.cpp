// SPDX-License-Identifier: Apache-2.0
//
// Do random loads leave in the buffers what the reference model says, and does every step fall on
// the cycle of the cycle model, whatever the memory and the buffer ports do?
#include "cycle/load_engine.hpp"

#include "Vload_engine.h"
#include "reference/reference.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/load/load_stimulus.hpp"
#include "rtl/pins.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint32_t kDramBytes = 65536;
constexpr uint64_t kBase = 4096;  // of all loads

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.array_rows = SYSTOLE_ActivationWordBytes;
  chip.array_cols = SYSTOLE_WeightWordBytes;
  chip.post_lanes = SYSTOLE_ParameterWordBytes / 8;
  chip.axi_data_bits = SYSTOLE_AxiDataBits;
  chip.axi_burst_bytes = SYSTOLE_BurstBytes;
  chip.load_outstanding = SYSTOLE_Outstanding;
  chip.load_fifo_beats = SYSTOLE_FifoBeats;
  return chip;
}

struct LoadEngineBench : Bench {
  using Dut = Vload_engine;
  Dut dut{"dut"};
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(index_i);
  SYSTOLE_PIN(base_i);
  SYSTOLE_PIN(retire_o);
  SYSTOLE_PIN(retire_index_o);
  SYSTOLE_PIN(retire_post_mask_o);
  SYSTOLE_PIN(ar_valid_o);
  SYSTOLE_PIN(ar_ready_i);
  SYSTOLE_PIN(ar_addr_o);
  SYSTOLE_PIN(ar_len_o);
  SYSTOLE_PIN(r_valid_i);
  SYSTOLE_PIN(r_last_i);
  SYSTOLE_PIN(r_data_i);
  SYSTOLE_PIN(write_valid_o);
  SYSTOLE_PIN(write_buffer_o);
  SYSTOLE_PIN(write_addr_o);
  SYSTOLE_PIN(write_data_o);
  SYSTOLE_PIN(activation_grant_i);
  SYSTOLE_PIN(busy_o);
  SYSTOLE_PIN(wait_port_o);
  SYSTOLE_PIN(wait_memory_o);
  SYSTOLE_PIN(in_flight_o);
  // The bank that the store engine writes in this cycle; past the last bank: none.
  sc_core::sc_signal<uint32_t> store_bank{"store_bank"};

  Chip chip = chip_of_bench();
  Random random = random_stream(330);
  cycle::LoadEngine model{chip};
  reference::ReferenceChip reference{chip};
  reference::MemoryImage dram;
  HoldCheck hold{*this, "AR"};

  std::vector<isa::Load> loads;
  int start_percent = 100, ar_percent = 100, r_percent = 100, store_percent = 0;
  uint64_t latency = 20;
  size_t started = 0, retired = 0;
  uint64_t beats_arrived = 0, refused = 0, first_start_cycle = 0, retire_cycle = 0;
  struct Read {
    uint64_t due, address, beats;
  };
  std::deque<Read> reads;
  std::vector<uint8_t> buffer[3];  // what the engine wrote

  LoadEngineBench() : Bench("bench"), dram(kDramBytes) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
    SC_HAS_PROCESS(LoadEngineBench);
    SC_METHOD(arbitrate);
    sensitive << store_bank << write_addr_o;
    for (auto& byte : dram) byte = static_cast<uint8_t>(random.bits(8));
    reference.set_base(isa::Base::kTensor, kBase);
    buffer[0] = reference.activation_buffer();
    buffer[1] = reference.weight_buffer();
    buffer[2] = reference.parameter_buffer();
    store_bank.write(chip.activation_banks);
  }

  void arbitrate() {
    const uint64_t bank = write_addr_o.get() % chip.activation_words() / chip.activation_bank_words;
    activation_grant_i.write(store_bank.read() != bank);
  }

  void on_clock() override {
    const auto offer = model.offer();
    equal("ready_o", ready_o.read(), model.ready());
    cycle::LoadEngine::Inputs in;
    in.refused = store_bank.read() < chip.activation_banks &&
                 cycle::store_takes_port(static_cast<int>(store_bank.read()), model);
    in.burst_accepted = ar_valid_o.read() && ar_ready_i.read();
    in.beat_arrived = r_valid_i.read();
    in.last_beat = r_valid_i.read() && r_last_i.read();
    if (start_i.read()) in.started = &loads[started];
    in.index = static_cast<uint32_t>(started) + 1000;
    in.base = kBase;
    const auto& expected = model.step(in);
    equal("busy_o", busy_o.read(), expected.busy);
    equal("wait_port_o", wait_port_o.read(), expected.wait_port);
    equal("wait_memory_o", wait_memory_o.read(), expected.wait_memory);
    equal("in_flight_o", in_flight_o.read(), expected.in_flight);
    equal("retire_o", retire_o.read(), expected.retire);
    equal("ar_valid_o", ar_valid_o.read(), static_cast<bool>(offer));
    if (expected.wait_port) ++refused;
    if (offer) {
      equal("ar_addr_o", ar_addr_o.get(), offer.address);
      equal("ar_len_o", ar_len_o.get() + 1, offer.beats);
    }
    hold.on_clock(ar_valid_o.read(), ar_ready_i.read(),
                  {static_cast<uint32_t>(ar_addr_o.get()), static_cast<uint32_t>(ar_len_o.get())});
    if (write_valid_o.read() && !wait_port_o.read()) {
      const auto to = static_cast<size_t>(write_buffer_o.get());
      const size_t bytes = word_bytes(chip, static_cast<isa::Buffer>(to));
      const auto word = write_data_o.bytes(bytes);
      std::copy(word.begin(), word.end(),
                buffer[to].begin() + static_cast<std::ptrdiff_t>(write_addr_o.get() * bytes % buffer[to].size()));
    }
    if (in.burst_accepted) {
      check_burst(*this, "AR", ar_addr_o.get(), ar_len_o.get() + 1, chip.axi_bytes(), chip.axi_burst_bytes);
      reads.push_back({cycle() + latency, ar_addr_o.get(), ar_len_o.get() + 1});
      if (reads.size() > chip.load_outstanding) fail("too many bursts in flight");
    }
    if (retire_o.read()) retire();
    if (in.started && started++ == 0) first_start_cycle = cycle();
    drive();
    if (retired == loads.size()) finish();
  }

  void retire() {
    equal("retire_index_o", retire_index_o.get(), retired + 1000);
    equal("retire_post_mask_o", retire_post_mask_o.get(), loads[retired].common.post_mask);
    // Nothing of a later load is written yet, and everything of this one is.
    reference.execute(isa::Instruction{loads[retired]}, dram);
    if (buffer[0] != reference.activation_buffer() || buffer[1] != reference.weight_buffer() ||
        buffer[2] != reference.parameter_buffer())
      fail(fmt::format("the buffers after load {} are not those of the reference", retired));
    ++retired;
    retire_cycle = cycle();
  }

  void drive() {
    const bool start = started < loads.size() && model.ready() && random.chance(start_percent);
    start_i.write(start);
    if (start) {
      instruction_i.set_words(isa::encode(loads[started]));
      index_i.set(started + 1000);
      base_i.set(kBase);
    }
    ar_ready_i.write(random.chance(ar_percent));
    store_bank.write(random.chance(store_percent) ? static_cast<uint32_t>(random.below(4)) : chip.activation_banks);
    // A beat shown in this cycle is gone after it.
    if (!reads.empty() && r_valid_i.read() && r_last_i.read()) reads.pop_front();
    const bool beat = !reads.empty() && reads.front().due <= cycle() + 1 && random.chance(r_percent);
    r_valid_i.write(beat);
    if (!beat) return;
    Read& read = reads.front();
    r_data_i.set_bytes({dram.begin() + static_cast<std::ptrdiff_t>(read.address),
                        dram.begin() + static_cast<std::ptrdiff_t>(read.address + chip.axi_bytes())});
    read.address += chip.axi_bytes();
    r_last_i.write(--read.beats == 0);
    ++beats_arrived;
  }

  void equal(const char* pin, uint64_t actual, uint64_t expected) {
    if (actual != expected) fail(fmt::format("{} is {}, expected {}", pin, actual, expected));
  }
};

}  // namespace

TEST_CASE(
    "random loads leave the reference's bytes in the buffers and retire on the cycle model's cycles, with stalls "
    "everywhere") {
  LoadEngineBench bench;
  for (int i = 0; i < 500; ++i) {
    bench.loads.push_back(random_load(bench.random, bench.chip, {200, 4, 3, kDramBytes - uint32_t{kBase} - 64}));
  }
  bench.start_percent = 70;
  bench.ar_percent = 70;
  bench.r_percent = 80;
  bench.store_percent = 60;
  bench.run(500000);
  REQUIRE(bench.refused > 100);
}

TEST_CASE("a long contiguous load takes a beat a cycle, and its memory latency is paid once for all loads behind it") {
  LoadEngineBench bench;
  isa::Load load;
  load.buffer = isa::Buffer::kWeight;
  load.run_bytes = 1024;
  load.dst_stride = {128, 0, 0};
  for (uint32_t i = 0; i < 10; ++i) {
    load.dram_offset = 1024 * i;
    load.dst_base = 128 * (i % 8);
    bench.loads.push_back(load);
  }
  bench.latency = 8;  // within what four bursts in flight cover
  bench.run(5000);
  // Ten times 128 beats; AR one cycle after the start, latency, two cycles through the beat FIFO, one through the packer.
  // Between loads the packer loses one cycle, the address side one, which the beats waiting in the FIFO hide.
  const uint64_t cycles = bench.retire_cycle - bench.first_start_cycle;
  REQUIRE(cycles >= 10 * 128 + 12);
  REQUIRE(cycles <= 10 * 128 + 12 + 10);
}
