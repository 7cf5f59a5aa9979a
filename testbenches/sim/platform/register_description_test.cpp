// SPDX-License-Identifier: Apache-2.0
//
// Does the SystemRDL say what the RTL's package and the table in C++ say, register for register and bit for bit?
#include <map>
#include <regex>
#include <string>

#include "catch.hpp"
#include "isa/field.hpp"
#include "platform/registers.hpp"
#include "rtl_package.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

struct Described {
  std::uint64_t address = 0;
  std::uint32_t words = 1, count = 1;
  std::string access;                          // R, W, RW, RW1C
  std::map<std::string, std::string> fields;   // name to high:low
  std::map<std::string, std::uint64_t> reset;  // by field
};

// All text between "addrmap systole_chip {" and its end is registers; nothing else is skipped.
std::map<std::string, Described> described() {
  const std::string all = std::regex_replace(systemrdl(), std::regex("//[^\n]*\n"), "");
  std::smatch map;
  REQUIRE(std::regex_match(all, map,
                           std::regex("addrmap systole_chip \\{\\s*default regwidth = 32;\\s*"
                                      "default accesswidth = 32;\\s*littleendian;\\s*([^]*)\\};\\s*")));
  const std::regex one(
      "\\s*reg \\{\\s*(regwidth = 64;)?([^]*?)\\n  \\} (\\w+)(?:\\[(\\d+)\\])? @ 0x([0-9A-F]{3})"
      "( \\+= 0x8)?;\\s*");
  const std::regex field("\\s*field \\{ ([^}]*) \\} (\\w+)\\[(\\d+:\\d+)\\];");
  std::map<std::string, Described> registers;
  std::string rest = map[1];
  while (!rest.empty()) {
    std::smatch m;
    REQUIRE(std::regex_search(rest, m, one, std::regex_constants::match_continuous));
    Described r;
    r.words = m[1].matched ? 2 : 1;
    r.address = std::stoull(m[5], nullptr, 16);
    if (m[4].matched) r.count = static_cast<std::uint32_t>(std::stoul(m[4]));
    CHECK(m[4].matched == m[6].matched);
    std::string body = m[2];
    while (!body.empty()) {
      std::smatch f;
      REQUIRE(std::regex_search(body, f, field, std::regex_constants::match_continuous));
      const std::string properties = f[1];
      const auto has = [&](const char* text) { return properties.find(text) != std::string::npos; };
      const bool clears = has("onwrite = woclr;");
      const std::string access = clears ? "RW1C" : has("sw = rw;") ? "RW" : has("sw = r;") ? "R" : "W";
      CHECK((r.access.empty() || r.access == access));
      r.access = access;
      std::smatch reset;
      REQUIRE(std::regex_search(properties, reset, std::regex("reset = (?:32'h([0-9a-f]+)|0);")));
      r.reset[f[2]] = reset[1].matched ? std::stoull(reset[1], nullptr, 16) : 0;
      CHECK(r.fields.emplace(f[2], f[3]).second);
      body = std::string(f.suffix());
    }
    CHECK(registers.emplace(m[3], r).second);
    rest = std::string(m.suffix());
  }
  return registers;
}

}  // namespace

TEST_CASE("the SystemRDL has the addresses, bits and counters of the RTL, and no other") {
  auto registers = described();
  const RtlPackage rtl = read_rtl_package(SYSTOLE_REGISTERS_PACKAGE);
  const auto number = [&](const std::string& name) {
    CAPTURE(name);
    REQUIRE(rtl.numbers.count(name) == 1);
    return rtl.numbers.at(name);
  };
  const auto bit = [&](const std::string& name) {
    return std::to_string(number(name)) + ":" + std::to_string(number(name));
  };
  using Fields = std::map<std::string, std::string>;
  CHECK(registers["control"].fields == Fields{{"doorbell", bit("ControlDoorbell")}});
  CHECK(registers["status"].fields ==
        Fields{{"busy", bit("StatusBusy")}, {"done", bit("StatusDone")}, {"error", bit("StatusError")}});
  for (const char* name : {"irq_enable", "irq_status"})
    CHECK(registers[name].fields == Fields{{"done", bit("IrqDone")}, {"error", bit("IrqError")}});
  CHECK(registers["id"].reset.at("value") == number("IdValue"));
  CHECK(registers["isa_version"].reset.at("value") == isa::kVersion);

  for (std::size_t k = 0; k < kCounters; ++k) {
    const std::string name = kCounterNames[k];
    CAPTURE(name);
    REQUIRE(registers.count("counter_" + name) == 1);
    const Described& counter = registers["counter_" + name];
    CHECK(counter.address == number("AddressCounter") + 8 * number("Counter" + upper_camel(name)));
    CHECK(counter.words == 2);
    CHECK(counter.access == "R");
    registers.erase("counter_" + name);
  }
  for (const auto& [name, r] : registers) {
    CAPTURE(name);
    CHECK(r.address == number("Address" + upper_camel(name)));
  }
  std::size_t addresses = 0;
  for (const auto& [name, value] : rtl.numbers)
    addresses += name.compare(0, 7, "Address") == 0 && name != "AddressWidth" && name != "AddressCounter" ? 1 : 0;
  CHECK(registers.size() == addresses);
}

TEST_CASE("the SystemRDL has the widths and the accesses of the table") {
  const auto registers = described();
  CHECK(registers.size() == kRegisters.size() + kCounters);
  const std::map<Access, std::string> names = {
      {Access::kRead, "R"}, {Access::kWrite, "W"}, {Access::kReadWrite, "RW"}, {Access::kReadWriteOneToClear, "RW1C"}};
  for (const Register& r : kRegisters) {
    CAPTURE(r.name);
    const Described& d = registers.at(r.name);
    CHECK(d.address == r.address);
    CHECK(d.words == r.words);
    CHECK(d.access == names.at(r.access));
    CHECK(d.count == (r.address == reg::kBase.address ? isa::kBases : 1));
    if (const auto value = d.fields.find("value"); value != d.fields.end())
      CHECK(value->second == std::to_string(32 * r.words - 1) + ":0");
  }
}
