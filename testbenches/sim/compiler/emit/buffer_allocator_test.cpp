// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/buffer_allocator.hpp"

#include "catch.hpp"

namespace systole::compiler_test {
namespace {

using compiler::AllocationKey;
using compiler::BufferAllocator;
using compiler::Reservation;
using compiler::WordSpan;

AllocationKey key(std::int64_t name) { return {1, {name}}; }

// Of a piece that item `item` needs while item `item - ahead` is computed.
std::optional<std::uint32_t> place(BufferAllocator& store, std::int64_t name, std::uint32_t words, std::size_t item,
                                   std::size_t ahead = 0, std::optional<WordSpan> zone = {}) {
  return store.place(key(name), words, zone, item, item - ahead);
}

}  // namespace

TEST_CASE("pieces lie one behind the other, around the end of the buffer") {
  BufferAllocator store(100);
  CHECK(place(store, 0, 40, 0) == 0u);
  CHECK(place(store, 1, 40, 1) == 40u);
  CHECK(place(store, 2, 40, 2) == 80u);  // words 80 to 99 and 0 to 19
  CHECK(place(store, 3, 10, 3) == 20u);
}

TEST_CASE("a piece stays until another one lies on its words") {
  BufferAllocator store(100);
  place(store, 0, 40, 0);
  place(store, 1, 40, 1);
  CHECK(store.find(key(0), 2) == 0u);
  place(store, 2, 40, 5);
  CHECK_FALSE(store.find(key(0), 6));
  CHECK(store.find(key(1), 6) == 40u);
}

TEST_CASE("a piece that an item not yet computed needs is passed by") {
  BufferAllocator store(100);
  place(store, 0, 30, 0);
  place(store, 1, 30, 1, 1);
  CHECK(place(store, 2, 40, 2, 2) == 60u);
  CHECK_FALSE(place(store, 3, 20, 3, 3));   // all words are needed by items 0 to 2
  CHECK(place(store, 3, 20, 3, 2) == 0u);   // item 0 is computed
  CHECK_FALSE(place(store, 4, 40, 4, 3));   // only words 20 to 29 are free
  CHECK(place(store, 4, 40, 4, 2) == 20u);  // and those of item 1
}

TEST_CASE("a piece that is needed again is pinned by the youngest item") {
  BufferAllocator store(100);
  place(store, 0, 50, 0);
  CHECK(store.find(key(0), 7) == 0u);
  CHECK(place(store, 1, 50, 1) == 50u);
  CHECK(store.place(key(2), 50, {}, 8, 7) == 50u);
  CHECK_FALSE(store.place(key(3), 60, {}, 9, 7));
}

TEST_CASE("zones are rings of their own that do not wrap") {
  BufferAllocator store(100);
  const WordSpan low = {0, 50}, high = {50, 100};
  CHECK(place(store, 0, 30, 0, 0, low) == 0u);
  CHECK(place(store, 1, 30, 1, 1, high) == 50u);
  CHECK(place(store, 2, 30, 2, 0, low) == 0u);  // 20 words to the zone's end are not enough
  CHECK(store.find(key(1), 2) == 50u);
  CHECK_FALSE(place(store, 3, 51, 3, 0, low));
}

TEST_CASE("a piece larger than the buffer has no place") {
  BufferAllocator store(100);
  CHECK_FALSE(place(store, 0, 101, 0));
  CHECK(place(store, 0, 100, 0) == 0u);
}

TEST_CASE("words of a resident tensor are passed by while an item between has them") {
  BufferAllocator store(100, {Reservation{{40, 80}, 3, 5}});
  CHECK(place(store, 0, 30, 0) == 0u);
  CHECK(place(store, 1, 30, 2) == 30u);     // before the reservation begins
  CHECK(place(store, 2, 30, 3, 1) == 80u);  // item 3 has it; wraps to word 9
  CHECK(place(store, 3, 30, 4) == 10u);
  CHECK(place(store, 4, 30, 6) == 40u);  // behind it
}

}  // namespace systole::compiler_test
