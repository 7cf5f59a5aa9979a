// SPDX-License-Identifier: Apache-2.0
//
// Does the chip, driven at its pins alone, compute a matrix product that a person can follow? Does it
// report an illegal instruction and each bus error with its own code, stop, and run again after a
// reset?
#include "Vsystole_chip.h"
#include "isa/instruction.hpp"
#include "memory/memory_timing.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/pins.hpp"
#include "rtl/store/post_model.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

constexpr uint64_t kAxiBytes = 8, kBurstBytes = 64;

// Where things are in memory.
constexpr uint64_t kProgram = 0x1000, kTensors = 0x2000, kWeights = 0x3008, kParameters = 0x4010, kScratch = 0x5000;
constexpr uint32_t kRawOffset = 0x40, kByteOffset = 0x203;  // of the two results
constexpr size_t kMemoryBytes = 0x8000;

// The product: M x K times K x N.
constexpr int kM = 6, kK = 8, kN = 4;

enum Register : uint32_t {
  kControl = 0x008,
  kStatus = 0x00c,
  kIrqEnable = 0x010,
  kIrqStatus = 0x014,
  kErrorCode = 0x018,
  kErrorIndex = 0x01c,
  kProgramBase = 0x020,
  kProgramCount = 0x028,
  kBase = 0x030,
  kCounter = 0x100
};

struct ChipPins : Bench {
  using Dut = Vsystole_chip;
  Dut dut{"dut"};
  SYSTOLE_PIN(s_axil_aw_valid_i);
  SYSTOLE_PIN(s_axil_aw_ready_o);
  SYSTOLE_PIN(s_axil_aw_addr_i);
  SYSTOLE_PIN(s_axil_w_valid_i);
  SYSTOLE_PIN(s_axil_w_ready_o);
  SYSTOLE_PIN(s_axil_w_data_i);
  SYSTOLE_PIN(s_axil_w_strb_i);
  SYSTOLE_PIN(s_axil_b_valid_o);
  SYSTOLE_PIN(s_axil_b_ready_i);
  SYSTOLE_PIN(s_axil_b_resp_o);
  SYSTOLE_PIN(s_axil_ar_valid_i);
  SYSTOLE_PIN(s_axil_ar_ready_o);
  SYSTOLE_PIN(s_axil_ar_addr_i);
  SYSTOLE_PIN(s_axil_r_valid_o);
  SYSTOLE_PIN(s_axil_r_ready_i);
  SYSTOLE_PIN(s_axil_r_data_o);
  SYSTOLE_PIN(s_axil_r_resp_o);
  SYSTOLE_PIN(m_axi_ar_valid_o);
  SYSTOLE_PIN(m_axi_ar_ready_i);
  SYSTOLE_PIN(m_axi_ar_id_o);
  SYSTOLE_PIN(m_axi_ar_addr_o);
  SYSTOLE_PIN(m_axi_ar_len_o);
  SYSTOLE_PIN(m_axi_ar_size_o);
  SYSTOLE_PIN(m_axi_ar_burst_o);
  SYSTOLE_PIN(m_axi_r_valid_i);
  SYSTOLE_PIN(m_axi_r_ready_o);
  SYSTOLE_PIN(m_axi_r_id_i);
  SYSTOLE_PIN(m_axi_r_data_i);
  SYSTOLE_PIN(m_axi_r_resp_i);
  SYSTOLE_PIN(m_axi_r_last_i);
  SYSTOLE_PIN(m_axi_aw_valid_o);
  SYSTOLE_PIN(m_axi_aw_ready_i);
  SYSTOLE_PIN(m_axi_aw_id_o);
  SYSTOLE_PIN(m_axi_aw_addr_o);
  SYSTOLE_PIN(m_axi_aw_len_o);
  SYSTOLE_PIN(m_axi_aw_size_o);
  SYSTOLE_PIN(m_axi_aw_burst_o);
  SYSTOLE_PIN(m_axi_w_valid_o);
  SYSTOLE_PIN(m_axi_w_ready_i);
  SYSTOLE_PIN(m_axi_w_data_o);
  SYSTOLE_PIN(m_axi_w_strb_o);
  SYSTOLE_PIN(m_axi_w_last_o);
  SYSTOLE_PIN(m_axi_b_valid_i);
  SYSTOLE_PIN(m_axi_b_ready_o);
  SYSTOLE_PIN(m_axi_b_id_i);
  SYSTOLE_PIN(m_axi_b_resp_i);
  SYSTOLE_PIN(irq_o);
  SYSTOLE_PIN(trace_start_valid_o);
  SYSTOLE_PIN(trace_start_index_o);
  SYSTOLE_PIN(trace_retire_valid_o);
  SYSTOLE_PIN(trace_retire_index_o);

