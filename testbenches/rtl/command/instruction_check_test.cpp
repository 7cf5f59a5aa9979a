// SPDX-License-Identifier: Apache-2.0
//
// Does the chip refuse exactly what isa::illegal_reason refuses, and send each legal instruction to
// its engine? Legal instructions, each of their bits flipped, every field at its corners, and
// noise.
#include "../../models/isa/random_instructions.hpp"
#include "Vinstruction_check.h"
#include "compare.hpp"

using namespace systole::bench;
namespace isa = systole::isa;

namespace {

struct CheckBench : Bench {
  using Dut = Vinstruction_check;
  Dut dut{"dut"};
  SYSTOLE_PIN(valid_i);
  SYSTOLE_PIN(instruction_i);
  SYSTOLE_PIN(engine_o);
  SYSTOLE_PIN(legal_o);

  std::vector<isa::Encoded> cases;
  size_t next = 0;
  int invalid_percent = 5;
  uint64_t legal = 0, illegal = 0;
  Random random = random_stream(9);

  explicit CheckBench(std::vector<isa::Encoded> all) : Bench("bench"), cases(std::move(all)) {}

  void on_clock() override {
    if (next > 0) {
      const isa::Encoded& words = cases[next - 1];
      const auto reason = isa::illegal_reason(words);
      const bool valid = valid_i.get();
      const bool expected = valid && !reason;
      if (legal_o.get() != expected) {
        fail(fmt::format("case {} (w0 {:#010x}): legal_o is {}, but the instruction is {}", next - 1, words[0],
                         legal_o.get(),
                         reason  ? *reason
                         : valid ? "legal"
                                 : "not valid"));
      }
      if (expected) {
        expect_equal(*this, "engine_o", uint64_t{1} << ((words[0] & 0xff) - 1), engine_o.get());
      }
      if (valid) ++(expected ? legal : illegal);
    }
    if (next == cases.size()) {
      finish();
      return;
    }
    instruction_i.set_words(cases[next++]);
    valid_i.set(!random.chance(invalid_percent));
  }

  void run_all() { run(cases.size() + 10); }
};

isa::Encoded flip(isa::Encoded words, uint64_t bit) {
  words[bit / 32] ^= 1u << (bit % 32);
  return words;
}

/// One legal instruction of each kind whose flags differ: the ground for single changes.
std::vector<isa::Encoded> plain_instructions() {
  isa::Load load;
  isa::Load only_padding;
  only_padding.count[0] = 0;
  only_padding.pad_bottom = 1;
  isa::Matrix matrix;
  isa::Store requantize;
  requantize.requantize = true;
  isa::Store raw;
  raw.raw = true;
  isa::Store move;
  move.source = isa::Source::kActivation;
  move.destination = isa::Destination::kActivation;
  isa::Store pool = move;
  pool.window_y = pool.window_x = 3;
  pool.residual = true;
  isa::Store far = requantize;
  far.dst_base = 1ull << 32;
  return {isa::encode(load), isa::encode(only_padding), isa::encode(matrix), isa::encode(requantize),
          isa::encode(raw),  isa::encode(move),         isa::encode(pool),   isa::encode(far)};
}

}  // namespace

TEST_CASE("instruction_check: random legal instructions pass and go to their engine") {
  systole::Random random(seed());
  std::vector<isa::Encoded> cases;
  for (int i = 0; i < 20000; ++i) {
    cases.push_back(isa::encode(systole::testing::random_instruction(random)));
  }
  CheckBench bench(std::move(cases));
  bench.run_all();
  CHECK(bench.legal > 18000);
  CHECK(bench.illegal == 0);
}

TEST_CASE("instruction_check: each single flipped bit is judged as the models judge it") {
  systole::Random random(seed());
  std::vector<isa::Encoded> from = plain_instructions();
  for (int i = 0; i < 20; ++i) {
    from.push_back(isa::encode(systole::testing::random_instruction(random)));
  }
  std::vector<isa::Encoded> cases;
  for (const isa::Encoded& words : from) {
    for (uint64_t bit = 0; bit < 1024; ++bit) cases.push_back(flip(words, bit));
  }
  CheckBench bench(std::move(cases));
  bench.run_all();
  CHECK(bench.legal > 5000);
  CHECK(bench.illegal > 5000);
}

