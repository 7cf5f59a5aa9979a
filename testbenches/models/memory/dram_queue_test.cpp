// SPDX-License-Identifier: Apache-2.0
#include "memory/dram_queue.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace systole::memory;

namespace {

DramRequest request(std::uint32_t bank, std::uint32_t row, std::uint32_t slot) {
  DramRequest out;
  out.address.bank = bank;
  out.address.row = row;
  out.address.column = slot;
  out.slot = slot;
  return out;
}

}  // namespace

TEST_CASE("a queue of requests holds its capacity, over all banks together") {
  DramQueue queue(3, 4);
  CHECK(queue.empty());
  queue.push(request(0, 1, 0), false);
  queue.push(request(2, 1, 1), false);
  CHECK_FALSE(queue.full());
  queue.push(request(2, 5, 2), false);
  CHECK(queue.full());
  CHECK(queue.size() == 3);
  CHECK(queue.banks() == 0b101);
  CHECK_THROWS_AS(queue.push(request(1, 1, 3), false), systole::InternalError);
}

TEST_CASE("the oldest request is known of each bank and of all") {
  DramQueue queue(8, 4);
  queue.push(request(3, 1, 10), false);
  queue.push(request(1, 1, 11), false);
  queue.push(request(3, 2, 12), false);
  CHECK(queue[queue.oldest()].slot == 10);
  CHECK(queue[queue.oldest(1)].slot == 11);
  CHECK(queue[queue.oldest(3)].slot == 10);
  CHECK(queue.oldest(0) == DramQueue::kNone);
  queue.row_opened(3, 1);
  queue.pop_hit(3);
  CHECK(queue[queue.oldest()].slot == 11);
  CHECK(queue[queue.oldest(3)].slot == 12);
}

TEST_CASE("a row hit is the oldest request of the open row, and none when it is closed") {
  DramQueue queue(8, 2);
  queue.push(request(0, 7, 0), false);
  queue.push(request(0, 9, 1), false);
  queue.push(request(0, 9, 2), false);
  CHECK(queue.hit(0) == DramQueue::kNone);
  queue.row_opened(0, 9);
  CHECK(queue[queue.hit(0)].slot == 1);
  CHECK(queue.pop_hit(0).slot == 1);
  CHECK(queue[queue.hit(0)].slot == 2);
  CHECK(queue.pop_hit(0).slot == 2);
  CHECK(queue.hit(0) == DramQueue::kNone);
  queue.push(request(0, 9, 3), true);
  CHECK(queue[queue.hit(0)].slot == 3);
  queue.row_closed(0);
  CHECK(queue.hit(0) == DramQueue::kNone);
  CHECK(queue[queue.oldest(0)].slot == 0);
}

TEST_CASE("an address is held from its push until it is popped") {
  DramQueue queue(4, 2);
  const DramRequest wanted = request(1, 3, 5);
  CHECK_FALSE(queue.holds(wanted.address));
  queue.push(wanted, true);
  CHECK(queue.holds(wanted.address));
  CHECK_FALSE(queue.holds(request(1, 3, 6).address));
  queue.pop_hit(1);
  CHECK_FALSE(queue.holds(wanted.address));
}

TEST_CASE("a queue of random requests is a list of them in the order of their coming") {
  std::mt19937 random(3);
  constexpr std::uint32_t kBanks = 4;
  DramQueue queue(16, kBanks);
  std::vector<DramRequest> list;
  std::vector<int> open(kBanks, -1);
  for (std::uint32_t step = 0; step < 20'000; ++step) {
    const std::uint32_t bank = random() % kBanks;
    const auto hit = std::find_if(list.begin(), list.end(), [&](const DramRequest& r) {
      return r.address.bank == bank && static_cast<int>(r.address.row) == open[bank];
    });
    REQUIRE((queue.hit(bank) == DramQueue::kNone) == (hit == list.end()));
    switch (random() % 3) {
      case 0:
        if (queue.full()) break;
        list.push_back(request(bank, random() % 3, step));
        queue.push(list.back(), static_cast<int>(list.back().address.row) == open[bank]);
        break;
      case 1:
        open[bank] = static_cast<int>(random() % 3);
        queue.row_opened(bank, static_cast<std::uint32_t>(open[bank]));
        break;
      default:
        if (hit == list.end()) break;
        REQUIRE(queue.pop_hit(bank).slot == hit->slot);
        list.erase(hit);
    }
    REQUIRE(queue.size() == list.size());
    if (!list.empty()) REQUIRE(queue[queue.oldest()].slot == list.front().slot);
  }
}
