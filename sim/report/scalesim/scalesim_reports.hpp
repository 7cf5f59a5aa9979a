// SPDX-License-Identifier: Apache-2.0
//
// The nodes of a run as the reports that SCALE-Sim writes, for scripts that read those: COMPUTE_REPORT.csv and
// BANDWIDTH_REPORT.csv of SCALE-Sim v3. Its columns of v2 are among them, under the same names.
//
// Header, separators and the comma at the end of a line are SCALE-Sim's (generate_reports() in its simulator.py).
// docs/user/networks.md defines each column.
#pragma once

#include <string>

#include "report/run_report.hpp"

namespace systole::report {

// A line of names, then a line for each node that has cycles of its own: `LayerID` is its place in the network, from 0.
// A value that the run does not know is an empty column; of a run that was interrupted, only its times are known.
std::string scalesim_compute_report(const RunReport& report);
std::string scalesim_bandwidth_report(const RunReport& report);

// The name of each of these nodes, which SCALE-Sim does not write: RFC 4180, `LayerID,Layer name`.
std::string scalesim_layer_names(const RunReport& report);

}  // namespace systole::report
