// SPDX-License-Identifier: Apache-2.0
#include "ordering/race_detector.hpp"

#include <fmt/format.h>

#include <set>
#include <string>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "fuzz/fuzz_case.hpp"
#include "models/chip/shipped_chip.hpp"

namespace systole::ordering {
namespace {

using testing::tiny;
using Pair = std::pair<std::uint32_t, std::uint32_t>;  // indices in the program, the smaller first

// A program by hand, run in the cycle model under the detector.
struct DetectorBench {
  Chip chip = tiny();
  isa::Program program;
  isa::Bases bases = {};

  DetectorBench() {
    program.chip_name = chip.name;
    program.chip_fingerprint = chip.fingerprint();
  }
  template <typename T>
  T& add(T instruction) {
    program.instructions.push_back(instruction);
    return std::get<T>(program.instructions.back());
  }
  std::vector<Race> races() {
    RaceDetector detector(chip, program, bases);
    cycle::CycleModel(chip).run(program, bases, 0x8000, {}, &detector);
    CHECK(detector.count() == detector.races().size());
    return detector.races();
  }
};

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
isa::Store store_rows(std::uint32_t first, std::uint16_t rows) {
  isa::Store store;
  store.raw = true;
  store.count[0] = rows;
  store.groups = 2;  // a row of tiny
  store.source_stride[0] = 2;
  store.source_base = first * 2;
  store.dst_base = 0x4000;
  return store;
}

TEST_CASE("a load and a matrix instruction on the same words race, unless a semaphore orders them") {
  DetectorBench bench;
  bench.add(load_words(10, 8)).common.post_mask = 1;
  bench.add(read_words(14, 20)).common.wait_mask = 1;
  CHECK(bench.races().empty());
  isa::common_of(bench.program.instructions[0]).post_mask = 0;
  isa::common_of(bench.program.instructions[1]).wait_mask = 0;
  const auto races = bench.races();
  REQUIRE(races.size() == 1);
  CHECK(races[0].earlier.engine != races[0].later.engine);
  CHECK(races[0].memory == Memory::kActivation);
  CHECK(races[0].places.first == 28);  // groups: two a word
  CHECK(races[0].places.last == 35);
  CHECK_THAT(text(races[0], bench.chip), Contains("load instruction 0") && Contains("matrix instruction 1") &&
                                             Contains("(words 14..17)") && Contains("no semaphore"));
  std::get<isa::Matrix>(bench.program.instructions[1]).activation_base = 18;
  CHECK(bench.races().empty());  // the words behind
}

TEST_CASE("the outer loops reach as far as their strides say") {
  DetectorBench bench;
  isa::Load& load = bench.add(load_words(10, 2));
  load.count[3] = 3;
  load.dst_stride[3] = 100;
  isa::Matrix& matrix = bench.add(read_words(12, 4));
  CHECK(bench.races().empty());
  matrix.m_b = 2;
  matrix.activation_stride_b = 98;
  CHECK(bench.races().size() == 1);  // words 110 to 113
  matrix.activation_stride_b = 100;
  CHECK(bench.races().empty());
  matrix.n_b = 2;
  matrix.activation_stride_nb = 195;
  const auto races = bench.races();  // words 207 to 210
  REQUIRE(races.size() == 1);
  CHECK(races[0].places.first == 2 * 210);
  CHECK(races[0].places.last == 2 * 210 + 1);
}

TEST_CASE("accumulators between matrix and store, and DRAM between store and load, race too") {
  DetectorBench bench;
  isa::Matrix matrix = read_words(0, 16);
  matrix.accumulator_base = 8;
  bench.add(matrix);
  bench.add(store_rows(20, 4)).common.post_mask = 2;
  isa::Load load = load_words(100, 4);
  load.dram_offset = 0x4010;
  load.common.wait_mask = 2;
  bench.add(load);
  auto races = bench.races();
  REQUIRE(races.size() == 1);
  CHECK(races[0].memory == Memory::kAccumulator);
  CHECK(races[0].places.first == 20);
  CHECK(races[0].places.last == 23);
  isa::common_of(bench.program.instructions[0]).post_mask = 4;
  isa::common_of(bench.program.instructions[1]).wait_mask = 4;
  CHECK(bench.races().empty());
  isa::common_of(bench.program.instructions[1]).post_mask = 0;
  isa::common_of(bench.program.instructions[2]).wait_mask = 0;
  races = bench.races();
  REQUIRE(races.size() == 1);
  CHECK(races[0].memory == Memory::kDram);
  CHECK(races[0].places.first == 0x4010);
  CHECK(races[0].places.last == 0x401F);
}

TEST_CASE("a race is found however far apart the two ran, and though the bits come out right") {
  DetectorBench bench;
  bench.add(load_words(0, 4));
  for (int i = 0; i < 40; ++i) bench.add(load_words(200, 16));
  isa::Matrix long_one = read_words(60, 64);
  long_one.k_c = 200;
  bench.add(long_one);  // thousands of cycles
  bench.add(read_words(0, 4));
  const auto races = bench.races();
  REQUIRE(races.size() == 1);
  CHECK(races[0].earlier.index == 0);
  CHECK(races[0].later.index == 42);
  CHECK(races[0].later.start_cycle > races[0].earlier.start_cycle + 10000);
}

TEST_CASE("an order by way of a third engine counts") {
  DetectorBench bench;
  bench.add(load_words(10, 8)).common.post_mask = 1;  // load tells store,
  isa::Store& store = bench.add(store_rows(60, 2));   // store tells matrix
  store.common.wait_mask = 1;
  store.common.post_mask = 2;
  bench.add(read_words(10, 8)).common.wait_mask = 2;
  CHECK(bench.races().empty());
}

TEST_CASE("a store that reads what an earlier store writes into the activation buffer needs a semaphore") {
  DetectorBench bench;
  isa::Store writes;
  writes.requantize = true;
  writes.source_base = 100;
  writes.destination = isa::Destination::kActivation;
  writes.dst_base = 300;
  writes.groups = 4;
  isa::Store reads;
  reads.source = isa::Source::kActivation;
  reads.source_base = 302;
  reads.groups = 4;
  reads.dst_base = 0x4000;
  bench.add(writes).common.post_mask = 1;
  bench.add(reads).common.wait_mask = 1;
  CHECK(bench.races().empty());
  isa::common_of(bench.program.instructions[0]).post_mask = 0;
  isa::common_of(bench.program.instructions[1]).wait_mask = 0;
  const auto races = bench.races();
  REQUIRE(races.size() == 1);
  CHECK(races[0].places.first == 302);
  CHECK(races[0].places.last == 303);
}

TEST_CASE("with two posters of a semaphore, a take is after nothing that another post could stand in for") {
  DetectorBench bench;
  bench.add(load_words(10, 8)).common.post_mask = 1;
  bench.add(store_rows(60, 1)).common.post_mask = 1;
  bench.add(read_words(10, 8)).common.wait_mask = 1;  // the store's post would do
  CHECK(bench.races().size() == 1);
  bench.program.instructions.insert(bench.program.instructions.begin() + 2, isa::Instruction{read_words(60, 1)});
  isa::common_of(bench.program.instructions[2]).wait_mask = 1;
  CHECK(bench.races().empty());  // the second take is after both
}

TEST_CASE("addresses that wrap around meet the words at the beginning") {
  DetectorBench bench;
  bench.add(load_words(bench.chip.activation_words() - 2, 4));
  bench.add(read_words(1, 1));
  const auto races = bench.races();
  REQUIRE(races.size() == 1);
  CHECK(races[0].places.first == 2);
  CHECK(races[0].places.last == 3);
}

// All pairs that touch a place, one writing, with no path of semaphores between them: by search of the whole graph.
std::set<Pair> races_by_search(const fuzz::FuzzCase& c) {
  const auto& instructions = c.random.program.instructions;
  const std::size_t n = instructions.size();
  std::vector<std::vector<std::size_t>> by_engine(isa::kEngines);
  for (std::size_t i = 0; i < n; ++i) by_engine[static_cast<std::size_t>(isa::engine_of(instructions[i]))].push_back(i);
  std::vector<std::vector<std::size_t>> edges(n);  // by semaphores: the k-th post to the k-th take
  for (int s = 0; s < isa::kSemaphores; ++s) {
    std::vector<std::size_t> posts, takes;
    for (std::size_t i = 0; i < n; ++i) {
      if (isa::common_of(instructions[i]).post_mask >> s & 1) posts.push_back(i);
      if (isa::common_of(instructions[i]).wait_mask >> s & 1) takes.push_back(i);
    }
    for (std::size_t k = 0; k < takes.size(); ++k) edges[posts[k]].push_back(takes[k]);
  }
  // after[i]: what starts after i has retired. An instruction and all behind it in its engine retire after i, if it is behind i.
  const auto reach = [&](std::size_t from) {
    std::vector<char> after(n, 0), behind(n, 0);
    std::vector<std::size_t> stack;
    const auto walk_engine = [&](std::size_t i) {
      for (const std::size_t j : by_engine[static_cast<std::size_t>(isa::engine_of(instructions[i]))])
        if (j >= i && !behind[j]) {
          behind[j] = 1;
          stack.push_back(j);
        }
    };
    walk_engine(from);
    while (!stack.empty()) {
      const std::size_t i = stack.back();
      stack.pop_back();
      for (const std::size_t j : edges[i]) {
        for (const std::size_t k : by_engine[static_cast<std::size_t>(isa::engine_of(instructions[j]))])
          if (k >= j) after[k] = 1;
        walk_engine(j);
      }
    }
    return after;
  };
  std::vector<std::vector<char>> after;
  for (std::size_t i = 0; i < n; ++i) after.push_back(reach(i));
  const auto touch = [&](std::size_t i, Access a, std::size_t j, Access b, Memory memory) {
    std::set<std::uint64_t> places;
    for (const Interval& p : places_of(instructions[i], c.chip, c.random.bases, memory, a))
      for (std::uint64_t k = p.first; k <= p.last; ++k) places.insert(k);
    for (const Interval& p : places_of(instructions[j], c.chip, c.random.bases, memory, b))
      if (const auto at = places.lower_bound(p.first); at != places.end() && *at <= p.last) return true;
    return false;
  };
  std::set<Pair> races;
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      if (after[i][j] || after[j][i]) continue;
      const isa::Engine first = isa::engine_of(instructions[i]), second = isa::engine_of(instructions[j]);
      bool race = false;
      for (std::size_t m = 0; m < kMemories && !race; ++m) {
        const auto memory = static_cast<Memory>(m);
        if (first == second) {
          race = first == isa::Engine::kStore && memory == Memory::kActivation &&
                 touch(i, Access::kWrite, j, Access::kRead, memory);
        } else {
          race = touch(i, Access::kWrite, j, Access::kRead, memory) ||
                 touch(i, Access::kRead, j, Access::kWrite, memory) ||
                 touch(i, Access::kWrite, j, Access::kWrite, memory);
        }
      }
      if (race) races.insert({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j)});
    }
  }
  return races;
}

