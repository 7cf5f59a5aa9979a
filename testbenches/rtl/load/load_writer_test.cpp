// SPDX-License-Identifier: Apache-2.0
//
// Does the buffer side write each word of an instruction, padding or data, once, to its place and
// in order, in every cycle in which it can, and retire with the last one?
#include "Vload_writer.h"
#include "cycle/load_engine.hpp"
#include "rtl/chip_parameters.hpp"
#include "rtl/load/load_stimulus.hpp"
#include "rtl/pins.hpp"

using namespace systole;
using namespace systole::bench;

namespace {

Chip chip_of_bench() {
  Chip chip = default_chip();
  chip.array_rows = SYSTOLE_ActivationWordBytes;
  chip.array_cols = SYSTOLE_WeightWordBytes;
  chip.post_lanes = SYSTOLE_ParameterWordBytes / 8;
  return chip;
}

struct Write {
  uint64_t address;
  bool is_data;
  std::vector<uint8_t> bytes;
};

struct Item {
  isa::Load load;
  uint32_t index;
  std::deque<Write> writes;
};

struct WriterBench : Bench {
  using Dut = Vload_writer;
  Dut dut{"dut"};
  SYSTOLE_PIN(valid_i);
  SYSTOLE_PIN(ready_o);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(index_i);
  SYSTOLE_PIN(active_o);
  SYSTOLE_PIN(index_o);
  SYSTOLE_PIN(word_valid_i);
  SYSTOLE_PIN(word_ready_o);
  SYSTOLE_PIN(word_data_i);
  SYSTOLE_PIN(write_valid_o);
  SYSTOLE_PIN(write_buffer_o);
  SYSTOLE_PIN(write_addr_o);
  SYSTOLE_PIN(write_data_o);
  SYSTOLE_PIN(activation_grant_i);
  SYSTOLE_PIN(refused_o);
  SYSTOLE_PIN(retire_o);
  SYSTOLE_PIN(retire_post_mask_o);

  Chip chip = chip_of_bench();
  Random random = random_stream(320);
  cycle::LoadWriter model{chip};
  StreamDriver<Item> instructions;
  StreamDriver<std::vector<uint8_t>> words;
  int grant_percent;
  std::deque<Item> waiting;
  std::optional<Item> running;
  uint64_t written = 0, retired = 0, refused = 0, first_take_cycle = 0, last_write_cycle = 0;

  WriterBench(int instruction_percent, int word_percent, int grant)
      : Bench("bench"),
        instructions(
            valid_i, ready_o,
            [this](const Item& item) {
              instruction_i.set_words(isa::encode(item.load));
              index_i.set(item.index);
            },
            random_stream(321), instruction_percent),
        words(
            word_valid_i, word_ready_o, [this](const std::vector<uint8_t>& word) { word_data_i.set_bytes(word); },
            random_stream(322), word_percent),
        grant_percent(grant) {
    dut.clk_i(clk);
    dut.rst_ni(rst_n);
  }

  uint64_t push(const isa::Load& load, uint32_t index) {
    Item item{load, index, {}};
    const uint32_t bytes = word_bytes(chip, load.buffer);
    const uint32_t data_words = run_words(chip, load);
    for_each_row(load, 0, [&](bool is_data, uint64_t dst, uint64_t) {
      for (uint32_t w = 0; w < load.pad_left + data_words + load.pad_right; ++w) {
        Write write{(dst + w) % (1u << SYSTOLE_AddrWidth),
                    is_data && w >= load.pad_left && w < load.pad_left + data_words,
                    std::vector<uint8_t>(bytes, load.pad_value)};
        if (write.is_data) {
          for (auto& byte : write.bytes) byte = static_cast<uint8_t>(random.bits(8));
          words.push(write.bytes);
        }
        item.writes.push_back(write);
      }
    });
    instructions.push(item);
    waiting.push_back(item);
    return item.writes.size();
  }

