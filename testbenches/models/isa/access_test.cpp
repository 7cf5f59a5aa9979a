// SPDX-License-Identifier: Apache-2.0
//
// Are the places and the counts of an instruction's accesses those that its loops give?
#include "isa/access.hpp"

#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "models/chip/shipped_chip.hpp"

using namespace systole;
using namespace systole::isa;
using systole::testing::tiny;

namespace {

std::set<std::uint64_t> places(const Touch& touch) {
  std::set<std::uint64_t> all;
  for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t place = first; place <= last; ++place) all.insert(place);
  });
  return all;
}

const Traffic& of(const ByAccess<Traffic>& traffic, Memory memory, Access access) {
  return traffic[index_of(memory)][index_of(access)];
}

}  // namespace

TEST_CASE("a nest visits its runs in the order of the loops") {
  Nest nest;
  nest.base = 10;
  nest.run = 2;
  nest.loops = {{2, 100}, {3, -4}};
  std::vector<std::int64_t> firsts;
  for_each_run(nest, [&](std::int64_t first) { firsts.push_back(first); });
  CHECK(firsts == std::vector<std::int64_t>{10, 6, 2, 110, 106, 102});
  CHECK(nest.runs() == 6);
  CHECK(nest.units() == 12);
}

TEST_CASE("a nest without a step or without a run touches nothing") {
  Nest nest;
  nest.run = 3;
  nest.loops = {{0, 1}};
  CHECK(nest.empty());
  CHECK(nest.units() == 0);
  nest.loops = {{2, 1}};
  CHECK(!nest.empty());
  nest.run = 0;
  CHECK(nest.empty());
  int visits = 0;
  for_each_interval(nest, [&](std::uint64_t, std::uint64_t) { ++visits; });
  CHECK(visits == 0);
}

TEST_CASE("intervals wrap around at the size, before zero as well, and a run as long as the memory is all of it") {
  Touch touch;
  touch.nest.base = 14;
  touch.nest.run = 4;
  touch.nest.size = 16;
  CHECK(places(touch) == std::set<std::uint64_t>{14, 15, 0, 1});
  touch.nest.base = -1;
  touch.nest.run = 2;
  CHECK(places(touch) == std::set<std::uint64_t>{15, 0});
  touch.nest.run = 20;
  CHECK(places(touch).size() == 16);
}

TEST_CASE("a load reads bytes of DRAM and writes padded words of a buffer") {
  Load load;
  load.buffer = Buffer::kWeight;
  load.run_bytes = 6;  // two words of four bytes
  load.count = {3, 1, 1};
  load.dram_stride[0] = 16;
  load.dram_offset = 0x40;
  load.pad_left = 1;
  load.pad_top = 2;
  load.dst_stride[0] = 8;
  const Touches touches = touches_of(load, tiny(), {0x1000, 0, 0, 0});
  REQUIRE(touches.size() == 2);
  CHECK(touches[0].memory == Memory::kDram);
  CHECK(touches[0].access == Access::kRead);
  CHECK(*places(touches[0]).begin() == 0x1040);
  CHECK(places(touches[0]).size() == 18);
  CHECK(touches[1].memory == Memory::kWeight);
  CHECK(touches[1].access == Access::kWrite);
  CHECK(places(touches[1]).size() == 5 * 3);
  const auto traffic = traffic_of(load, tiny());
  CHECK(of(traffic, Memory::kDram, Access::kRead).bytes == 18);
  CHECK(of(traffic, Memory::kWeight, Access::kWrite).accesses == 15);
  CHECK(of(traffic, Memory::kWeight, Access::kWrite).bytes == 60);
}

TEST_CASE("on the diagonal every byte of a run is a word") {
  Load load;
  load.buffer = Buffer::kWeight;
  load.diagonal = true;
  load.run_bytes = 6;
  CHECK(of(traffic_of(load, tiny()), Memory::kWeight, Access::kWrite).accesses == 6);
}

