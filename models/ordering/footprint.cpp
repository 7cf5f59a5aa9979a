// SPDX-License-Identifier: Apache-2.0
//
// Every access of the chip is a nest of loops around a run of adjacent places, so one description, Nest, serves both the bounds
// and the exact places.
#include "ordering/footprint.hpp"

#include <algorithm>

namespace systole::ordering {

namespace {

struct Loop {
  std::int64_t count = 1, stride = 0;
};

// Places base + sum(index * stride) .. that + run - 1, divided by `divisor` after wrapping around at `size` (0: no end).
struct Nest {
  std::int64_t base = 0, run = 1;
  std::vector<Loop> loops;
  std::int64_t size = 0, divisor = 1;

  bool nothing() const {
    return run <= 0 || std::any_of(loops.begin(), loops.end(), [](const Loop& loop) { return loop.count <= 0; });
  }
};

struct Layout {
  std::int64_t word_groups, row_groups, activation_groups, accumulator_groups;
  explicit Layout(const Chip& chip)
      : word_groups(chip.array_rows / chip.post_lanes),
        row_groups(chip.array_cols / chip.post_lanes),
        activation_groups(std::int64_t{chip.activation_words()} * word_groups),
        accumulator_groups(2 * std::int64_t{chip.accumulator_rows} * row_groups) {}
};

using Nests = ByAccess<Nest>;

Nest nothing() {
  Nest nest;
  nest.run = 0;
  return nest;
}

Nest& at(Nests& nests, Memory memory, Access access) {
  return nests[static_cast<std::size_t>(memory)][static_cast<std::size_t>(access)];
}

void add_nests(const isa::Load& x, const Chip& chip, const isa::Bases& bases, Nests& nests) {
  const Layout layout(chip);
  const bool activation = x.buffer == isa::Buffer::kActivation, weight = x.buffer == isa::Buffer::kWeight;
  const std::int64_t word_bytes = x.diagonal   ? 1
                                  : activation ? chip.array_rows
                                  : weight     ? chip.array_cols
                                               : chip.post_lanes * 8;
  const std::int64_t words = x.pad_left + (x.run_bytes + word_bytes - 1) / word_bytes + x.pad_right;
  const std::int64_t unit = activation ? layout.word_groups : 1;
  Nest& buffer = at(nests,
                    activation ? Memory::kActivation
                    : weight   ? Memory::kWeight
                               : Memory::kParameter,
                    Access::kWrite);
  buffer.base = std::int64_t{x.dst_base} * unit;
  buffer.run = words * unit;
  buffer.loops = {{x.count[2], x.dst_stride[2] * unit},
                  {x.count[1], x.dst_stride[1] * unit},
                  {std::int64_t{x.pad_top} + x.count[0] + x.pad_bottom, x.dst_stride[0] * unit}};
  buffer.size = activation ? layout.activation_groups : weight ? chip.weight_words : chip.parameter_words;
  Nest& dram = at(nests, Memory::kDram, Access::kRead);
  dram.base = static_cast<std::int64_t>(bases[static_cast<int>(x.base)] + x.dram_offset);
  dram.run = x.run_bytes;
  dram.loops = {{x.count[2], x.dram_stride[2]}, {x.count[1], x.dram_stride[1]}, {x.count[0], x.dram_stride[0]}};
}

void add_nests(const isa::Matrix& x, const Chip& chip, const isa::Bases&, Nests& nests) {
  const Layout layout(chip);
  const std::int64_t unit = layout.word_groups, positions = std::int64_t{x.m_y} * x.m_x;
  Nest& activation = at(nests, Memory::kActivation, Access::kRead);
  activation.base = std::int64_t{x.activation_base} * unit;
  activation.run = unit;
  activation.loops = {{x.n, x.activation_stride_n * unit},    {x.k_y, x.activation_stride_ky * unit},
                      {x.k_x, x.activation_stride_kx * unit}, {x.k_c, x.activation_stride_kc * unit},
                      {x.m_y, x.activation_stride_y * unit},  {x.m_x, x.activation_stride_x * unit}};
  activation.size = layout.activation_groups;
  Nest& weight = at(nests, Memory::kWeight, Access::kRead);
  weight.base = x.weight_base;
  weight.run = (std::int64_t{chip.array_rows} + (x.per_column_zero_point ? 1 : 0)) * x.n * x.k_y * x.k_x * x.k_c;
  weight.size = chip.weight_words;
  Nest& sums = at(nests, Memory::kAccumulator, Access::kWrite);
  sums.base = x.accumulator_base;
  sums.run = positions;
  sums.loops = {{x.n, x.accumulator_stride_n}};
  sums.size = 2 * std::int64_t{chip.accumulator_rows};
  if (x.accumulate) at(nests, Memory::kAccumulator, Access::kRead) = sums;
}

void add_nests(const isa::Store& x, const Chip& chip, const isa::Bases& bases, Nests& nests) {
  const Layout layout(chip);
  const bool from_activation = x.source == isa::Source::kActivation;
  Nest& source = at(nests, from_activation ? Memory::kActivation : Memory::kAccumulator, Access::kRead);
  source.base = x.source_base;
  source.run = x.groups;
  source.loops = {{x.count[3], x.source_stride[3]}, {x.count[2], x.source_stride[2]}, {x.count[1], x.source_stride[1]},
                  {x.count[0], x.source_stride[0]}, {x.window_y, x.source_stride_wy}, {x.window_x, x.source_stride_wx}};
  source.size = from_activation ? layout.activation_groups : layout.accumulator_groups;
  source.divisor = from_activation ? 1 : layout.row_groups;
  const std::int64_t along = std::int64_t{x.count[0]} * x.groups;
  if (x.requantize) {
    Nest& parameter = at(nests, Memory::kParameter, Access::kRead);
    parameter.base = x.parameter_base;
    parameter.run = x.parameter_per_tensor ? 1 : x.groups;
    if (!x.parameter_per_tensor)
      parameter.loops = {{x.count[3], x.parameter_stride_3}, {x.count[2], x.parameter_stride_2}};
    parameter.size = chip.parameter_words;
  }
  const bool to_activation = x.destination == isa::Destination::kActivation;
  Nest& target = at(nests, to_activation ? Memory::kActivation : Memory::kDram, Access::kWrite);
  const std::int64_t unit = to_activation ? 1 : chip.post_lanes * (x.raw ? 4 : 1);
  target.base = to_activation ? std::int64_t{x.dst_base}
                              : static_cast<std::int64_t>(bases[static_cast<int>(x.base)] + x.dst_base);
  target.run = along * unit;
  target.loops = {{x.count[3], x.dst_stride[2]}, {x.count[2], x.dst_stride[1]}, {x.count[1], x.dst_stride[0]}};
  target.size = to_activation ? layout.activation_groups : 0;
}

// The second operand of a store reads the activation buffer too, as its source may: a nest of its own.
Nest residual_of(const isa::Instruction& instruction, const Chip& chip) {
  const auto* x = std::get_if<isa::Store>(&instruction);
  if (x == nullptr || !x->residual) return nothing();
  Nest nest;
  nest.base = x->residual_base;
  nest.run = std::int64_t{x->count[0]} * x->groups;
  nest.loops = {
      {x->count[3], x->residual_stride[2]}, {x->count[2], x->residual_stride[1]}, {x->count[1], x->residual_stride[0]}};
  nest.size = Layout(chip).activation_groups;
  return nest;
}

Nests nests_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases) {
  Nests nests;
  for (auto& memory : nests) memory = {nothing(), nothing()};
  // A nest that is filled gets a run; the others keep theirs of nothing.
  std::visit([&](const auto& x) { add_nests(x, chip, bases, nests); }, instruction);
  return nests;
}

Interval bound(const Nest& nest) {
  if (nest.nothing()) return {};
  std::int64_t low = nest.size != 0 ? nest.base % nest.size : nest.base, high = low + nest.run - 1;
  for (const Loop& loop : nest.loops) (loop.stride < 0 ? low : high) += loop.stride * (loop.count - 1);
  if (nest.size != 0 && (low < 0 || high >= nest.size))
    return {0, static_cast<std::uint64_t>(nest.size / nest.divisor - 1)};
  return {static_cast<std::uint64_t>(std::max<std::int64_t>(low, 0) / nest.divisor),
          static_cast<std::uint64_t>(std::max<std::int64_t>(high, 0) / nest.divisor)};
}

Interval hull(const Interval& a, const Interval& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.first, b.first), std::max(a.last, b.last)};
}

