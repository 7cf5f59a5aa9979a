// SPDX-License-Identifier: Apache-2.0
//
// The report of a run for people: a table of nodes, a summary of the run, and why nodes are on the host.
#pragma once

#include <string>

#include "report/run_report.hpp"

namespace systole::report {

std::string to_text(const RunReport& report);

}  // namespace systole::report
