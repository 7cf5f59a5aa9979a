// SPDX-License-Identifier: Apache-2.0
//
// One random program with the chip and memory that it runs on.
#pragma once

#include <cstdint>
#include <filesystem>

#include "chip/chip.hpp"
#include "fuzz/random_program.hpp"

namespace systole::fuzz {

struct FuzzCase {
  Chip chip;
  RandomProgram random;
  std::uint64_t seed = 0;
};

enum class MemoryChoice { kRandom, kFixed };  // another memory for each program, or the chip file's

// Everything follows from the chip, the seed and the options. A random memory is ideal or a DRAM of any kind, with its latency,
// bandwidth, back-pressure, queues, mapping and clock ratio drawn as well.
FuzzCase make_case(const Chip& chip, std::uint64_t seed, const RandomOptions& options, MemoryChoice memory);

// A case as files: <path>.chip.toml, .program, .dram (the bytes) and .json (base addresses, seed). UserError if they cannot be
// written, or read again, or do not belong together.
void write_case(const FuzzCase& fuzz_case, const std::filesystem::path& path);
FuzzCase read_case(const std::filesystem::path& path);

}  // namespace systole::fuzz
