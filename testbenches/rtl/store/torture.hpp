// SPDX-License-Identifier: Apache-2.0
//
// Reads the torture file; scripts/torture.py makes it and describes the format.
#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "post_model.hpp"

namespace systole::bench {

struct TortureRequantize {
  bool is_signed;
  uint8_t zero_point;  // bits of the mid type
  RequantizeCase data;
  int32_t expected;
};

struct TortureAdd {
  bool a_signed, b_signed, is_signed;
  AddCase data;
  int32_t expected;
};

struct Torture {
  std::vector<TortureRequantize> requantize;
  std::vector<TortureAdd> add;
};

inline Torture read_torture(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  Torture torture;
  TortureRequantize requantize{};
  TortureAdd add{};
  bool adding = false;
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (first.empty() || first[0] == '#') continue;
    if (first == "requantize") {
      std::string type;
      int zero_point = 0;
      words >> type >> zero_point;
      adding = false;
      requantize.is_signed = type == "int8";
      requantize.zero_point = static_cast<uint8_t>(zero_point);
    } else if (first == "add") {
      std::string a, b, type;
      words >> a >> b >> type >> std::hex >> add.data.ra >> add.data.rb >> add.data.offset;
      adding = true;
      add.a_signed = a == "int8";
      add.b_signed = b == "int8";
      add.is_signed = type == "int8";
    } else if (adding) {
      add.data.a = std::stoi(first);
      words >> add.data.b >> add.expected;
      torture.add.push_back(add);
    } else {
      requantize.data.value = std::stoi(first);
      words >> requantize.data.bias >> std::hex >> requantize.data.scale >> std::dec >> requantize.expected;
      torture.requantize.push_back(requantize);
    }
    if (words.fail()) throw std::runtime_error(path + ": not a line of the torture format: " + line);
  }
  return torture;
}

}  // namespace systole::bench
