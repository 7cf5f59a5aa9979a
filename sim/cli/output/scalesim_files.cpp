// SPDX-License-Identifier: Apache-2.0
#include "cli/output/scalesim_files.hpp"

#include "report/scalesim/scalesim_reports.hpp"

namespace systole::cli {

namespace fs = std::filesystem;

namespace {

// The first two are SCALE-Sim's.
constexpr const char *kCompute = "COMPUTE_REPORT.csv", *kBandwidth = "BANDWIDTH_REPORT.csv",
                     *kNames = "LAYER_NAMES.csv";

// No file in no folder.
fs::path place_of(const fs::path& directory, const char* name) {
  return directory.empty() ? fs::path() : directory / name;
}

}  // namespace

ScalesimFiles::ScalesimFiles(const fs::path& directory)
    : folder_(directory),
      compute_(place_of(directory, kCompute)),
      bandwidth_(place_of(directory, kBandwidth)),
      names_(place_of(directory, kNames)) {}

std::vector<fs::path> ScalesimFiles::places(const fs::path& directory) {
  return {directory / kCompute, directory / kBandwidth, directory / kNames};
}

std::vector<std::function<void()>> ScalesimFiles::writers(const report::RunReport& report) {
  if (!folder_) return {};
  return {[&] { compute_.write(report::scalesim_compute_report(report)); },
          [&] { bandwidth_.write(report::scalesim_bandwidth_report(report)); },
          [&] { names_.write(report::scalesim_layer_names(report)); }};
}

}  // namespace systole::cli
