// SPDX-License-Identifier: Apache-2.0
#include "isa/instruction.hpp"

#include <fmt/format.h>

#include <cstring>
#include <type_traits>

#include "isa/fields.hpp"
#include "support/error.hpp"

namespace systole::isa {
namespace {

// The bit pattern of a member; negative numbers are sign-extended.
template <class T>
std::uint64_t to_bits(T value) {
  if constexpr (std::is_same_v<T, float>) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
  } else {
    return static_cast<std::uint64_t>(value);
  }
}

template <class T>
void from_bits(std::uint64_t bits, T& value) {
  if constexpr (std::is_same_v<T, float>) {
    const auto pattern = static_cast<std::uint32_t>(bits);
    std::memcpy(&value, &pattern, sizeof pattern);
  } else {
    value = static_cast<T>(bits);
  }
}

struct Encoder {
  Encoded& words;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    std::uint64_t bits = to_bits(value);
    if constexpr (std::is_signed_v<T>) bits &= field.mask();  // the member has the field's width, checked below
    if (bits > field.mask())
      throw UserError(fmt::format("instruction field {} = {}: must be 0 to {}", field.name, bits, field.mask()));
    field.set(words, bits);
  }
};

struct Decoder {
  const Encoded& words;

  template <class T>
  void operator()(const Field& field, T& value) const {
    from_bits(field.get(words), value);
  }
};

template <class T>
constexpr Opcode opcode_of() {
  return info_of(T::kEngine).opcode;
}

template <class T>
T decode_as(const Encoded& words) {
  T instruction;
  visit_common_fields(instruction.common, Decoder{words});
  visit_fields(instruction, Decoder{words});
  return instruction;
}

using Reason = std::optional<std::string>;

Reason reserved_bit_set(const Encoded& words, Engine engine) {
  static const std::array<Encoded, kEngines> masks = [] {
    std::array<Encoded, kEngines> all;
    for (const EngineInfo& info : kEngineTable) all[index_of(info.engine)] = reserved_mask(info.opcode);
    return all;
  }();
  const Encoded& reserved = masks[index_of(engine)];
  for (int w = 0; w < kInstructionWords; ++w) {
    const std::uint32_t set = words[w] & reserved[w];
    if (set == 0) continue;
    int bit = 0;
    while (!((set >> bit) & 1u)) ++bit;
    return fmt::format("reserved bit set in w{}[{}]", w, bit);
  }
  return {};
}

template <class T>
Reason illegal_as(const Encoded& words) {
  if constexpr (std::is_same_v<T, Load>)
    if (decode_as<Load>(words).transpose) return "transpose is not implemented";
  if (Reason reason = reserved_bit_set(words, T::kEngine)) return reason;
  return decode_as<T>(words).illegal_reason();
}

}  // namespace

const Common& common_of(const Instruction& instruction) {
  return std::visit([](const auto& x) -> const Common& { return x.common; }, instruction);
}

Common& common_of(Instruction& instruction) {
  return std::visit([](auto& x) -> Common& { return x.common; }, instruction);
}

std::vector<Field> common_fields() {
  std::vector<Field> fields = {kOpcodeField, kVersionField, kLengthField};
  const Common common;
  visit_common_fields(common, [&](const Field& field, const auto&) { fields.push_back(field); });
  return fields;
}

std::vector<Field> fields_of(Opcode opcode) {
  std::vector<Field> fields;
  const auto collect = [&](const Field& field, const auto&) {
    fields.push_back(field.low());
    if (field.high_width != 0) fields.push_back(field.high());
  };
  visit_type(opcode, [&](const auto& instruction) { visit_fields(instruction, collect); });
  return fields;
}

Encoded reserved_mask(Opcode opcode) {
  Encoded mask;
  mask.fill(0xffffffffu);
  const auto clear = [&](const std::vector<Field>& fields) {
    for (const Field& field : fields)
      if (field.name != "transpose") mask[field.word] &= ~static_cast<std::uint32_t>(field.mask() << field.lsb);
  };
  clear(common_fields());
  clear(fields_of(opcode));
  return mask;
}

Encoded encode(const Instruction& instruction) {
  Encoded words = {};
  const Encoder encoder{words};
  std::visit(
      [&](const auto& x) {
        encoder(kOpcodeField, static_cast<std::uint32_t>(opcode_of<std::decay_t<decltype(x)>>()));
        encoder(kVersionField, static_cast<std::uint32_t>(kVersion));
        encoder(kLengthField, static_cast<std::uint32_t>(kLengthUnits));
        visit_common_fields(x.common, encoder);
        visit_fields(x, encoder);
      },
      instruction);
  return words;
}

std::optional<std::string> illegal_reason(const Encoded& words) {
  const auto opcode = static_cast<std::uint32_t>(kOpcodeField.get(words));
  if (!engine_of_opcode(opcode)) return fmt::format("opcode {} does not exist", opcode);
  if (const auto version = kVersionField.get(words); version != kVersion)
    return fmt::format("version {} instead of {}", version, kVersion);
  if (const auto length = kLengthField.get(words); length != kLengthUnits)
    return fmt::format("length {} instead of {}", length, kLengthUnits);
  Reason reason;
  visit_type(static_cast<Opcode>(opcode),
             [&](const auto& type) { reason = illegal_as<std::decay_t<decltype(type)>>(words); });
  return reason;
}

Instruction decode(const Encoded& words) {
  if (const auto reason = illegal_reason(words)) throw UserError("illegal instruction: " + *reason);
  Instruction instruction;
  visit_type(static_cast<Opcode>(kOpcodeField.get(words)),
             [&](const auto& type) { instruction = decode_as<std::decay_t<decltype(type)>>(words); });
  return instruction;
}

}  // namespace systole::isa
