// SPDX-License-Identifier: Apache-2.0
//
// Does the check of programs find every rule broken that its header lists, and nothing in a sound program?
#include "ordering/program_check.hpp"

#include <fmt/format.h>

#include <string>

#include "catch.hpp"
#include "fuzz/random_program.hpp"
#include "models/chip/shipped_chip.hpp"
#include "ordering/semaphore_check.hpp"

namespace systole::ordering {
namespace {

using testing::tiny;

constexpr std::uint64_t kDramBytes = 0x20000;

// A sound program by hand on `tiny`: loads of 16 words into each buffer, a product, a store of its sums.
struct CheckBench {
  Chip chip = tiny();
  isa::Bases bases = {0x100, 0x100, 0x100, 0x100};
  isa::Program program;

  static constexpr std::size_t kActivations = 0, kWeights = 1, kParameters = 2, kMatrix = 3, kStore = 4;

  CheckBench() {
    for (const auto& [buffer, bytes] :
         {std::pair{isa::Buffer::kActivation, 64u}, {isa::Buffer::kWeight, 64u}, {isa::Buffer::kParameter, 256u}}) {
      isa::Load load;
      load.buffer = buffer;
      load.run_bytes = bytes;
      load.common.post_mask = buffer == isa::Buffer::kParameter ? 3 : 0;  // to the matrix and to the store engine
      program.instructions.push_back(load);
    }
    isa::Matrix matrix;
    matrix.m_x = 16;
    matrix.activation_stride_x = 1;
    matrix.common.wait_mask = 1;
    matrix.common.post_mask = 4;
    program.instructions.push_back(matrix);
    isa::Store store;
    store.requantize = true;
    store.count[0] = 16;
    store.groups = 2;
    store.source_stride[0] = 2;
    store.dst_base = 0x1000;
    store.common.wait_mask = 6;
    program.instructions.push_back(store);
  }
  template <typename T>
  T& at(std::size_t index) {
    return std::get<T>(program.instructions.at(index));
  }
  isa::Common& common(std::size_t index) { return isa::common_of(program.instructions.at(index)); }
  template <typename T>
  T& add(T instruction) {
    program.instructions.push_back(instruction);
    return std::get<T>(program.instructions.back());
  }
  std::string problems() { return fmt::format("{}", fmt::join(check_program(program, chip, bases, kDramBytes), "\n")); }
  std::string first_problem() {
    const std::vector<std::string> problems = check_program(program, chip, bases, kDramBytes);
    return problems.empty() ? "" : problems.front();
  }
};

isa::Store copy_within_activations(std::uint32_t from, std::uint32_t to, std::uint16_t steps) {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.destination = isa::Destination::kActivation;
  store.source_base = from;
  store.dst_base = to;
  store.count[1] = steps;
  store.source_stride[1] = store.dst_stride[0] = 1;
  return store;
}

TEST_CASE("a sound program has no problem") { CHECK(CheckBench().first_problem().empty()); }

TEST_CASE("a missing wait is a race, and a semaphore left above zero") {
  CheckBench bench;
  bench.common(CheckBench::kMatrix).wait_mask = 0;
  CHECK_THAT(bench.first_problem(), Contains("instruction 3: matrix instruction 3 reads") &&
                                        Contains("that load instruction 0 writes; no semaphore orders them"));
}

TEST_CASE("a missing post is a deadlock") {
  CheckBench bench;
  bench.common(CheckBench::kMatrix).post_mask = 0;
  CHECK_THAT(bench.first_problem(), Contains("instruction 4: semaphore 2 is taken before it is posted: a deadlock"));
}

TEST_CASE("a post without a take is found though nothing races") {
  CheckBench bench;
  bench.common(CheckBench::kStore).post_mask = 1u << 9;
  CHECK_THAT(bench.first_problem(), Contains("semaphore 9 is posted 1 times and taken 0 times"));
}

TEST_CASE("a semaphore with two posting or two taking engines is found") {
  CheckBench bench;
  bench.common(CheckBench::kStore).post_mask = 1;
  CHECK_THAT(bench.problems(), Contains("instruction 4: semaphore 0 is posted by two engines"));
  CheckBench two_takers;
  two_takers.common(CheckBench::kParameters).post_mask = 1;
  two_takers.common(CheckBench::kActivations).post_mask = 1;
  two_takers.common(CheckBench::kStore).wait_mask = 5;
  CHECK_THAT(two_takers.problems(), Contains("instruction 4: semaphore 0 is taken by two engines"));
}

TEST_CASE("a place that nobody wrote is found in every buffer") {
  CheckBench bench;
  bench.at<isa::Matrix>(CheckBench::kMatrix).m_x = 17;
  CHECK_THAT(bench.first_problem(), Contains("of the activation buffer, which nobody wrote"));
  CheckBench weights;
  weights.at<isa::Matrix>(CheckBench::kMatrix).weight_base = 14;
  CHECK_THAT(weights.first_problem(), Contains("of the weight buffer, which nobody wrote"));
  CheckBench parameters;
  parameters.at<isa::Store>(CheckBench::kStore).parameter_base = 20;
  CHECK_THAT(parameters.first_problem(), Contains("of the parameter buffer, which nobody wrote"));
  CheckBench sums;
  sums.at<isa::Store>(CheckBench::kStore).count[0] = 17;
  CHECK_THAT(sums.first_problem(), Contains("of the accumulators, which nobody wrote"));
  CheckBench accumulates;
  accumulates.at<isa::Matrix>(CheckBench::kMatrix).accumulate = true;
  CHECK_THAT(accumulates.first_problem(), Contains("of the accumulators, which nobody wrote"));
}

TEST_CASE("DRAM beyond its end and below the base of an instruction is found") {
  CheckBench bench;
  bench.at<isa::Store>(CheckBench::kStore).dst_base = kDramBytes - 0x100 - 63;
  CHECK_THAT(bench.first_problem(), Contains("touches DRAM up to 0x20001, beyond 0x20000"));
  CheckBench below;
  below.at<isa::Load>(CheckBench::kActivations).count[0] = 2;
  below.at<isa::Load>(CheckBench::kActivations).dram_stride[0] = -8;
  CHECK_THAT(below.first_problem(), Contains("touches DRAM from 0xf8, below its base 0x100"));
}

TEST_CASE("what does not fit a bank of accumulators or the weight buffer is found") {
  CheckBench bench;
  bench.at<isa::Matrix>(CheckBench::kMatrix).m_x = static_cast<std::uint16_t>(bench.chip.accumulator_rows + 1);
  CHECK_THAT(bench.first_problem(), Contains("rows exceed an accumulator bank"));
  CheckBench images;
  images.at<isa::Matrix>(CheckBench::kMatrix).m_b = 5;
  CHECK_THAT(images.first_problem(), Contains("instruction 3: 80 rows exceed an accumulator bank"));
  CheckBench sets;
  sets.at<isa::Matrix>(CheckBench::kMatrix).n_b = static_cast<std::uint16_t>(sets.chip.weight_words);
  CHECK_THAT(sets.first_problem(), Contains("weight words exceed the buffer"));
  CheckBench weights;
  weights.at<isa::Matrix>(CheckBench::kMatrix).k_c = static_cast<std::uint16_t>(weights.chip.weight_words);
  CHECK_THAT(weights.first_problem(), Contains("weight words exceed the buffer"));
}

TEST_CASE("an illegal instruction is told and does not end the check") {
  CheckBench bench;
  bench.at<isa::Load>(CheckBench::kActivations).run_bytes = 0;
  const auto problems = check_program(bench.program, bench.chip, bench.bases, kDramBytes);
  REQUIRE(problems.size() >= 2);
  CHECK_THAT(problems[0], Contains("instruction 0: run_bytes is 0"));
  CHECK_THAT(problems[1], Contains("instruction 3: reads place"));
}

TEST_CASE("a store that reads what it wrote itself is found, one that writes behind its reading is sound") {
  CheckBench bench;
  bench.add(copy_within_activations(4, 5, 3));
  CHECK_THAT(bench.first_problem(),
             Contains("instruction 5: reads from the activation buffer what it wrote there itself"));
  CheckBench behind;
  // The matrix engine has read these words before the store in front of this one began.
  behind.add(copy_within_activations(5, 4, 3));
  CHECK(behind.first_problem().empty());
}

TEST_CASE("the outer loop of a store is a step too: what it wrote in one it must not read in the next") {
  const auto problem_of = [](std::int32_t source_step, std::int32_t target_step) {
    CheckBench bench;
    isa::Store& store = bench.add(copy_within_activations(0, 8, 2));
    store.count[4] = 3;
    store.source_stride[4] = source_step;
    store.dst_stride[3] = target_step;
    return bench.first_problem();
  };
  CHECK(problem_of(2, 2).empty());  // places 0 to 5 and 8 to 13
  CHECK_THAT(problem_of(4, 2), Contains("reads from the activation buffer what it wrote there itself"));
  CHECK_THAT(problem_of(2, -4), Contains("reads from the activation buffer what it wrote there itself"));
}

TEST_CASE("source and residual of one step in one bank are found") {
  CheckBench bench;
  isa::Store& store = bench.add(copy_within_activations(0, 16, 2));
  store.residual = true;
  store.residual_base = 8;
  CHECK_THAT(bench.first_problem(), Contains("instruction 5: source and residual lie in one bank"));
}

TEST_CASE("a count that posts can bring above the largest is found, with queues deep enough to let them") {
  const auto problem = [](std::uint32_t queue_depth) {
    std::string found;
    SemaphoreCheck check(
        [&](std::size_t position, const std::string& what) { found += fmt::format("{}: {}; ", position, what); });
    std::size_t position = 0;
    isa::Common post, take;
    post.post_mask = take.wait_mask = 1;
    for (int i = 0; i < isa::kSemaphoreMax + 1; ++i) check.instruction(position++, isa::Engine::kLoad, post);
    for (int i = 0; i < isa::kSemaphoreMax + 1; ++i) check.instruction(position++, isa::Engine::kMatrix, take);
    check.finish(position, queue_depth);
    return found;
  };
  CHECK(problem(4) == "256: semaphore 0 can reach 256; ");
  // Posts and takes in turn, so far apart as the queue of the taker lets them be.
  std::string found;
  SemaphoreCheck check([&](std::size_t, const std::string& what) { found += what; });
  isa::Common post, take;
  post.post_mask = take.wait_mask = 1;
  for (std::size_t i = 0; i < 1000; ++i) {
    check.instruction(2 * i, isa::Engine::kLoad, post);
    check.instruction(2 * i + 1, isa::Engine::kMatrix, take);
  }
  check.finish(2000, 16);
  CHECK(found.empty());
  check.finish(2000, 1000);
  CHECK(found == "semaphore 0 can reach 1000");
}

TEST_CASE("random programs are sound, and no post or take of one can go without notice") {
  int mutants = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const fuzz::RandomProgram random = fuzz::make_random_program(tiny(), seed);
    INFO("seed " << seed);
    CHECK(check_program(random.program, tiny(), random.bases, kDramBytes).empty());
    for (std::size_t i = 0; i < random.program.instructions.size(); ++i) {
      for (const bool post : {true, false}) {
        isa::Program less = random.program;
        isa::Common& common = isa::common_of(less.instructions[i]);
        std::uint16_t& mask = post ? common.post_mask : common.wait_mask;
        if (mask == 0) continue;
        mask &= static_cast<std::uint16_t>(mask - 1);  // one semaphore less
        INFO("instruction " << i);
        CHECK(!check_program(less, tiny(), random.bases, kDramBytes).empty());
        ++mutants;
      }
    }
  }
  CHECK(mutants > 200);
}

}  // namespace
}  // namespace systole::ordering
