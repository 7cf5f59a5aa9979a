// SPDX-License-Identifier: Apache-2.0
//
// Is every random instruction one that a chip accepts and finishes, and do they reach the whole instruction set?
#include "fuzz/random_instruction.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "catch.hpp"
#include "isa/access.hpp"
#include "isa/program.hpp"
#include "models/chip/shipped_chip.hpp"

namespace systole::fuzz {
namespace {

constexpr int kDrawn = 3000;

template <typename Visit>
void draw(const Chip& chip, bool post_processing, Visit visit) {
  Random random(1);
  Draw numbers(random);
  RandomOptions options;
  options.post_processing = post_processing;
  for (int i = 0; i < kDrawn; ++i) visit(random_instruction(numbers, chip, options));
}

TEST_CASE("every instruction is legal and has no semaphore") {
  for (const char* name : {"tiny", "edge16", "edge32"})
    draw(testing::shipped_chip(name), true, [&](const isa::Instruction& instruction) {
      INFO(name << ": " << isa::disassemble(instruction));
      CHECK_FALSE(isa::illegal_reason(isa::encode(instruction)).has_value());
      CHECK(isa::common_of(instruction).wait_mask == 0);
      CHECK(isa::common_of(instruction).post_mask == 0);
    });
}

TEST_CASE("of ten instructions four are loads, three matrix instructions and three stores") {
  std::array<int, isa::kEngines> drawn = {};
  draw(testing::shipped_chip("tiny"), true,
       [&](const isa::Instruction& instruction) { ++drawn[isa::index_of(isa::engine_of(instruction))]; });
  const auto about = [](int expected) { return Approx(expected).margin(kDrawn / 30.0); };
  CHECK(drawn[isa::index_of(isa::Engine::kLoad)] == about(kDrawn * 4 / 10));
  CHECK(drawn[isa::index_of(isa::Engine::kMatrix)] == about(kDrawn * 3 / 10));
  CHECK(drawn[isa::index_of(isa::Engine::kStore)] == about(kDrawn * 3 / 10));
}

TEST_CASE("a matrix instruction's rows fit a bank of the accumulators") {
  const Chip chip = testing::shipped_chip("tiny");
  draw(chip, true, [&](const isa::Instruction& instruction) {
    const auto* matrix = std::get_if<isa::Matrix>(&instruction);
    if (matrix == nullptr) return;
    CHECK(matrix->rows() <= chip.accumulator_rows);
    CHECK(matrix->rows() * matrix->blocks() <= 2 * chip.accumulator_rows);  // of both
  });
}

TEST_CASE("what a store touches in the activation buffer lies in a bank of its own each, whole") {
  const Chip chip = testing::shipped_chip("tiny");
  const std::uint64_t bank = isa::places_in(chip, isa::Memory::kActivation) / chip.activation_banks;
  int both = 0;
  draw(chip, true, [&](const isa::Instruction& instruction) {
    if (!std::holds_alternative<isa::Store>(instruction)) return;
    INFO(isa::disassemble(instruction));
    std::vector<std::uint64_t> banks;
    for (const isa::Touch& touch : isa::touches_of(instruction, chip, {})) {
      if (touch.memory != isa::Memory::kActivation) continue;
      std::set<std::uint64_t> touched;
      isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
        touched.insert(first / bank);
        touched.insert(last / bank);
      });
      REQUIRE(touched.size() == 1);
      banks.push_back(*touched.begin());
    }
    both += banks.size() == 3 ? 1 : 0;
    CHECK(std::set<std::uint64_t>(banks.begin(), banks.end()).size() == banks.size());
  });
  CHECK(both > 20);  // source, residual and target
}

TEST_CASE("the outer loop of every engine runs more than once in a good share of the instructions") {
  std::array<int, isa::kEngines> drawn = {}, images = {}, sets = {};
  draw(testing::shipped_chip("tiny"), true, [&](const isa::Instruction& instruction) {
    const std::size_t engine = isa::index_of(isa::engine_of(instruction));
    ++drawn[engine];
    if (const auto* load = std::get_if<isa::Load>(&instruction)) images[engine] += load->count[3] > 1;
    if (const auto* store = std::get_if<isa::Store>(&instruction)) images[engine] += store->count[4] > 1;
    if (const auto* matrix = std::get_if<isa::Matrix>(&instruction)) {
      images[engine] += matrix->m_b > 1;
      sets[engine] += matrix->n_b > 1;
    }
  });
  for (std::size_t engine = 0; engine < isa::kEngines; ++engine) CHECK(images[engine] > drawn[engine] / 5);
  const std::size_t matrix = isa::index_of(isa::Engine::kMatrix);
  CHECK(sets[matrix] > drawn[matrix] / 8);
}

TEST_CASE("without post-processing stores are raw and go from the accumulators to DRAM") {
  int raw = 0, stores = 0;
  const auto count = [&](const isa::Instruction& instruction) {
    const auto* store = std::get_if<isa::Store>(&instruction);
    if (store == nullptr) return;
    ++stores;
    raw += store->raw ? 1 : 0;
    if (!store->raw) return;
    CHECK(store->source == isa::Source::kAccumulator);
    CHECK(store->destination == isa::Destination::kDram);
    CHECK_FALSE(store->residual);
    CHECK_FALSE(store->requantize);
  };
  draw(testing::shipped_chip("tiny"), false, count);
  CHECK(raw == stores);
  raw = stores = 0;
  draw(testing::shipped_chip("tiny"), true, count);
  CHECK(raw > stores / 10);
  CHECK(raw < stores / 3);
}

}  // namespace
}  // namespace systole::fuzz