TEST_CASE("instruction_check: several flipped bits are judged as the models judge them") {
  systole::Random random(seed());
  std::vector<isa::Encoded> cases;
  for (int i = 0; i < 20000; ++i) {
    isa::Encoded words = isa::encode(systole::testing::random_instruction(random));
    // Half of the flips hit the header or the counts, where most rules are.
    for (uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
      words = flip(words, random.chance(50) ? random.below(352) : random.below(1024));
    }
    cases.push_back(words);
  }
  CheckBench bench(std::move(cases));
  bench.run_all();
  CHECK(bench.legal > 1000);
  CHECK(bench.illegal > 1000);
}

TEST_CASE("instruction_check: every field at zero, one and its largest value") {
  std::vector<isa::Encoded> cases;
  for (const isa::Encoded& words : plain_instructions()) {
    std::vector<isa::Field> fields = isa::common_fields();
    for (const isa::Field& field : isa::fields_of(static_cast<isa::Opcode>(words[0] & 0xff))) {
      fields.push_back(field);
    }
    // Single fields, and pairs, since several rules join two fields.
    for (const isa::Field& first : fields) {
      for (const isa::Field& second : fields) {
        for (uint32_t a : {0u, 1u, 2u, ~0u}) {
          for (uint32_t b : {0u, 1u, ~0u}) {
            isa::Encoded changed = words;
            const auto put = [&](const isa::Field& field, uint32_t value) {
              uint32_t& word = changed[field.word];
              word = static_cast<uint32_t>((word & ~(field.mask() << field.lsb)) | (value & field.mask()) << field.lsb);
            };
            put(first, a);
            put(second, b);
            cases.push_back(changed);
          }
        }
      }
    }
  }
  CheckBench bench(std::move(cases));
  bench.run_all();
  CHECK(bench.legal > 1000);
  CHECK(bench.illegal > 1000);
}

TEST_CASE("instruction_check: every flag combination of a store is judged as the models judge it") {
  std::vector<isa::Encoded> cases;
  for (uint32_t flags = 0; flags < 1u << 12; ++flags) {
    for (int window = 0; window < 4; ++window) {
      isa::Store store;
      store.window_y = static_cast<uint8_t>(1 + (window & 1));
      store.window_x = static_cast<uint8_t>(1 + (window >> 1));
      isa::Encoded words = isa::encode(store);
      words[0] = (words[0] & 0xffff) | flags << 16;
      cases.push_back(words);
    }
  }
  CheckBench bench(std::move(cases));
  bench.run_all();
  CHECK(bench.legal > 1000);
  CHECK(bench.illegal > 1000);
}

TEST_CASE("instruction_check: every opcode, version and length but the right ones is refused") {
  std::vector<isa::Encoded> cases;
  for (const isa::Encoded& words : plain_instructions()) {
    for (uint32_t header = 0; header < 1u << 16; header += 1) {
      // All opcodes with the right version and length, and all of these with each known opcode.
      if ((header & 0xff00) != 0x4200 && (header & 0xff) > 4) continue;
      isa::Encoded changed = words;
      changed[0] = (changed[0] & 0xffff0000) | header;
      cases.push_back(changed);
    }
  }
  CheckBench bench(std::move(cases));
  bench.invalid_percent = 0;
  bench.run_all();
  CHECK(bench.legal == plain_instructions().size());
  CHECK(bench.illegal > 5000);
}

TEST_CASE("instruction_check: noise behind a right header is judged as the models judge it") {
  Random random = random_stream(3);
  std::vector<isa::Encoded> cases;
  for (int i = 0; i < 20000; ++i) {
    isa::Encoded words;
    for (uint32_t& word : words) word = static_cast<uint32_t>(random.bits(32));
    words[0] = (words[0] & 0x0fff0000) | 0x4200 | static_cast<uint32_t>(1 + random.below(3));
    const auto opcode = static_cast<isa::Opcode>(words[0] & 0xff);
    const isa::Encoded reserved = isa::reserved_mask(opcode);
    if (random.chance(80)) {
      for (size_t w = 0; w < words.size(); ++w) words[w] &= ~reserved[w];
    }
    cases.push_back(words);
  }
  CheckBench bench(std::move(cases));
  bench.run_all();
  CHECK(bench.legal > 1000);
  CHECK(bench.illegal > 1000);
}
