// SPDX-License-Identifier: Apache-2.0
//
// Are the registers what docs/reference/registers.md says, in every order and with every stall of
// the AXI4-Lite channels, and do doorbell, counters and interrupt keep their cycles?
//
// A model written from that page follows the block cycle by cycle; every output is compared in
// every cycle. Two drivers, one per direction, work through lists of writes and reads.
#include <utility>

#include "Vcontrol_registers_32.h"
#include "Vcontrol_registers_40.h"
#include "Vcontrol_registers_64.h"
#include "compare.hpp"

using namespace systole::bench;

namespace {

constexpr int kCounters = 17;
enum Address : uint64_t {
  kId = 0x000,
  kIsaVersion = 0x004,
  kControl = 0x008,
  kStatus = 0x00c,
  kIrqEnable = 0x010,
  kIrqStatus = 0x014,
  kErrorCode = 0x018,
  kErrorIndex = 0x01c,
  kProgramBase = 0x020,
  kProgramCount = 0x028,
  kBase = 0x030,
  kCounter = 0x100,
};

/// What the engines and the memory do in one cycle.
struct Events {
  bool done = false, error = false;
  uint64_t error_code = 0, error_index = 0;
  bool read_beat = false, write_beat = false;
  uint64_t retire = 0, load_state = 0, matrix_state = 0, store_state = 0;
};

class RegisterModel {
 public:
  explicit RegisterModel(uint64_t axi_bytes) : axi_bytes_(axi_bytes) {}

  uint64_t read(uint64_t address) const {
    const auto half = [&](uint64_t value) { return address & 4 ? value >> 32 : value & 0xffffffff; };
    switch (address) {
      case kId:
        return 0x53595354;
      case kIsaVersion:
        return 2;
      case kStatus:
        return busy | done_ << 1 | error_ << 2;
      case kIrqEnable:
        return irq_enable_;
      case kIrqStatus:
        return irq_status_;
      case kErrorCode:
        return error_code_;
      case kErrorIndex:
        return error_index_;
      case kProgramCount:
        return program_count;
      default:
        break;
    }
    if (address % 4 != 0) return 0;
    if (address / 8 == kProgramBase / 8) return half(program_base);
    if (address >= kBase && address < kBase + 32) return half(base[(address - kBase) / 8]);
    if (address >= kCounter && address < kCounter + 8 * kCounters) {
      return half(counter_[(address - kCounter) / 8]);
    }
    return 0;
  }

  bool irq() const { return (irq_status_ & irq_enable_) != 0; }

  /// One cycle: the write that is taken in it, if any, and the events.
  void step(const std::optional<std::pair<uint64_t, uint64_t>>& write, const Events& events) {
    const bool was_busy = busy;
    start = write && write->first == kControl && (write->second & 1) && !was_busy;
    count(events, was_busy);
    if (start) {
      busy = 1;
      done_ = error_ = 0;
    }
    if (write) store(write->first, write->second);
    if (was_busy && (events.done || events.error)) {
      busy = 0;
      done_ = events.done;
      error_ = events.error;
      irq_status_ |= uint64_t{events.done} | uint64_t{events.error} << 1;  // wins over a clear
      if (events.error) {
        error_code_ = events.error_code;
        error_index_ = events.error_index;
      }
    }
  }

  bool start = false;  // start_o of the next cycle
  uint64_t busy = 0, program_base = 0, program_count = 0;
  std::array<uint64_t, 4> base{};

 private:
  void store(uint64_t address, uint64_t data) {
    const auto put = [&](uint64_t& value) {
      value = address & 4 ? (value & 0xffffffff) | data << 32 : (value & ~0xffffffffull) | data;
    };
    if (address % 4 != 0) return;
    if (address == kIrqEnable) irq_enable_ = data & 3;
    if (address == kIrqStatus) irq_status_ &= ~data;
    if (address == kProgramCount) program_count = data;
    if (address / 8 == kProgramBase / 8) put(program_base);
    if (address >= kBase && address < kBase + 32) put(base[(address - kBase) / 8]);
  }

