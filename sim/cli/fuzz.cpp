// SPDX-License-Identifier: Apache-2.0
#include "cli/fuzz.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "chip/shipped_chips.hpp"
#include "cli/progress_line.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/shrink.hpp"
#include "platform/rtl_library.hpp"
#include "report/numbers.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostKept = 5;  // failing programs that are made small and saved

struct Kept {
  std::uint64_t seed = 0;
  std::string path, difference;
  std::size_t instructions = 0;
};

platform::RtlLibrary library_of(const Chip& chip, bool assertions, const Streams& streams) {
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  build.assertions = assertions;
  return platform::RtlLibrary(build, [&](const std::string& text) { streams.error << text << std::endl; });
}

// Makes the failing program small and writes it to `directory`.
Kept keep(const fuzz::FuzzCase& failing, platform::VerilatedChip& verilated, const fs::path& directory) {
  const fuzz::Shrunk small =
      fuzz::shrink(failing, [&](const fuzz::FuzzCase& c) { return fuzz::compare_views(verilated, c).difference; });
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw UserError(directory.string() + ": cannot be created: " + error.message());
  const fs::path path = directory / fmt::format("{}-{}", failing.chip.name, failing.seed);
  fuzz::write_case(small.fuzz_case, path);
  fs::path text = path;
  write_whole_file(text += ".txt",
                   fmt::format("# {}\n{}", small.difference, isa::disassemble(small.fuzz_case.random.program)));
  return {failing.seed, path.string(), small.difference, small.fuzz_case.random.program.instructions.size()};
}

nlohmann::ordered_json to_json(const FuzzArguments& arguments, const Chip& chip, const fuzz::FuzzReport& report,
                               const std::vector<Kept>& kept) {
  nlohmann::ordered_json json;
  json["chip"] = chip.name;
  json["seed"] = arguments.seed;
  json["programs"] = report.programs;
  json["instructions"] = report.instructions;
  json["cycles"] = report.cycles;
  json["mismatches"] = report.mismatches.size();
  json["wall_seconds"] = report.wall_seconds;
  json["programs_per_second"] = static_cast<double>(report.programs) / report.wall_seconds;
  json["never_hit"] = report.coverage.never_hit();
  json["coverage"] = report.coverage.points();
  json["failures"] = nlohmann::ordered_json::array();
  for (const fuzz::Mismatch& m : report.mismatches) {
    nlohmann::ordered_json failure{{"seed", m.seed}, {"difference", m.difference}};
    for (const Kept& k : kept)
      if (k.seed == m.seed) failure["saved"] = k.path;
    json["failures"].push_back(failure);
  }
  return json;
}

// The XML that build servers read: a test case a program.
std::string to_junit(const FuzzArguments& arguments, const Chip& chip, const fuzz::FuzzReport& report) {
  using boost::property_tree::ptree;
  std::map<std::uint64_t, std::string> differences;
  for (const fuzz::Mismatch& m : report.mismatches) differences[m.seed] = m.difference;
  ptree suite;
  suite.put("<xmlattr>.name", "systole fuzz " + chip.name);
  suite.put("<xmlattr>.tests", report.programs);
  suite.put("<xmlattr>.failures", report.mismatches.size());
  suite.put("<xmlattr>.time", fmt::format("{:.3f}", report.wall_seconds));
  for (std::uint64_t k = 0; k < report.programs; ++k) {
    ptree test;
    test.put("<xmlattr>.classname", "systole.fuzz." + chip.name);
    test.put("<xmlattr>.name", fmt::format("seed {}", arguments.seed + k));
    if (const auto found = differences.find(arguments.seed + k); found != differences.end())
      test.put("failure.<xmlattr>.message", found->second);
    suite.add_child("testcase", test);
  }
  ptree root;
  root.add_child("testsuite", suite);
  std::ostringstream out;
  boost::property_tree::write_xml(out, root);
  return out.str();
}

void print(const Chip& chip, const FuzzArguments& arguments, const fuzz::FuzzReport& report,
           const std::vector<Kept>& kept, const Streams& streams) {
  using report::grouped;
  const auto never = report.coverage.never_hit();
  streams.out << fmt::format("{}: {} programs, {} instructions, {} cycles, seed {}\n", chip.name,
                             grouped(report.programs), grouped(report.instructions), grouped(report.cycles),
                             arguments.seed);
  streams.out << fmt::format("mismatches     {}\n", grouped(report.mismatches.size()));
  streams.out << fmt::format("compared       every bit of memory, every start, retirement, AXI transfer and counter\n");
  streams.out << fmt::format("speed          {:.1f} programs a second, {:.1f} s\n",
                             static_cast<double>(report.programs) / report.wall_seconds, report.wall_seconds);
  streams.out << fmt::format("coverage       {} of {} points hit\n", report.coverage.points().size() - never.size(),
                             report.coverage.points().size());
  for (const std::string& point : never) streams.out << "  never hit    " << point << "\n";
  for (const fuzz::Mismatch& m : report.mismatches) streams.out << fmt::format("seed {}: {}\n", m.seed, m.difference);
  for (const Kept& k : kept)
    streams.out << fmt::format("seed {} made small: {} instructions, {}\n  replay with: systole fuzz --replay {}\n",
                               k.seed, k.instructions, k.difference, k.path);
}

