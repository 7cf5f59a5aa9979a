// SPDX-License-Identifier: Apache-2.0
//
// Random legal instructions: every field from its whole range, corners often. Meant for encoders and decoders; programs that a
// chip can run are made by sim/fuzz.
#pragma once

#include <cstring>
#include <type_traits>

#include "isa/fields.hpp"
#include "isa/instruction.hpp"
#include "isa/program.hpp"
#include "support/random.hpp"

namespace systole::testing {

namespace detail {

// Any bit pattern of the field; zero, one, the largest and the sign bit more often than chance.
inline std::uint64_t random_bits(Random& random, const isa::Field& field) {
  const std::uint64_t mask = field.mask();
  switch (random.below(6)) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return mask;
    case 3:
      return (mask >> 1) + 1;
    default:
      return random.bits() & mask;
  }
}

template <class T>
void set_random(Random& random, const isa::Field& field, T& value) {
  const std::uint64_t bits = random_bits(random, field);
  if constexpr (std::is_same_v<T, float>) {
    const auto pattern = static_cast<std::uint32_t>(bits);
    std::memcpy(&value, &pattern, sizeof pattern);
  } else {
    value = static_cast<T>(bits);
  }
}

template <class T>
void at_least_one(T& value) {
  if (value == 0) value = 1;
}

inline void make_legal(Random& random, isa::Load& x) {
  x.buffer = static_cast<isa::Buffer>(random.below(3));
  x.transpose = false;
  if (x.buffer != isa::Buffer::kWeight) x.diagonal = false;
  at_least_one(x.run_bytes);
  at_least_one(x.count[1]);
  at_least_one(x.count[2]);
  at_least_one(x.count[3]);
  if (x.count[0] == 0 && x.pad_top == 0 && x.pad_bottom == 0) x.count[0] = 1;
}

inline void make_legal(Random&, isa::Matrix& x) {
  for (auto* count : {&x.m_b, &x.m_y, &x.m_x, &x.k_y, &x.k_x, &x.k_c, &x.n, &x.n_b}) at_least_one(*count);
}

inline void make_legal(Random& random, isa::Store& x) {
  for (auto& count : x.count) at_least_one(count);
  at_least_one(x.window_y);
  at_least_one(x.window_x);
  at_least_one(x.groups);
  if (x.raw && random.chance(50)) {
    x.source = isa::Source::kAccumulator;
    x.destination = isa::Destination::kDram;
    x.window_y = x.window_x = 1;
    x.residual = x.requantize = false;
  } else {
    x.raw = false;
    if (x.source == isa::Source::kAccumulator) x.requantize = true;
  }
  if (x.destination == isa::Destination::kActivation) x.dst_base &= 0xffffffff;
}

template <class T>
isa::Instruction random_of(Random& random) {
  T x;
  const auto set = [&](const isa::Field& field, auto& value) { set_random(random, field, value); };
  isa::visit_common_fields(x.common, set);
  isa::visit_fields(x, set);
  make_legal(random, x);
  return x;
}

}  // namespace detail

// Any that is legal; of matrix instructions most have more rows than a chip has accumulators.
inline isa::Instruction random_instruction(Random& random) {
  isa::Instruction instruction;
  isa::visit_type(isa::kEngineTable[random.below(isa::kEngines)].opcode,
                  [&](const auto& type) { instruction = detail::random_of<std::decay_t<decltype(type)>>(random); });
  return instruction;
}

// One that a program may hold.
inline isa::Instruction random_program_instruction(Random& random) {
  for (;;) {
    isa::Instruction instruction = random_instruction(random);
    if (!isa::oversize_reason(instruction)) return instruction;
  }
}

}  // namespace systole::testing