  ChipPins() : Bench("bench") {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
    s_axil_b_ready_i.write(true);
    s_axil_r_ready_i.write(true);
    s_axil_w_strb_i.set(15);
  }
};

struct ChipBench : ChipPins {
  // What the host does, one step after the other.
  struct Step {
    enum Kind { kWrite, kRead, kWaitForIrq, kWaitForBus, kReset, kCall } kind;
    uint32_t address = 0, value = 0;
    std::function<void(uint32_t)> then;  // gets the value read
  };
  std::deque<Step> steps;
  int step_phase = 0;

  Random random = random_stream(600);
  std::unique_ptr<memory::MemoryTiming> timing;
  std::vector<uint8_t> bytes;  // of the memory
  struct Burst {
    uint64_t address, beats;
    bool error;
  };
  std::deque<Burst> reads, writes;
  std::deque<bool> responses;
  uint64_t read_error_at = ~uint64_t{0}, write_error_at = ~uint64_t{0};  // the beat at this address
  uint64_t read_beats = 0, write_beats = 0;
  HoldCheck hold_ar{*this, "AR"}, hold_aw{*this, "AW"}, hold_w{*this, "W"};
  std::vector<uint32_t> started, retired;
  bool error_seen = false;

  explicit ChipBench(uint32_t backpressure_permille) : bytes(kMemoryBytes) {
    MemoryConfig config;
    config.ideal().latency_cycles = 20;
    config.backpressure_permille = backpressure_permille;
    config.backpressure_seed = seed();
    timing = memory::make_memory_timing(config, kAxiBytes, 1000);
    timing->drive(0);
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random.bits(8));
  }

  // ---- the cycle

  void on_clock() override {
    serve_memory();
    for (int engine = 0; engine < 3; ++engine) {
      const auto lsb = static_cast<size_t>(32 * engine);
      if (trace_start_valid_o.get() >> engine & 1) {
        started.push_back(static_cast<uint32_t>(get_bits(trace_start_index_o.words(), lsb, 32)));
        if (error_seen) fail("an instruction started after the error");
      }
      if (trace_retire_valid_o.get() >> engine & 1)
        retired.push_back(static_cast<uint32_t>(get_bits(trace_retire_index_o.words(), lsb, 32)));
    }
    if (steps.empty()) {
      finish();
    } else {
      run_step();
    }
  }

  void serve_memory() {
    memory::Transfers transfers;
    hold_ar.on_clock(m_axi_ar_valid_o.read(), m_axi_ar_ready_i.read(),
                     {static_cast<uint32_t>(m_axi_ar_addr_o.get()), static_cast<uint32_t>(m_axi_ar_len_o.get()),
                      static_cast<uint32_t>(m_axi_ar_id_o.get())});
    hold_aw.on_clock(m_axi_aw_valid_o.read(), m_axi_aw_ready_i.read(),
                     {static_cast<uint32_t>(m_axi_aw_addr_o.get()), static_cast<uint32_t>(m_axi_aw_len_o.get())});
    Words payload = m_axi_w_data_o.words();
    payload.push_back(static_cast<uint32_t>(m_axi_w_strb_o.get()));
    payload.push_back(m_axi_w_last_o.read());
    hold_w.on_clock(m_axi_w_valid_o.read(), m_axi_w_ready_i.read(), payload);
    equal("m_axi_r_ready_o", m_axi_r_ready_o.read(), 1);
    equal("m_axi_b_ready_o", m_axi_b_ready_o.read(), 1);
    if (m_axi_ar_valid_o.read() && m_axi_ar_ready_i.read()) {
      const uint64_t address = m_axi_ar_addr_o.get(), beats = m_axi_ar_len_o.get() + 1;
      const bool fetch = m_axi_ar_id_o.get() == 0;
      equal("m_axi_ar_size_o", m_axi_ar_size_o.get(), 3);
      equal("m_axi_ar_burst_o", m_axi_ar_burst_o.get(), 1);
      if (m_axi_ar_id_o.get() > 1) fail("a read with the ID of the store engine");
      // An instruction is fetched as a whole.
      check_burst(*this, "AR", address, beats, kAxiBytes, fetch ? isa::kInstructionBytes : kBurstBytes);
      if (address + beats * kAxiBytes > bytes.size()) fail("a read past the memory");
      reads.push_back({address, beats, false});
      transfers.ar = memory::Burst{static_cast<uint8_t>(m_axi_ar_id_o.get()), address, static_cast<uint32_t>(beats)};
    }
    if (m_axi_aw_valid_o.read() && m_axi_aw_ready_i.read()) {
      const uint64_t address = m_axi_aw_addr_o.get(), beats = m_axi_aw_len_o.get() + 1;
      equal("m_axi_aw_size_o", m_axi_aw_size_o.get(), 3);
      equal("m_axi_aw_burst_o", m_axi_aw_burst_o.get(), 1);
      equal("m_axi_aw_id_o", m_axi_aw_id_o.get(), 2);
      check_burst(*this, "AW", address, beats, kAxiBytes, kBurstBytes);
      if (address + beats * kAxiBytes > bytes.size()) fail("a write past the memory");
      writes.push_back({address, beats, false});
      transfers.aw = memory::Burst{2, address, static_cast<uint32_t>(beats)};
    }
    if (m_axi_w_valid_o.read() && m_axi_w_ready_i.read()) {
      if (writes.empty()) {
        fail("W before its AW");
        return;
      }
      ++write_beats;
      Burst& write = writes.front();
      const auto data = m_axi_w_data_o.bytes(kAxiBytes);
      for (uint64_t i = 0; i < kAxiBytes; ++i) {
        if (m_axi_w_strb_o.get() >> i & 1) bytes[write.address + i] = data[i];
      }
      write.error = write.error || write.address == write_error_at;
      write.address += kAxiBytes;
      transfers.w = true;
      transfers.w_last = m_axi_w_last_o.read();
      equal("m_axi_w_last_o", m_axi_w_last_o.read(), --write.beats == 0);
      if (write.beats == 0) {
        responses.push_back(write.error);
        writes.pop_front();
      }
    }
    timing->observe(cycle(), transfers);
    const memory::Pins& pins = timing->drive(cycle() + 1);
    m_axi_ar_ready_i.write(pins.ar_ready);
    m_axi_aw_ready_i.write(pins.aw_ready);
    m_axi_w_ready_i.write(pins.w_ready);
    m_axi_r_valid_i.write(pins.r_valid);
    m_axi_b_valid_i.write(pins.b_valid);
    if (pins.r_valid) {
      ++read_beats;
      Burst& read = reads.front();
      m_axi_r_id_i.set(pins.r_id);
      m_axi_r_last_i.write(pins.r_last);
      m_axi_r_resp_i.set(read.address == read_error_at ? 2 : 0);
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(read.address);
      m_axi_r_data_i.set_bytes({from, from + kAxiBytes});
      read.address += kAxiBytes;
      if (--read.beats == 0) reads.pop_front();
    }
    if (pins.b_valid) {
      m_axi_b_id_i.set(pins.b_id);
      m_axi_b_resp_i.set(responses.front() ? 2 : 0);
      responses.pop_front();
    }
  }

  void run_step() {
    const Step step = steps.front();
    const auto next = [&](uint32_t value) {
      steps.pop_front();
      step_phase = 0;
      if (step.then) step.then(value);
    };
    switch (step.kind) {
      case Step::kWrite:
        if (step_phase == 0) {
          s_axil_aw_valid_i.write(true);
          s_axil_w_valid_i.write(true);
          s_axil_aw_addr_i.set(step.address);
          s_axil_w_data_i.set(step.value);
          step_phase = 1;
          break;
        }
        if (s_axil_aw_valid_i.read() && s_axil_aw_ready_o.read()) s_axil_aw_valid_i.write(false);
        if (s_axil_w_valid_i.read() && s_axil_w_ready_o.read()) s_axil_w_valid_i.write(false);
        if (s_axil_b_valid_o.read()) {
          equal("s_axil_b_resp_o", s_axil_b_resp_o.get(), 0);
          next(0);
        }
        break;
      case Step::kRead:
        if (step_phase == 0) {
          s_axil_ar_valid_i.write(true);
          s_axil_ar_addr_i.set(step.address);
          step_phase = 1;
          break;
        }
        if (s_axil_ar_valid_i.read() && s_axil_ar_ready_o.read()) s_axil_ar_valid_i.write(false);
        if (s_axil_r_valid_o.read()) next(static_cast<uint32_t>(s_axil_r_data_o.get()));
        break;
      case Step::kWaitForIrq:
        if (irq_o.read()) next(0);
        break;
      case Step::kWaitForBus:
        // Nothing is offered and nothing is owed for a while: the bus may be reset.
        if (!timing->idle() || m_axi_ar_valid_o.read() || m_axi_aw_valid_o.read()) {
          step_phase = 0;
        } else if (++step_phase == 50) {
          next(0);
        }
        break;
      case Step::kReset:
        rst_n.write(step_phase == 4);
        if (step_phase++ == 4) {
          hold_ar.reset();
          hold_aw.reset();
          hold_w.reset();
          error_seen = false;
          next(0);
        }
        break;
      case Step::kCall:
        next(0);
        break;
    }
  }

  void equal(const char* what, uint64_t actual, uint64_t wanted) {
    if (actual != wanted) fail(fmt::format("{} is {:#x}, expected {:#x}", what, actual, wanted));
  }

  // ---- what the host may do

  void write(uint32_t address, uint32_t value) { steps.push_back({Step::kWrite, address, value, {}}); }
  void read(uint32_t address, std::function<void(uint32_t)> then) {
    steps.push_back({Step::kRead, address, 0, std::move(then)});
  }
  void expect(const char* name, uint32_t address, uint32_t value) {
    read(address, [=](uint32_t actual) { equal(name, actual, value); });
  }
  void call(std::function<void()> action) {
    steps.push_back({Step::kCall, 0, 0, [action = std::move(action)](uint32_t) { action(); }});
  }
  void reset() {
    steps.push_back({Step::kWaitForBus, 0, 0, {}});
    steps.push_back({Step::kReset, 0, 0, {}});
    call([this] {
      read_error_at = write_error_at = ~uint64_t{0};
      started.clear();
      retired.clear();
    });
  }
  /// Sets the registers up and rings the doorbell; goes on with the interrupt.
  void run_program(uint32_t instructions) {
    write(kIrqEnable, 3);
    write(kProgramBase, kProgram);
    write(kProgramBase + 4, 0);
    write(kProgramCount, instructions);
    uint32_t at = kBase;
    for (uint64_t base : {kTensors, kWeights, kParameters, kScratch}) {
      write(at, static_cast<uint32_t>(base));
      write(at + 4, 0);
      at += 8;
    }
    write(kControl, 1);
    steps.push_back({Step::kWaitForIrq, 0, 0, {}});
  }
};

