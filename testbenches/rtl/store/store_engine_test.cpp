// SPDX-License-Identifier: Apache-2.0
//
// Do random stores leave in DRAM and in the activation buffer what the reference model says? Do they
// retire in order over both destinations? Does every step happen in the cycle of the cycle model?
#include "cycle/store_engine.hpp"

#include "Vstore_engine.h"
#include "reference/reference.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/pins.hpp"
#include "rtl/store/store_stimulus.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint32_t kRows = SYSTOLE_Rows, kCols = SYSTOLE_Cols, kLanes = SYSTOLE_Lanes;
constexpr uint32_t kDramBytes = 1 << 17;

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.array_rows = kRows;
  chip.array_cols = kCols;
  chip.post_lanes = kLanes;
  chip.axi_data_bits = SYSTOLE_AxiDataBits;
  chip.axi_burst_bytes = SYSTOLE_BurstBytes;
  return chip;
}

struct StoreEnginePins : Bench {
  using Dut = Vstore_engine;
  Dut dut{"dut"};
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(index_i);
  SYSTOLE_PIN(bases_i);
  SYSTOLE_PIN(retire_o);
  SYSTOLE_PIN(retire_index_o);
  SYSTOLE_PIN(retire_post_mask_o);
  SYSTOLE_PIN(oldest_index_o);
  SYSTOLE_PIN(issue_index_o);
  SYSTOLE_PIN(source_read_o);
  SYSTOLE_PIN(source_addr_o);
  SYSTOLE_PIN(source_grant_i);
  SYSTOLE_PIN(source_data_i);
  SYSTOLE_PIN(residual_read_o);
  SYSTOLE_PIN(residual_addr_o);
  SYSTOLE_PIN(residual_grant_i);
  SYSTOLE_PIN(residual_data_i);
  SYSTOLE_PIN(accumulator_read_o);
  SYSTOLE_PIN(accumulator_addr_o);
  SYSTOLE_PIN(accumulator_grant_i);
  SYSTOLE_PIN(accumulator_data_i);
  SYSTOLE_PIN(parameter_read_o);
  SYSTOLE_PIN(parameter_addr_o);
  SYSTOLE_PIN(parameter_data_i);
  SYSTOLE_PIN(write_valid_o);
  SYSTOLE_PIN(write_addr_o);
  SYSTOLE_PIN(write_mask_o);
  SYSTOLE_PIN(write_data_o);
  SYSTOLE_PIN(aw_valid_o);
  SYSTOLE_PIN(aw_ready_i);
  SYSTOLE_PIN(aw_addr_o);
  SYSTOLE_PIN(aw_len_o);
  SYSTOLE_PIN(w_valid_o);
  SYSTOLE_PIN(w_ready_i);
  SYSTOLE_PIN(w_data_o);
  SYSTOLE_PIN(w_strb_o);
  SYSTOLE_PIN(w_last_o);
  SYSTOLE_PIN(b_valid_i);
  SYSTOLE_PIN(bank_conflict_o);
  SYSTOLE_PIN(busy_o);
  SYSTOLE_PIN(wait_port_o);
  SYSTOLE_PIN(wait_memory_o);
  SYSTOLE_PIN(in_flight_o);

  StoreEnginePins() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }
};

struct StoreEngineBench : StoreEnginePins {
  // What the matrix engine reads in this cycle; past the last bank: nothing.
  sc_core::sc_signal<uint32_t> matrix_bank{"matrix_bank"}, matrix_accumulator{"matrix_accumulator"};

  Chip chip = chip_of_bench();
  Random random = random_stream(530);
  cycle::StoreEngine model{chip};
  reference::ReferenceChip reference{chip};
  const uint64_t bases[4] = {0x4000, 0x4103, 0x4207, 0x4311};
  reference::MemoryImage initial, expected_dram, dram;
  std::vector<uint8_t> activation, parameter;
  std::vector<int32_t> accumulators;
  HoldCheck hold_aw{*this, "AW"}, hold_w{*this, "W"};

