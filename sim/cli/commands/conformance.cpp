// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/conformance.hpp"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "chip/shipped_chips.hpp"
#include "cli/output/complain.hpp"
#include "cli/output/junit.hpp"
#include "cli/output/progress_line.hpp"
#include "cli/output/write_files.hpp"
#include "conformance/conformance.hpp"
#include "rtl_view/factory.hpp"
#include "support/output_file.hpp"
#include "support/work/interruption.hpp"

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

JunitSuite suite_of(const ConformanceArguments& arguments, const std::vector<CaseResult>& results) {
  JunitSuite suite;
  suite.name = "systole conformance";
  suite.properties = {{"tool_version", session::tool_version()},
                      {"chip", arguments.chip.name},
                      {"view", arguments.on},
                      {"folder", arguments.folder}};
  for (const std::string& change : arguments.chip.changes) suite.properties.emplace_back("set", change);
  for (const CaseResult& r : results) {
    JunitCase c;
    c.name = r.name;
    c.seconds = r.wall_seconds;
    if (r.verdict == Verdict::kFailed) {
      c.failure = r.reason;
      c.output = fmt::format("systole conformance {} --chip {} --on {} --only {}", arguments.folder,
                             arguments.chip.name, arguments.on, r.name);
    }
    if (r.verdict == Verdict::kUnsupported) c.skipped = r.reason;
    suite.cases.push_back(std::move(c));
  }
  return suite;
}

}  // namespace

int execute(const ConformanceArguments& arguments, const Streams& streams) {
  OutputFile junit(arguments.junit);
  const InterruptionScope interruption;
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
        line.show([&] { return fmt::format("{} cases, {}", done, r.name); });
      });
  line.clear();
  const Counts c = count(results);
  const JunitSuite suite = suite_of(arguments, results);
  streams.out << fmt::format("on {}, view {}: the chip had a part in {} of those that passed\n", chip.name,
                             arguments.on, c.on_chip);
  streams.out << fmt::format("{} passed, {} failed, {} unsupported\n", c.passed, c.failed, c.unsupported);
  const bool all_written = write_files({[&] {
                                         if (junit) junit.write(to_junit(suite, JunitSkips::kPossible));
                                       }},
                                       streams);
  if (const int signal_number = interruption_signal()) {
    const Interrupted stop(signal_number);
    complain(streams, fmt::format("{} behind {} cases", stop.what(), results.size()));
    return stop.exit_code();
  }
  return c.failed != 0 ? 1 : all_written ? 0 : 2;
}

}  // namespace systole::cli
