// SPDX-License-Identifier: Apache-2.0
//
// The report of a run as JSON, for programs. Its keys are the rows of fields.hpp. docs/user/command_line.md documents
// them, so they must not change.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/run_report.hpp"

namespace systole::report {

nlohmann::ordered_json to_json(const RunReport& report);

}  // namespace systole::report
