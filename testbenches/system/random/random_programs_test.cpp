// SPDX-License-Identifier: Apache-2.0
//
// Random programs on RTL (with its assertions), reference and cycle model: every byte of memory, every start and retire cycle,
// every transfer on the AXI pins and every counter must be equal. Some have the seeds they always had, and some are fresh: their
// seed comes from the clock and is printed. SYSTOLE_PROGRAMS (fresh ones a chip) and SYSTOLE_SEED choose other runs.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "catch.hpp"
#include "fuzz/fuzz.hpp"
#include "verilated/rtl_library.hpp"

namespace systole {
namespace {

std::string shipped(const std::string& name) {
  return std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/" + name + ".toml";
}
std::string odd(const std::string& name) {
  return std::string(SYSTOLE_SOURCE_DIR) + "/testbenches/system/random/chips/" + name + ".toml";
}

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

void run_programs(const Chip& chip, std::uint64_t fixed, std::uint64_t fresh) {
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  build.assertions = true;
  const platform::RtlLibrary library(build);
  const auto now = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  const std::uint64_t fresh_seed = setting("SYSTOLE_SEED", now);
  for (const auto& [first_seed, programs] :
       {std::pair{std::uint64_t{1}, fixed}, {fresh_seed, setting("SYSTOLE_PROGRAMS", fresh)}}) {
    const std::uint64_t seed = first_seed;  // a lambda of C++17 takes no structured binding
    fuzz::FuzzOptions options;
    options.programs = programs;
    options.seed = seed;
    options.random.instructions = 24;
    const fuzz::FuzzReport report =
        fuzz::run_fuzz(chip, options, [&] { return library.create(static_cast<std::uint32_t>(seed) | 1u); });
    fmt::print("{}: {} programs, {} instructions, {} cycles, seed {}: {} mismatches\n", chip.name,
               report.programs.size(), report.instructions, report.cycles, seed, report.mismatches.size());
    for (const fuzz::Mismatch& m : report.mismatches) FAIL_CHECK("seed " << m.seed << ": " << m.difference);
    REQUIRE(report.programs.size() == programs);
  }
}

}  // namespace

TEST_CASE("random programs agree in every bit and every cycle on tiny") {
  run_programs(load_chip(shipped("tiny")), 400, 150);
}

TEST_CASE("random programs agree on a wide array with deep latencies and a narrow bus") {
  run_programs(load_chip(odd("wide")), 150, 75);
}

TEST_CASE("random programs agree on a tall array with a wide bus and one lane") {
  run_programs(load_chip(odd("tall")), 150, 75);
}

TEST_CASE("random programs agree on a square array behind a bus of 512 bits with shallow queues") {
  run_programs(load_chip(odd("square")), 100, 75);
}

TEST_CASE("random programs agree on edge16") { run_programs(load_chip(shipped("edge16")), 40, 20); }

TEST_CASE("a program's memory is another one each time, and its results do not depend on the number of threads") {
  const Chip chip = load_chip(shipped("tiny"));
  platform::RtlBuild build;
  build.parameters = chip.rtl_parameters();
  build.assertions = true;
  const platform::RtlLibrary library(build);
  fuzz::FuzzOptions options;
  options.programs = 60;
  const auto with_jobs = [&](unsigned jobs) {
    options.jobs = jobs;
    return fuzz::run_fuzz(chip, options, [&] { return library.create(1); });
  };
  const fuzz::FuzzReport one = with_jobs(1), three = with_jobs(3);
  CHECK(one.cycles == three.cycles);
  CHECK(one.coverage.points() == three.coverage.points());
  CHECK(one.mismatches.empty());
  CHECK(one.coverage.points().at("memory ideal") < 60);
  CHECK(one.coverage.never_hit().size() < one.coverage.points().size() / 4);
}

}  // namespace systole
