// SPDX-License-Identifier: Apache-2.0
//
// A program, and the file that contains it. All numbers of the file are little-endian:
//
//   magic "SYSTPROG", container version (u32, 1), instruction count (u32)
//   name of the chip that it was compiled for (u32 length, bytes), chip fingerprint (u64)
//   the instructions, 128 bytes each
//   CRC-32 of all before it (u32, IEEE 802.3, boost::crc_32_type)
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "isa/instruction.hpp"

namespace systole::isa {

struct Program {
  std::string chip_name;
  std::uint64_t chip_fingerprint = 0;
  std::vector<Instruction> instructions;
};

// What a program may hold, the same for its file and its text: legal instructions (illegal_reason) for which some chip has
// the room, and the letters of a chip's name. Each says in words what is against it; nothing if nothing is.
std::optional<std::string> oversize_reason(const Instruction& instruction);
std::optional<std::string> chip_name_reason(const std::string& name);

// Errors of all readers: systole::UserError naming the file, the offset or line, the value and the allowed range.
void write_program(const Program& program, const std::filesystem::path& file);  // temporary name, then rename
Program read_program(const std::filesystem::path& file);

// Assembler text has one instruction a line. Fields with their default may be left out; `#` starts a comment.
// assemble(disassemble(p)) == p for every program that read_program gives.
//
//   load buffer=weight base=weight dram_offset=0x40 run_bytes=64 wait=0,3 post=1
std::string disassemble(const Instruction& instruction);
std::string disassemble(const Program& program);
Program assemble(const std::string& text, const std::string& file_name);

}  // namespace systole::isa
