// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/interleave.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "compiler/emit/emit.hpp"

namespace systole::compiler {
namespace {

// Items between the one that writes and the one that reads. The first kLookahead are those that the emitter loads
// ahead, so that the load does not delay the loads behind it in the program. The rest is the time that a store takes to
// retire after its matrix instruction.
constexpr std::size_t kDistance = kLookahead + 3;

bool reads_what(const Item& reader, const Item& writer) {
  if (!writer.writes) return false;
  return std::any_of(reader.requests.begin(), reader.requests.end(),
                     [&](const Request& r) { return r.reads && boxes_overlap(*r.reads, *writer.writes); });
}

}  // namespace

void interleave(std::vector<Item>& items, std::size_t first, std::size_t second) {
  struct Moved {
    std::size_t place, item;  // goes before items[place]
  };
  std::vector<Moved> moved;
  for (std::size_t i = second; i < items.size(); ++i) {
    std::size_t place = second;
    while (place > first && !reads_what(items[i], items[place - 1])) --place;
    moved.push_back({place == first ? first : std::min(place + kDistance, second), i});
  }
  std::stable_sort(moved.begin(), moved.end(), [](const Moved& a, const Moved& b) { return a.place < b.place; });
  // Many become ready at once, where a tile of all channels is complete. One after the other they would keep the
  // accumulators occupied while the array waits: evenly spread, each fits beside one job of the array.
  const double spacing =
      static_cast<double>(second - first) / static_cast<double>(std::max<std::size_t>(moved.size(), 1));
  double earliest = 0;
  for (Moved& m : moved) {
    m.place = std::min(std::max(m.place, static_cast<std::size_t>(earliest)), second);
    earliest = std::max(earliest, static_cast<double>(m.place)) + spacing;
  }
  std::vector<Item> merged;
  auto next = moved.begin();
  for (std::size_t i = first; i <= second; ++i) {
    for (; next != moved.end() && next->place == i; ++next) merged.push_back(std::move(items[next->item]));
    if (i < second) merged.push_back(std::move(items[i]));
  }
  std::move(merged.begin(), merged.end(), items.begin() + static_cast<std::ptrdiff_t>(first));
}

}  // namespace systole::compiler
