// SPDX-License-Identifier: Apache-2.0
//
// The constants of a SystemVerilog package, for tests that hold it against a table in C++.
#pragma once

#include <cctype>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <string_view>

#include "catch.hpp"

namespace systole {

struct RtlPackage {
  std::map<std::string, std::uint64_t> numbers;  // a literal: 17, 12'h00C
  std::map<std::string, std::string> texts;      // anything else, as it stands between = and ;
};

inline RtlPackage read_rtl_package(const std::string& file) {
  std::ifstream in(file);
  REQUIRE(in);
  const std::string all{std::istreambuf_iterator<char>(in), {}};
  const std::string text = std::regex_replace(all, std::regex("//[^\n]*"), "");
  const auto each = [&](const std::regex& pattern, const auto& visit) {
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) visit(*at);
  };
  std::size_t constants = 0;
  each(std::regex("localparam"), [&](const std::smatch&) { ++constants; });

  RtlPackage package;
  const std::regex decimal("\\d+"), hexadecimal("\\d+'h([0-9a-fA-F_]+)");
  each(std::regex("localparam\\s+\\w+\\s*(?:\\[[^\\]]*\\])?\\s*(\\w+)\\s*=\\s*([^;]*);"),
       [&](const std::smatch& match) {
         std::string value = match[2];
         std::smatch digits;
         if (std::regex_match(value, decimal)) {
           CHECK(package.numbers.emplace(match[1], std::stoull(value)).second);
         } else if (std::regex_match(value, digits, hexadecimal)) {
           const std::string plain = std::regex_replace(digits[1].str(), std::regex("_"), "");
           CHECK(package.numbers.emplace(match[1], std::stoull(plain, nullptr, 16)).second);
         } else {
           CHECK(package.texts.emplace(match[1], value).second);
         }
       });
  // Nothing in the package escaped the patterns above.
  CHECK(package.numbers.size() + package.texts.size() == constants);
  return package;
}

// The package has these numbers and no other.
inline void check_numbers(const RtlPackage& package, const std::map<std::string, std::uint64_t>& expected) {
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

// A name of the tables in RTL: wait_mask is WaitMask.
inline std::string upper_camel(std::string_view name) {
  std::string out;
  bool upper = true;
  for (const char c : name) {
    if (c != '_') out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return out;
}

}  // namespace systole