/// The product by hand: A, B, biases and scales in memory, six instructions, and what must come out.
struct Gemm {
  std::vector<isa::Instruction> program;
  int32_t sums[kM][kN] = {};
  uint8_t results[kM][kN] = {};

  explicit Gemm(ChipBench& bench) {
    auto* a = reinterpret_cast<int8_t*>(&bench.bytes[kTensors]);
    auto* b = reinterpret_cast<int8_t*>(&bench.bytes[kWeights]);
    for (int i = 0; i < kM * kK; ++i) a[i] = static_cast<int8_t>(bench.random.bits(8));
    for (int i = 0; i < kK * kN; ++i) b[i] = static_cast<int8_t>(bench.random.bits(8));
    for (int n = 0; n < kN; ++n) {
      const auto bias = static_cast<int32_t>(bench.random.between(-20000, 20000));
      const float scale = 0.002f + 0.0005f * static_cast<float>(n);
      std::memcpy(&bench.bytes[kParameters + 8 * static_cast<size_t>(n)], &bias, 4);
      std::memcpy(&bench.bytes[kParameters + 8 * static_cast<size_t>(n) + 4], &scale, 4);
      for (int m = 0; m < kM; ++m) {
        for (int k = 0; k < kK; ++k) sums[m][n] += (a[m * kK + k] - 3) * b[k * kN + n];
        results[m][n] = static_cast<uint8_t>(requantize(sums[m][n], bias, bits_from_float(scale), true, 5));
      }
    }
    isa::Load activations;
    activations.run_bytes = kM * kK;
    activations.common.post_mask = 1;
    isa::Load weights;
    weights.buffer = isa::Buffer::kWeight;
    weights.base = isa::Base::kWeight;
    weights.run_bytes = kK * kN;
    weights.common.post_mask = 2;
    isa::Load parameters;
    parameters.buffer = isa::Buffer::kParameter;
    parameters.base = isa::Base::kParameter;
    parameters.run_bytes = kN * 8;
    parameters.common.post_mask = 4;
    isa::Matrix matrix;
    matrix.common.wait_mask = 3;
    matrix.common.post_mask = 8;
    matrix.activation_zero_point = 3;
    matrix.m_x = kM;
    matrix.activation_stride_x = kK / 4;
    matrix.k_c = kK / 4;
    matrix.activation_stride_kc = 1;
    isa::Store raw;
    raw.common.wait_mask = 4 + 8;
    raw.base = isa::Base::kScratch;
    raw.raw = true;
    raw.dst_base = kRawOffset;
    raw.count = {kM, 1, 1, 1};
    raw.groups = kN / 2;
    raw.source_stride = {kN / 2, 0, 0, 0};
    isa::Store bytes = raw;
    bytes.common.wait_mask = 0;
    bytes.raw = false;
    bytes.requantize = true;
    bytes.mid_zero_point = 5;
    bytes.dst_base = kByteOffset;
    program = {activations, weights, parameters, matrix, raw, bytes};
    place(bench);
  }

