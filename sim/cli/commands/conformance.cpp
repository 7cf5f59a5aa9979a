// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/conformance.hpp"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "chip/shipped_chips.hpp"
#include "cli/output/junit.hpp"
#include "cli/output/progress_line.hpp"
#include "conformance/conformance.hpp"
#include "rtl_view/factory.hpp"
#include "support/file.hpp"

namespace systole::cli {

using conformance::CaseResult;
using conformance::Verdict;

namespace {

struct Counts {
  std::size_t passed = 0, failed = 0, unsupported = 0, on_chip = 0;
};

Counts count(const std::vector<CaseResult>& results) {
  Counts c;
  for (const CaseResult& r : results) {
    ++(r.verdict == Verdict::kPassed ? c.passed : r.verdict == Verdict::kFailed ? c.failed : c.unsupported);
    c.on_chip += r.verdict == Verdict::kPassed && r.on_chip;
  }
  return c;
}

JunitSuite suite_of(const std::vector<CaseResult>& results) {
  JunitSuite suite;
  suite.name = "systole conformance";
  for (const CaseResult& r : results) {
    JunitCase c;
    c.name = r.name;
    c.seconds = r.wall_seconds;
    if (r.verdict == Verdict::kFailed) c.failure = r.reason;
    if (r.verdict == Verdict::kUnsupported) c.skipped = r.reason;
    suite.cases.push_back(std::move(c));
  }
  return suite;
}

}  // namespace

int execute(const ConformanceArguments& arguments, const Streams& streams) {
  check_folder(arguments.junit);
  const Chip chip = opened(arguments.chip);
  conformance::Options options;
  options.view = session::view_choice(arguments.on);
  options.make_rtl = rtl_view::make_platform_view;
  options.only = arguments.only;
  ProgressLine line(streams.error, streams.progress);
  std::size_t done = 0;
  const std::vector<CaseResult> results =
      conformance::run_cases(arguments.folder, chip, options, [&](const CaseResult& r) {
        ++done;
        if (r.verdict != Verdict::kPassed || arguments.verbose) {
          line.clear();
          const char* word = r.verdict == Verdict::kPassed   ? "passed"
                             : r.verdict == Verdict::kFailed ? "FAILED"
                                                             : "unsupported";
          streams.out << fmt::format("{:<11} {}{}{}\n", word, r.name, r.reason.empty() ? "" : ": ", r.reason);
        }
        if (line.enabled()) line.show(fmt::format("{} cases, {}", done, r.name));
      });
  line.clear();
  if (!arguments.junit.empty()) write_whole_file(arguments.junit, to_junit(suite_of(results), JunitSkips::kPossible));
  const Counts c = count(results);
  streams.out << fmt::format("on {}, view {}: the chip had a part in {} of those that passed\n", chip.name,
                             arguments.on, c.on_chip);
  streams.out << fmt::format("{} passed, {} failed, {} unsupported\n", c.passed, c.failed, c.unsupported);
  return c.failed == 0 ? 0 : 1;
}

}  // namespace systole::cli
