// SPDX-License-Identifier: Apache-2.0
//
// The instructions of the chip as C++ values, and their 128-byte encoding.
//
// The meaning of every field is in docs/reference/instruction_set.md; names here, there and in rtl/isa_pkg.sv are the
// same words. `encode` and `decode` are exact inverses on every legal instruction.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>

#include "formats/int8.hpp"
#include "isa/engines.hpp"

namespace systole::isa {

inline constexpr int kInstructionBytes = 128;
inline constexpr int kInstructionWords = 32;
inline constexpr int kVersion = 1;
inline constexpr int kSemaphores = 16;
inline constexpr int kSemaphoreMax = 255;

enum class Buffer : std::uint8_t { kActivation = 0, kWeight = 1, kParameter = 2 };
enum class Base : std::uint8_t { kTensor = 0, kWeight = 1, kParameter = 2, kScratch = 3 };
inline constexpr int kBases = 4;
using Bases = std::array<std::uint64_t, kBases>;  // values of the base registers: byte addresses, by Base

// Why the chip stopped: its error register.
enum class ErrorCode : std::uint8_t { kIllegal = 1, kRead = 2, kWrite = 3, kSemaphore = 4, kBankConflict = 5 };

// What every instruction has, whichever engine runs it.
struct Common {
  std::uint16_t wait_mask = 0;
  std::uint16_t post_mask = 0;
  std::uint32_t tag = 0;
};

// Instruction types: each names its engine.
struct Load {
  static constexpr Engine kEngine = Engine::kLoad;
  Common common;
  Buffer buffer = Buffer::kActivation;
  Base base = Base::kTensor;
  bool transpose = false;  // reserved: illegal on this chip
  bool diagonal = false;   // weight buffer only: each byte of a run becomes a word, at its place on the tile's diagonal
  std::uint32_t dram_offset = 0;
  std::uint32_t run_bytes = 1;                     // 24 bits
  std::array<std::int32_t, 3> dram_stride = {};    // [0] is dram_stride_1; bytes
  std::array<std::uint16_t, 3> count = {1, 1, 1};  // [0] is count_1
  formats::int8::OperandBits pad_value = 0;
  std::uint16_t pad_top = 0, pad_bottom = 0;    // rows
  std::uint16_t pad_left = 0, pad_right = 0;    // words
  std::uint32_t dst_base = 0;                   // words
  std::array<std::int32_t, 3> dst_stride = {};  // words
};

struct Matrix {
  static constexpr Engine kEngine = Engine::kMatrix;
  Common common;
  bool accumulate = false;
  bool activation_signed = true, weight_signed = true;
  bool per_column_zero_point = false;
  formats::int8::OperandBits activation_zero_point = 0, weight_zero_point = 0;  // bit pattern in the operand's type
  std::uint16_t m_y = 1, m_x = 1, k_y = 1, k_x = 1, k_c = 1, n = 1;
  std::uint32_t activation_base = 0;  // words, as all activation strides
  std::int32_t activation_stride_y = 0, activation_stride_x = 0;
  std::int32_t activation_stride_ky = 0, activation_stride_kx = 0;
  std::int32_t activation_stride_kc = 0, activation_stride_n = 0;
  std::uint32_t weight_base = 0;       // words
  std::uint32_t accumulator_base = 0;  // rows
  std::int32_t accumulator_stride_n = 0;
};

enum class Source : std::uint8_t { kAccumulator = 0, kActivation = 1 };
enum class Destination : std::uint8_t { kDram = 0, kActivation = 1 };

struct Store {
  static constexpr Engine kEngine = Engine::kStore;
  Common common;
  Source source = Source::kAccumulator;
  Destination destination = Destination::kDram;
  Base base = Base::kTensor;
  bool raw = false, requantize = false;
  bool source_signed = true, mid_signed = true;
  bool residual = false, residual_signed = true, output_signed = true;
  bool parameter_per_tensor = false;
  std::uint32_t dst_base = 0;                   // bytes in DRAM, groups in the activation buffer
  std::array<std::int32_t, 3> dst_stride = {};  // [0] is dst_stride_1
  std::array<std::uint16_t, 4> count = {1, 1, 1, 1};
  std::uint8_t window_y = 1, window_x = 1;
  std::uint16_t groups = 1;
  std::uint32_t source_base = 0;  // groups
  std::array<std::int32_t, 4> source_stride = {};
  std::int32_t source_stride_wy = 0, source_stride_wx = 0;
  std::uint32_t residual_base = 0;  // groups
  std::array<std::int32_t, 3> residual_stride = {};
  std::uint16_t parameter_base = 0, parameter_stride_2 = 0, parameter_stride_3 = 0;  // words
  formats::int8::OperandBits mid_zero_point = 0;  // bit pattern in the type of mid_signed
  std::int16_t clamp_low = formats::int8::lowest(true), clamp_high = formats::int8::highest(true);
  float add_scale_source = 0, add_scale_residual = 0, add_offset = 0;
};

using Instruction = std::variant<Load, Matrix, Store>;
static_assert(std::variant_size_v<Instruction> == kEngines, "one type of instruction for each engine");
using Encoded = std::array<std::uint32_t, kInstructionWords>;

namespace detail {
template <class Variant>
struct AlternativesOf;
template <class... T>
struct AlternativesOf<std::variant<T...>> {
  using type = std::tuple<T...>;
};
}  // namespace detail

// Calls visit(T{}) with a default-made instruction of the type that has the opcode. False if there is none.
template <class Visitor>
bool visit_type(Opcode opcode, Visitor&& visit) {
  const auto try_type = [&](auto instruction) {
    if (info_of(decltype(instruction)::kEngine).opcode != opcode) return false;
    visit(instruction);
    return true;
  };
  return std::apply([&](auto... types) { return (try_type(types) || ...); },
                    typename detail::AlternativesOf<Instruction>::type{});
}

inline Engine engine_of(const Instruction& instruction) {
  return std::visit([](const auto& x) { return std::decay_t<decltype(x)>::kEngine; }, instruction);
}
const Common& common_of(const Instruction& instruction);
Common& common_of(Instruction& instruction);

Encoded encode(const Instruction& instruction);

// Why the chip would refuse these bits with error 1, in words ("reserved bit set in w2"), or nothing if they are legal.
std::optional<std::string> illegal_reason(const Encoded& words);

// Throws systole::UserError with illegal_reason() if the bits are not a legal instruction.
Instruction decode(const Encoded& words);

}  // namespace systole::isa