  std::vector<isa::Store> stores;
  int start_percent = 100, ready_percent = 100, b_percent = 100, matrix_percent = 0;
  size_t started = 0, retired = 0;
  struct Write {
    uint64_t address, beats;
  };
  std::deque<Write> writes;
  uint64_t responses = 0, refused = 0, to_activation = 0;

  StoreEngineBench() : initial(kDramBytes) {
    SC_HAS_PROCESS(StoreEngineBench);
    SC_METHOD(arbitrate);
    sensitive << matrix_bank << matrix_accumulator << source_read_o << source_addr_o << residual_addr_o
              << accumulator_addr_o;
    matrix_bank.write(99);
    matrix_accumulator.write(99);
    fill_buffers();
    Words words;
    for (size_t i = 0; i < 4; ++i) {
      put_bits(words, 40 * i, 40, bases[i]);
      reference.set_base(static_cast<isa::Base>(i), bases[i]);
    }
    bases_i.set_words(words);
  }

  // The reference's buffers get random contents by its own instructions; the bench copies them.
  void fill_buffers() {
    for (auto& byte : initial) byte = static_cast<uint8_t>(random.bits(8));
    const uint32_t parameters = 0x10000;  // bias and scale in turn
    for (uint32_t at = 0; at < chip.parameter_words * kLanes; ++at) {
      const auto bias = static_cast<int32_t>(random.between(-200000, 200000));
      const float scale = static_cast<float>(random.between(1, 4000)) / 4194304.0f;
      std::memcpy(&initial[parameters + 8 * at], &bias, 4);
      std::memcpy(&initial[parameters + 8 * at + 4], &scale, 4);
    }
    reference.set_base(isa::Base::kTensor, 0);
    isa::Load load;
    load.run_bytes = chip.activation_words() * kRows;
    reference.execute(isa::Instruction{load}, initial);
    load.buffer = isa::Buffer::kWeight;
    load.dram_offset = 0x8000;
    load.run_bytes = chip.weight_words * kCols;
    reference.execute(isa::Instruction{load}, initial);
    load.buffer = isa::Buffer::kParameter;
    load.dram_offset = parameters;
    load.run_bytes = chip.parameter_words * kLanes * 8;
    reference.execute(isa::Instruction{load}, initial);
    isa::Matrix matrix;
    matrix.m_x = static_cast<uint16_t>(chip.accumulator_rows);
    matrix.k_c = 4;
    matrix.activation_stride_x = 1;
    matrix.activation_stride_kc = 64;
    reference.execute(isa::Instruction{matrix}, initial);
    matrix.accumulator_base = chip.accumulator_rows;
    matrix.activation_base = 300;
    reference.execute(isa::Instruction{matrix}, initial);
    activation = reference.activation_buffer();
    parameter = reference.parameter_buffer();
    accumulators = reference.accumulators();
    dram = expected_dram = initial;
  }

  void arbitrate() {
    const auto bank = [&](uint64_t word) { return word / chip.activation_bank_words; };
    source_grant_i.write(matrix_bank.read() != bank(source_addr_o.get()));
    residual_grant_i.write(matrix_bank.read() != bank(residual_addr_o.get()) &&
                           !(source_read_o.read() && bank(source_addr_o.get()) == bank(residual_addr_o.get())));
    accumulator_grant_i.write(matrix_accumulator.read() != accumulator_addr_o.get() / chip.accumulator_rows);
  }

