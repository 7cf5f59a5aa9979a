// SPDX-License-Identifier: Apache-2.0
//
// Two reports of `systole run --json`, side by side: totals, then node by node.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace systole::report {

// UserError naming the file if it cannot be read, is no JSON or lacks a key of the report.
nlohmann::json read_report(const std::filesystem::path& file);

// A table for people. Nodes belong together by their names; of those that only one report has, the other side is empty.
// UserError naming the key if a value has another type than in a report.
std::string side_by_side(const nlohmann::json& a, const nlohmann::json& b);

}  // namespace systole::report