int replay(const FuzzArguments& arguments, const Streams& streams) {
  const fuzz::FuzzCase c = fuzz::read_case(arguments.replay);
  const auto library = library_of(c.chip, arguments.assertions, streams);
  const fuzz::Outcome outcome = fuzz::compare_views(*library.create(1), c);
  streams.out << fmt::format("{}: {} instructions, {} cycles: {}\n", arguments.replay,
                             c.random.program.instructions.size(), report::grouped(outcome.model.cycles),
                             outcome.difference.empty() ? "all views agree" : outcome.difference);
  return outcome.difference.empty() ? 0 : 1;
}

}  // namespace

int fuzz_command(const FuzzArguments& arguments, const Streams& streams) {
  if (!arguments.replay.empty()) return replay(arguments, streams);
  if (arguments.chip.empty()) throw UserError("--chip is missing: a shipped chip's name or a chip file");
  check_folder(arguments.json);
  check_folder(arguments.junit);
  const Chip chip = open_chip(arguments.chip);
  const platform::RtlLibrary library = library_of(chip, arguments.assertions, streams);

  fuzz::FuzzOptions options;
  options.programs = arguments.programs;
  options.seed = arguments.seed;
  options.jobs = arguments.jobs;
  options.random.instructions = arguments.instructions;
  options.memory = arguments.memory == "fixed" ? fuzz::MemoryChoice::kFixed : fuzz::MemoryChoice::kRandom;
  const fuzz::MakeChip make_chip = [&] { return library.create(static_cast<std::uint32_t>(arguments.seed) | 1u); };
  ProgressLine line(streams.error, streams.progress);
  std::function<void(const fuzz::FuzzProgress&)> progress;
  double shown = 0;
  if (line.enabled())
    progress = [&](const fuzz::FuzzProgress& p) {
      if (p.wall_seconds < shown + 0.1) return;
      shown = p.wall_seconds;
      line.show(fmt::format("{} of {} programs, {} mismatches, {:.1f} programs/s", report::grouped(p.programs),
                            report::grouped(options.programs), p.mismatches,
                            static_cast<double>(p.programs) / p.wall_seconds));
    };
  const fuzz::FuzzReport report = fuzz::run_fuzz(chip, options, make_chip, progress);

  std::vector<Kept> kept;
  const auto verilated = report.mismatches.empty() ? nullptr : make_chip();
  for (const fuzz::Mismatch& m : report.mismatches) {
    if (kept.size() == kMostKept) break;
    line.show(fmt::format("making the program of seed {} small", m.seed));
    kept.push_back(keep(fuzz::make_case(chip, m.seed, options.random, options.memory), *verilated, arguments.keep));
  }
  line.clear();
  if (!arguments.json.empty()) write_whole_file(arguments.json, to_json(arguments, chip, report, kept).dump(2) + "\n");
  if (!arguments.junit.empty()) write_whole_file(arguments.junit, to_junit(arguments, chip, report));
  print(chip, arguments, report, kept, streams);
  return report.mismatches.empty() ? 0 : 1;
}

void add_fuzz(CLI::App& app, FuzzArguments& fuzz, std::function<int(const Streams&)>& action) {
  CLI::App* command = app.add_subcommand(
      "fuzz", "Run random programs on RTL, reference and cycle model, and compare every bit and every cycle");
  command->add_option("--chip", fuzz.chip, "A shipped chip's name or a chip file")->type_name("CHIP");
  command->add_option("--programs", fuzz.programs, "How many [100]")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
  command->add_option("--seed", fuzz.seed, "Seed of the first program; program k has seed + k [1]")->type_name("S");
  command->add_option("--instructions", fuzz.instructions, "Of a program [24]")
      ->type_name("N")
      ->check(CLI::Range(5, 250));
  command->add_option("--jobs", fuzz.jobs, "Threads; the results do not depend on them [1]")
      ->type_name("J")
      ->check(CLI::Range(1u, 256u));
  command
      ->add_option("--memory", fuzz.memory,
                   "random: another memory for each program, with latency, bandwidth, back-pressure; fixed: the chip "
                   "file's [random]")
      ->check(CLI::IsMember({"random", "fixed"}))
      ->type_name("CHOICE");
  command->add_flag("--assertions", fuzz.assertions, "Check the assertions in the RTL; another model, slower");
  command->add_option("--json", fuzz.json, "File for figures, coverage and failures as JSON")->type_name("FILE");
  command->add_option("--junit", fuzz.junit, "File for the results as JUnit XML")->type_name("FILE");
  command->add_option("--keep", fuzz.keep, "Folder for failing programs, made small [fuzz-failures]")->type_name("DIR");
  command->add_option("--replay", fuzz.replay, "Run one saved program again, instead")->type_name("DIR/NAME");
  command->callback([&] { action = [&](const Streams& streams) { return fuzz_command(fuzz, streams); }; });
}

}  // namespace systole::cli