  void on_clock() override {
    equal("ready_o", ready_o.read(), model.ready());
    const auto reads = model.reads();
    const int bank = static_cast<int>(matrix_bank.read()), accumulator = static_cast<int>(matrix_accumulator.read());
    cycle::StoreEngine::Inputs in;
    in.refused = reads.source_bank == bank || reads.residual_bank == bank || reads.accumulator_bank == accumulator;
    in.aw_ready = aw_ready_i.read();
    in.w_ready = w_ready_i.read();
    in.b_valid = b_valid_i.read();
    if (start_i.read()) {
      in.started = &stores[started];
      in.index = static_cast<uint32_t>(started) + 700;
      in.base = bases[static_cast<int>(in.started->base)];
    }
    const auto offers = model.drive();
    const auto& out = model.step(cycle(), in);
    equal("busy_o", busy_o.read(), out.busy);
    equal("wait_port_o", wait_port_o.read(), out.wait_port);
    equal("wait_memory_o", wait_memory_o.read(), out.wait_memory);
    equal("in_flight_o", in_flight_o.read(), out.in_flight);
    equal("bank_conflict_o", bank_conflict_o.read(), out.bank_conflict);
    equal("write_valid_o", write_valid_o.read(), out.write_bank != cycle::kNoBank);
    equal("aw_valid_o", aw_valid_o.read(), offers.aw_valid);
    equal("w_valid_o", w_valid_o.read(), offers.w_valid);
    equal("retire_o", retire_o.read(), out.retire);
    refused += out.wait_port;
    serve_buffers();
    serve_axi();
    if (retire_o.read()) {
      equal("retire_index_o", retire_index_o.get(), retired + 700);
      equal("retire_post_mask_o", retire_post_mask_o.get(), stores[retired].common.post_mask);
      reference.execute(isa::Instruction{stores[retired]}, expected_dram);
      ++retired;
    }
    if (in.started) ++started;
    drive();
    if (retired == stores.size()) compare();
  }

  void serve_buffers() {
    if (source_read_o.read() && source_grant_i.read())
      source_data_i.set_bytes(slice(activation, source_addr_o.get(), kRows));
    if (residual_read_o.read() && residual_grant_i.read())
      residual_data_i.set_bytes(slice(activation, residual_addr_o.get(), kRows));
    if (parameter_read_o.read()) parameter_data_i.set_bytes(slice(parameter, parameter_addr_o.get(), kLanes * 8));
    if (accumulator_read_o.read() && accumulator_grant_i.read()) {
      Words row(kCols);
      for (size_t c = 0; c < kCols; ++c)
        row[c] = static_cast<uint32_t>(accumulators[accumulator_addr_o.get() * kCols + c]);
      accumulator_data_i.set_words(row);
    }
    if (write_valid_o.read()) {
      ++to_activation;
      const auto bytes = write_data_o.bytes(kRows);
      for (uint32_t i = 0; i < kRows; ++i) {
        if (write_mask_o.get() >> (i / kLanes) & 1) activation[write_addr_o.get() * kRows + i] = bytes[i];
      }
    }
  }

  static std::vector<uint8_t> slice(const std::vector<uint8_t>& buffer, uint64_t address, uint32_t bytes) {
    const auto begin = buffer.begin() + static_cast<std::ptrdiff_t>(address * bytes);
    return {begin, begin + bytes};
  }

  void serve_axi() {
    hold_aw.on_clock(aw_valid_o.read(), aw_ready_i.read(),
                     {static_cast<uint32_t>(aw_addr_o.get()), static_cast<uint32_t>(aw_len_o.get())});
    Words payload = w_data_o.words();
    payload.push_back(static_cast<uint32_t>(w_strb_o.get()));
    payload.push_back(w_last_o.read());
    hold_w.on_clock(w_valid_o.read(), w_ready_i.read(), payload);
    if (w_valid_o.read() && w_ready_i.read()) {
      if (writes.empty()) {
        fail("W before its AW");
        return;
      }
      Write& write = writes.front();
      const auto bytes = w_data_o.bytes(chip.axi_bytes());
      for (uint32_t i = 0; i < chip.axi_bytes(); ++i) {
        if (w_strb_o.get() >> i & 1) dram[write.address + i] = bytes[i];
      }
      write.address += chip.axi_bytes();
      equal("w_last_o", w_last_o.read(), --write.beats == 0);
      if (write.beats == 0) {
        writes.pop_front();
        ++responses;
      }
    }
    if (aw_valid_o.read() && aw_ready_i.read()) {
      check_burst(*this, "AW", aw_addr_o.get(), aw_len_o.get() + 1, chip.axi_bytes(), chip.axi_burst_bytes);
      writes.push_back({aw_addr_o.get(), aw_len_o.get() + 1});
    }
  }

