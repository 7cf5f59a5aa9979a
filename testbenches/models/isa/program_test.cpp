// SPDX-License-Identifier: Apache-2.0
#include "isa/program.hpp"

#include <unistd.h>

#include <boost/crc.hpp>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "models/isa/random_instructions.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::isa;

namespace {

// A folder that is gone after the test.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() / ("systole_program_test_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream stream;
  stream << in.rdbuf();
  return stream.str();
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

Program random_program(std::uint64_t seed, int count) {
  Random random(seed);
  Program program{"edge16", 0x0123456789abcdef, {}};
  for (int i = 0; i < count; ++i) program.instructions.push_back(testing::random_program_instruction(random));
  return program;
}

bool same(const Program& a, const Program& b) {
  if (a.chip_name != b.chip_name || a.chip_fingerprint != b.chip_fingerprint) return false;
  if (a.instructions.size() != b.instructions.size()) return false;
  for (std::size_t i = 0; i < a.instructions.size(); ++i)
    if (encode(a.instructions[i]) != encode(b.instructions[i])) return false;
  return true;
}

void put_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i));
}

// A forged file has a right checksum, so that the checks behind it are reached.
void repair_checksum(std::string& bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size() - 4);
  put_u32(bytes, bytes.size() - 4, crc.checksum());
}

std::string reading_error(const std::filesystem::path& file) {
  try {
    read_program(file);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a program comes back from its file as it was") {
  const TemporaryFolder folder;
  for (const int count : {0, 1, 500}) {
    const Program program = random_program(7, count);
    write_program(program, folder / "p.bin");
    CHECK(same(read_program(folder / "p.bin"), program));
  }
  const Program nameless;
  write_program(nameless, folder / "p.bin");
  CHECK(same(read_program(folder / "p.bin"), nameless));
  // The temporary file is gone.
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
  CHECK(files == 1);
}

TEST_CASE("the container has the bytes that its description says") {
  const TemporaryFolder folder;
  Program program{"ab", 0x1122334455667788, {Load{}}};
  write_program(program, folder / "p.bin");
  const std::string bytes = read_bytes(folder / "p.bin");
  REQUIRE(bytes.size() == 8 + 4 + 4 + 4 + 2 + 8 + 128 + 4);
  const std::string head("SYSTPROG\1\0\0\0\1\0\0\0\2\0\0\0ab\x88\x77\x66\x55\x44\x33\x22\x11\x01\x42", 32);
  CHECK(bytes.substr(0, 32) == head);
}

TEST_CASE("a program file cut at any byte is refused") {
  const TemporaryFolder folder;
  write_program(random_program(3, 3), folder / "p.bin");
  const std::string bytes = read_bytes(folder / "p.bin");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_bytes(folder / "cut.bin", bytes.substr(0, size));
    REQUIRE_THROWS_AS(read_program(folder / "cut.bin"), UserError);
  }
  write_bytes(folder / "long.bin", bytes + '\0');
  CHECK_THROWS_AS(read_program(folder / "long.bin"), UserError);
}

TEST_CASE("a program file with any one bit flipped is refused") {
  const TemporaryFolder folder;
  write_program(random_program(4, 2), folder / "p.bin");
  std::string bytes = read_bytes(folder / "p.bin");
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    write_bytes(folder / "flipped.bin", bytes);
    REQUIRE_THROWS_AS(read_program(folder / "flipped.bin"), UserError);
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
}

TEST_CASE("forged program files with a right checksum are refused with what is wrong") {
  const TemporaryFolder folder;
  write_program(random_program(5, 2), folder / "p.bin");
  const std::string good = read_bytes(folder / "p.bin");
  const auto forge = [&](std::size_t at, std::uint32_t value) {
    std::string bytes = good;
    put_u32(bytes, at, value);
    repair_checksum(bytes);
    write_bytes(folder / "forged.bin", bytes);
    return reading_error(folder / "forged.bin");
  };
  CHECK(contains(forge(8, 2), "container version 2: must be 1"));
  CHECK(contains(forge(12, 0xffffffff), "4294967295 instructions need 549755813760 bytes, 256 are there"));
  CHECK(contains(forge(12, 1), "1 instructions need 128 bytes, 256 are there"));
  CHECK(contains(forge(16, 0xffffffff), "chip name of 4294967295 bytes: at most 64"));
  CHECK(contains(forge(20, 0x0a0a0a0a), "the chip name has characters"));
  CHECK(contains(forge(34 + 128, 0x00004107), "instruction 1 is illegal: opcode 7 does not exist"));
  CHECK(contains(forge(34 + 128, 0x00004301), "instruction 1 is illegal: version 3 instead of 2"));
  CHECK(contains(forge(34 + 128, 0x00004101),
                 "offset 162: instruction 1 is of version 1 of the instruction set: the chip runs version 2, so the "
                 "program must be made again"));
  CHECK(contains(forge(34 + 8, 1), "instruction 0 is illegal: reserved bit set in w2[0]"));
}

