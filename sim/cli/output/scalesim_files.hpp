// SPDX-License-Identifier: Apache-2.0
//
// The files of `systole run --scalesim-reports DIR`: report/scalesim/scalesim_reports.hpp says what is in them.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "cli/output/output_folder.hpp"
#include "report/run_report.hpp"
#include "support/output_file.hpp"

namespace systole::cli {

class ScalesimFiles {
 public:
  // Opens the files in the folder, which is created if need be, before the work starts. UserError if one cannot be
  // written. None for an empty name.
  explicit ScalesimFiles(const std::filesystem::path& directory);

  // Where they are.
  static std::vector<std::filesystem::path> places(const std::filesystem::path& directory);

  // One that writes each file, for write_files. To be called while the report is there.
  std::vector<std::function<void()>> writers(const report::RunReport& report);

 private:
  OutputFolder folder_;  // goes after what is in it
  OutputFile compute_, bandwidth_, names_;
};

}  // namespace systole::cli