std::set<Pair> races_by_detector(const fuzz::FuzzCase& c) {
  RaceDetector detector(c.chip, c.random.program, c.random.bases, 100'000);
  cycle::CycleModel(c.chip).run(c.random.program, c.random.bases, c.random.program_address, {}, &detector);
  std::set<Pair> races;
  for (const Race& race : detector.races())
    races.insert({std::min(race.earlier.index, race.later.index), std::max(race.earlier.index, race.later.index)});
  CHECK(races.size() == detector.count());
  return races;
}

TEST_CASE("random programs have no race, and with a post and its take removed exactly those that a search finds") {
  int removed = 0, raced = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const fuzz::FuzzCase c = fuzz::make_case(tiny(), seed, {}, fuzz::MemoryChoice::kRandom);
    INFO("seed " << seed);
    CHECK(races_by_detector(c).empty());
    for (int s = 0; s < isa::kSemaphores; ++s) {
      fuzz::FuzzCase less = c;
      isa::Common *post = nullptr, *take = nullptr;
      for (isa::Instruction& i : less.random.program.instructions) {
        isa::Common& common = isa::common_of(i);
        if (post == nullptr && (common.post_mask >> s & 1)) post = &common;
        if (take == nullptr && (common.wait_mask >> s & 1)) take = &common;
      }
      if (post == nullptr) continue;
      post->post_mask &= static_cast<std::uint16_t>(~(1u << s));
      take->wait_mask &= static_cast<std::uint16_t>(~(1u << s));
      INFO("semaphore " << s);
      const std::set<Pair> found = races_by_detector(less);
      CHECK(found == races_by_search(less));
      ++removed;
      raced += !found.empty();
    }
  }
  fmt::print("{} pairs of a post and a take removed, {} of them the only order of two instructions\n", removed, raced);
  CHECK(raced > removed / 4);
}

TEST_CASE("what the detector keeps does not grow with the program") {
  DetectorBench bench;
  for (int i = 0; i < 3000; ++i) {
    isa::Load& load = bench.add(load_words(static_cast<std::uint32_t>(i % 2) * 16, 8));
    if (i >= 2) load.common.wait_mask = 2;
    load.common.post_mask = 1;
    isa::Matrix matrix = read_words(static_cast<std::uint32_t>(i % 2) * 16, 8);
    matrix.common.wait_mask = 1;
    if (i < 2998) matrix.common.post_mask = 2;
    bench.add(matrix);
  }
  RaceDetector detector(bench.chip, bench.program, bench.bases);
  struct Most final : Observer {
    explicit Most(const RaceDetector& d) : detector(d) {}
    void on_retire(const Retired&) override { live = std::max(live, detector.live()); }
    const RaceDetector& detector;
    std::size_t live = 0;
  } most(detector);
  Observers observers({&detector, &most});
  cycle::CycleModel(bench.chip).run(bench.program, bench.bases, 0x10000, {}, &observers);
  CHECK(detector.count() == 0);
  CHECK(most.live < 16);
}

}  // namespace
}  // namespace systole::ordering