  // The doorbell's cycle is the first that counts, the one before the interrupt the last.
  void count(const Events& events, bool was_busy) {
    if (start) counter_.fill(0);
    if (!start && !was_busy) return;
    const auto add = [&](int k, uint64_t amount) { counter_[k] += amount; };
    add(0, 1);
    if (!start) {
      add(1, (events.retire & 1) + (events.retire >> 1 & 1) + (events.retire >> 2 & 1));
      add(2, events.read_beat ? axi_bytes_ : 0);
      add(3, events.write_beat ? axi_bytes_ : 0);
    }
    for (int i = 0; i < 5; ++i) add(4 + i, events.load_state >> i & 1);
    for (int i = 0; i < 3; ++i) add(9 + i, events.matrix_state >> i & 1);
    for (int i = 0; i < 5; ++i) add(12 + i, events.store_state >> i & 1);
  }

  uint64_t axi_bytes_;
  uint64_t done_ = 0, error_ = 0, irq_enable_ = 0, irq_status_ = 0, error_code_ = 0;
  uint64_t error_index_ = 0;
  std::array<uint64_t, kCounters> counter_{};
};

/// Timing of one direction: a request is taken in the second cycle in which it is valid and no
/// response waits; its response is valid from the next cycle until accepted.
struct LiteChannel {
  bool ready = false, response = false;

  bool takes(bool valid) const { return ready && valid; }
  void step(bool valid, bool response_ready) {
    const bool taken = takes(valid);
    ready = valid && !ready && !response;
    response = taken || (response && !response_ready);
  }
};

struct Write {
  uint64_t address, data;
  int address_delay = 0, data_delay = 0;  // cycles
};

template <class Registers, int AddressBits, int AxiBytes>
struct RegisterBench : Bench {
  using Dut = Registers;
  Dut dut{"dut"};
  SYSTOLE_PIN(aw_valid_i);
  SYSTOLE_PIN(aw_ready_o);
  SYSTOLE_PIN(aw_addr_i);
  SYSTOLE_PIN(w_valid_i);
  SYSTOLE_PIN(w_ready_o);
  SYSTOLE_PIN(w_data_i);
  SYSTOLE_PIN(b_valid_o);
  SYSTOLE_PIN(b_ready_i);
  SYSTOLE_PIN(ar_valid_i);
  SYSTOLE_PIN(ar_ready_o);
  SYSTOLE_PIN(ar_addr_i);
  SYSTOLE_PIN(r_valid_o);
  SYSTOLE_PIN(r_ready_i);
  SYSTOLE_PIN(r_data_o);
  SYSTOLE_PIN(start_o);
  SYSTOLE_PIN(program_base_o);
  SYSTOLE_PIN(program_count_o);
  SYSTOLE_PIN(bases_o);
  SYSTOLE_PIN(done_i);
  SYSTOLE_PIN(error_i);
  SYSTOLE_PIN(error_code_i);
  SYSTOLE_PIN(error_index_i);
  SYSTOLE_PIN(irq_o);
  SYSTOLE_PIN(read_beat_i);
  SYSTOLE_PIN(write_beat_i);
  SYSTOLE_PIN(retire_i);
  SYSTOLE_PIN(engine_state_i);

  std::deque<Write> writes;
  std::deque<uint64_t> reads;
  std::function<Events(const RegisterBench&)> next_events = [](const RegisterBench&) { return Events{}; };
  std::function<bool(RegisterBench&)> at_end;  // called every cycle; true ends the test
  int response_percent = 100;
  Random random = random_stream(1);

  RegisterModel model{AxiBytes};
  LiteChannel write_channel, read_channel;
  Events events;
  uint64_t read_data = 0;
  std::vector<std::pair<uint64_t, uint64_t>> read_log;  // address, data
  HoldCheck response_hold{*this, "R"}, write_response_hold{*this, "B"};
  uint64_t starts = 0, irq_rises = 0, writes_taken = 0, reads_taken = 0;
  uint64_t doorbell_cycle = 0, irq_cycle = 0, start_cycle = 0;
  bool irq_before = false;

