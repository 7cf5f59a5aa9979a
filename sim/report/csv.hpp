// SPDX-License-Identifier: Apache-2.0
//
// The nodes of a run as a CSV file (RFC 4180), for spreadsheets. Its columns are the rows of fields.hpp with in_csv().
#pragma once

#include <string>

#include "report/run_report.hpp"

namespace systole::report {

// A line of names, a line for each node, and last a line `total`. An unknown value is an empty column.
std::string to_csv(const RunReport& report);

}  // namespace systole::report
