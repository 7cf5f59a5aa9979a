// SPDX-License-Identifier: Apache-2.0
#include "support/json_file.hpp"

#include <nlohmann/json.hpp>

#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {

nlohmann::json read_json(const std::filesystem::path& file, std::uint64_t max_bytes) {
  const auto shallow = [&](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    if (depth > kMaxJsonDepth)
      throw UserError(file.string() + ": nests values deeper than " + std::to_string(kMaxJsonDepth) + " levels");
    return true;
  };
  nlohmann::json json = nlohmann::json::parse(read_whole_file(file, max_bytes), shallow, false);
  if (json.is_discarded()) throw UserError(file.string() + ": not JSON");
  return json;
}

std::uint64_t unsigned_member(const nlohmann::json& object, const std::string& key, const std::string& where) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end() || !found->is_number_unsigned())
    throw UserError(where + ": '" + key + "' is missing or no integer, allowed: 0 to 18446744073709551615");
  return found->get<std::uint64_t>();
}

}  // namespace systole
