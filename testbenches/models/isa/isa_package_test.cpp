// SPDX-License-Identifier: Apache-2.0
//
// rtl/isa_pkg.sv and the C++ table are two writings of one encoding. This test reads the
// SystemVerilog text and compares every constant with the table, in both directions: one that only
// one side has fails too.
#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "catch.hpp"
#include "isa/fields.hpp"

using namespace systole::isa;

namespace {

struct Package {
  std::map<std::string, std::uint64_t> numbers;
  std::map<std::string, Encoded> masks;
  int constants = 0;  // how often the word localparam stands in it
};

Package read_package() {
  std::ifstream in(std::string(SYSTOLE_SOURCE_DIR) + "/rtl/isa_pkg.sv");
  REQUIRE(in);
  std::ostringstream stream;
  stream << in.rdbuf();
  const std::string text = std::regex_replace(stream.str(), std::regex("//[^\n]*"), "");

  Package package;
  const auto each = [&](const std::regex& pattern, const auto& visit) {
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) visit(*at);
  };
  each(std::regex("localparam"), [&](const std::smatch&) { ++package.constants; });
  each(std::regex("localparam int (\\w+) = (\\d+);"),
       [&](const std::smatch& match) { CHECK(package.numbers.emplace(match[1], std::stoull(match[2])).second); });
  each(std::regex("localparam logic \\[1023:0\\] (\\w+) = \\{([^}]*)\\};"), [&](const std::smatch& match) {
    const std::string words = match[2];
    const std::regex literal("32'h([0-9a-f]{4})_([0-9a-f]{4})");
    Encoded mask = {};
    int word = kInstructionWords;
    for (std::sregex_iterator at(words.begin(), words.end(), literal), end; at != end; ++at) {
      REQUIRE(word > 0);
      mask[--word] = static_cast<std::uint32_t>(std::stoul((*at)[1].str() + (*at)[2].str(), nullptr, 16));
    }
    CHECK(word == 0);
    CHECK(package.masks.emplace(match[1], mask).second);
  });
  return package;
}

std::string upper_camel(std::string_view name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c == '_')
      upper = true;
    else {
      out += upper ? static_cast<char>(std::toupper(c)) : c;
      upper = false;
    }
  }
  return out;
}

// Every number that the package must hold, and no other.
std::map<std::string, std::uint64_t> expected_numbers() {
  std::map<std::string, std::uint64_t> numbers = {
      {"InstructionBits", kInstructionBytes * 8},
      {"InstructionBytes", kInstructionBytes},
      {"OpcodeLoad", static_cast<int>(Opcode::kLoad)},
      {"OpcodeMatrix", static_cast<int>(Opcode::kMatrix)},
      {"OpcodeStore", static_cast<int>(Opcode::kStore)},
      {"Version", kVersion},
      {"LengthUnits", kLengthUnits},
      {"BufferActivation", static_cast<int>(Buffer::kActivation)},
      {"BufferWeight", static_cast<int>(Buffer::kWeight)},
      {"BufferParameter", static_cast<int>(Buffer::kParameter)},
      {"BaseTensor", static_cast<int>(Base::kTensor)},
      {"BaseWeight", static_cast<int>(Base::kWeight)},
      {"BaseParameter", static_cast<int>(Base::kParameter)},
      {"BaseScratch", static_cast<int>(Base::kScratch)},
      {"Bases", kBases},
      {"SourceAccumulator", static_cast<int>(Source::kAccumulator)},
      {"SourceActivation", static_cast<int>(Source::kActivation)},
      {"DestinationDram", static_cast<int>(Destination::kDram)},
      {"DestinationActivation", static_cast<int>(Destination::kActivation)},
      {"Semaphores", kSemaphores},
      {"SemaphoreMax", kSemaphoreMax},
      {"ErrorIllegal", static_cast<int>(ErrorCode::kIllegal)},
      {"ErrorRead", static_cast<int>(ErrorCode::kRead)},
      {"ErrorWrite", static_cast<int>(ErrorCode::kWrite)},
      {"ErrorSemaphore", static_cast<int>(ErrorCode::kSemaphore)},
      {"ErrorBankConflict", static_cast<int>(ErrorCode::kBankConflict)},
  };
  const auto add = [&](const std::string& prefix, const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      numbers[prefix + upper_camel(field.name) + "Lsb"] = static_cast<std::uint64_t>(field.word * 32 + field.lsb);
      numbers[prefix + upper_camel(field.name) + "Width"] = static_cast<std::uint64_t>(field.width);
    }
  };
  add("", common_fields());
  add("Load", fields_of(Opcode::kLoad));
  add("Matrix", fields_of(Opcode::kMatrix));
  add("Store", fields_of(Opcode::kStore));
  return numbers;
}

}  // namespace

TEST_CASE("rtl/isa_pkg.sv and the C++ table have the same constants") {
  const Package package = read_package();
  const auto expected = expected_numbers();
  // Nothing in the package escaped the patterns above.
  CHECK(package.constants == static_cast<int>(package.numbers.size() + package.masks.size()));
  for (const auto& [name, value] : expected) {
    CAPTURE(name);
    const auto found = package.numbers.find(name);
    REQUIRE(found != package.numbers.end());
    CHECK(found->second == value);
  }
  for (const auto& [name, value] : package.numbers) {
    CAPTURE(name, value);
    CHECK(expected.count(name) == 1);
  }
}

TEST_CASE("rtl/isa_pkg.sv has the reserved bits of every opcode") {
  const Package package = read_package();
  REQUIRE(package.masks.size() == 3);
  CHECK(package.masks.at("LoadReservedMask") == reserved_mask(Opcode::kLoad));
  CHECK(package.masks.at("MatrixReservedMask") == reserved_mask(Opcode::kMatrix));
  CHECK(package.masks.at("StoreReservedMask") == reserved_mask(Opcode::kStore));
}

TEST_CASE("no two fields of an instruction share a bit") {
  for (const Opcode opcode : {Opcode::kLoad, Opcode::kMatrix, Opcode::kStore}) {
    Encoded used = {};
    std::vector<Field> fields = common_fields();
    for (const Field& field : fields_of(opcode)) fields.push_back(field);
    for (const Field& field : fields) {
      CAPTURE(field.name);
      const std::uint32_t bits = field.mask() << field.lsb;
      CHECK(field.lsb + field.width <= 32);
      CHECK((used[field.word] & bits) == 0);
      used[field.word] |= bits;
    }
  }
}
