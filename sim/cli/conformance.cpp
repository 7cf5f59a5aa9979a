// SPDX-License-Identifier: Apache-2.0
#include "cli/conformance.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <map>
#include <ostream>
#include <sstream>

#include "chip/shipped_chips.hpp"
#include "cli/progress_line.hpp"
#include "conformance/conformance.hpp"
#include "support/file.hpp"

namespace systole::cli {

using conformance::CaseResult;
using conformance::Outcome;

namespace {

struct Counts {
  std::size_t passed = 0, failed = 0, unsupported = 0, on_chip = 0;
};

Counts count(const std::vector<CaseResult>& results) {
  Counts c;
  for (const CaseResult& r : results) {
    ++(r.outcome == Outcome::kPassed ? c.passed : r.outcome == Outcome::kFailed ? c.failed : c.unsupported);
    c.on_chip += r.outcome == Outcome::kPassed && r.on_chip;
  }
  return c;
}

std::string to_junit(const std::vector<CaseResult>& results) {
  using boost::property_tree::ptree;
  const Counts c = count(results);
  ptree suite;
  suite.put("<xmlattr>.name", "systole conformance");
  suite.put("<xmlattr>.tests", results.size());
  suite.put("<xmlattr>.failures", c.failed);
  suite.put("<xmlattr>.skipped", c.unsupported);
  for (const CaseResult& r : results) {
    ptree node;
    node.put("<xmlattr>.name", r.name);
    node.put("<xmlattr>.time", fmt::format("{:.3f}", r.wall_seconds));
    if (r.outcome == Outcome::kFailed) node.put("failure.<xmlattr>.message", r.reason);
    if (r.outcome == Outcome::kUnsupported) node.put("skipped.<xmlattr>.message", r.reason);
    suite.add_child("testcase", node);
  }
  ptree root;
  root.add_child("testsuite", suite);
  std::ostringstream out;
  boost::property_tree::write_xml(out, root);
  return out.str();
}

}  // namespace

int conformance_command(const ConformanceArguments& arguments, const Streams& streams) {
  check_folder(arguments.junit);
  const Chip chip = open_chip(arguments.chip);
  conformance::Options options;
  const std::map<std::string, report::ViewChoice> views = {{"reference", report::ViewChoice::kReference},
                                                           {"model", report::ViewChoice::kModel},
                                                           {"rtl", report::ViewChoice::kRtl},
                                                           {"all", report::ViewChoice::kAll}};
  options.view = views.at(arguments.on);
  options.only = arguments.only;
  ProgressLine line(streams.error, streams.progress);
  std::size_t done = 0;
  const std::vector<CaseResult> results =
      conformance::run_cases(arguments.folder, chip, options, [&](const CaseResult& r) {
        ++done;
        if (r.outcome != Outcome::kPassed || arguments.verbose) {
          line.clear();
          const char* word = r.outcome == Outcome::kPassed   ? "passed"
                             : r.outcome == Outcome::kFailed ? "FAILED"
                                                             : "unsupported";
          streams.out << fmt::format("{:<11} {}{}{}\n", word, r.name, r.reason.empty() ? "" : ": ", r.reason);
        }
        if (line.enabled()) line.show(fmt::format("{} cases, {}", done, r.name));
      });
  line.clear();
  if (!arguments.junit.empty()) write_whole_file(arguments.junit, to_junit(results));
  const Counts c = count(results);
  streams.out << fmt::format("on {}, view {}: the chip had a part in {} of those that passed\n", chip.name,
                             arguments.on, c.on_chip);
  streams.out << fmt::format("{} passed, {} failed, {} unsupported\n", c.passed, c.failed, c.unsupported);
  return c.failed == 0 ? 0 : 1;
}

void add_conformance(CLI::App& app, ConformanceArguments& arguments, std::function<int(const Streams&)>& action) {
  CLI::App* command = app.add_subcommand("conformance", "Run operator tests in ONNX's own layout");
  command
      ->add_option("folder", arguments.folder,
                   "Folder with test cases at any depth: model.onnx, test_data_set_0/input_0.pb, ..")
      ->required()
      ->type_name("DIR");
  command->add_option("--chip", arguments.chip, "A shipped chip's name or a chip file")->required()->type_name("CHIP");
  command->add_option("--on", arguments.on, "View of the chip: reference, model, rtl, or all [reference]")
      ->check(CLI::IsMember({"reference", "model", "rtl", "all"}))
      ->type_name("VIEW");
  command->add_option("--only", arguments.only, "Only cases whose name contains this")->type_name("TEXT");
  command->add_flag("--verbose", arguments.verbose, "Name the cases that passed, too");
  command->add_option("--junit", arguments.junit, "File for the results as JUnit XML")->type_name("FILE");
  command->callback([&] { action = [&](const Streams& streams) { return conformance_command(arguments, streams); }; });
}

}  // namespace systole::cli
