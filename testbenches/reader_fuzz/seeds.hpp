// SPDX-License-Identifier: Apache-2.0
//
// The readers under test, and the files that their mutations start from.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mutation.hpp"

namespace systole::fuzz {

struct Seed {
  std::string name;
  std::string bytes;
  std::string extension;     // the reader may choose by it: ".npy"
  bool must_be_read = true;  // false: a file from elsewhere that may hold something Systole refuses
};

struct Reader {
  std::string name;
  std::function<void(const std::filesystem::path&)> read;  // succeeds or throws UserError; anything else is a failure
  std::function<std::string(const Seed&, Random&)> mutate;
  std::vector<Seed> seeds;
};

// `scratch` is a directory for files that are needed while the seeds are made.
std::vector<Reader> readers(const std::filesystem::path& scratch);

std::string file_contents(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& bytes);

}  // namespace systole::fuzz
