// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/fuzz.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <ctime>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "chip/shipped_chips.hpp"
#include "cli/commands/coverage.hpp"
#include "cli/output/complain.hpp"
#include "cli/output/junit.hpp"
#include "cli/output/progress_line.hpp"
#include "cli/output/write_files.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/shrink.hpp"
#include "report/numbers.hpp"
#include "session/session.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/output_file.hpp"
#include "support/work/interruption.hpp"
#include "verilated/rtl_library.hpp"

namespace systole::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostKept = 5;  // failing programs that are shrunk and saved

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

// Makes the failing program small, unless a signal asks to stop, and writes it to `directory`.
Kept keep(const fuzz::FuzzCase& failing, const std::string& difference,
          const std::shared_ptr<platform::VerilatedChip>& verilated, const fs::path& directory) {
  fuzz::Shrunk small{failing, difference};
  try {
    small =
        fuzz::shrink(failing, [&](const fuzz::FuzzCase& c) { return fuzz::compare_views(c, verilated).difference; });
  } catch (const Interrupted&) {
  }
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw UserError(directory.string() + ": cannot be created: " + error.message());
  const fs::path path = directory / fmt::format("{}-{}", failing.chip.name, failing.seed);
  fuzz::write_case(small.fuzz_case, path);
  fs::path text = path;
  write_whole_file(text += ".txt", fmt::format("# {}\n{}", boost::replace_all_copy(small.difference, "\n", "\n# "),
                                               isa::disassemble(small.fuzz_case.random.program)));
  return {failing.seed, path.string(), small.difference, small.fuzz_case.random.program.instructions.size()};
}

std::string replay_command(const std::string& path) { return "systole fuzz --replay " + path; }

// The command that runs the program of this seed again.
std::string command_of(const FuzzArguments& arguments, std::uint64_t seed) {
  std::string text = "systole fuzz --chip " + arguments.chip.name;
  for (const std::string& change : arguments.chip.changes) text += " --set " + change;
  text += fmt::format(" --seed {} --programs 1 --instructions {} --memory {}", seed, arguments.instructions,
                      arguments.memory);
  return text + (arguments.assertions ? " --assertions" : "");
}

double programs_per_second(const fuzz::FuzzReport& report) {
  return static_cast<double>(report.programs.size()) / report.wall_seconds;
}

nlohmann::ordered_json to_json(const FuzzArguments& arguments, const Chip& chip, std::uint64_t seed,
                               const fuzz::FuzzReport& report, const std::vector<Kept>& kept) {
  nlohmann::ordered_json json;
  json["tool_version"] = session::tool_version();
  json["chip"] = chip.name;
  json["chip_fingerprint"] = fmt::format("{:#018x}", chip.fingerprint());
  json["seed"] = seed;
  json["instructions_per_program"] = arguments.instructions;
  json["memory"] = arguments.memory;
  if (report.interrupted) json["interrupted"] = report.interrupted->what();
  json["programs"] = report.programs.size();
  json["instructions"] = report.instructions;
  json["cycles"] = report.cycles;
  json["mismatches"] = report.mismatches.size();
  json["wall_seconds"] = report.wall_seconds;
  json["programs_per_second"] = programs_per_second(report);
  json["coverage_percent"] = 100 * report.coverage.share();
  json["never_hit"] = report.coverage.never_hit();
  json["coverage"] = report.coverage.points();
  json["failures"] = nlohmann::ordered_json::array();
  for (const fuzz::Mismatch& m : report.mismatches) {
    nlohmann::ordered_json failure{
        {"seed", m.seed}, {"difference", m.difference}, {"command", command_of(arguments, m.seed)}};
    for (const Kept& k : kept)
      if (k.seed == m.seed) failure["saved"] = k.path;
    json["failures"].push_back(failure);
  }
  return json;
}

// A test case a program.
JunitSuite suite_of(const FuzzArguments& arguments, const Chip& chip, std::uint64_t seed,
                    const fuzz::FuzzReport& report, const std::vector<Kept>& kept) {
  std::map<std::uint64_t, std::string> differences, saved;
  for (const fuzz::Mismatch& m : report.mismatches) differences[m.seed] = m.difference;
  for (const Kept& k : kept) saved[k.seed] = k.path;
  JunitSuite suite;
  suite.name = "systole fuzz " + chip.name;
  suite.seconds = report.wall_seconds;
  suite.properties = {{"tool_version", session::tool_version()},
                      {"chip", arguments.chip.name},
                      {"chip_fingerprint", fmt::format("{:#018x}", chip.fingerprint())},
                      {"seed", std::to_string(seed)},
                      {"instructions", std::to_string(arguments.instructions)},
                      {"memory", arguments.memory},
                      {"coverage_percent", fmt::format("{:.1f}", 100 * report.coverage.share())}};
  for (const std::string& change : arguments.chip.changes) suite.properties.emplace_back("set", change);
  if (report.interrupted) suite.properties.emplace_back("interrupted", report.interrupted->what());
  for (const fuzz::ProgramRun& program : report.programs) {
    JunitCase test;
    test.classname = "systole.fuzz." + chip.name;
    test.name = fmt::format("seed {}", program.seed);
    test.seconds = program.seconds;
    if (const auto found = differences.find(program.seed); found != differences.end()) {
      test.failure = found->second;
      test.output = command_of(arguments, program.seed);
      if (const auto path = saved.find(program.seed); path != saved.end())
        test.output += "\n" + replay_command(path->second);
    }
    suite.cases.push_back(std::move(test));
  }
  return suite;
}

