// SPDX-License-Identifier: Apache-2.0
//
// Reports of `systole run --json`, side by side.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace systole::report {

// UserError naming the file if it cannot be read, is no JSON or lacks a key of the report.
nlohmann::json read_report(const std::filesystem::path& file);

// For people: what differs in what was run, totals, and nodes. Each report but the first is compared with the first.
// Nodes belong together by their names; of those that a report lacks, its side is empty. UserError naming the key if a
// value has another type than in a report.
std::string side_by_side(const std::vector<nlohmann::json>& reports);

// Puts the reports in the order of a total, the best first: fewest cycles or bytes, most of everything else. UserError
// for a key that is no total, with those that are.
void sort_reports(std::vector<nlohmann::json>& reports, const std::string& key);

}  // namespace systole::report
