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

#include "isa/engines.hpp"
#include "isa/field.hpp"
#include "isa/load.hpp"
#include "isa/matrix.hpp"
#include "isa/store.hpp"

namespace systole::isa {

// Why the chip stopped: its error register.
enum class ErrorCode : std::uint8_t { kIllegal = 1, kRead = 2, kWrite = 3, kSemaphore = 4, kBankConflict = 5 };

// Each type of instruction names its engine, has what all have as `common`, and says
//
//   visit_fields(x, visit)   calls visit(Field, member&) for each field that only it has, in the order of the page
//   illegal_reason()         why the chip would refuse its values, in words; nothing if it would not
using Instruction = std::variant<Load, Matrix, Store>;
static_assert(std::variant_size_v<Instruction> == kEngines, "one type of instruction for each engine");

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
