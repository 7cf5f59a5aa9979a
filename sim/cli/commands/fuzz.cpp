// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/fuzz.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string/replace.hpp>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "chip/shipped_chips.hpp"
#include "cli/output/junit.hpp"
#include "cli/output/progress_line.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/shrink.hpp"
#include "report/numbers.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
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

// Makes the failing program small and writes it to `directory`.
Kept keep(const fuzz::FuzzCase& failing, const std::shared_ptr<platform::VerilatedChip>& verilated,
          const fs::path& directory) {
  const fuzz::Shrunk small =
      fuzz::shrink(failing, [&](const fuzz::FuzzCase& c) { return fuzz::compare_views(c, verilated).difference; });
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

// A test case a program.
JunitSuite suite_of(const FuzzArguments& arguments, const Chip& chip, const fuzz::FuzzReport& report) {
  std::map<std::uint64_t, std::string> differences;
  for (const fuzz::Mismatch& m : report.mismatches) differences[m.seed] = m.difference;
  JunitSuite suite;
  suite.name = "systole fuzz " + chip.name;
  suite.seconds = report.wall_seconds;
  for (std::uint64_t k = 0; k < report.programs; ++k) {
    JunitCase test;
    test.classname = "systole.fuzz." + chip.name;
    test.name = fmt::format("seed {}", arguments.seed + k);
    if (const auto found = differences.find(arguments.seed + k); found != differences.end())
      test.failure = found->second;
    suite.cases.push_back(std::move(test));
  }
  return suite;
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
  const fuzz::Outcome outcome = fuzz::compare_views(c, library.create(1));
  streams.out << fmt::format("{}: {} instructions, {} cycles: {}\n", arguments.replay,
                             c.random.program.instructions.size(), report::grouped(outcome.cycles),
                             outcome.difference.empty() ? "all views agree" : outcome.difference);
  return outcome.difference.empty() ? 0 : 1;
}

}  // namespace

int execute(const FuzzArguments& arguments, const Streams& streams) {
  if (!arguments.replay.empty()) return replay(arguments, streams);
  if (arguments.chip.name.empty()) throw UserError("--chip is missing: a shipped chip's name or a chip file");
  if (arguments.memory == "random")
    for (const std::string& change : arguments.chip.changes)
      if (change.rfind("memory.", 0) == 0)
        throw UserError("--set " + change + ": programs have random memories; --memory fixed takes the chip's");
  check_folder(arguments.json);
  check_folder(arguments.junit);
  const Chip chip = opened(arguments.chip);
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
    kept.push_back(keep(fuzz::make_case(chip, m.seed, options.random, options.memory), verilated, arguments.keep));
  }
  line.clear();
  if (!arguments.json.empty()) write_whole_file(arguments.json, to_json(arguments, chip, report, kept).dump(2) + "\n");
  if (!arguments.junit.empty())
    write_whole_file(arguments.junit, to_junit(suite_of(arguments, chip, report), JunitSkips::kNever));
  print(chip, arguments, report, kept, streams);
  return report.mismatches.empty() ? 0 : 1;
}

}  // namespace systole::cli