  void drive() {
    const bool start = started < stores.size() && model.ready() && random.chance(start_percent);
    start_i.write(start);
    if (start) {
      instruction_i.set_words(isa::encode(stores[started]));
      index_i.set(started + 700);
    }
    aw_ready_i.write(random.chance(ready_percent));
    w_ready_i.write(random.chance(ready_percent));
    const bool respond = responses > 0 && random.chance(b_percent);
    b_valid_i.write(respond);
    responses -= respond;
    matrix_bank.write(random.chance(matrix_percent) ? static_cast<uint32_t>(random.below(4)) : 99);
    matrix_accumulator.write(random.chance(matrix_percent) ? static_cast<uint32_t>(random.below(2)) : 99);
  }

  void compare() {
    if (dram != expected_dram) {
      size_t at = 0;
      while (dram[at] == expected_dram[at]) ++at;
      fail(fmt::format("DRAM byte {:#x} is {}, expected {}", at, dram[at], expected_dram[at]));
    }
    if (activation != reference.activation_buffer()) fail("the activation buffer is not the reference's");
    finish();
  }

  void equal(const char* what, uint64_t actual, uint64_t wanted) {
    if (actual != wanted) fail(fmt::format("{} is {}, expected {}, {} stores retired", what, actual, wanted, retired));
  }

  /// A random store that reads banks 0 and 1 (residual: 2), and writes bank 3 or the middle of DRAM.
  isa::Store legal_store() {
    const uint32_t bank = chip.activation_bank_words * (kRows / kLanes);
    const auto small = [&] { return static_cast<int32_t>(random.between(-20, 20)); };
    for (;;) {
      isa::Store s = random_store(random);
      for (auto& stride : s.source_stride) stride = small();
      for (auto& stride : s.residual_stride) stride = small();
      s.source_stride_wy = small();
      s.source_stride_wx = small();
      const bool dram_bound = s.destination == isa::Destination::kDram;
      for (auto& stride : s.dst_stride) stride = dram_bound ? static_cast<int32_t>(random.between(-500, 500)) : small();
      s.source_base = bank / 2 + static_cast<uint32_t>(random.below(bank));
      s.residual_base = 2 * bank + bank / 2;
      s.dst_base = dram_bound ? 0x4000 + static_cast<uint32_t>(random.below(0x2000)) : 3 * bank + bank / 2;
      bool inside = true;
      for (const Tap& tap : taps(s)) {
        if (s.source == isa::Source::kActivation) inside = inside && tap.source / bank <= 1;
        inside = inside && tap.residual / bank == 2;
        if (!dram_bound) inside = inside && tap.destination / bank == 3;
      }
      if (inside) return s;
    }
  }
};

}  // namespace

TEST_CASE("random stores leave the reference's bytes and keep the cycle model's cycles, with stalls everywhere") {
  StoreEngineBench bench;
  for (int i = 0; i < 300; ++i) bench.stores.push_back(bench.legal_store());
  bench.start_percent = 70;
  bench.ready_percent = 60;
  bench.b_percent = 25;
  bench.matrix_percent = 50;
  bench.run(500000);
  REQUIRE(bench.refused > 100);
  REQUIRE(bench.to_activation > 100);
}

TEST_CASE("random stores at full speed leave the reference's bytes and keep the cycle model's cycles") {
  StoreEngineBench bench;
  for (int i = 0; i < 200; ++i) bench.stores.push_back(bench.legal_store());
  bench.run(500000);
}

TEST_CASE("a store to the activation buffer waits for the one to DRAM before it, and retires right behind it") {
  StoreEngineBench bench;
  for (int i = 0; i < 10; ++i) {
    isa::Store s;
    s.requantize = true;
    s.destination = i % 2 ? isa::Destination::kActivation : isa::Destination::kDram;
    s.dst_base =
        i % 2 ? 3 * chip_of_bench().activation_bank_words * (kRows / kLanes) : 0x5000u + 64u * static_cast<uint32_t>(i);
    s.groups = 2;
    s.common.post_mask = static_cast<uint16_t>(i);
    bench.stores.push_back(s);
  }
  bench.b_percent = 2;  // responses come long after the writes to the buffer
  bench.run(50000);
  REQUIRE(bench.retired == 10);
}
