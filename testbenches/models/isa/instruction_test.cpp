// SPDX-License-Identifier: Apache-2.0
#include "isa/instruction.hpp"

#include <functional>

#include "catch.hpp"
#include "isa/fields.hpp"
#include "models/isa/random_instructions.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::isa;

namespace {

std::string reason(const Encoded& words) { return illegal_reason(words).value_or("legal"); }

// The reason why an instruction is refused after `change`.
template <class T>
std::string reason_of(const std::function<void(T&)>& change) {
  T x;
  if constexpr (std::is_same_v<T, Store>) x.requantize = true;
  REQUIRE(reason(encode(x)) == "legal");
  change(x);
  const std::string why = reason(encode(x));
  if (why != "legal") CHECK_THROWS_AS(decode(encode(x)), UserError);
  return why;
}

void set_field(Encoded& words, const Field& field, std::uint64_t value) {
  for (const Field& place : {field.low(), field.high()})
    words[place.word] &= ~static_cast<std::uint32_t>(place.mask() << place.lsb);
  field.set(words, value);
}

}  // namespace

TEST_CASE("every random legal instruction survives encode and decode, both ways") {
  const std::uint64_t seed = 20240601;
  CAPTURE(seed);
  Random random(seed);
  int kinds[kEngines] = {};
  for (int i = 0; i < 20000; ++i) {
    const Instruction instruction = testing::random_instruction(random);
    const Encoded words = encode(instruction);
    REQUIRE(reason(words) == "legal");
    const Instruction back = decode(words);
    REQUIRE(back.index() == instruction.index());
    REQUIRE(encode(back) == words);
    ++kinds[instruction.index()];
  }
  for (const int kind : kinds) CHECK(kind > 18000 / kEngines);
}

TEST_CASE("each field of the C++ value goes to its own bits and comes back") {
  // All ones in one field, defaults elsewhere: the encoding differs from the default's in that
  // field alone.
  const auto walk = [](auto blank) {
    std::vector<Field> fields;
    visit_fields(blank, [&](const Field& field, const auto&) { fields.push_back(field); });
    for (const Field& wanted : fields) {
      CAPTURE(wanted.name);
      auto x = blank;
      visit_fields(x, [&](const Field& field, auto& value) {
        using T = std::decay_t<decltype(value)>;
        if (field.name != wanted.name) return;
        const std::uint64_t ones = field.mask();
        if constexpr (std::is_same_v<T, float>)
          std::memcpy(&value, &ones, sizeof value);
        else
          value = static_cast<T>(ones);
      });
      Encoded expected = encode(blank);
      set_field(expected, wanted, wanted.mask());
      CHECK(encode(x) == expected);
    }
  };
  walk(Load{});
  walk(Matrix{});
  walk(Store{});
}

TEST_CASE("named members land where the instruction set page says") {
  Load load;
  load.common = {0x1234, 0xabcd, 0xdeadbeef};
  load.buffer = Buffer::kParameter;
  load.base = Base::kScratch;
  load.run_bytes = 0xabcdef;
  load.count = {1, 2, 3, 0x7654};
  load.dram_offset = 0xfedc89abcdef;
  load.pad_value = 0x7f;
  load.dst_stride[2] = -2;
  load.dram_stride[3] = 5;
  load.dst_stride[3] = -3;
  Encoded words = encode(load);
  CHECK(words[0] == 0x000e4201);
  CHECK(words[1] == 0xabcd1234);
  CHECK(words[2] == 0);
  CHECK(words[3] == 0xdeadbeef);
  CHECK(words[4] == 0x89abcdef);
  CHECK(words[5] == 0x00abcdef);
  CHECK(words[9] == 0x00020001);
  CHECK(words[10] == 0x007f0003);
  CHECK(words[16] == 0xfffffffe);
  CHECK(words[17] == 0xfedc7654);
  CHECK(words[18] == 5);
  CHECK(words[19] == 0xfffffffd);

  Store store;
  store.requantize = true;
  store.clamp_low = -1;
  store.clamp_high = 255;
  store.add_offset = 1.5f;
  store.parameter_stride_3 = 0x8001;
  store.dst_base = 0x123456789abc;
  store.count[4] = 9;
  store.dst_stride[3] = -1;
  store.source_stride[4] = 2;
  store.residual_stride[3] = 3;
  store.mid_zero_point = 0x80;
  words = encode(store);
  CHECK(words[0] == 0x06e04203);
  CHECK(words[23] == 0x00808001);
  CHECK(words[24] == 0x00ffffff);
  CHECK(words[27] == 0x3fc00000);
  CHECK(words[4] == 0x56789abc);
  CHECK(words[28] == 0x12340009);
  CHECK(words[29] == 0xffffffff);
  CHECK(words[30] == 2);
  CHECK(words[31] == 3);

  Matrix matrix;
  matrix.m_y = 3;
  matrix.n = 9;
  matrix.accumulator_stride_n = -5;
  matrix.m_b = 4;
  matrix.n_b = 12;
  matrix.activation_stride_b = 7;
  matrix.activation_stride_nb = -8;
  words = encode(matrix);
  CHECK(words[0] == 0x00064202);
  CHECK(words[5] == 0x00010003);
  CHECK(words[7] == 0x00090001);
  CHECK(words[17] == 0xfffffffb);
  CHECK(words[18] == 0x000c0004);
  CHECK(words[19] == 7);
  CHECK(words[20] == 0xfffffff8);
}