TEST_CASE("a matrix instruction reads words and weights in every pass and its own sums in all but the first") {
  Matrix matrix;
  matrix.m_x = 5;
  matrix.k_x = 3;
  matrix.n = 2;
  matrix.activation_stride_x = matrix.activation_stride_kx = 1;
  matrix.accumulator_stride_n = 5;
  const Touches touches = touches_of(matrix, tiny(), {});
  REQUIRE(touches.size() == 3);
  CHECK(places(touches[0]).size() == 7 * 2);  // seven words of two groups
  CHECK(places(touches[2]).size() == 10);
  auto traffic = traffic_of(matrix, tiny());
  CHECK(of(traffic, Memory::kActivation, Access::kRead).accesses == 2 * 3 * 5);
  CHECK(of(traffic, Memory::kActivation, Access::kRead).bytes == 2 * 3 * 5 * 4);
  CHECK(of(traffic, Memory::kWeight, Access::kRead).accesses == 2 * 3 * 4);
  CHECK(of(traffic, Memory::kAccumulator, Access::kWrite).accesses == 2 * 3 * 5);
  CHECK(of(traffic, Memory::kAccumulator, Access::kWrite).bytes == 2 * 3 * 5 * 16);
  CHECK(of(traffic, Memory::kAccumulator, Access::kRead).accesses == 2 * 2 * 5);
  matrix.accumulate = true;
  matrix.per_column_zero_point = true;
  traffic = traffic_of(matrix, tiny());
  CHECK(of(traffic, Memory::kAccumulator, Access::kRead).accesses == 2 * 3 * 5);
  CHECK(of(traffic, Memory::kWeight, Access::kRead).accesses == 2 * 3 * 5);
}

TEST_CASE("a store reads groups of rows, residual and parameters, and writes bytes or groups") {
  Store store;
  store.requantize = true;
  store.residual = true;
  store.count = {3, 2, 1, 1};
  store.groups = 2;
  store.source_stride[0] = 2;
  store.source_stride[1] = 6;
  store.window_x = 2;
  store.base = Base::kScratch;
  store.dst_base = 8;
  store.dst_stride[0] = 100;
  const Touches touches = touches_of(store, tiny(), {0, 0, 0, 0x2000});
  REQUIRE(touches.size() == 4);
  CHECK(touches[0].memory == Memory::kAccumulator);
  CHECK(places(touches[0]).size() == 6);  // rows of two groups
  CHECK(touches[1].memory == Memory::kActivation);
  CHECK(touches[2].memory == Memory::kParameter);
  CHECK(places(touches[2]).size() == 2);
  CHECK(touches[3].base == Base::kScratch);
  CHECK(*places(touches[3]).begin() == 0x2008);
  CHECK(places(touches[3]).size() == 2 * 6 * 2);
  auto traffic = traffic_of(store, tiny());
  CHECK(of(traffic, Memory::kAccumulator, Access::kRead).accesses == 6 * 2 * 2);
  CHECK(of(traffic, Memory::kAccumulator, Access::kRead).bytes == 6 * 2 * 2 * 8);
  CHECK(of(traffic, Memory::kActivation, Access::kRead).bytes == 6 * 2 * 2);
  CHECK(of(traffic, Memory::kParameter, Access::kRead).accesses == 6 * 2);
  CHECK(of(traffic, Memory::kDram, Access::kWrite).bytes == 6 * 2 * 2);
  store.parameter_per_tensor = true;
  CHECK(of(traffic_of(store, tiny()), Memory::kParameter, Access::kRead).accesses == 6 * 2);
  store.requantize = store.residual = false;
  store.raw = true;
  store.window_x = 1;
  CHECK(of(traffic_of(store, tiny()), Memory::kDram, Access::kWrite).bytes == 6 * 2 * 8);
  store.raw = false;
  store.source = Source::kActivation;
  store.destination = Destination::kActivation;
  traffic = traffic_of(store, tiny());
  CHECK(of(traffic, Memory::kActivation, Access::kWrite).accesses == 12);
  CHECK(of(traffic, Memory::kDram, Access::kWrite).bytes == 0);
}