  void on_clock() override {
    if (active_o.read() != running.has_value()) fail(fmt::format("active_o is {}", active_o.read()));
    if (model.active() != running.has_value()) fail("the cycle model is not where the bench is");
    bool wanted = false, granted = false, finishes = false;
    if (running) {
      const Write& write = running->writes.front();
      granted = running->load.buffer != isa::Buffer::kActivation || activation_grant_i.read();
      wanted = !write.is_data || word_valid_i.read();
      finishes = wanted && granted && running->writes.size() == 1;
      if (model.needs_data() != write.is_data || model.last_word() != (running->writes.size() == 1))
        fail("the cycle model is at another word");
      if (wanted) check(write);
      if (index_o.get() != running->index) fail("index_o is another instruction");
      if (word_ready_o.read() != (write.is_data && granted)) fail("word_ready_o is wrong");
    }
    if (write_valid_o.read() != wanted) fail(fmt::format("write_valid_o is {}", write_valid_o.read()));
    if (refused_o.read() != (wanted && !granted)) fail("refused_o is wrong");
    if (retire_o.read() != finishes) fail(fmt::format("retire_o is {}", retire_o.read()));
    if (ready_o.read() != (!running || finishes)) fail(fmt::format("ready_o is {}", ready_o.read()));
    if (wanted && !granted) ++refused;
    if (finishes && retire_post_mask_o.get() != running->load.common.post_mask) fail("retire_post_mask_o is wrong");
    if (wanted && granted) {
      running->writes.pop_front();
      ++written;
      last_write_cycle = cycle();
      model.written();
    }
    if (finishes) {
      running.reset();
      model.finish();
      ++retired;
    }
    words.on_clock();
    if (instructions.on_clock()) {
      if (first_take_cycle == 0) first_take_cycle = cycle();
      running = waiting.front();
      waiting.pop_front();
      model.take(running->load, running->index, running->load.diagonal ? 1 : word_bytes(chip, running->load.buffer));
    }
    activation_grant_i.write(random.chance(grant_percent));
    if (!running && waiting.empty()) finish();
  }

  void check(const Write& write) {
    if (write_buffer_o.get() != static_cast<uint64_t>(running->load.buffer) || write_addr_o.get() != write.address ||
        write_data_o.bytes(write.bytes.size()) != write.bytes) {
      fail(fmt::format("write {} of instruction {}: buffer {} address {}, expected buffer {} address {}{}", written,
                       running->index, write_buffer_o.get(), write_addr_o.get(), static_cast<int>(running->load.buffer),
                       write.address, write_data_o.bytes(write.bytes.size()) != write.bytes ? "; data differs" : ""));
    }
    if (running->load.buffer == isa::Buffer::kActivation && model.bank() != write.address / chip.activation_bank_words)
      fail("the cycle model writes another bank");
  }
};

}  // namespace

TEST_CASE("every word of random loads is written once, in order, when its data and its port are there") {
  WriterBench bench(70, 70, 70);
  for (uint32_t i = 0; i < 600; ++i) bench.push(random_load(bench.random, bench.chip, {60, 4, 3, 0}), i * 0x01000193u);
  bench.run(400000);
  REQUIRE(bench.retired == 600);
  REQUIRE(bench.refused > 100);
}

TEST_CASE("without stalls a word is written every cycle, also across instructions") {
  WriterBench bench(100, 100, 100);
  uint64_t total = 0;
  for (uint32_t i = 0; i < 200; ++i) total += bench.push(random_load(bench.random, bench.chip, {60, 3, 3, 0}), i);
  bench.run(200000);
  REQUIRE(bench.written == total);
  REQUIRE(bench.last_write_cycle - bench.first_take_cycle == total);
}

TEST_CASE("the longest counts of padding are walked: 65535 words beside a run, 65535 rows on both sides") {
  WriterBench bench(100, 100, 100);
  isa::Load wide;
  wide.pad_right = 65535;
  wide.dst_stride = {1, 2, 3, 4};
  isa::Load tall;
  tall.count = {0, 1, 1};
  tall.pad_top = tall.pad_bottom = 65535;
  tall.dst_stride = {7, 0, 0};
  const uint64_t total = bench.push(wide, 1) + bench.push(tall, 2);
  REQUIRE(total == 65536u + 2 * 65535u);
  bench.run(300000);
  REQUIRE(bench.last_write_cycle - bench.first_take_cycle == total);
}