  void place(ChipBench& bench) const {
    for (size_t i = 0; i < program.size(); ++i) {
      const auto words = isa::encode(program[i]);
      std::memcpy(&bench.bytes[kProgram + i * isa::kInstructionBytes], words.data(), isa::kInstructionBytes);
    }
  }

  /// Steps: run it, check the interrupt, every result byte and its neighbors.
  void run_and_check(ChipBench& bench) const {
    bench.call([&bench] {
      std::fill(bench.bytes.begin() + kScratch, bench.bytes.begin() + kScratch + 0x400, uint8_t{0xa5});
      bench.started.clear();
      bench.retired.clear();
      bench.read_beats = bench.write_beats = 0;
    });
    bench.run_program(static_cast<uint32_t>(program.size()));
    bench.expect("status", kStatus, 2);
    bench.expect("irq_status", kIrqStatus, 1);
    bench.call([this, &bench] {
      std::vector<uint8_t> expected(0x400, 0xa5);
      std::memcpy(&expected[kRawOffset], sums, sizeof sums);
      std::memcpy(&expected[kByteOffset], results, sizeof results);
      for (size_t i = 0; i < expected.size(); ++i)
        if (bench.bytes[kScratch + i] != expected[i]) {
          bench.fail(fmt::format("result byte {:#x} is {}, expected {}", i, bench.bytes[kScratch + i], expected[i]));
          return;
        }
      auto sorted = bench.retired;
      std::sort(sorted.begin(), sorted.end());
      if (sorted != std::vector<uint32_t>{0, 1, 2, 3, 4, 5} || bench.retired.back() != 5)
        bench.fail("not every instruction retired once, the last store last");
    });
    bench.write(kIrqStatus, 1);
    bench.call([&bench] {
      if (bench.irq_o.read()) bench.fail("the interrupt stays after it was cleared");
    });
  }
};