void print(const Chip& chip, std::uint64_t seed, const fuzz::FuzzReport& report, const std::vector<Kept>& kept,
           const Streams& streams) {
  using report::grouped;
  streams.out << fmt::format("{}: {} programs, {} instructions, {} cycles, seed {}\n", chip.name,
                             grouped(report.programs.size()), grouped(report.instructions), grouped(report.cycles),
                             seed);
  streams.out << fmt::format("mismatches     {}\n", grouped(report.mismatches.size()));
  streams.out << fmt::format("compared       every bit of memory, every start, retirement, AXI transfer and counter\n");
  streams.out << fmt::format("speed          {:.1f} programs a second, {:.1f} s\n", programs_per_second(report),
                             report.wall_seconds);
  streams.out << coverage_text(report.coverage);
  for (const fuzz::Mismatch& m : report.mismatches) streams.out << fmt::format("seed {}: {}\n", m.seed, m.difference);
  for (const Kept& k : kept)
    streams.out << fmt::format("seed {} saved: {} instructions, {}\n  replay with: {}\n", k.seed, k.instructions,
                               k.difference, replay_command(k.path));
}

int replay(const FuzzArguments& arguments, const Streams& streams) {
  const fuzz::FuzzCase c = fuzz::read_case(arguments.replay);
  const auto library = library_of(c.chip, arguments.assertions, streams);
  const fuzz::Outcome outcome = fuzz::compare_views(c, library.create(1));
  streams.out << fmt::format("{}: {} instructions, {} cycles: {}\n", arguments.replay,
                             c.random.program.instructions.size(), report::grouped(outcome.cycles),
                             outcome.difference.empty() ? "all views agree" : outcome.difference);
  return outcome.difference.empty() ? 0 : 1;
}

}  // namespace

namespace {

fuzz::FuzzOptions options_of(const FuzzArguments& arguments, std::uint64_t seed) {
  constexpr std::uint64_t kDefaultPrograms = 100, kNoLimit = std::uint64_t{1} << 62;
  fuzz::FuzzOptions options;
  options.programs = arguments.programs.value_or(arguments.seconds ? kNoLimit : kDefaultPrograms);
  options.seconds = arguments.seconds;
  options.seed = seed;
  options.jobs = arguments.jobs;
  options.random.instructions = arguments.instructions;
  options.memory = arguments.memory == "fixed" ? fuzz::MemoryChoice::kFixed : fuzz::MemoryChoice::kRandom;
  return options;
}

void check_options(const FuzzArguments& arguments) {
  if (arguments.chip.name.empty()) throw UserError("--chip is missing: a shipped chip's name or a chip file");
  if (arguments.memory == "random")
    for (const std::string& change : arguments.chip.changes)
      if (change.rfind("memory.", 0) == 0)
        throw UserError("--set " + change + ": programs have random memories; --memory fixed takes the chip's");
}

std::string fuzz_progress_text(const FuzzArguments& arguments, std::uint64_t programs, const fuzz::FuzzProgress& p) {
  using report::grouped;
  std::string text = grouped(p.programs);
  if (!arguments.seconds || arguments.programs) text += " of " + grouped(programs);
  text += fmt::format(" programs, {} mismatches, {:.1f} programs/s", p.mismatches,
                      static_cast<double>(p.programs) / p.wall_seconds);
  if (arguments.seconds) text += fmt::format(", {:.0f} s left", std::max(0.0, *arguments.seconds - p.wall_seconds));
  return text;
}

}  // namespace

int execute(const FuzzArguments& arguments, const Streams& streams) {
  const InterruptionScope interruption;
  if (!arguments.replay.empty()) return replay(arguments, streams);
  check_options(arguments);
  OutputFile json(arguments.json), junit(arguments.junit);
  const Chip chip = opened(arguments.chip);
  const platform::RtlLibrary library = library_of(chip, arguments.assertions, streams);
  // Another one each night.
  const std::uint64_t seed = arguments.seed.value_or(static_cast<std::uint64_t>(std::time(nullptr)));
  const fuzz::FuzzOptions options = options_of(arguments, seed);
  const fuzz::MakeChip make_chip = [&] { return library.create(static_cast<std::uint32_t>(seed) | 1u); };
  ProgressLine line(streams.error, streams.progress);
  const fuzz::FuzzReport report = fuzz::run_fuzz(chip, options, make_chip, [&](const fuzz::FuzzProgress& p) {
    line.show([&] { return fuzz_progress_text(arguments, options.programs, p); });
  });

  std::vector<Kept> kept;
  const auto verilated = report.mismatches.empty() ? nullptr : make_chip();
  for (const fuzz::Mismatch& m : report.mismatches) {
    if (kept.size() == kMostKept) break;
    line.show(fmt::format("making the program of seed {} small", m.seed));
    kept.push_back(
        keep(fuzz::make_case(chip, m.seed, options.random, options.memory), m.difference, verilated, arguments.keep));
  }
  line.clear();
  print(chip, seed, report, kept, streams);
  const bool all_written =
      write_files({[&] {
                     if (json) json.write(to_json(arguments, chip, seed, report, kept).dump(2) + "\n");
                   },
                   [&] {
                     if (junit)
                       junit.write(to_junit(suite_of(arguments, chip, seed, report, kept), JunitSkips::kNever));
                   }},
                  streams);
  if (report.interrupted) complain(streams, report.interrupted->what());
  if (!report.mismatches.empty()) return 1;
  if (report.interrupted) return report.interrupted->exit_code();
  const int covered = check_coverage(report.coverage, arguments.required_coverage, streams);
  return all_written ? covered : 2;
}

}  // namespace systole::cli
