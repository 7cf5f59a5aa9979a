// SPDX-License-Identifier: Apache-2.0
//
// Does every instruction reach its engine once, in order, in the cycle that the block's header
// states? Does the program end two cycles after the last retirement? Does every error stop the chip
// with its code and the instruction's index?
//
// The bench is the memory, the three engines and the registers around the block. A model written
// from the header and the instruction set page follows it; every output is compared in every cycle.
#include "../../models/isa/random_instructions.hpp"
#include "Vcommand_processor_512.h"
#include "Vcommand_processor_64.h"
#include "command/processor_model.hpp"

using namespace systole::bench;
namespace isa = systole::isa;

namespace {

/// One program and the behavior of the world around it.
struct Case {
  std::vector<isa::Encoded> program;
  MemoryRates memory;
  PerEngine<int> ready_percent = [] {
    PerEngine<int> percent;
    percent.fill(100);
    return percent;
  }();
  PerEngine<uint64_t> ready_from{};  // cycles after the start
  int max_latency = 1;               // of an instruction in its engine
  Injected injected = Injected::kNone;
  uint64_t injected_at = 0;  // cycles after the start
};

struct Outcome {
  bool done = false;
  uint64_t code = 0, index = 0;
  uint64_t last_retire = 0, end = 0;  // cycles
  std::vector<uint64_t> start_cycle;  // by instruction, after the start; 0 for one that did not start
};

template <class Processor, int DataBits, int AddressBits, int FetchDepth, int QueueDepth>
struct ProcessorBench : Bench {
  using Dut = Processor;
  Dut dut{"dut"};
  SYSTOLE_PIN(start_i);
  SYSTOLE_PIN(program_base_i);
  SYSTOLE_PIN(program_count_i);
  SYSTOLE_PIN(running_o);
  SYSTOLE_PIN(done_o);
  SYSTOLE_PIN(error_o);
  SYSTOLE_PIN(error_code_o);
  SYSTOLE_PIN(error_index_o);
  SYSTOLE_PIN(ar_valid_o);
  SYSTOLE_PIN(ar_ready_i);
  SYSTOLE_PIN(ar_addr_o);
  SYSTOLE_PIN(ar_len_o);
  SYSTOLE_PIN(r_valid_i);
  SYSTOLE_PIN(r_data_i);
  SYSTOLE_PIN(engine_ready_i);
  SYSTOLE_PIN(engine_start_o);
  SYSTOLE_PIN(engine_instruction_o);
  SYSTOLE_PIN(engine_index_o);
  SYSTOLE_PIN(engine_blocked_o);
  SYSTOLE_PIN(retire_i);
  SYSTOLE_PIN(retire_index_i);
  SYSTOLE_PIN(retire_post_mask_i);
  SYSTOLE_PIN(fetch_error_i);
  SYSTOLE_PIN(load_error_i);
  SYSTOLE_PIN(load_error_index_i);
  SYSTOLE_PIN(store_error_i);
  SYSTOLE_PIN(store_error_index_i);
  SYSTOLE_PIN(bank_conflict_i);
  SYSTOLE_PIN(bank_conflict_index_i);

  std::vector<Case> cases;
  std::vector<Outcome> outcomes;

  explicit ProcessorBench(std::vector<Case> all) : Bench("bench"), cases(std::move(all)) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  uint64_t blocked_cycles = 0, full_queue_cycles = 0, starts = 0;

  void on_clock() override {
    if (reset_left_ > 0) {
      if (--reset_left_ == 0) rst_n.write(true);
      return;
    }
    check_and_step();
    if (now_.start) begin_program();
    drive();
  }

 private:
  struct InEngine {
    uint64_t index, due;
  };
  using Inputs = ProcessorModel::Inputs;

  const Case& current() const { return cases[case_]; }
  uint64_t since_start() const { return cycle() - start_cycle_; }
  uint16_t post_mask(uint64_t index) const { return current().program[index][1] >> 16; }

