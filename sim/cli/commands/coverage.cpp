// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/coverage.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/output/complain.hpp"
#include "support/error.hpp"
#include "support/json_file.hpp"
#include "support/output_file.hpp"

namespace systole::cli {

namespace {

constexpr std::uint64_t kMaxCoverageBytes = std::uint64_t{1} << 30;

void add_file(const std::string& file, fuzz::Coverage& coverage) {
  const nlohmann::json json = read_json(file, kMaxCoverageBytes);
  const auto points = json.is_object() ? json.find("coverage") : json.end();
  if (points == json.end() || !points->is_object())
    throw UserError(file + ": 'coverage' is missing or no object: must be a file of fuzz --json");
  for (const auto& [point, hits] : points->items())
    coverage.add(point, unsigned_member(*points, point, file + ": coverage"));
}

}  // namespace

std::string coverage_text(const fuzz::Coverage& coverage) {
  const std::vector<std::string> never = coverage.never_hit();
  std::string text = fmt::format("coverage       {} of {} points hit\n", coverage.points().size() - never.size(),
                                 coverage.points().size());
  for (const std::string& point : never) text += "  never hit    " + point + "\n";
  return text;
}

int check_coverage(const fuzz::Coverage& coverage, double required, const Streams& streams) {
  if (100 * coverage.share() >= required) return 0;
  complain(streams, fmt::format("{:.2f} % of the coverage points were hit, required are {} %", 100 * coverage.share(),
                                required));
  return 1;
}

int execute(const CoverageArguments& arguments, const Streams& streams) {
  OutputFile json(arguments.json);
  fuzz::Coverage coverage;
  for (const std::string& file : arguments.files) add_file(file, coverage);
  streams.out << coverage_text(coverage) << std::flush;
  if (json) {
    const nlohmann::ordered_json merged{{"files", arguments.files},
                                        {"coverage_percent", 100 * coverage.share()},
                                        {"never_hit", coverage.never_hit()},
                                        {"coverage", coverage.points()}};
    json.write(merged.dump(2) + "\n");
  }
  return check_coverage(coverage, arguments.required, streams);
}

}  // namespace systole::cli