TEST_CASE("a value that does not fit its field is refused, not cut off") {
  Load load;
  load.run_bytes = 1u << 24;
  CHECK_THROWS_WITH(encode(load), "instruction field run_bytes = 16777216: must be 0 to 16777215");
  load.run_bytes = 1;
  load.dram_offset = 1ull << 48;
  CHECK_THROWS_WITH(encode(load), "instruction field dram_offset = 281474976710656: must be 0 to 281474976710655");
}

TEST_CASE("a wrong opcode, version or length is illegal") {
  const Encoded good = encode(Load{});
  for (std::uint32_t opcode = 0; opcode < 256; ++opcode) {
    Encoded words = {};
    words[0] = (good[0] & ~0xffu) | opcode;
    if (opcode >= 1 && opcode <= kEngines)
      CHECK(reason(words).find("opcode") == std::string::npos);
    else
      CHECK(reason(words) == "opcode " + std::to_string(opcode) + " does not exist");
  }
  for (std::uint32_t value = 0; value < 16; ++value) {
    Encoded words = good;
    set_field(words, kVersionField, value);
    CHECK(reason(words) == (value == 2 ? "legal" : "version " + std::to_string(value) + " instead of 2"));
    words = good;
    set_field(words, kLengthField, value);
    CHECK(reason(words) == (value == 4 ? "legal" : "length " + std::to_string(value) + " instead of 4"));
  }
}

TEST_CASE("every bit that the page does not name is illegal when set, and only those") {
  Store store;
  store.requantize = true;
  const Encoded goods[] = {encode(Load{}), encode(Matrix{}), encode(store)};
  // Counted by hand from the page: bits of w0, w2 and the words after the last field, and the gaps.
  const int expected[] = {10 + 32 + 8 + 8 + 12 * 32, 12 + 32 + 16 + 11 * 32, 4 + 32 + 8};
  for (int k = 0; k < 3; ++k) {
    int reserved = 0;
    for (int bit = 0; bit < 1024; ++bit) {
      Encoded words = goods[k];
      if ((words[bit / 32] >> (bit % 32)) & 1) continue;
      words[bit / 32] |= 1u << (bit % 32);
      const std::string wanted =
          "reserved bit set in w" + std::to_string(bit / 32) + "[" + std::to_string(bit % 32) + "]";
      if (reason(words) == wanted)
        ++reserved;
      else
        CHECK(reason(words).find("reserved") == std::string::npos);
    }
    CHECK(reserved == expected[k]);
  }
}

TEST_CASE("loads that the chip refuses") {
  const auto load = [](const std::function<void(Load&)>& change) { return reason_of<Load>(change); };
  CHECK(load([](Load& x) { x.buffer = static_cast<Buffer>(3); }) == "buffer 3 does not exist");
  CHECK(load([](Load& x) { x.transpose = true; }) == "transpose is not implemented");
  CHECK(load([](Load& x) { x.diagonal = true; }) == "diagonal with a buffer other than the weight buffer");
  CHECK(load([](Load& x) { x.run_bytes = 0; }) == "run_bytes is 0");
  CHECK(load([](Load& x) { x.count[1] = 0; }) == "count_2 is 0");
  CHECK(load([](Load& x) { x.count[2] = 0; }) == "count_3 is 0");
  CHECK(load([](Load& x) { x.count[3] = 0; }) == "count_4 is 0");
  CHECK(load([](Load& x) { x.count[0] = 0; }) == "a load without rows: count_1, pad_top and pad_bottom are 0");
  CHECK(load([](Load& x) {
          x.count[0] = 0;
          x.pad_top = 1;
        }) == "legal");
  CHECK(load([](Load& x) {
          x.count[0] = 0;
          x.pad_bottom = 1;
        }) == "legal");
  CHECK(load([](Load& x) {
          x.count[0] = 0;
          x.pad_left = 1;
        }) != "legal");
}

