// SPDX-License-Identifier: Apache-2.0
//
// "Why is this node slow?": the answer of `systole explain`, from a report of `systole run --json`.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace systole::report {

// For people: when the node ran, where the cycles of array and engines went, its tiles, its traffic, its bounds, and
// what would move the one that holds. `report` as read_report returns it. UserError if it has no such node, with names
// like it; if it is of a run without a clock; and for a value of another type than in a report.
std::string explain(const nlohmann::json& report, const std::string& node, std::size_t width);

}  // namespace systole::report