TEST_CASE("a load's outer loop repeats all others, and an offset counts modulo the chip's addresses") {
  Load load;
  load.run_bytes = 4;
  load.count = {2, 1, 1, 3};
  load.dram_stride = {16, 0, 0, -0x100};
  load.dst_stride = {1, 0, 0, 10};
  load.dram_offset = (1ull << 40) + 0x400;  // tiny has addresses of 40 bits
  const Touches touches = touches_of(load, tiny(), {0x1000, 0, 0, 0});
  std::vector<std::int64_t> firsts;
  for_each_run(touches[0].nest, [&](std::int64_t first) { firsts.push_back(first); });
  CHECK(firsts == std::vector<std::int64_t>{0x1400, 0x1410, 0x1300, 0x1310, 0x1200, 0x1210});
  firsts.clear();
  for_each_run(touches[1].nest, [&](std::int64_t first) { firsts.push_back(first); });
  CHECK(firsts == std::vector<std::int64_t>{0, 2, 20, 22, 40, 42});  // two groups a word
  CHECK(of(traffic_of(load, tiny()), Memory::kDram, Access::kRead).bytes == 24);
}

TEST_CASE("images lie behind each other in a block of sums, and sets have blocks and weights of their own") {
  Matrix matrix;
  matrix.m_b = 2;
  matrix.m_x = 3;
  matrix.n = 2;
  matrix.n_b = 4;
  matrix.k_c = 5;
  matrix.activation_stride_x = 1;
  matrix.activation_stride_b = 3;
  matrix.activation_stride_nb = 10;
  matrix.accumulator_stride_n = 6;
  const Touches touches = touches_of(matrix, tiny(), {});
  CHECK(places(touches[0]).size() == 4 * 6 * 2);
  CHECK(places(touches[1]).size() == 4 * 2 * 5 * 4);
  CHECK(places(touches[2]).size() == 4 * 2 * 6);
  const auto traffic = traffic_of(matrix, tiny());
  CHECK(of(traffic, Memory::kActivation, Access::kRead).accesses == 4 * 2 * 5 * 6);
  CHECK(of(traffic, Memory::kAccumulator, Access::kWrite).accesses == 4 * 2 * 5 * 6);
  CHECK(of(traffic, Memory::kAccumulator, Access::kRead).accesses == 4 * 2 * 4 * 6);
}

TEST_CASE("a store's outer loop moves source, residual and target, and reads the same parameters again") {
  Store store;
  store.requantize = store.residual = true;
  store.count = {1, 2, 1, 1, 3};
  store.source_stride = {0, 2, 0, 0, 20};
  store.residual_stride = {1, 0, 0, 30};
  store.dst_stride = {100, 0, 0, 1000};
  store.dst_base = (1ull << 47) + 8;
  const Touches touches = touches_of(store, tiny(), {});
  REQUIRE(touches.size() == 4);
  const auto firsts = [](const Touch& touch) {
    std::vector<std::int64_t> all;
    for_each_run(touch.nest, [&](std::int64_t first) { all.push_back(first); });
    return all;
  };
  CHECK(firsts(touches[0]) == std::vector<std::int64_t>{0, 2, 20, 22, 40, 42});
  CHECK(firsts(touches[1]) == std::vector<std::int64_t>{0, 1, 30, 31, 60, 61});
  CHECK(places(touches[2]).size() == 1);
  CHECK(firsts(touches[3]) == std::vector<std::int64_t>{8, 108, 1008, 1108, 2008, 2108});
  CHECK(of(traffic_of(store, tiny()), Memory::kParameter, Access::kRead).accesses == 6);
  store.parameter_per_tensor = true;
  CHECK(of(traffic_of(store, tiny()), Memory::kParameter, Access::kRead).accesses == 6);
}

TEST_CASE("the words of every memory have the bytes that the chip gives them") {
  const Chip chip = tiny();
  CHECK(word_bytes(chip, Memory::kActivation) == 4);
  CHECK(word_bytes(chip, Memory::kWeight) == 4);
  CHECK(word_bytes(chip, Memory::kParameter) == 16);
  CHECK(word_bytes(chip, Memory::kAccumulator) == 16);
  CHECK(word_bytes(chip, Memory::kDram) == 1);
  std::uint64_t bytes = places_in(chip, Memory::kActivation) * chip.post_lanes;
  for (const Memory memory : {Memory::kWeight, Memory::kParameter, Memory::kAccumulator})
    bytes += places_in(chip, memory) * word_bytes(chip, memory);
  CHECK(bytes == chip.buffer_bytes());
}