  void check_and_step() {
    const uint64_t t = cycle();
    expect_equal(*this, "ar_valid_o", model_.offers_burst(), ar_valid_o.get());
    const bool accepted =
        memory_.on_address(ar_valid_o.get(), ar_ready_i.get(), ar_addr_o.get(), ar_len_o.get(), t, memory_latency_);
    const ProcessorModel::Outputs expected = model_.step(t, now_, accepted, r_valid_i.get());
    full_queue_cycles += expected.full_queue;
    check_starts(expected);
    expect_equal(*this, "running_o", expected.running, running_o.get());
    expect_equal(*this, "done_o", expected.done, done_o.get());
    expect_equal(*this, "error_o", !expected.errors.empty(), error_o.get());
    if (!expected.errors.empty()) check_error(expected.errors);
    for (const auto& index : now_.retire) {
      if (index) outcome_.last_retire = t;
    }
    for (size_t e = 0; e < isa::kEngines; ++e) {
      if (expected.started[e]) enter_engine(e, *expected.started[e]);
    }
    if (expected.done || !expected.errors.empty()) {
      outcome_.done = expected.done;
      outcome_.end = t;
      quiet_left_ = 100;
    }
  }

  void check_starts(const ProcessorModel::Outputs& expected) {
    uint64_t start = 0, blocked = 0;
    for (size_t e = 0; e < isa::kEngines; ++e) {
      start |= uint64_t{expected.started[e].has_value()} << e;
      blocked |= uint64_t{expected.request[e] && !expected.started[e]} << e;
      if (!expected.head[e]) continue;
      expect_equal(*this, "engine_index_o", *expected.head[e], get_bits(engine_index_o.words(), 32 * e, 32));
      if (!expected.request[e]) continue;
      const isa::Encoded& words = current().program[*expected.head[e]];
      expect_words(*this, "engine_instruction_o", Words(words.begin(), words.end()),
                   slice_words(engine_instruction_o.words(), kInstructionBits * e, kInstructionBits));
    }
    expect_equal(*this, "engine_start_o", start, engine_start_o.get());
    expect_equal(*this, "engine_blocked_o", blocked, engine_blocked_o.get());
    blocked_cycles += blocked != 0;
  }

  /// The page does not order errors of one cycle: any of them may be the first.
  void check_error(const std::vector<ProcessorModel::Error>& errors) {
    const uint64_t code = error_code_o.get(), index = error_index_o.get();
    bool known = false;
    for (const auto& error : errors) known = known || (error.code == code && error.index == index);
    if (!known) {
      fail(fmt::format("error {} of instruction {}, expected error {} of {}", code, index, errors[0].code,
                       errors[0].index));
    }
    outcome_.code = code;
    outcome_.index = index;
  }

  void enter_engine(size_t engine, uint64_t index) {
    outcome_.start_cycle[index] = since_start();
    ++starts;
    const uint64_t latency = 1 + random_.below(static_cast<uint64_t>(current().max_latency));
    const uint64_t after = in_engine_[engine].empty() ? 0 : in_engine_[engine].back().due + 1;
    in_engine_[engine].push_back({index, std::max(cycle() + latency, after)});
  }

  void begin_program() {
    model_.start(&current().program);
    start_cycle_ = cycle();
  }

  void drive() {
    Inputs next;
    if (!model_.running() && !now_.start && !ring()) return;
    next.start = ringing_;
    ringing_ = false;
    const uint64_t after = cycle() + 1 - start_cycle_;
    for (int e = 0; e < isa::kEngines; ++e) {
      const bool ready = random_.chance(current().ready_percent[e]) && after >= current().ready_from[e];
      next.ready |= uint64_t{ready} << e;
      if (!in_engine_[e].empty() && in_engine_[e].front().due <= cycle() + 1) {
        next.retire[e] = in_engine_[e].front().index;
        in_engine_[e].pop_front();
      }
    }
    if (model_.running() && current().injected != Injected::kNone && after == current().injected_at) {
      next.injected = current().injected;
      next.injected_index = random_.bits(32);
    }
    write(next);
    now_ = next;
  }

