// SPDX-License-Identifier: Apache-2.0
//
// Does a random program define everything that it reads, and is it sound on chips of all proportions? (That a post or take less is
// noticed, program_check_test shows; what a seed gives, fuzz_case_test.)
#include "fuzz/random_program.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "catch.hpp"
#include "fuzz/dram_map.hpp"
#include "isa/access.hpp"
#include "ordering/program_check.hpp"

namespace systole::fuzz {
namespace {

Chip chip_of(const std::string& file) { return load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/" + file); }

std::vector<Chip> chips() {
  std::vector<Chip> all;
  for (const char* file : {"sim/chips/tiny.toml", "sim/chips/edge16.toml", "testbenches/system/random/chips/wide.toml",
                           "testbenches/system/random/chips/tall.toml", "testbenches/system/random/chips/square.toml"})
    all.push_back(chip_of(file));
  return all;
}

TEST_CASE("the first instructions write every place of every memory of the chip") {
  for (const Chip& chip : chips()) {
    const RandomProgram random = make_random_program(chip, 1, {});
    std::array<std::vector<bool>, isa::kMemories> written;
    for (std::size_t m = 0; m < isa::kMemories; ++m)
      written[m].resize(isa::places_in(chip, static_cast<isa::Memory>(m)));
    for (std::size_t i = 0; i < kFillInstructions; ++i)
      for (const isa::Touch& touch : isa::touches_of(random.program.instructions.at(i), chip, random.bases)) {
        if (touch.access == isa::Access::kRead) continue;
        isa::for_each_interval(touch.nest, [&](std::uint64_t first, std::uint64_t last) {
          for (std::uint64_t place = first; place <= last; ++place)
            written[isa::index_of(touch.memory)].at(place) = true;
        });
      }
    for (std::size_t m = 0; m < isa::kMemories; ++m) {
      INFO(chip.name << ": " << isa::kMemoryNames[m]);
      CHECK(std::count(written[m].begin(), written[m].end(), false) == 0);
    }
  }
}

TEST_CASE("programs are sound on chips of all proportions, and so are parts of them") {
  for (const Chip& chip : chips())
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      INFO(chip.name << ", seed " << seed);
      const RandomProgram random = make_random_program(chip, seed, {});
      CHECK(ordering::check_program(random.program, chip, random.bases, kDramBytes) == std::vector<std::string>{});
      auto part = random.program.instructions;
      part.erase(part.begin() + kFillInstructions + 1, part.begin() + kFillInstructions + 9);
      const RandomProgram less = with_instructions(chip, random, part);
      CHECK(less.program.instructions.size() == part.size());
      CHECK(ordering::check_program(less.program, chip, less.bases, kDramBytes) == std::vector<std::string>{});
    }
}

TEST_CASE("a program has the length that was asked for, is for its chip and lies behind all that it touches") {
  const Chip chip = chips().front();
  for (const int instructions : {4, 5, 60}) {
    RandomOptions options;
    options.instructions = instructions;
    const RandomProgram random = make_random_program(chip, 3, options);
    CHECK(random.program.instructions.size() == static_cast<std::size_t>(instructions));
    CHECK(random.program.chip_fingerprint == chip.fingerprint());
    CHECK(random.program_address >= kParameters + kParameterBytes);
    CHECK(random.dram.size() == kDramBytes);
  }
}

TEST_CASE("every parameter is a bias and a scale of a sane size, and some scales are zero") {
  const RandomProgram random = make_random_program(chips().front(), 9, {});
  int zeros = 0;
  for (std::uint64_t p = kParameters; p < kParameters + kParameterBytes; p += 8) {
    float scale;
    std::memcpy(&scale, &random.dram[p + 4], 4);
    const bool sane = scale == 0.0f || (scale >= std::ldexp(1.0f, -16) && scale < 8.0f);
    CHECK(sane);
    zeros += scale == 0.0f ? 1 : 0;
  }
  CHECK(zeros > 0);
  CHECK(random.bases[static_cast<std::size_t>(isa::Base::kParameter)] == kParameters);
}

TEST_CASE("an instruction that reaches outside of the data is left out") {
  const Chip chip = chips().front();
  const RandomProgram random = make_random_program(chip, 2, {});
  auto instructions = random.program.instructions;
  isa::Store outside;
  outside.raw = true;
  outside.dst_base = kProgram;
  instructions.push_back(outside);
  CHECK(with_instructions(chip, random, instructions).program.instructions.size() == instructions.size() - 1);
}

}  // namespace
}  // namespace systole::fuzz