/// Steps: the program as it stands stops with this error, and runs again after a reset.
void check_error(ChipBench& bench, const Gemm& gemm, uint32_t code, uint32_t index) {
  bench.run_program(static_cast<uint32_t>(gemm.program.size()));
  bench.call([&bench] { bench.error_seen = true; });
  bench.expect("status", kStatus, 4);
  bench.expect("irq_status", kIrqStatus, 2);
  bench.expect("error_code", kErrorCode, code);
  bench.expect("error_index", kErrorIndex, index);
  bench.reset();
  bench.call([&bench, &gemm] { gemm.place(bench); });
  gemm.run_and_check(bench);
}

}  // namespace

TEST_CASE("a product of two matrices comes out right, twice in a row, and the counters add up") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  gemm.run_and_check(bench);
  gemm.run_and_check(bench);
  std::vector<uint32_t> counters(17);
  for (uint32_t k = 0; k < 17; ++k)
    bench.read(kCounter + 8 * k, [&counters, k](uint32_t value) { counters[k] = value; });
  bench.run(20000);
  REQUIRE(counters[0] > 100);
  REQUIRE(counters[1] == 6);
  REQUIRE(counters[2] == bench.read_beats * kAxiBytes);
  REQUIRE(counters[3] == bench.write_beats * kAxiBytes);
  REQUIRE(counters[4] + counters[5] + counters[6] + counters[7] + counters[8] == counters[0]);
  REQUIRE(counters[9] + counters[10] + counters[11] == counters[0]);
  REQUIRE(counters[12] + counters[13] + counters[14] + counters[15] + counters[16] == counters[0]);
}

