// SPDX-License-Identifier: Apache-2.0
#include "ordering/footprint.hpp"

#include <algorithm>

namespace systole::ordering {

namespace {

Interval bound(const isa::Nest& nest) {
  if (nest.empty()) return {};
  std::int64_t low = nest.size != 0 ? nest.base % nest.size : nest.base, high = low + nest.run - 1;
  for (const isa::Loop& loop : nest.loops) (loop.stride < 0 ? low : high) += loop.stride * (loop.count - 1);
  if (nest.size != 0 && (low < 0 || high >= nest.size))
    return {0, static_cast<std::uint64_t>(nest.size / nest.units_per_place - 1)};
  return {static_cast<std::uint64_t>(std::max<std::int64_t>(low, 0) / nest.units_per_place),
          static_cast<std::uint64_t>(std::max<std::int64_t>(high, 0) / nest.units_per_place)};
}

Interval hull(const Interval& a, const Interval& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.first, b.first), std::max(a.last, b.last)};
}

}  // namespace

Bounds bounds_of(const isa::Touches& touches) {
  Bounds bounds;
  for (const isa::Touch& touch : touches) {
    Interval& interval = bounds[isa::index_of(touch.memory)][isa::index_of(touch.access)];
    interval = hull(interval, bound(touch.nest));
  }
  return bounds;
}

Bounds bounds_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases) {
  return bounds_of(isa::touches_of(instruction, chip, bases));
}

Places places_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases, Memory memory,
                 Access access) {
  Places places;
  for (const isa::Touch& touch : isa::touches_of(instruction, chip, bases))
    if (touch.memory == memory && touch.access == access)
      isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
        places.push_back({first, last});
      });
  std::sort(places.begin(), places.end(), [](const Interval& a, const Interval& b) { return a.first < b.first; });
  Places merged;
  for (const Interval& place : places) {
    if (!merged.empty() && place.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, place.last);
    } else {
      merged.push_back(place);
    }
  }
  return merged;
}

}  // namespace systole::ordering
