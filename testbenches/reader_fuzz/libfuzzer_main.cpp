// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer's side of one reader; CMake says which (SYSTOLE_READER). An exception that is no UserError ends the
// process as a crash does, and libFuzzer keeps the bytes.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

#include "readers.hpp"

namespace {

namespace fs = std::filesystem;
using namespace systole::fuzz;

// A folder of this process, gone when it ends. In memory if there is such a place: a file is written for each try.
const fs::path& scratch() {
  static const fs::path folder = [] {
    const fs::path memory = "/dev/shm";
    std::string name =
        ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "systole-fuzz-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error(name + ": cannot be made");
    return fs::path(name);
  }();
  return folder;
}

void remove_scratch() {
  std::error_code ignored;
  fs::remove_all(scratch(), ignored);
}

const Reader& reader() {
  static const Reader chosen = [] {
    std::vector<Reader> all = readers(scratch());
    std::atexit(remove_scratch);
    const auto found = std::find_if(all.begin(), all.end(), [](const Reader& r) { return r.name == SYSTOLE_READER; });
    if (found == all.end()) throw std::logic_error("no reader " SYSTOLE_READER);
    return std::move(*found);
  }();
  return chosen;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const fs::path file = scratch() / ("input" + reader().extension(bytes));
  write_file(file, bytes);
  read_one(reader(), file);
  fs::remove(file);
  return 0;
}

// libFuzzer's own changes, led by coverage and its dictionary, and those that know the format, in turn.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  systole::Random random(seed);
  std::string bytes;
  if (random.one_in(2)) {
    size = LLVMFuzzerMutate(data, size, max_size);
    bytes.assign(reinterpret_cast<const char*>(data), size);
  } else {
    bytes = reader().mutate({reinterpret_cast<const char*>(data), size}, random);
  }
  if (reader().repair && !random.one_in(8)) bytes = reader().repair(std::move(bytes));
  if (bytes.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}