void add_run(const Nest& nest, std::int64_t first, Places& places) {
  const auto add = [&](std::int64_t from, std::int64_t to) {
    places.push_back({static_cast<std::uint64_t>(from / nest.divisor), static_cast<std::uint64_t>(to / nest.divisor)});
  };
  if (nest.size == 0) return add(first, first + nest.run - 1);
  if (nest.run >= nest.size) return add(0, nest.size - 1);
  first = (first % nest.size + nest.size) % nest.size;
  const std::int64_t last = first + nest.run - 1;
  add(first, std::min(last, nest.size - 1));
  if (last >= nest.size) add(0, last - nest.size);
}

void add_places(const Nest& nest, std::size_t level, std::int64_t first, Places& places) {
  if (level == nest.loops.size()) return add_run(nest, first, places);
  for (std::int64_t i = 0; i < nest.loops[level].count; ++i)
    add_places(nest, level + 1, first + i * nest.loops[level].stride, places);
}

}  // namespace

Bounds bounds_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases) {
  const Nests nests = nests_of(instruction, chip, bases);
  Bounds bounds;
  for (std::size_t m = 0; m < kMemories; ++m)
    for (std::size_t a = 0; a < kAccesses; ++a) bounds[m][a] = bound(nests[m][a]);
  Interval& read = bounds[static_cast<std::size_t>(Memory::kActivation)][static_cast<std::size_t>(Access::kRead)];
  read = hull(read, bound(residual_of(instruction, chip)));
  return bounds;
}

Places places_of(const isa::Instruction& instruction, const Chip& chip, const isa::Bases& bases, Memory memory,
                 Access access) {
  Nests nests = nests_of(instruction, chip, bases);
  Places places;
  const Nest& nest = at(nests, memory, access);
  if (!nest.nothing()) add_places(nest, 0, nest.base, places);
  if (memory == Memory::kActivation && access == Access::kRead) {
    const Nest residual = residual_of(instruction, chip);
    if (!residual.nothing()) add_places(residual, 0, residual.base, places);
  }
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