  /// Between programs: quiet cycles, a reset if the chip has halted, then the doorbell. False if
  /// there is nothing to drive in this cycle.
  bool ring() {
    if (quiet_left_ > 0) {
      --quiet_left_;
      return true;
    }
    if (begun_) {
      outcomes.push_back(outcome_);
      ++case_;
      begun_ = false;
      if (case_ == cases.size()) {
        --case_;
        finish();
        return false;
      }
      if (model_.halted()) {
        reset_chip();
        return false;
      }
    }
    begun_ = true;
    outcome_ = Outcome();
    outcome_.start_cycle.assign(current().program.size(), 0);
    std::vector<Words> program;
    for (const isa::Encoded& words : current().program) program.emplace_back(words.begin(), words.end());
    const uint64_t base = random_.bits(AddressBits - 8) * kInstructionBytes;
    memory_.start(base, std::move(program));
    memory_latency_ = current().memory.latency;
    program_base_i.set(base);
    program_count_i.set(current().program.size());
    start_cycle_ = cycle() + 1;
    ringing_ = true;
    return true;
  }

  void reset_chip() {
    rst_n.write(false);
    reset_left_ = 3;
    model_ = ProcessorModel(DataBits, FetchDepth, QueueDepth);
    memory_.reset();
    for (auto& engine : in_engine_) engine.clear();
    now_ = Inputs();
    write(now_, /*with_memory=*/false);
  }

  void write(const Inputs& next, bool with_memory = true) {
    start_i.set(next.start);
    engine_ready_i.set(next.ready);
    uint64_t retire = 0;
    Words index = random_words(random_, 32 * isa::kEngines),
          post = random_words(random_, 16 * isa::kEngines);  // noise unless retiring
    for (int e = 0; e < isa::kEngines; ++e) {
      if (!next.retire[e]) continue;
      retire |= uint64_t{1} << e;
      put_bits(index, 32 * e, 32, *next.retire[e]);
      put_bits(post, 16 * e, 16, post_mask(*next.retire[e]));
    }
    retire_i.set(retire);
    retire_index_i.set_words(index);
    retire_post_mask_i.set_words(post);
    const auto index_of = [&](Injected kind) { return next.injected == kind ? next.injected_index : random_.bits(32); };
    load_error_i.set(next.injected == Injected::kLoad);
    load_error_index_i.set(index_of(Injected::kLoad));
    fetch_error_i.set(next.injected == Injected::kFetch);
    store_error_i.set(next.injected == Injected::kStore);
    store_error_index_i.set(index_of(Injected::kStore));
    bank_conflict_i.set(next.injected == Injected::kBankConflict);
    bank_conflict_index_i.set(index_of(Injected::kBankConflict));
    ar_ready_i.set(random_.chance(current().memory.accept));
    const auto beat = with_memory ? memory_.next_beat(cycle() + 1, current().memory.beat) : std::nullopt;
    r_valid_i.set(beat.has_value());
    r_data_i.set_words(beat ? *beat : random_words(random_, DataBits));
  }

