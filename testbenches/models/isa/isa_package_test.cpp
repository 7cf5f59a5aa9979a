// SPDX-License-Identifier: Apache-2.0
//
// rtl/isa_pkg.sv and the C++ table are two writings of one encoding. This test reads the SystemVerilog text and
// compares every constant with the table, in both directions: one that only one side has fails too.
#include <regex>
#include <vector>

#include "catch.hpp"
#include "isa/fields.hpp"
#include "rtl_package.hpp"

using namespace systole;
using namespace systole::isa;

namespace {

RtlPackage read_package() { return read_rtl_package(std::string(SYSTOLE_SOURCE_DIR) + "/rtl/isa_pkg.sv"); }

// {32'hffff_ffff, ...}, the words from 31 down to 0.
Encoded mask_of(const std::string& words) {
  const std::regex literal("32'h([0-9a-f]{4})_([0-9a-f]{4})");
  Encoded mask = {};
  int word = kInstructionWords;
  for (std::sregex_iterator at(words.begin(), words.end(), literal), end; at != end; ++at) {
    REQUIRE(word > 0);
    mask[--word] = static_cast<std::uint32_t>(std::stoul((*at)[1].str() + (*at)[2].str(), nullptr, 16));
  }
  CHECK(word == 0);
  return mask;
}

// The engines' names in {..., MatrixReservedMask, LoadReservedMask} or {..., 8'(OpcodeLoad)}, lowest first.
std::vector<std::string> engines_in(const std::string& text, const std::string& pattern) {
  std::vector<std::string> names;
  const std::regex row(pattern);
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at)
    names.insert(names.begin(), (*at)[1]);
  return names;
}

// Every number that the package must hold, and no other.
std::map<std::string, std::uint64_t> expected_numbers() {
  std::map<std::string, std::uint64_t> numbers = {
      {"InstructionBits", kInstructionBytes * 8},
      {"InstructionBytes", kInstructionBytes},
      {"Engines", kEngines},
      {"IndexWidth", 32},
      {"AxiIdFetch", kFetchAxiId},
      {"AxiIdWidth", 2},
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
      {"ErrorWidth", 4},
      {"ErrorIllegal", static_cast<int>(ErrorCode::kIllegal)},
      {"ErrorRead", static_cast<int>(ErrorCode::kRead)},
      {"ErrorWrite", static_cast<int>(ErrorCode::kWrite)},
      {"ErrorSemaphore", static_cast<int>(ErrorCode::kSemaphore)},
      {"ErrorBankConflict", static_cast<int>(ErrorCode::kBankConflict)},
  };
  for (const EngineInfo& info : kEngineTable) {
    const std::string name = upper_camel(info.name);
    numbers["Engine" + name] = index_of(info.engine);
    numbers["Opcode" + name] = static_cast<std::uint64_t>(info.opcode);
    if (info.axi_id) numbers["AxiId" + name] = *info.axi_id;
  }
  const auto add = [&](const std::string& prefix, const std::vector<Field>& fields) {
    for (const Field& field : fields) {
      numbers[prefix + upper_camel(field.name) + "Lsb"] = static_cast<std::uint64_t>(field.word * 32 + field.lsb);
      numbers[prefix + upper_camel(field.name) + "Width"] = static_cast<std::uint64_t>(field.width);
    }
  };
  add("", common_fields());
  for (const EngineInfo& info : kEngineTable) add(upper_camel(info.name), fields_of(info.opcode));
  return numbers;
}

}  // namespace

TEST_CASE("rtl/isa_pkg.sv and the C++ table have the same constants") {
  check_numbers(read_package(), expected_numbers());
}

TEST_CASE(
    "rtl/isa_pkg.sv has the reserved bits of every opcode, and the tables of engines in the order of the engines") {
  const RtlPackage package = read_package();
  REQUIRE(package.texts.size() == kEngines + 2);
  std::vector<std::string> engines;
  for (const EngineInfo& info : kEngineTable) {
    engines.push_back(upper_camel(info.name));
    CHECK(mask_of(package.texts.at(engines.back() + "ReservedMask")) == reserved_mask(info.opcode));
  }
  CHECK(engines_in(package.texts.at("EngineOpcodes"), "Opcode(\\w+)") == engines);
  CHECK(engines_in(package.texts.at("EngineReservedMasks"), "(\\w+)ReservedMask") == engines);
}

TEST_CASE("no two fields of an instruction share a bit") {
  for (const EngineInfo& info : kEngineTable) {
    Encoded used = {};
    std::vector<Field> fields = common_fields();
    for (const Field& field : fields_of(info.opcode)) fields.push_back(field);
    for (const Field& field : fields) {
      CAPTURE(field.name);
      const auto bits = static_cast<std::uint32_t>(field.mask() << field.lsb);
      CHECK(field.lsb + field.width <= 32);
      CHECK((used[field.word] & bits) == 0);
      used[field.word] |= bits;
    }
  }
}
