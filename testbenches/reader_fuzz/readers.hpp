// SPDX-License-Identifier: Apache-2.0
//
// The readers under test, for both drivers: the seeded mutator (main.cpp) and libFuzzer (libfuzzer_main.cpp).
//
// A row of the table says how a file is read, how its bytes are changed, and what the changes start from. Whatever
// the bytes are, `read` must return or throw a UserError of one line, soon and in little memory.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mutation.hpp"
#include "seeds.hpp"

namespace systole::fuzz {

struct Reader {
  std::string name;
  // Succeeds or throws UserError; anything else is a failure.
  std::function<void(const std::filesystem::path&)> read;
  std::function<std::string(const std::string& bytes, Random&)> mutate;
  std::vector<Seed> seeds;
  // Of the file that holds the bytes; the reader may choose by it.
  std::function<std::string(const std::string& bytes)> extension;
  // Puts right what is a sum over all the other bytes. Empty if there is none.
  std::function<std::string(std::string bytes)> repair = {};
};

// `scratch` is a folder for files that readers and seeds need.
std::vector<Reader> readers(const std::filesystem::path& scratch);

// Empty if the file was read, else the line with which it was refused, as it should be. Throws what the reader must not
// throw.
std::string read_one(const Reader& reader, const std::filesystem::path& file);

}  // namespace systole::fuzz
