// SPDX-License-Identifier: Apache-2.0
//
// JSON files that somebody else may have written: their values are asked for their type and range, never converted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace systole {

// Values inside values inside values: more than this is refused.
inline constexpr int kMaxJsonDepth = 64;

// Errors (UserError): a file that cannot be read or has more than `max_bytes`, that is no JSON, or nests too deep.
nlohmann::json read_json(const std::filesystem::path& file, std::uint64_t max_bytes);

// A member that has to be an integer from 0 to 2^64 - 1. `where` begins the message of the UserError.
std::uint64_t unsigned_member(const nlohmann::json& object, const std::string& key, const std::string& where);

}  // namespace systole
