// SPDX-License-Identifier: Apache-2.0
//
// Files that mutations start from: shipped ones, and small ones that are made here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "chip/chip.hpp"

namespace systole::fuzz {

struct Seed {
  std::string name;
  std::string bytes;
  bool must_be_read = true;  // false: a file from elsewhere that may hold something Systole refuses
};

Chip shipped_chip(const std::string& name);

std::vector<Seed> chip_seeds();
std::vector<Seed> program_seeds(const std::filesystem::path& scratch);
std::vector<Seed> assembler_seeds();
std::vector<Seed> network_seeds();
std::vector<Seed> tensor_seeds();
std::vector<Seed> layer_seeds();
std::vector<Seed> report_seeds();
std::vector<Seed> trace_seeds();
std::vector<Seed> access_seeds();
std::vector<Seed> coverage_seeds();

// Writes a whole case of the fuzzer of programs, and gives its path as read_case takes it.
std::filesystem::path write_seed_case(const Chip& chip, const std::filesystem::path& scratch);

std::string file_contents(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& bytes);

}  // namespace systole::fuzz