  explicit RegisterBench(std::function<bool(RegisterBench&)> end) : Bench("bench"), at_end(std::move(end)) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  bool idle() const { return writes.empty() && reads.empty() && !write_channel.response && !read_channel.response; }

  void check_outputs() {
    expect_equal(*this, "aw_ready_o", write_channel.ready, aw_ready_o.get());
    expect_equal(*this, "w_ready_o", write_channel.ready, w_ready_o.get());
    expect_equal(*this, "b_valid_o", write_channel.response, b_valid_o.get());
    expect_equal(*this, "ar_ready_o", read_channel.ready, ar_ready_o.get());
    expect_equal(*this, "r_valid_o", read_channel.response, r_valid_o.get());
    if (read_channel.response) expect_equal(*this, "r_data_o", read_data, r_data_o.get());
    response_hold.on_clock(r_valid_o.get(), r_ready_i.get(), {static_cast<uint32_t>(r_data_o.get())});
    write_response_hold.on_clock(b_valid_o.get(), b_ready_i.get(), {});
    expect_equal(*this, "start_o", model.start, start_o.get());
    expect_equal(*this, "irq_o", model.irq(), irq_o.get());
    expect_equal(*this, "program_count_o", model.program_count, program_count_o.get());
    const uint64_t mask = ~uint64_t{0} >> (64 - AddressBits);
    expect_equal(*this, "program_base_o", model.program_base & mask, program_base_o.get());
    const Words bases = bases_o.words();
    for (int k = 0; k < 4; ++k) {
      expect_equal(*this, "bases_o", model.base[k] & mask, get_bits(bases, k * AddressBits, AddressBits));
    }
  }

  void on_clock() override {
    check_outputs();
    starts += start_o.get();
    if (start_o.get()) start_cycle = cycle();
    if (irq_o.get() && !irq_before) {
      ++irq_rises;
      irq_cycle = cycle();
    }
    irq_before = irq_o.get();

    const bool write_valid = aw_valid_i.get() && w_valid_i.get();
    const bool write_taken = write_channel.takes(write_valid);
    const bool read_taken = read_channel.takes(ar_valid_i.get());
    if (read_taken) {
      read_data = model.read(ar_addr_i.get());
      read_log.emplace_back(ar_addr_i.get(), read_data);
      ++reads_taken;
      reads.pop_front();
    }
    std::optional<std::pair<uint64_t, uint64_t>> write;
    if (write_taken) {
      write = {aw_addr_i.get(), w_data_i.get()};
      if (write->first == kControl && (write->second & 1) && !model.busy) doorbell_cycle = cycle();
      ++writes_taken;
      writes.pop_front();
    }
    model.step(write, events);
    write_channel.step(write_valid, b_ready_i.get());
    read_channel.step(ar_valid_i.get(), r_ready_i.get());

    if (at_end(*this)) {
      finish();
      return;
    }
    drive_write(write_taken);
    if (read_taken || !ar_valid_i.get()) {
      const bool offer = !reads.empty() && random.chance(response_percent);
      ar_valid_i.set(offer);
      ar_addr_i.set(offer ? reads.front() : random.bits(12));  // without valid, noise
    }
    b_ready_i.set(random.chance(response_percent));
    r_ready_i.set(random.chance(response_percent));
    events = next_events(*this);
    done_i.set(events.done);
    error_i.set(events.error);
    error_code_i.set(events.error_code);
    error_index_i.set(events.error_index);
    read_beat_i.set(events.read_beat);
    write_beat_i.set(events.write_beat);
    retire_i.set(events.retire);
    engine_state_i.set(events.load_state | events.matrix_state << 5 | events.store_state << 8);
  }

 private:
  // Address and data come each after its own delay and stay until both are taken.
  void drive_write(bool taken) {
    if (taken) writing_ = false;
    if (!writing_ && !writes.empty()) {
      writing_ = true;
      address_on_ = data_on_ = false;
      address_wait_ = writes.front().address_delay;
      data_wait_ = writes.front().data_delay;
    }
    if (writing_) {
      address_on_ = address_on_ || address_wait_-- <= 0;
      data_on_ = data_on_ || data_wait_-- <= 0;
    }
    const bool address = writing_ && address_on_, data = writing_ && data_on_;
    aw_valid_i.set(address);
    w_valid_i.set(data);
    aw_addr_i.set(address ? writes.front().address : random.bits(12));
    w_data_i.set(data ? writes.front().data : random.bits(32));
  }

