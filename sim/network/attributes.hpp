// SPDX-License-Identifier: Apache-2.0
//
// The attributes of an ONNX operator, by kind and name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace systole {

struct Attributes {
  std::map<std::string, std::vector<std::int64_t>> ints;  // a single integer is a list of one
  std::map<std::string, std::vector<float>> floats;       // likewise
  std::map<std::string, std::string> strings;

  // The first value of an attribute; `fallback` if the attribute is absent or empty.
  std::int64_t integer(const std::string& name, std::int64_t fallback) const;
  float number(const std::string& name, float fallback) const;
  std::string string(const std::string& name, const std::string& fallback) const;
  bool flag(const std::string& name) const { return integer(name, 0) != 0; }
};

}  // namespace systole
