// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/emit.hpp"

#include <algorithm>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"

namespace systole::compiler_test {
namespace {

using compiler::DramBox;
using compiler::EmittedInstruction;
using compiler::Item;
using compiler::kLookahead;
using compiler::Request;

const Chip kChipOf256Words = make_chip("test", 4, 4, 2, 64, 64, 32, 64);  // of the activation buffer, two groups a word

Request request(isa::Buffer buffer, std::int64_t name, std::uint32_t words) {
  Request r;
  r.key = {1, {name}};
  r.words = words;
  r.load.buffer = buffer;
  r.load.run_bytes = words * 4;
  return r;
}

// A matrix instruction with weights and activations of these names.
Item item_of(std::uint32_t node, std::int64_t weights, std::int64_t activations, std::uint32_t words = 16) {
  Item item;
  item.node = node;
  item.requests = {request(isa::Buffer::kWeight, weights, 4),
                   request(isa::Buffer::kActivation, 100 + activations, words)};
  item.matrix = isa::Matrix{};
  item.matrix_activation = 1;
  return item;
}

void add_store(Item& item, std::int64_t row) {
  item.store = isa::Store{};
  item.writes = DramBox{5, 0, 1, row, row + 1};
}

// The program as letters: loads of (w)eights, (a)ctivations and (p)arameters, (M)atrix, (S)tore.
std::string text(const std::vector<EmittedInstruction>& program) {
  std::string letters;
  for (const EmittedInstruction& e : program) {
    if (const auto* load = std::get_if<isa::Load>(&e.instruction))
      letters += "awp"[static_cast<int>(load->buffer)];
    else
      letters += std::holds_alternative<isa::Matrix>(e.instruction) ? 'M' : 'S';
  }
  return letters;
}

}  // namespace

TEST_CASE("loads of the items ahead go before this item's matrix instruction, its store behind it") {
  std::vector<Item> items;
  for (int i = 0; i < 2; ++i) {
    items.push_back(item_of(0, i, i));
    add_store(items.back(), i);
  }
  CHECK(text(compiler::emit(items, {}, kChipOf256Words)) == "wawaMSMS");
}

TEST_CASE("loads go ahead as far as the load engine's queue holds them, and by a few items at most") {
  std::vector<Item> items;
  for (int i = 0; i < 40; ++i) items.push_back(item_of(0, i, i, 1));
  for (const std::uint32_t depth : {2u, 4u, 8u, 16u, 64u}) {
    Chip chip = kChipOf256Words;
    chip.queue_depth = depth;
    const std::string program = text(compiler::emit(items, {}, chip));
    CAPTURE(depth);
    CHECK(program.find('M') == 2 + std::min<std::size_t>(depth, 2 * kLookahead));
    CHECK(program.substr(program.find('M'), 6) == "MwaMwa");
  }
}

TEST_CASE("an item's own loads stand before its matrix instruction, however many they are") {
  std::vector<Item> items = {item_of(0, 1, 1), item_of(0, 2, 2)};
  for (int i = 0; i < 9; ++i) items[0].requests.push_back(request(isa::Buffer::kActivation, 200 + i, 1));
  CHECK(text(compiler::emit(items, {}, kChipOf256Words)) == "waaaaaaaaaawaMM");
}

TEST_CASE("what is in a buffer already is not loaded again") {
  const std::vector<Item> items = {item_of(0, 1, 1), item_of(0, 1, 2), item_of(0, 2, 1)};
  CHECK(text(compiler::emit(items, {}, kChipOf256Words)) == "waawMMM");
}

TEST_CASE("a load that has no room waits for the item that needs its words") {
  const std::vector<Item> items = {item_of(0, 1, 1, 200), item_of(0, 1, 2, 200)};
  CHECK(text(compiler::emit(items, {}, kChipOf256Words)) == "waMaM");
}

TEST_CASE("a load of what an item before it stores goes behind the store") {
  std::vector<Item> items = {item_of(0, 1, 1), item_of(0, 1, 2)};
  add_store(items[0], 3);
  items[1].requests[1].reads = DramBox{5, 0, 1, 3, 4};
  CHECK(text(compiler::emit(items, {}, kChipOf256Words)) == "waMSaM");
  items[1].requests[1].reads = DramBox{5, 0, 1, 4, 5};
  CHECK(text(compiler::emit(items, {}, kChipOf256Words)) == "waaMSM");
}

TEST_CASE("instructions get the address of what they read, and the tag of their node") {
  std::vector<Item> items = {item_of(7, 1, 1), item_of(7, 2, 2)};
  items[1].matrix->activation_base = 3;
  items[1].requests.push_back(request(isa::Buffer::kActivation, 200, 8));
  items[1].store = isa::Store{};
  items[1].store_residual = 2;
  items[1].store->residual_base = 1;
  const std::vector<EmittedInstruction> program = compiler::emit(items, {}, kChipOf256Words);
  REQUIRE(text(program) == "wawaaMMS");
  const auto& second = std::get<isa::Matrix>(program[6].instruction);
  CHECK(second.weight_base == 4);
  CHECK(second.activation_base == 16 + 3);
  CHECK(std::get<isa::Store>(program[7].instruction).residual_base == 32 * 2 + 1);  // in groups
  for (const EmittedInstruction& e : program) CHECK(isa::common_of(e.instruction).tag == 7);
}

TEST_CASE("an instruction says which words it touches, around the end of a buffer in two parts") {
  const std::vector<Item> items = {item_of(0, 1, 1, 200), item_of(0, 1, 2, 100)};
  const std::vector<EmittedInstruction> program = compiler::emit(items, {}, kChipOf256Words);
  REQUIRE(text(program) == "waMaM");
  const auto& extents = program[3].extents;
  REQUIRE(extents.size() == 2);
  CHECK(extents[0].write);
  CHECK(extents[0].low == 200);
  CHECK(extents[0].high == 256);
  CHECK(extents[1].low == 0);
  CHECK(extents[1].high == 44);
}

}  // namespace systole::compiler_test