  bool writing_ = false, address_on_ = false, data_on_ = false;
  int address_wait_ = 0, data_wait_ = 0;
};

using Bench40 = RegisterBench<Vcontrol_registers_40, 40, 8>;

/// Plays steps one after the other; the next begins when all writes and reads of the last are
/// answered.
struct Script {
  std::vector<std::function<void(Bench40&)>> steps;
  size_t next = 0;

  bool operator()(Bench40& bench) {
    if (!bench.idle()) return false;
    if (next == steps.size()) return true;
    steps[next++](bench);
    return false;
  }
};

void play(Script script, std::function<void(Bench40&)> check) {
  Bench40 bench([&](Bench40& b) { return script(b); });
  bench.run(200000);
  check(bench);
}

std::function<void(Bench40&)> write(uint64_t address, uint64_t data) {
  return [=](Bench40& bench) { bench.writes.push_back({address, data}); };
}
std::function<void(Bench40&)> read(uint64_t address) {
  return [=](Bench40& bench) { bench.reads.push_back(address); };
}
/// Events for one cycle.
std::function<void(Bench40&)> once(Events events) {
  return [=](Bench40& bench) {
    bench.next_events = [left = events](const Bench40&) mutable { return std::exchange(left, {}); };
  };
}
Events done() {
  Events events;
  events.done = true;
  return events;
}
Events error(uint64_t code, uint64_t index) {
  Events events;
  events.error = true;
  events.error_code = code;
  events.error_index = index;
  return events;
}

std::vector<uint64_t> values_read(const Bench40& bench) {
  std::vector<uint64_t> values;
  for (const auto& [address, data] : bench.read_log) values.push_back(data);
  return values;
}
using Values = std::vector<uint64_t>;

template <class Registers, int AddressBits, int AxiBytes>
void random_accesses() {
  using TheBench = RegisterBench<Registers, AddressBits, AxiBytes>;
  Random random = random_stream(7);
  const auto address = [&]() -> uint64_t {
    switch (random.below(10)) {
      case 0:
        return random.bits(12);
      case 1:
      case 2:
        return kControl;
      case 3:
        return kIrqStatus;
      case 4:
        return kIrqEnable;
      case 5:
        return kStatus + 4 * random.below(5);
      case 6:
      case 7:
        return kCounter + 4 * random.below(2 * kCounters + 2);
      default:
        return kProgramBase + 4 * random.below(12);
    }
  };
  TheBench bench([&](TheBench& b) {
    if (b.cycle() % 500 == 0) b.response_percent = random.chance(50) ? 100 : 30;
    if (b.writes.empty() && random.chance(40)) {
      b.writes.push_back(
          {address(), random.bits(32), static_cast<int>(random.below(4)), static_cast<int>(random.below(4))});
    }
    if (b.reads.empty() && random.chance(40)) b.reads.push_back(address());
    return b.cycle() > 60000;
  });
  bench.next_events = [&](const TheBench&) {
    Events events;
    const uint64_t end = random.below(100);
    events.done = end == 0;
    events.error = end == 1;
    events.error_code = random.bits(4);
    events.error_index = random.bits(32);
    events.read_beat = random.chance(60);
    events.write_beat = random.chance(40);
    events.retire = random.chance(20) ? random.bits(3) : 0;
    events.load_state = uint64_t{1} << random.below(5);
    events.matrix_state = uint64_t{1} << random.below(3);
    events.store_state = uint64_t{1} << random.below(5);
    return events;
  };
  bench.run(70000);
  CHECK(bench.starts > 200);
  CHECK(bench.irq_rises > 50);
  CHECK(bench.writes_taken > 3000);
  CHECK(bench.reads_taken > 3000);
}

}  // namespace

