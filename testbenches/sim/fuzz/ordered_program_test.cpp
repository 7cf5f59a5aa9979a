// SPDX-License-Identifier: Apache-2.0
//
// Does a program get a semaphore where an instruction depends on another engine, only there, and only once?
#include "fuzz/ordered_program.hpp"

#include <string>

#include "catch.hpp"
#include "fuzz/dram_map.hpp"
#include "models/chip/shipped_chip.hpp"

namespace systole::fuzz {
namespace {

using testing::tiny;

// The bit of the semaphore that `poster` posts and `taker` waits for.
std::uint16_t semaphore(isa::Engine poster, isa::Engine taker) {
  return static_cast<std::uint16_t>(1u << (static_cast<int>(poster) * isa::kEngines + static_cast<int>(taker)));
}
const std::uint16_t kLoadToMatrix = semaphore(isa::Engine::kLoad, isa::Engine::kMatrix);
const std::uint16_t kMatrixToLoad = semaphore(isa::Engine::kMatrix, isa::Engine::kLoad);
const std::uint16_t kMatrixToStore = semaphore(isa::Engine::kMatrix, isa::Engine::kStore);
const std::uint16_t kStoreToStore = semaphore(isa::Engine::kStore, isa::Engine::kStore);
const std::uint16_t kLoadToStore = semaphore(isa::Engine::kLoad, isa::Engine::kStore);
const std::uint16_t kStoreToLoad = semaphore(isa::Engine::kStore, isa::Engine::kLoad);

// Words of the activation buffer, four bytes each.
isa::Load load_words(std::uint32_t first, std::uint32_t words) {
  isa::Load load;
  load.run_bytes = words * 4;
  load.dst_base = first;
  return load;
}
isa::Matrix read_words(std::uint32_t first, std::uint16_t words) {
  isa::Matrix matrix;
  matrix.m_x = words;
  matrix.activation_stride_x = 1;
  matrix.activation_base = first;
  return matrix;
}
// Rows of the accumulators to DRAM, as they are.
isa::Store store_rows(std::uint32_t first, std::uint16_t rows, std::uint32_t address) {
  isa::Store store;
  store.raw = true;
  store.count[0] = rows;
  store.groups = 2;  // of a row
  store.source_stride[0] = 2;
  store.source_base = first * 2;
  store.dst_base = address;
  return store;
}
// A word of the activation buffer to another, two groups each.
isa::Store move_word(std::uint32_t from, std::uint32_t to) {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.destination = isa::Destination::kActivation;
  store.groups = 2;
  store.source_base = from * 2;
  store.dst_base = to * 2;
  return store;
}

struct Masks {
  std::uint16_t wait = 0, post = 0;
  bool operator==(const Masks& other) const { return wait == other.wait && post == other.post; }
};
std::vector<Masks> masks(const std::vector<isa::Instruction>& instructions) {
  OrderedProgram program(tiny(), {});
  for (const isa::Instruction& instruction : instructions) REQUIRE(program.add(instruction));
  std::vector<Masks> all;
  for (const isa::Instruction& instruction : program.instructions())
    all.push_back({isa::common_of(instruction).wait_mask, isa::common_of(instruction).post_mask});
  return all;
}

TEST_CASE("who reads a word waits for the other engine that wrote it, and a neighbor of the word does not") {
  CHECK(masks({load_words(10, 4), read_words(13, 1)}) == std::vector<Masks>{{0, kLoadToMatrix}, {kLoadToMatrix, 0}});
  CHECK(masks({load_words(10, 4), read_words(14, 1)}) == std::vector<Masks>{{}, {}});
  CHECK(masks({load_words(10, 4), read_words(9, 1)}) == std::vector<Masks>{{}, {}});
}

TEST_CASE("who overwrites a word waits for the other engine that read it") {
  CHECK(masks({read_words(10, 4), load_words(13, 1)}) == std::vector<Masks>{{0, kMatrixToLoad}, {kMatrixToLoad, 0}});
}

TEST_CASE("who overwrites a byte of DRAM waits for the load that reads it, and a load for the store that writes it") {
  const isa::Load load = load_words(10, 1);  // reads bytes 0 to 3
  isa::Load next = load;
  next.dram_offset = 20;
  CHECK(masks({load, store_rows(0, 1, 0)}) == std::vector<Masks>{{0, kLoadToStore}, {kLoadToStore, 0}});
  CHECK(masks({load, store_rows(0, 1, 4)}) == std::vector<Masks>{{}, {}});
  CHECK(masks({store_rows(0, 1, 16), next}) == std::vector<Masks>{{0, kStoreToLoad}, {kStoreToLoad, 0}});
}

TEST_CASE("two that only read need no order, nor do two of an engine that keeps its own") {
  CHECK(masks({read_words(0, 1), move_word(0, 9)}) == std::vector<Masks>{{}, {}});
  CHECK(masks({load_words(10, 4), load_words(10, 4)}) == std::vector<Masks>{{}, {}});
}

TEST_CASE(
    "a store waits for a store whose word it reads, since its reads overtake, but not for one that reads what it "
    "writes") {
  CHECK(masks({move_word(0, 9), move_word(9, 20)}) == std::vector<Masks>{{0, kStoreToStore}, {kStoreToStore, 0}});
  CHECK(masks({move_word(0, 9), move_word(20, 0)}) == std::vector<Masks>{{}, {}});
  CHECK(masks({move_word(0, 9), move_word(20, 9)}) == std::vector<Masks>{{}, {}});
}

TEST_CASE("a store waits for the load of the parameters, whether it uses them or not") {
  isa::Load parameters;
  parameters.buffer = isa::Buffer::kParameter;
  parameters.run_bytes = 16;  // a word
  CHECK(masks({parameters, store_rows(0, 1, 100)}) == std::vector<Masks>{{0, kLoadToStore}, {kLoadToStore, 0}});
}

TEST_CASE("an order that is there already is not made again") {
  // The second matrix instruction reads what both loads wrote, and the newer load comes after the older one.
  CHECK(masks({load_words(0, 1), load_words(1, 1), read_words(0, 2), read_words(0, 2)}) ==
        std::vector<Masks>{{}, {0, kLoadToMatrix}, {kLoadToMatrix, 0}, {}});
  CHECK(masks({load_words(0, 1), read_words(0, 1), load_words(1, 1), read_words(1, 1), read_words(0, 1)}) ==
        std::vector<Masks>{{0, kLoadToMatrix}, {kLoadToMatrix, 0}, {0, kLoadToMatrix}, {kLoadToMatrix, 0}, {}});
}

TEST_CASE("one instruction can wait for two engines and post to one") {
  isa::Matrix matrix = read_words(0, 1);
  CHECK(masks({load_words(0, 1), matrix, load_words(40, 1),
               [] {
                 isa::Store store = store_rows(0, 1, 100);
                 store.residual = true;
                 store.raw = false;
                 store.requantize = true;
                 store.residual_base = 80;
                 return store;
               }()}) == std::vector<Masks>{{0, kLoadToMatrix},
                                           {kLoadToMatrix, kMatrixToStore},
                                           {0, kLoadToStore},
                                           {static_cast<std::uint16_t>(kMatrixToStore | kLoadToStore), 0}});
}

TEST_CASE("semaphores that an instruction brings along are dropped, and its tag is its index") {
  OrderedProgram program(tiny(), {});
  isa::Load load = load_words(0, 1);
  load.common = {0xFFFF, 0xFFFF, 77};
  program.add(load);
  program.add(load);
  REQUIRE(program.instructions().size() == 2);
  const isa::Common& second = isa::common_of(program.instructions()[1]);
  CHECK(second.wait_mask == 0);
  CHECK(second.post_mask == 0);
  CHECK(second.tag == 1);
}

TEST_CASE("loads may read data and parameters, stores write data alone, and what reaches further leaves no trace") {
  const auto fits = [](const isa::Instruction& instruction) {
    OrderedProgram program(tiny(), {});
    const bool added = program.add(instruction);
    CHECK(program.instructions().size() == (added ? 1 : 0));
    return added;
  };
  const auto load_at = [](std::uint64_t address) {
    isa::Load load = load_words(0, 1);
    load.dram_offset = static_cast<std::uint32_t>(address);
    return load;
  };
  const auto store_at = [](std::uint64_t address) { return store_rows(0, 1, static_cast<std::uint32_t>(address)); };
  CHECK(fits(load_at(0)));
  CHECK(fits(load_at(kDataBytes - 2)));  // data and parameters lie side by side
  CHECK(fits(load_at(kParameters + kParameterBytes - 4)));
  CHECK_FALSE(fits(load_at(kParameters + kParameterBytes - 3)));
  CHECK(fits(store_at(kDataBytes - 16)));  // four sums
  CHECK_FALSE(fits(store_at(kDataBytes - 15)));
  CHECK_FALSE(fits(store_at(kParameters)));
  isa::Load below = load_at(3);
  below.count[0] = 2;
  below.dram_stride[0] = -3;
  CHECK(fits(below));
  below.dram_stride[0] = -4;  // the second run begins at -1 and ends at 2
  CHECK_FALSE(fits(below));

  OrderedProgram program(tiny(), {});
  isa::Load outside = load_at(kProgram);
  CHECK_FALSE(program.add(outside));
  CHECK(program.add(read_words(0, 1)));
  CHECK(isa::common_of(program.instructions()[0]).wait_mask == 0);
}

TEST_CASE("DRAM addresses count from the base registers") {
  const auto fits = [](std::uint64_t base) {
    isa::Bases bases = {};
    bases[static_cast<std::size_t>(isa::Base::kTensor)] = base;
    return OrderedProgram(tiny(), bases).add(store_rows(0, 1, 100));
  };
  CHECK(fits(kDataBytes - 116));
  CHECK_FALSE(fits(kDataBytes - 115));
}

}  // namespace
}  // namespace systole::fuzz
