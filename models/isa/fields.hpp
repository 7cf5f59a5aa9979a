// SPDX-License-Identifier: Apache-2.0
//
// The fields of all instructions: name, place in the encoding and member of the C++ value. Each type of instruction has
// its own in its header (load.hpp, matrix.hpp, store.hpp).
//
// `visit_fields(load, visitor)` calls `visitor(Field, member&)` for every field of the instruction in the order of
// docs/reference/instruction_set.md. Encoding, decoding, the assembler and the disassembler are four visitors;
// rtl/isa_pkg.sv is compared with the same fields by a test.
#pragma once

#include <vector>

#include "isa/instruction.hpp"

namespace systole::isa {

inline constexpr Field kOpcodeField{"opcode", 0, 0, 8};
inline constexpr Field kVersionField{"version", 0, 8, 4};
inline constexpr Field kLengthField{"length", 0, 12, 4};
inline constexpr int kLengthUnits = 4;  // an instruction is four units of 32 bytes

template <class CommonT, class Visitor>
void visit_common_fields(CommonT& x, Visitor&& visit) {
  visit(Field{"wait_mask", 1, 0, 16}, x.wait_mask);
  visit(Field{"post_mask", 1, 16, 16}, x.post_mask);
  visit(Field{"tag", 3, 0, 32}, x.tag);
}

// The fields of one opcode, without those that every instruction has. For const and other instructions.
template <class T, class Visitor>
void visit_fields(T& x, Visitor&& visit) {
  T::visit_fields(x, visit);
}

// The fields that every instruction has, opcode, version and length included. A field of two places is two here.
std::vector<Field> common_fields();

// The fields that only this opcode has.
std::vector<Field> fields_of(Opcode opcode);

// Bits that must be zero: those without a field, and the load's transpose flag, whose unit does not
// exist yet.
Encoded reserved_mask(Opcode opcode);

}  // namespace systole::isa