TEST_CASE("matrix instructions that the chip refuses") {
  const auto matrix = [](const std::function<void(Matrix&)>& change) { return reason_of<Matrix>(change); };
  CHECK(matrix([](Matrix& x) { x.m_y = 0; }) == "m_y is 0");
  CHECK(matrix([](Matrix& x) { x.m_x = 0; }) == "m_x is 0");
  CHECK(matrix([](Matrix& x) { x.k_y = 0; }) == "k_y is 0");
  CHECK(matrix([](Matrix& x) { x.k_x = 0; }) == "k_x is 0");
  CHECK(matrix([](Matrix& x) { x.k_c = 0; }) == "k_c is 0");
  CHECK(matrix([](Matrix& x) { x.n = 0; }) == "n is 0");
  CHECK(matrix([](Matrix& x) { x.m_b = 0; }) == "m_b is 0");
  CHECK(matrix([](Matrix& x) { x.n_b = 0; }) == "n_b is 0");
}

TEST_CASE("stores that the chip refuses") {
  const auto store = [](const std::function<void(Store&)>& change) { return reason_of<Store>(change); };
  for (int i = 0; i < 5; ++i) CHECK(store([&](Store& x) { x.count[i] = 0; }) == "count_" + std::to_string(i) + " is 0");
  CHECK(store([](Store& x) { x.window_y = 0; }) == "window_y is 0");
  CHECK(store([](Store& x) { x.window_x = 0; }) == "window_x is 0");
  CHECK(store([](Store& x) { x.groups = 0; }) == "groups is 0");
  CHECK(store([](Store& x) { x.requantize = false; }) == "an accumulator source needs requantize or raw");
  CHECK(store([](Store& x) {
          x.requantize = false;
          x.source = Source::kActivation;
        }) == "legal");
  CHECK(store([](Store& x) { x.dst_base = 1ull << 32; }) == "legal");
  CHECK(store([](Store& x) {
          x.destination = Destination::kActivation;
          x.dst_base = 0xffffffff;
        }) == "legal");
  CHECK(store([](Store& x) {
          x.destination = Destination::kActivation;
          x.dst_base = 1ull << 32;
        }) == "dst_base_high with the activation buffer as destination");
  const auto raw = [&](const std::function<void(Store&)>& change) {
    return store([&](Store& x) {
      x.raw = true;
      x.requantize = false;
      change(x);
    });
  };
  CHECK(raw([](Store&) {}) == "legal");
  CHECK(raw([](Store& x) { x.source = Source::kActivation; }) == "raw with a source other than the accumulators");
  CHECK(raw([](Store& x) { x.destination = Destination::kActivation; }) == "raw with a destination other than DRAM");
  CHECK(raw([](Store& x) { x.window_y = 2; }) == "raw with a window");
  CHECK(raw([](Store& x) { x.window_x = 2; }) == "raw with a window");
  CHECK(raw([](Store& x) { x.residual = true; }) == "raw with a residual");
  CHECK(raw([](Store& x) { x.requantize = true; }) == "raw with requantize");
}

TEST_CASE("a list of counts may leave out the outer loops, which then run once") {
  Load load;
  CHECK(load.count == Counts<4>{1, 1, 1, 1});
  load.count = {3, 2};
  CHECK(load.count == Counts<4>{3, 2, 1, 1});
  load.count = {};
  CHECK(load.count == Counts<4>{1, 1, 1, 1});
  CHECK_THROWS_AS((Counts<2>{1, 2, 3}), InternalError);
}

TEST_CASE("rows, taps and blocks of a matrix instruction are products that do not overflow") {
  Matrix matrix;
  CHECK(matrix.rows() == 1);
  CHECK(matrix.taps() == 1);
  CHECK(matrix.blocks() == 1);
  matrix.m_b = matrix.m_y = matrix.m_x = matrix.k_y = matrix.k_x = matrix.k_c = matrix.n = matrix.n_b = 65535;
  CHECK(matrix.rows() == 65535ull * 65535 * 65535);
  CHECK(matrix.taps() == 65535ull * 65535 * 65535);
  CHECK(matrix.blocks() == 65535ull * 65535);
}

TEST_CASE("engine and common fields are found whatever the opcode") {
  Instruction instruction = Matrix{};
  common_of(instruction).tag = 7;
  CHECK(common_of(static_cast<const Instruction&>(instruction)).tag == 7);
  CHECK(engine_of(Load{}) == Engine::kLoad);
  CHECK(engine_of(instruction) == Engine::kMatrix);
  CHECK(engine_of(Store{}) == Engine::kStore);
}