TEST_CASE("a memory that refuses every other cycle changes no bit and breaks no AXI rule") {
  ChipBench bench(500);
  const Gemm gemm(bench);
  for (int i = 0; i < 20; ++i) gemm.run_and_check(bench);
  bench.run(200000);
  REQUIRE(bench.retired.size() == 6);
}

TEST_CASE("an illegal instruction stops the chip with code 1 and its index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.bytes[kProgram + 3 * isa::kInstructionBytes + 8] = 1;  // w2 is reserved
  check_error(bench, gemm, 1, 3);
  bench.run(20000);
}

TEST_CASE("a read error on data stops the chip with code 2 and the load's index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.read_error_at = kWeights + 8;
  check_error(bench, gemm, 2, 1);
  bench.run(20000);
}

TEST_CASE(
    "a read error on an instruction stops the chip with code 2 and that instruction's index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.read_error_at = kProgram + 4 * isa::kInstructionBytes + 24;
  check_error(bench, gemm, 2, 4);
  bench.run(20000);
}

TEST_CASE("a write error stops the chip with code 3 and the store's index, and a reset revives it") {
  ChipBench bench(0);
  const Gemm gemm(bench);
  bench.write_error_at = kScratch + kRawOffset;
  check_error(bench, gemm, 3, 4);
  bench.run(20000);
}