  Random random_ = random_stream(1);
  FetchMemory memory_{*this, DataBits, 2};
  ProcessorModel model_{DataBits, FetchDepth, QueueDepth};
  PerEngine<std::deque<InEngine>> in_engine_;
  Inputs now_;
  Outcome outcome_;
  size_t case_ = 0;
  int memory_latency_ = 1, quiet_left_ = 3, reset_left_ = 0;
  bool begun_ = false, ringing_ = false;
  uint64_t start_cycle_ = 0;
};

using Bench64 = ProcessorBench<Vcommand_processor_64, 64, 40, 4, 4>;
using Bench512 = ProcessorBench<Vcommand_processor_512, 512, 64, 2, 2>;

isa::Encoded encoded(isa::Instruction instruction, uint16_t wait_mask = 0, uint16_t post_mask = 0) {
  isa::common_of(instruction).wait_mask = wait_mask;
  isa::common_of(instruction).post_mask = post_mask;
  return isa::encode(instruction);
}

isa::Store plain_store() {
  isa::Store store;
  store.requantize = true;
  return store;
}

/// Random instructions that cannot block each other for ever: only engine s mod 3 waits for
/// semaphore s, and only for what earlier instructions post.
std::vector<isa::Encoded> random_program(systole::Random& random, uint64_t length) {
  std::vector<isa::Encoded> program;
  std::array<int, 16> posted{};
  for (uint64_t i = 0; i < length; ++i) {
    isa::Instruction instruction = systole::testing::random_instruction(random);
    const auto engine = static_cast<int>(isa::engine_of(instruction));
    unsigned wait_mask = 0, post_mask = 0;
    for (int s = 0; s < 16; ++s) {
      if (s % 3 == engine && posted[s] > 0 && random.chance(60)) {
        wait_mask |= 1u << s;
        --posted[s];
      }
    }
    for (int s = 0; s < 16; ++s) {
      if (posted[s] < 3 && random.chance(15)) {
        post_mask |= 1u << s;
        ++posted[s];
      }
    }
    program.push_back(encoded(instruction, static_cast<uint16_t>(wait_mask), static_cast<uint16_t>(post_mask)));
  }
  return program;
}

Case random_case(systole::Random& random, uint64_t max_length) {
  Case out;
  out.program = random_program(random, 1 + random.below(max_length));
  out.memory = {random.pick({30, 100, 100}), random.pick({30, 100, 100}), static_cast<int>(random.between(1, 10))};
  for (int& percent : out.ready_percent) percent = random.pick({3, 30, 100});
  out.max_latency = random.pick({1, 5, 30});
  return out;
}

template <class TheBench>
void random_programs() {
  systole::Random random(seed());
  std::vector<Case> cases;
  uint64_t instructions = 0;
  for (int i = 0; i < 60; ++i) {
    cases.push_back(random_case(random, 40));
    instructions += cases.back().program.size();
  }
  TheBench bench(cases);
  bench.run(500000);
  REQUIRE(bench.outcomes.size() == cases.size());
  for (const Outcome& outcome : bench.outcomes) {
    CHECK(outcome.done);
    CHECK(outcome.end == outcome.last_retire + 1);  // the registers raise the interrupt one later
  }
  CHECK(bench.starts == instructions);
  CHECK(bench.blocked_cycles > 300);
  CHECK(bench.full_queue_cycles > 30);
}

template <class TheBench>
void random_errors() {
  systole::Random random(seed() + 1);
  std::vector<Case> cases;
  for (int i = 0; i < 120; ++i) {
    Case one = random_case(random, 30);
    if (i % 2 == 0) {
      one.injected = random.pick({Injected::kLoad, Injected::kFetch, Injected::kStore, Injected::kBankConflict});
      one.injected_at = static_cast<uint64_t>(random.between(1, 300));
    } else {
      one.program[random.below(one.program.size())][2] = 1;  // reserved
    }
    cases.push_back(one);
  }
  TheBench bench(cases);
  bench.run(500000);
  REQUIRE(bench.outcomes.size() == cases.size());
  std::array<int, 6> codes{};
  for (size_t i = 0; i < cases.size(); ++i) {
    const Outcome& outcome = bench.outcomes[i];
    ++codes[outcome.code];
    CHECK(outcome.done == (outcome.code == 0));
    if (i % 2 == 0) continue;
    CHECK(outcome.code == 1);
    REQUIRE(outcome.index < cases[i].program.size());
    CHECK(cases[i].program[outcome.index][2] == 1);
    for (size_t k = outcome.index; k < cases[i].program.size(); ++k) CHECK(outcome.start_cycle[k] == 0);
  }
  for (int code : {0, 1, 2, 3, 5}) {
    CAPTURE(code);
    CHECK(codes[code] > 3);
  }
}

/// Runs programs and gives what came of them.
std::vector<Outcome> run(std::vector<Case> cases) {
  Bench64 bench(cases);
  bench.run(100000);
  REQUIRE(bench.outcomes.size() == cases.size());
  return bench.outcomes;
}

Case case_of(std::vector<isa::Encoded> program) {
  Case out;
  out.program = std::move(program);
  return out;
}

}  // namespace

