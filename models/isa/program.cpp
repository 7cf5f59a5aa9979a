// SPDX-License-Identifier: Apache-2.0
#include "isa/program.hpp"

#include <fmt/format.h>

#include <boost/crc.hpp>
#include <boost/endian/conversion.hpp>
#include <cstring>
#include <variant>

#include "isa/fields.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::isa {
namespace {

namespace endian = boost::endian;

constexpr char kMagic[] = "SYSTPROG";
constexpr std::size_t kMagicBytes = 8;
constexpr std::uint32_t kContainerVersion = 1;
constexpr std::size_t kMaxChipNameBytes = 64;
constexpr std::uint64_t kMaxFileBytes = 1ull << 32;   // 32 M instructions
constexpr std::uint64_t kMaxAccumulatorRows = 65536;  // in a bank of the largest chip

std::uint32_t crc_of(const std::string& bytes, std::size_t size) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), size);
  return crc.checksum();
}

template <class T>
void append(std::string& bytes, T value) {
  unsigned char raw[sizeof(T)];
  endian::endian_store<T, sizeof(T), endian::order::little>(raw, value);
  bytes.append(reinterpret_cast<const char*>(raw), sizeof raw);
}

// Takes values off a byte string, front to back; every access is checked against its end.
class Reader {
 public:
  Reader(const std::string& bytes, std::size_t end, std::string file)
      : bytes_(bytes), end_(end), file_(std::move(file)) {}

  template <class T>
  T take(const char* what) {
    const unsigned char* raw = reinterpret_cast<const unsigned char*>(take_bytes(sizeof(T), what));
    return endian::endian_load<T, sizeof(T), endian::order::little>(raw);
  }

  const char* take_bytes(std::size_t size, const char* what) {
    if (size > end_ - offset_)
      fail(fmt::format("ends inside the {} ({} bytes wanted, {} there)", what, size, end_ - offset_));
    const char* at = bytes_.data() + offset_;
    offset_ += size;
    return at;
  }

  std::size_t offset() const { return offset_; }
  std::size_t left() const { return end_ - offset_; }

  [[noreturn]] void fail(const std::string& why) const {
    throw UserError(fmt::format("{}: offset {}: {}", file_, offset_, why));
  }

 private:
  const std::string& bytes_;
  std::size_t end_;
  std::string file_;
  std::size_t offset_ = 0;
};

// What stands behind "instruction 3 " if a file may not hold it.
std::optional<std::string> refusal(const Encoded& words) {
  if (engine_of_opcode(static_cast<std::uint32_t>(kOpcodeField.get(words))) && kVersionField.get(words) == 1)
    return fmt::format(
        "is of version 1 of the instruction set: the chip runs version {}, so the program must be made again",
        kVersion);
  if (const auto reason = illegal_reason(words)) return "is illegal: " + *reason;
  if (const auto reason = oversize_reason(decode(words))) return "has " + *reason;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> oversize_reason(const Instruction& instruction) {
  const auto* matrix = std::get_if<Matrix>(&instruction);
  if (matrix == nullptr) return std::nullopt;
  const std::uint64_t rows = matrix->rows();
  if (rows <= kMaxAccumulatorRows) return std::nullopt;
  return fmt::format("m_b * m_y * m_x = {}: must be at most {}, the accumulator rows of the largest chip", rows,
                     kMaxAccumulatorRows);
}

// A program made by hand may leave the name empty.
std::optional<std::string> chip_name_reason(const std::string& name) {
  if (name.size() > kMaxChipNameBytes)
    return fmt::format("chip name of {} bytes: at most {}", name.size(), kMaxChipNameBytes);
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != std::string::npos)
    return "the chip name has characters other than letters, digits, '_', '-', '.'";
  return std::nullopt;
}

void write_program(const Program& program, const std::filesystem::path& file) {
  if (const auto reason = chip_name_reason(program.chip_name))
    throw UserError(fmt::format("{}: {}", file.string(), *reason));
  std::string bytes(kMagic, kMagicBytes);
  append<std::uint32_t>(bytes, kContainerVersion);
  append<std::uint32_t>(bytes, static_cast<std::uint32_t>(program.instructions.size()));
  append<std::uint32_t>(bytes, static_cast<std::uint32_t>(program.chip_name.size()));
  bytes += program.chip_name;
  append<std::uint64_t>(bytes, program.chip_fingerprint);
  bytes.reserve(bytes.size() + program.instructions.size() * kInstructionBytes + 4);
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    const Encoded words = encode(program.instructions[i]);
    if (const auto reason = refusal(words))
      throw UserError(fmt::format("{}: instruction {} {}", file.string(), i, *reason));
    for (const std::uint32_t word : words) append<std::uint32_t>(bytes, word);
  }
  append<std::uint32_t>(bytes, crc_of(bytes, bytes.size()));
  if (bytes.size() > kMaxFileBytes)
    throw UserError(
        fmt::format("{}: {} instructions: too many for a program file", file.string(), program.instructions.size()));
  write_whole_file(file, bytes);
}

Program read_program(const std::filesystem::path& file) {
  const std::string name = file.string();
  const std::string bytes = read_whole_file(file, kMaxFileBytes);
  constexpr std::size_t kCrcBytes = 4;
  if (bytes.size() < kMagicBytes + kCrcBytes || std::memcmp(bytes.data(), kMagic, kMagicBytes) != 0)
    throw UserError(fmt::format("{}: offset 0: not a Systole program (it must begin with {})", name, kMagic));

  Reader reader(bytes, bytes.size() - kCrcBytes, name);
  reader.take_bytes(kMagicBytes, "magic");
  if (const auto version = reader.take<std::uint32_t>("container version"); version != kContainerVersion)
    reader.fail(fmt::format("container version {}: must be {}", version, kContainerVersion));
  const auto count = reader.take<std::uint32_t>("instruction count");
  const auto name_bytes = reader.take<std::uint32_t>("length of the chip name");
  if (name_bytes > kMaxChipNameBytes)
    reader.fail(fmt::format("chip name of {} bytes: at most {}", name_bytes, kMaxChipNameBytes));
  Program program;
  program.chip_name.assign(reader.take_bytes(name_bytes, "chip name"), name_bytes);
  program.chip_fingerprint = reader.take<std::uint64_t>("chip fingerprint");
  if (reader.left() != std::uint64_t{count} * kInstructionBytes)
    reader.fail(fmt::format("{} instructions need {} bytes, {} are there", count,
                            std::uint64_t{count} * kInstructionBytes, reader.left()));
  const auto expected = crc_of(bytes, bytes.size() - kCrcBytes);
  const auto stored = endian::endian_load<std::uint32_t, 4, endian::order::little>(
      reinterpret_cast<const unsigned char*>(bytes.data() + bytes.size() - kCrcBytes));
  if (stored != expected)
    throw UserError(fmt::format("{}: offset {}: checksum is {:#010x}, must be {:#010x}: the file is damaged", name,
                                bytes.size() - kCrcBytes, stored, expected));
  if (const auto reason = chip_name_reason(program.chip_name)) throw UserError(fmt::format("{}: {}", name, *reason));

  program.instructions.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t offset = reader.offset();
    Encoded words;
    for (auto& word : words) word = reader.take<std::uint32_t>("instruction");
    if (const auto reason = refusal(words))
      throw UserError(fmt::format("{}: offset {}: instruction {} {}", name, offset, i, *reason));
    program.instructions.push_back(decode(words));
  }
  return program;
}

}  // namespace systole::isa