TEST_CASE("control_registers: random accesses with 40 address bits follow the page") {
  random_accesses<Vcontrol_registers_40, 40, 8>();
}
TEST_CASE("control_registers: random accesses with 32 address bits follow the page") {
  random_accesses<Vcontrol_registers_32, 32, 16>();
}
TEST_CASE("control_registers: random accesses with 64 address bits follow the page") {
  random_accesses<Vcontrol_registers_64, 64, 4>();
}

TEST_CASE("control_registers: after reset every address reads as the page says") {
  Bench40 bench([](Bench40& b) { return b.reads.empty() && b.idle() && b.cycle() > 10; });
  for (uint64_t address = 0; address < 4096; ++address) bench.reads.push_back(address);
  bench.run(50000);
  REQUIRE(bench.read_log.size() == 4096);
  for (const auto& [address, data] : bench.read_log) {
    CAPTURE(address);
    CHECK(data == (address == kId ? 0x53595354 : address == kIsaVersion ? 2 : 0));
  }
}

TEST_CASE("control_registers: a write changes its register and no other one") {
  Script script;
  for (uint64_t address = 0; address < 0x200; ++address) {
    if (address == kControl) continue;
    script.steps.push_back([=](Bench40& b) {
      b.writes.push_back({address, 0xa5000000 + address * 0x1357});
      // Neighbors and the ends of the map; the outputs of all bases are compared in every cycle.
      for (uint64_t other : {address, address ^ 4, uint64_t{kStatus}}) b.reads.push_back(other);
    });
  }
  for (uint64_t address = kProgramBase; address < kBase + 32; address += 4) {
    script.steps.push_back(read(address));
  }
  play(script, [](Bench40& bench) {
    size_t at = bench.read_log.size() - 12;
    for (uint64_t address = kProgramBase; address < kBase + 32; address += 4, ++at) {
      CAPTURE(address);
      const uint64_t written = address == 0x2c ? 0 : 0xa5000000 + address * 0x1357;
      CHECK(bench.read_log[at].first == address);
      CHECK(bench.read_log[at].second == written);
    }
    CHECK(bench.starts == 0);
  });
}

TEST_CASE("control_registers: address and data of a write come in any order and with any delay") {
  Script script;
  int data = 1;
  for (int address_delay = 0; address_delay < 6; ++address_delay) {
    for (int data_delay = 0; data_delay < 6; ++data_delay) {
      for (int stalled : {100, 20}) {
        script.steps.push_back([=](Bench40& b) {
          b.response_percent = stalled;
          // Two at once: the second waits for the response of the first.
          b.writes.push_back({kProgramCount, static_cast<uint64_t>(data), address_delay, data_delay});
          b.writes.push_back({kProgramBase, static_cast<uint64_t>(data) + 1, data_delay, address_delay});
        });
        script.steps.push_back(read(kProgramCount));
        script.steps.push_back(read(kProgramBase));
        data += 2;
      }
    }
  }
  play(script, [](Bench40& bench) {
    REQUIRE(bench.read_log.size() == 144);
    for (size_t i = 0; i < 144; ++i) CHECK(bench.read_log[i].second == i + 1);
  });
}

TEST_CASE("control_registers: the doorbell starts one program and is ignored while it runs") {
  Script script{{write(kControl, 2), read(kStatus), write(kControl, 0xffffffff), read(kStatus), write(kControl, 1),
                 write(kControl, 1), read(kStatus), once(done()), read(kStatus), write(kControl, 1), read(kStatus),
                 once(error(2, 77)), read(kStatus), read(kErrorCode), read(kErrorIndex), write(kControl, 1),
                 read(kStatus)}};
  play(script, [](Bench40& bench) {
    CHECK(bench.starts == 3);
    CHECK(bench.start_cycle == bench.doorbell_cycle + 1);
    CHECK(values_read(bench) == Values{0, 1, 1, 2, 1, 4, 2, 77, 1});
  });
}