// The file's bytes are the most exact form of a program: what comes back through the text must give all of them again.
TEST_CASE("whatever words a program file may hold come back through the assembler's text") {
  const TemporaryFolder folder;
  const std::uint64_t seed = 42;
  CAPTURE(seed);
  Random random(seed);
  constexpr std::size_t kBegin = 8 + 4 + 4 + 4 + 6 + 8;
  int read = 0, refused = 0;
  while (read < 3000) {
    write_program({"edge16", random.bits(), {testing::random_program_instruction(random)}}, folder / "p.bin");
    std::string bytes = read_bytes(folder / "p.bin");
    // Any words in place of some: the reader alone says which of them are an instruction.
    for (std::size_t n = random.below(4); n > 0; --n)
      put_u32(bytes, kBegin + 4 * random.below(kInstructionWords),
              random.one_in(2) ? static_cast<std::uint32_t>(random.bits()) : 1u << random.below(32));
    repair_checksum(bytes);
    write_bytes(folder / "p.bin", bytes);
    Program program;
    try {
      program = read_program(folder / "p.bin");
    } catch (const UserError&) {
      ++refused;
      continue;
    }
    ++read;
    const std::string text = disassemble(program);
    INFO(text);
    write_program(assemble(text, "p.s"), folder / "back.bin");
    REQUIRE(read_bytes(folder / "back.bin") == bytes);
  }
  CHECK(refused > 100);
}

TEST_CASE("file and text refuse a matrix instruction of more rows than any chip has, and take the largest") {
  const TemporaryFolder folder;
  Matrix matrix;
  matrix.m_y = 256;
  matrix.m_x = 256;
  const Program largest{"edge16", 1, {matrix}};
  write_program(largest, folder / "p.bin");
  CHECK(same(read_program(folder / "p.bin"), largest));
  CHECK(same(assemble(disassemble(largest), "p.s"), largest));

  std::string bytes = read_bytes(folder / "p.bin");
  const std::string reason = "m_b * m_y * m_x = 65792: must be at most 65536, the accumulator rows of the largest chip";
  put_u32(bytes, bytes.size() - 4 - kInstructionBytes + 5 * 4, 257 | 256 << 16);
  repair_checksum(bytes);
  write_bytes(folder / "forged.bin", bytes);
  CHECK(contains(reading_error(folder / "forged.bin"), "offset 34: instruction 0 has " + reason));
  matrix.m_y = 257;
  CHECK_THROWS_WITH(write_program({"edge16", 1, {matrix}}, folder / "p.bin"), Contains("instruction 0 has " + reason));
  CHECK_THROWS_WITH(assemble(disassemble(matrix), "p.s"), Contains("p.s:1: " + reason));
  matrix.m_y = 257;
  matrix.m_x = 128;
  matrix.m_b = 2;
  CHECK_THROWS_WITH(assemble(disassemble(matrix), "p.s"), Contains("p.s:1: " + reason));
}

TEST_CASE("what is not a program file is refused by name") {
  const TemporaryFolder folder;
  CHECK(contains(reading_error(folder / "none.bin"), "none.bin: no such file"));
  CHECK(contains(reading_error(folder.path()), "not a regular file"));
  CHECK(contains(reading_error("/dev/zero"), "not a regular file"));
  write_bytes(folder / "text.bin", "this is some text and not a program\n");
  CHECK(contains(reading_error(folder / "text.bin"), "not a Systole program"));
  write_bytes(folder / "empty.bin", "");
  CHECK(contains(reading_error(folder / "empty.bin"), "not a Systole program"));
}

TEST_CASE("random bytes behind a right head never crash the reader") {
  const TemporaryFolder folder;
  const std::uint64_t seed = 99;
  CAPTURE(seed);
  Random random(seed);
  for (int i = 0; i < 500; ++i) {
    std::string bytes = std::string("SYSTPROG\1\0\0\0", 12);
    const auto size = random.below(600);
    for (std::uint64_t b = 0; b < size; ++b) bytes += static_cast<char>(random.chance(60) ? 0 : random.bits());
    bytes += "....";
    repair_checksum(bytes);
    write_bytes(folder / "random.bin", bytes);
    try {
      read_program(folder / "random.bin");
    } catch (const UserError&) {
    }
  }
}

TEST_CASE("a path that cannot be written is one clear line, and leaves nothing behind") {
  const TemporaryFolder folder;
  const Program program = random_program(1, 1);
  CHECK_THROWS_AS(write_program(program, folder / "no/such/folder/p.bin"), UserError);
  std::filesystem::create_directory(folder / "taken");
  CHECK_THROWS_AS(write_program(program, folder / "taken"), UserError);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
  CHECK(files == 1);
  if (std::filesystem::exists("/dev/full")) CHECK_THROWS_AS(write_program(program, "/dev/full/p.bin"), UserError);
}

TEST_CASE("an illegal instruction is not written") {
  const TemporaryFolder folder;
  Program program;
  Load load;
  load.run_bytes = 0;
  program.instructions = {Load{}, load};
  CHECK_THROWS_WITH(write_program(program, folder / "p.bin"), Contains("instruction 1 is illegal: run_bytes is 0"));
  CHECK(!std::filesystem::exists(folder / "p.bin"));
  program = {"bad name", 0, {}};
  CHECK_THROWS_AS(write_program(program, folder / "p.bin"), UserError);
}