TEST_CASE("command_processor: random programs run as the model says with 64-bit beats") { random_programs<Bench64>(); }
TEST_CASE("command_processor: random programs run as the model says with 512-bit beats") {
  random_programs<Bench512>();
}
TEST_CASE("command_processor: random errors stop the chip until reset with 64-bit beats") { random_errors<Bench64>(); }
TEST_CASE("command_processor: random errors stop the chip until reset with 512-bit beats") {
  random_errors<Bench512>();
}

TEST_CASE("command_processor: the first instruction starts in its stated cycle") {
  Case one = case_of({encoded(isa::Matrix())});
  one.memory.latency = 10;
  const Outcome outcome = run({one})[0];
  // start_i in cycle 0, burst in 1, 16 beats from 11 to 26, offered in 28, dispatched in that
  // cycle, started two later.
  CHECK(outcome.start_cycle[0] == 30);
  CHECK(outcome.done);
}

TEST_CASE("command_processor: a full queue holds back the instructions of the other engines") {
  // The load engine takes nothing for 400 cycles. Four loads wait in its queue; a fifth stands
  // in front of the matrix instruction.
  const isa::Encoded load = encoded(isa::Load()), matrix = encoded(isa::Matrix());
  Case four = case_of({load, load, load, load, matrix});
  Case five = case_of({load, load, load, load, load, matrix});
  four.ready_from[0] = five.ready_from[0] = 400;
  const auto outcomes = run({four, five});
  CHECK(outcomes[0].start_cycle[0] == 400);
  CHECK(outcomes[0].start_cycle[4] < 200);
  // The first load leaves in 400, the fifth is dispatched in 401, the matrix instruction in 402.
  CHECK(outcomes[1].start_cycle[0] == 400);
  CHECK(outcomes[1].start_cycle[5] == 404);
}

TEST_CASE("command_processor: the 256th post without a wait is error 4 of the one that posted") {
  // 255 loads post semaphore 7; an instruction of each engine in turn starts when they are done.
  std::vector<Case> cases;
  for (const isa::Instruction& last :
       {isa::Instruction(isa::Load()), isa::Instruction(isa::Matrix()), isa::Instruction(plain_store())}) {
    std::vector<isa::Encoded> program(254, encoded(isa::Load(), 0, 1u << 7));
    program.push_back(encoded(isa::Load(), 0, 1u << 7 | 1u << 0));
    program.push_back(encoded(last, 1u << 0, 1u << 7));
    cases.push_back(case_of(program));
  }
  for (const Outcome& outcome : run(cases)) {
    CHECK(outcome.code == 4);
    CHECK(outcome.index == 255);
  }
}

TEST_CASE("command_processor: semaphores of an ended program are gone at the next doorbell") {
  // The first leaves a post behind; in the second the store must wait for its own load.
  Case first = case_of({encoded(isa::Load(), 0, 4)});
  Case second = case_of({encoded(plain_store(), 4), encoded(isa::Load(), 0, 4)});
  second.ready_from[0] = 300;
  const auto outcomes = run({first, second});
  CHECK(outcomes[0].done);
  CHECK(outcomes[1].done);
  CHECK(outcomes[1].start_cycle[1] == 300);
  CHECK(outcomes[1].start_cycle[0] == 302);  // retired in 301, posted for 302
}

TEST_CASE("command_processor: each error has its code and stops what waits in the queues") {
  std::vector<Case> cases;
  for (Injected kind : {Injected::kLoad, Injected::kFetch, Injected::kStore, Injected::kBankConflict}) {
    Case one = case_of({encoded(isa::Load()), encoded(isa::Matrix()), encoded(plain_store())});
    one.ready_from = {0, 200, 200};
    one.injected = kind;
    one.injected_at = 150;
    cases.push_back(one);
  }
  const auto outcomes = run(cases);
  const std::array<uint64_t, 4> codes{2, 2, 3, 5};
  for (size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(outcomes[i].code == codes[i]);
    CHECK(outcomes[i].start_cycle[0] > 0);
    CHECK(outcomes[i].start_cycle[1] == 0);
    CHECK(outcomes[i].start_cycle[2] == 0);
    CHECK(!outcomes[i].done);
  }
  CHECK(outcomes[1].index == 3);  // all three were received
}