TEST_CASE("control_registers: the interrupt is a level that follows enable and the clear by ones") {
  Script script{{write(kControl, 1), once(done()), read(kIrqStatus), [](Bench40& b) { CHECK(b.irq_o.get() == 0); },
                 write(kIrqEnable, 2), [](Bench40& b) { CHECK(b.irq_o.get() == 0); }, write(kIrqEnable, 1),
                 [](Bench40& b) { CHECK(b.irq_o.get() == 1); }, write(kIrqStatus, 2),
                 [](Bench40& b) { CHECK(b.irq_o.get() == 1); }, write(kIrqStatus, 1),
                 [](Bench40& b) { CHECK(b.irq_o.get() == 0); }, read(kIrqStatus),
                 // A new program does not clear what the last one left.
                 write(kControl, 1), once(error(5, 3)), write(kControl, 1), once(done()), read(kIrqStatus),
                 [](Bench40& b) { CHECK(b.irq_o.get() == 1); }, write(kIrqStatus, 3), read(kIrqStatus),
                 [](Bench40& b) { CHECK(b.irq_o.get() == 0); }}};
  play(script, [](Bench40& bench) { CHECK(values_read(bench) == Values{1, 0, 3, 0}); });
}

TEST_CASE("control_registers: the end of a program in the cycle of a clear is not lost") {
  // Done in each of the cycles around the one in which the clear is taken.
  Script script{{write(kIrqEnable, 3)}};
  for (int delay = 0; delay < 6; ++delay) {
    script.steps.push_back(write(kControl, 1));
    script.steps.push_back([=](Bench40& b) {
      b.writes.push_back({kIrqStatus, 3, 2, 2});
      b.next_events = [left = delay](const Bench40&) mutable { return left-- == 0 ? done() : Events{}; };
    });
    script.steps.push_back([](Bench40& b) {
      for (int i = 0; i < 4; ++i) b.reads.push_back(kIrqStatus);
    });
    script.steps.push_back(write(kIrqStatus, 3));
  }
  play(script, [](Bench40& bench) {
    int kept = 0, cleared = 0;
    for (uint64_t value : values_read(bench)) ++(value == 1 ? kept : cleared);
    CHECK(kept >= 8);
    CHECK(cleared >= 4);
  });
}

TEST_CASE("control_registers: an end that is reported while nothing runs is ignored") {
  Script script{{write(kIrqEnable, 3), once(done()), once(error(1, 9)), read(kStatus), read(kIrqStatus),
                 read(kErrorCode), read(kErrorIndex)}};
  play(script, [](Bench40& bench) {
    CHECK(values_read(bench) == Values{0, 0, 0, 0});
    CHECK(bench.irq_rises == 0);
  });
}

TEST_CASE("control_registers: counters count from the doorbell to the cycle before the interrupt") {
  constexpr uint64_t kCycles = 200;
  Script script{{write(kIrqEnable, 1), write(kControl, 1)}};
  for (int k = 0; k < kCounters; ++k) {
    script.steps.push_back(read(kCounter + 8 * static_cast<uint64_t>(k)));
  }
  Bench40 bench([&](Bench40& b) {
    const bool ringing = b.starts == 0 || b.irq_rises > 0;
    return ringing ? script(b) : false;
  });
  bench.next_events = [](const Bench40& b) {
    Events events;
    events.retire = 7;
    events.read_beat = events.write_beat = true;
    events.load_state = 31;
    events.matrix_state = 7;
    events.store_state = 31;
    // The cycles of the program are 0 .. kCycles - 1, the last of them brings `done`.
    events.done = b.starts > 0 && b.cycle() + 1 == b.doorbell_cycle + kCycles - 1;
    return events;
  };
  bench.run(5000);
  CHECK(bench.irq_cycle == bench.doorbell_cycle + kCycles);
  REQUIRE(bench.read_log.size() == kCounters);
  for (int k = 0; k < kCounters; ++k) {
    CAPTURE(k);
    const uint64_t expected = k == 1 ? 3 * (kCycles - 1) : k == 2 || k == 3 ? 8 * (kCycles - 1) : kCycles;
    CHECK(bench.read_log[k].second == expected);
  }
}
