// SPDX-License-Identifier: Apache-2.0
#include "network/attributes.hpp"

namespace systole {
namespace {

template <typename Value>
Value first_value(const std::map<std::string, std::vector<Value>>& values, const std::string& name, Value fallback) {
  const auto found = values.find(name);
  return found == values.end() || found->second.empty() ? fallback : found->second.front();
}

}  // namespace

std::int64_t Attributes::integer(const std::string& name, std::int64_t fallback) const {
  return first_value(ints, name, fallback);
}

float Attributes::number(const std::string& name, float fallback) const { return first_value(floats, name, fallback); }

std::string Attributes::string(const std::string& name, const std::string& fallback) const {
  const auto found = strings.find(name);
  return found == strings.end() ? fallback : found->second;
}

}  // namespace systole
