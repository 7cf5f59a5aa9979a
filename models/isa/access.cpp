// SPDX-License-Identifier: Apache-2.0
//
// One overload an instruction type: its loops, as docs/reference/instruction_set.md has them, as nests.
#include "isa/access.hpp"

#include <algorithm>

#include "formats/int8.hpp"

namespace systole::isa {

namespace format = formats::int8;

std::uint32_t word_bytes(const Chip& chip, Memory memory) {
  switch (memory) {
    case Memory::kActivation:
      return chip.array_rows * format::kOperandBytes;
    case Memory::kWeight:
      return chip.array_cols * format::kOperandBytes;
    case Memory::kParameter:
      return chip.post_lanes * format::kParameterBytes;
    case Memory::kAccumulator:
      return chip.array_cols * format::kSumBytes;
    case Memory::kDram:
      break;
  }
  return 1;
}

std::uint32_t groups_per_word(const Chip& chip, Memory memory) {
  return (memory == Memory::kAccumulator ? chip.array_cols : chip.array_rows) / chip.post_lanes;
}

std::uint64_t places_in(const Chip& chip, Memory memory) {
  switch (memory) {
    case Memory::kActivation:
      return std::uint64_t{chip.activation_words()} * groups_per_word(chip, memory);
    case Memory::kWeight:
      return chip.weight_words;
    case Memory::kParameter:
      return chip.parameter_words;
    case Memory::kAccumulator:
      return 2 * std::uint64_t{chip.accumulator_rows};  // two banks
    case Memory::kDram:
      break;
  }
  return 0;
}

std::uint32_t group_bytes_in_dram(const Chip& chip, const Store& store) {
  return chip.post_lanes * (store.raw ? format::kSumBytes : format::kOperandBytes);
}

bool Nest::empty() const {
  return run <= 0 || std::any_of(loops.begin(), loops.end(), [](const Loop& loop) { return loop.count <= 0; });
}

std::uint64_t Nest::runs() const {
  if (empty()) return 0;
  std::uint64_t runs = 1;
  for (const Loop& loop : loops) runs *= static_cast<std::uint64_t>(loop.count);
  return runs;
}

std::uint64_t Nest::units() const { return runs() * static_cast<std::uint64_t>(std::max<std::int64_t>(run, 0)); }

namespace {

std::int64_t size_of(const Chip& chip, Memory memory) { return static_cast<std::int64_t>(places_in(chip, memory)); }

// Where an offset from a base leads to, modulo 2^address_bits.
std::int64_t address(const Chip& chip, const Bases& bases, Base base, std::uint64_t offset) {
  const std::uint64_t sum = bases[static_cast<std::size_t>(base)] + offset;
  return static_cast<std::int64_t>(chip.axi_address_bits < 64 ? sum & ((1ull << chip.axi_address_bits) - 1) : sum);
}

// A touch by words of a buffer, as the load and the matrix engine move them.
Touch by_words(const Chip& chip, Memory memory, Access access) {
  Touch touch;
  touch.memory = memory;
  touch.access = access;
  touch.nest.size = size_of(chip, memory);
  touch.units = memory == Memory::kActivation ? groups_per_word(chip, memory) : 1;
  touch.bytes = word_bytes(chip, memory);
  return touch;
}

// A touch by groups of the activation buffer, as the store engine moves them.
Touch by_groups(const Chip& chip, Access access) {
  Touch touch = by_words(chip, Memory::kActivation, access);
  touch.bytes /= touch.units;
  touch.units = 1;
  return touch;
}

void add(Touches& touches, const Load& x, const Chip& chip, const Bases& bases) {
  const Memory memory = memory_of(x.buffer);
  Touch buffer = by_words(chip, memory, Access::kWrite);
  const std::int64_t unit = buffer.units, bytes = x.diagonal ? 1 : word_bytes(chip, memory);
  buffer.nest.base = std::int64_t{x.dst_base} * unit;
  buffer.nest.run = (x.pad_left + (x.run_bytes + bytes - 1) / bytes + x.pad_right) * unit;
  buffer.nest.loops = {{x.count[3], x.dst_stride[3] * unit},
                       {x.count[2], x.dst_stride[2] * unit},
                       {x.count[1], x.dst_stride[1] * unit},
                       {std::int64_t{x.pad_top} + x.count[0] + x.pad_bottom, x.dst_stride[0] * unit}};
  Touch dram;
  dram.memory = Memory::kDram;
  dram.base = x.base;
  dram.nest.base = address(chip, bases, x.base, x.dram_offset);
  dram.nest.run = x.run_bytes;
  for (std::size_t level = x.count.size(); level-- > 0;)
    dram.nest.loops.push_back({x.count[level], x.dram_stride[level]});
  touches.push_back(dram);
  touches.push_back(buffer);
}

void add(Touches& touches, const Matrix& x, const Chip& chip, const Bases&) {
  Touch activation = by_words(chip, Memory::kActivation, Access::kRead);
  const std::int64_t unit = activation.units;
  activation.nest.base = std::int64_t{x.activation_base} * unit;
  activation.nest.run = unit;
  activation.nest.loops = {{x.n_b, x.activation_stride_nb * unit}, {x.n, x.activation_stride_n * unit},
                           {x.k_y, x.activation_stride_ky * unit}, {x.k_x, x.activation_stride_kx * unit},
                           {x.k_c, x.activation_stride_kc * unit}, {x.m_b, x.activation_stride_b * unit},
                           {x.m_y, x.activation_stride_y * unit},  {x.m_x, x.activation_stride_x * unit}};
  Touch weight = by_words(chip, Memory::kWeight, Access::kRead);
  weight.nest.base = x.weight_base;
  weight.nest.run =
      static_cast<std::int64_t>((chip.array_rows + (x.per_column_zero_point ? 1u : 0u)) * x.blocks() * x.taps());
  Touch sums = by_words(chip, Memory::kAccumulator, Access::kWrite);
  sums.nest.base = x.accumulator_base;
  sums.nest.run = static_cast<std::int64_t>(x.rows());
  sums.nest.loops = {{static_cast<std::int64_t>(x.blocks()), x.accumulator_stride_n}};
  sums.walks = x.taps();
  touches.push_back(activation);
  touches.push_back(weight);
  if (x.accumulate) {
    touches.push_back(sums);
    touches.back().access = Access::kRead;
  }
  touches.push_back(sums);
}

// The loops over counts 4 to 1, of what has a stride for each of them and is contiguous along dimension 0.
auto steps(const Store& x, const std::array<std::int32_t, kStoreSteps>& stride) {
  decltype(Nest::loops) loops;
  for (std::size_t level = kStoreSteps; level > 0; --level) loops.push_back({x.count[level], stride[level - 1]});
  return loops;
}

void add(Touches& touches, const Store& x, const Chip& chip, const Bases& bases) {
  const bool from_activation = x.source == Source::kActivation, to_dram = x.destination == Destination::kDram;
  Touch source = by_groups(chip, Access::kRead);
  if (!from_activation) {
    source = by_words(chip, Memory::kAccumulator, Access::kRead);
    source.nest.units_per_place = groups_per_word(chip, Memory::kAccumulator);
    source.nest.size *= source.nest.units_per_place;
    source.bytes /= groups_per_word(chip, Memory::kAccumulator);
  }
  source.nest.base = x.source_base;
  source.nest.run = x.groups;
  for (std::size_t level = x.count.size(); level-- > 0;)
    source.nest.loops.push_back({x.count[level], x.source_stride[level]});
  source.nest.loops.push_back({x.window_y, x.source_stride_wy});
  source.nest.loops.push_back({x.window_x, x.source_stride_wx});
  touches.push_back(source);
  const std::int64_t along = std::int64_t{x.count[0]} * x.groups;  // groups of a step of the outer loops
  if (x.residual) {
    Touch residual = by_groups(chip, Access::kRead);
    residual.nest.base = x.residual_base;
    residual.nest.run = along;
    residual.nest.loops = steps(x, x.residual_stride);
    touches.push_back(residual);
  }
  if (x.requantize) {
    Touch parameter = by_words(chip, Memory::kParameter, Access::kRead);
    parameter.nest.base = x.parameter_base;
    parameter.nest.run = x.parameter_per_tensor ? 1 : x.groups;
    if (!x.parameter_per_tensor)
      parameter.nest.loops = {{x.count[3], x.parameter_stride_3}, {x.count[2], x.parameter_stride_2}};
    parameter.walks = std::uint64_t{x.count[0]} * x.count[1] * x.count[4];
    if (x.parameter_per_tensor) parameter.walks *= std::uint64_t{x.count[2]} * x.count[3] * x.groups;
    touches.push_back(parameter);
  }
  Touch target;
  if (!to_dram) target = by_groups(chip, Access::kWrite);
  target.memory = to_dram ? Memory::kDram : Memory::kActivation;
  target.access = Access::kWrite;
  target.base = x.base;
  target.nest.base = to_dram ? address(chip, bases, x.base, x.dst_base) : static_cast<std::int64_t>(x.dst_base);
  target.nest.run = along * (to_dram ? group_bytes_in_dram(chip, x) : 1);
  target.nest.loops = steps(x, x.dst_stride);
  touches.push_back(target);
}

}  // namespace

Touches touches_of(const Instruction& instruction, const Chip& chip, const Bases& bases) {
  Touches touches;
  std::visit([&](const auto& x) { add(touches, x, chip, bases); }, instruction);
  return touches;
}

ByAccess<Traffic> traffic_of(const Instruction& instruction, const Chip& chip) {
  ByAccess<Traffic> traffic = {};
  const auto count = [&](const Touch& touch, Access access, std::uint64_t walks) {
    Traffic& sum = traffic[index_of(touch.memory)][index_of(access)];
    const std::uint64_t accesses = touch.nest.units() / touch.units * walks;
    sum.accesses += accesses;
    sum.bytes += accesses * touch.bytes;
  };
  const bool accumulates = engine_of(instruction) == Engine::kMatrix;
  for (const Touch& touch : touches_of(instruction, chip, {})) {
    if (accumulates && touch.memory == Memory::kAccumulator) {
      // Each pass writes the sums; each but the first reads them back, and the first too if it adds to what was there.
      if (touch.access == Access::kRead) {
        count(touch, Access::kRead, 1);
      } else {
        count(touch, Access::kWrite, touch.walks);
        count(touch, Access::kRead, touch.walks - 1);
      }
      continue;
    }
    count(touch, touch.access, touch.walks);
  }
  return traffic;
}

}  // namespace systole::isa
