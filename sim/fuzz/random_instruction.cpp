// SPDX-License-Identifier: Apache-2.0
#include "fuzz/random_instruction.hpp"

#include <algorithm>

namespace systole::fuzz {

isa::Instruction RandomInstructions::next() {
  const std::uint32_t kind = uniform(0, 9);
  if (kind < 4) return load();
  if (kind < 7) return matrix();
  return store();
}

isa::Load RandomInstructions::load() {
  isa::Load load;
  const std::uint32_t kind = uniform(0, 9);
  load.buffer = kind < 5 ? isa::Buffer::kActivation : kind < 9 ? isa::Buffer::kWeight : isa::Buffer::kParameter;
  load.count = {count(5), count(3), count(2)};
  for (auto& stride : load.dst_stride) stride = signed_uniform(-40, 80);
  load.dst_base = static_cast<std::uint32_t>(random_.bits());
  if (load.buffer == isa::Buffer::kParameter) {
    load.base = isa::Base::kParameter;
    load.run_bytes = 8 * uniform(1, 12);
    load.dram_offset = 8 * uniform(0, 100);
    for (auto& stride : load.dram_stride) stride = 8 * signed_uniform(0, 40);
  } else {
    load.base = static_cast<isa::Base>(uniform(0, 2) == 2 ? 3 : uniform(0, 1));
    load.run_bytes = chance(15) ? uniform(1, 700) : uniform(1, 60);
    load.dram_offset = uniform(4000, 50000);
    for (auto& stride : load.dram_stride) stride = signed_uniform(-600, 600);
    load.pad_value = static_cast<std::uint8_t>(random_.bits());
    load.diagonal = load.buffer == isa::Buffer::kWeight && chance(30);
  }
  if (chance(50)) {
    load.pad_top = static_cast<std::uint16_t>(uniform(0, 2));
    load.pad_bottom = static_cast<std::uint16_t>(uniform(0, 2));
    load.pad_left = static_cast<std::uint16_t>(uniform(0, 3));
    load.pad_right = static_cast<std::uint16_t>(uniform(0, 3));
    if (load.pad_top + load.pad_bottom > 0 && chance(20)) load.count[0] = 0;
  }
  return load;
}

isa::Matrix RandomInstructions::matrix() {
  isa::Matrix matrix;
  matrix.accumulate = chance(40);
  matrix.activation_signed = chance(50);
  matrix.weight_signed = chance(50);
  matrix.per_column_zero_point = chance(25);
  matrix.activation_zero_point = static_cast<std::uint8_t>(random_.bits());
  matrix.weight_zero_point = static_cast<std::uint8_t>(random_.bits());
  const std::uint32_t rows = chip_.accumulator_rows;
  matrix.m_y = count(std::min(6u, rows));
  matrix.m_x = count(std::min(chance(10) ? 32u : 8u, rows / matrix.m_y));
  matrix.k_y = count(chance(50) ? 1 : 3);
  matrix.k_x = count(chance(50) ? 1 : 3);
  matrix.k_c = count(3);
  matrix.n = count(3);
  matrix.activation_base = static_cast<std::uint32_t>(random_.bits());
  for (auto* stride : {&matrix.activation_stride_y, &matrix.activation_stride_x, &matrix.activation_stride_ky,
                       &matrix.activation_stride_kx, &matrix.activation_stride_kc, &matrix.activation_stride_n}) {
    *stride = signed_uniform(-20, 60);
  }
  matrix.weight_base = static_cast<std::uint32_t>(random_.bits());
  matrix.accumulator_base = static_cast<std::uint32_t>(random_.bits());
  const int m = matrix.m_y * matrix.m_x;
  if (static_cast<std::uint32_t>(m) * matrix.n > 2 * rows) matrix.n = 1;
  matrix.accumulator_stride_n = chance(20) ? -m : m;
  return matrix;
}

isa::Store RandomInstructions::store() {
  isa::Store store;
  const std::uint32_t bank_groups = chip_.activation_bank_words * chip_.array_rows / chip_.post_lanes;
  const std::uint32_t first_bank = uniform(0, chip_.activation_banks - 1);
  const auto bank_base = [&](std::uint32_t distance) {  // low in the bank: positive strides stay inside
    return (first_bank + distance) % chip_.activation_banks * bank_groups + uniform(0, bank_groups / 4);
  };
  store.raw = !post_processing_ || chance(20);
  store.source = !store.raw && chance(40) ? isa::Source::kActivation : isa::Source::kAccumulator;
  store.requantize = !store.raw && (store.source == isa::Source::kAccumulator || chance(40));
  store.residual = !store.raw && chance(35);
  store.destination = !store.raw && chance(40) ? isa::Destination::kActivation : isa::Destination::kDram;
  store.base = static_cast<isa::Base>(chance(50) ? 0 : 3);
  store.source_signed = chance(50);
  store.mid_signed = chance(50);
  store.residual_signed = chance(50);
  store.output_signed = chance(50);
  store.parameter_per_tensor = chance(30);
  store.count = {count(8), count(4), count(2), count(2)};
  store.groups = count(4);
  if (!store.raw && chance(35)) {
    store.window_y = static_cast<std::uint8_t>(uniform(1, 3));
    store.window_x = static_cast<std::uint8_t>(uniform(1, 3));
  }
  // Furthest group from a base: below bank_groups / 2.
  const std::int32_t reach = static_cast<std::int32_t>(bank_groups / 32);
  for (auto& stride : store.source_stride) stride = signed_uniform(0, std::min(reach, 12));
  store.source_stride_wy = signed_uniform(0, std::min(reach, 8));
  store.source_stride_wx = signed_uniform(0, std::min(reach, 8));
  for (auto& stride : store.residual_stride) stride = signed_uniform(0, std::min(reach, 40));
  store.source_base =
      store.source == isa::Source::kActivation ? bank_base(0) : static_cast<std::uint32_t>(random_.bits());
  store.residual_base = bank_base(1);
  if (store.destination == isa::Destination::kActivation) {
    store.dst_base = bank_base(2);
    for (auto& stride : store.dst_stride) stride = signed_uniform(0, std::min(reach, 40));
  } else {
    store.dst_base = uniform(8000, 40000);
    for (auto& stride : store.dst_stride) stride = signed_uniform(-900, 900);
  }
  store.parameter_base = static_cast<std::uint16_t>(uniform(0, chip_.parameter_words - 1));
  store.parameter_stride_2 = static_cast<std::uint16_t>(uniform(0, 5));
  store.parameter_stride_3 = static_cast<std::uint16_t>(uniform(0, 5));
  store.mid_zero_point = store.requantize ? static_cast<std::uint8_t>(random_.bits()) : std::uint8_t{0};
  const bool is_signed = store.residual     ? store.output_signed
                         : store.requantize ? store.mid_signed
                                            : store.source_signed;
  const int low = is_signed ? -128 : 0;
  store.clamp_low = static_cast<std::int16_t>(chance(60) ? low : signed_uniform(low, low + 100));
  store.clamp_high = static_cast<std::int16_t>(chance(60) ? low + 255 : signed_uniform(low + 120, low + 255));
  store.add_scale_source = random_.scale(-6, 1);
  store.add_scale_residual = random_.scale(-6, 1);
  if (!chance(10)) {
    const float sign = chance(50) ? -1.0f : 1.0f;
    store.add_offset = sign * random_.scale(-4, 8);
  }
  return store;
}

}  // namespace systole::fuzz
