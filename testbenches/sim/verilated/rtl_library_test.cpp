// SPDX-License-Identifier: Apache-2.0
//
// Does RtlLibrary build a chip once, find it again, and hand out a chip that behaves as its RTL says?
#include "verilated/rtl_library.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "full_disk.hpp"
#include "support/error.hpp"
#include "temporary_folder.hpp"

using namespace systole;
using namespace systole::platform;
namespace fs = std::filesystem;

namespace {

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A small chip: the packages, parameters and ports of the real one, with small_rtl/chip_body.svh inside.
void write_small_rtl(const fs::path& directory) {
  const fs::path rtl = SYSTOLE_RTL_DIRECTORY;
  std::ofstream list(directory / "files.f");
  std::istringstream files(contents(rtl / "files.f"));
  for (std::string line; std::getline(files, line);) {
    const fs::path file = line;
    const std::string name = file.filename().string();
    if (name.size() < 7 || name.compare(name.size() - 7, 7, "_pkg.sv") != 0) continue;
    fs::copy(rtl / file, directory / name);
    list << name << "\n";
  }
  list << "systole_chip.sv\n";
  const std::string chip = contents(rtl / "systole_chip.sv");
  const std::string end = "\n);\n";
  const std::size_t from = chip.find("\nmodule systole_chip"), to = chip.find(end, from);
  REQUIRE(to != std::string::npos);
  std::ofstream(directory / "systole_chip.sv") << chip.substr(from, to + end.size() - from) << contents(SMALL_CHIP);
}

// One cache for all cases of a process, and the small RTL in place of the chip's.
class Scratch {
 public:
  Scratch() {
    ::setenv("SYSTOLE_CACHE", path().c_str(), 1);
    write_small_rtl(rtl());
    ::setenv("SYSTOLE_RTL", rtl().c_str(), 1);
  }
  const fs::path& path() const { return cache_.path(); }
  const fs::path& rtl() const { return rtl_.path(); }
  std::string log() const {
    std::string text;
    for (const auto& entry : fs::directory_iterator(path())) {
      if (entry.path().extension() != ".log") continue;
      std::ifstream in(entry.path());
      text += std::string(std::istreambuf_iterator<char>(in), {});
    }
    return text;
  }
  std::set<std::string> libraries() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(path()))
      if (entry.path().extension() == ".so" || entry.is_directory()) names.insert(entry.path().filename().string());
    return names;
  }

 private:
  test::TemporaryFolder cache_, rtl_;
};

RtlBuild small(std::uint64_t rows, std::uint64_t data_bits = 64, std::uint64_t address_bits = 40) {
  RtlBuild build;
  build.parameters = {{"ArrayRows", rows}, {"AxiDataBits", data_bits}, {"AxiAddressBits", address_bits}};
  return build;
}

std::uint32_t read_register(VerilatedChip& chip, std::uint32_t address) {
  ChipInputs in;
  ChipOutputs out;
  in.rst_n = false;
  chip.cycle(in, out);
  chip.cycle(in, out);
  in.rst_n = true;
  in.s_ar_valid = true;
  in.s_ar_addr = address;
  chip.cycle(in, out);
  REQUIRE(out.s_r_valid);
  return out.s_r_data;
}

}  // namespace

TEST_CASE("a chip is built once, with optimized code, and found afterwards") {
  const Scratch scratch;
  int lines = 0;
  const BuildProgress count = [&](const std::string&) { ++lines; };
  const RtlLibrary first(small(8), count);
  CHECK(lines >= 2);
  CHECK(scratch.libraries().size() == 1);
  CHECK(read_register(*first.create(0), 0) == 8);

  const std::string log = scratch.log();
  CHECK(log.find("-Os") == std::string::npos);
  const std::size_t compiles = log.find("-c -o Vsystole_chip");
  REQUIRE(compiles != std::string::npos);
  const std::string line = log.substr(log.rfind('\n', compiles) + 1);
  CHECK(line.find(" -O3 ") < line.find('\n'));  // Verilator 5.032 has it at the line's beginning

  lines = 0;
  const RtlLibrary second(small(8), count);
  CHECK(lines == 0);
  CHECK(second.file() == first.file());
}

TEST_CASE("a long build gives a sign of life now and then") {
  const Scratch scratch;
  std::vector<std::string> lines;
  build_library(
      small(8), cache_directory(), [&](const std::string& line) { lines.push_back(line); },
      std::chrono::milliseconds(1));
  const auto is_sign = [](const std::string& line) {
    return line.find("C++ compiler, ") != std::string::npos && line.find(" s so far") != std::string::npos;
  };
  CHECK(std::any_of(lines.begin(), lines.end(), is_sign));
}

TEST_CASE("parameters, options and RTL text each change the key") {
  const Scratch scratch;
  const std::string key = library_key(small(8));
  CHECK(key.size() == 32);
  CHECK(library_key(small(8)) == key);
  CHECK(library_key(small(16)) != key);
  RtlBuild build = small(8);
  build.waves = true;
  CHECK(library_key(build) != key);
  build = small(8);
  build.assertions = true;
  CHECK(library_key(build) != key);

  const fs::path copy = scratch.path() / "rtl";
  fs::copy(scratch.rtl(), copy);
  ::setenv("SYSTOLE_RTL", copy.c_str(), 1);
  CHECK(library_key(small(8)) == key);
  std::ofstream(copy / "systole_chip.sv", std::ios::app) << "\n";
  CHECK(library_key(small(8)) != key);
}

TEST_CASE("registers without reset start at random by seed, and at zero with seed 0") {
  const Scratch scratch;
  const RtlLibrary library(small(8));
  CHECK(read_register(*library.create(0), 4) == 0);
  const std::uint32_t one = read_register(*library.create(1), 4);
  CHECK(one == read_register(*library.create(1), 4));
  CHECK(one != read_register(*library.create(2), 4));
  CHECK(one != 0);
}

TEST_CASE("every bit of the data bus passes, at every C++ type that Verilator picks for it") {
  const Scratch scratch;
  const std::uint64_t bits = GENERATE(32u, 64u, 1024u);
  const RtlLibrary library(small(4, bits, bits == 32 ? 32 : 64));
  const auto chip = library.create(1);
  ChipInputs in;
  ChipOutputs out;
  in.rst_n = false;
  chip->cycle(in, out);
  in.rst_n = true;
  in.m_r_valid = true;
  for (std::size_t i = 0; i < kMaxDataWords; ++i) in.m_r_data[i] = 0x9E3779B9u * static_cast<std::uint32_t>(i + 1);
  chip->cycle(in, out);
  REQUIRE(out.m_w_valid);
  for (std::size_t i = 0; i < bits / 32; ++i) CHECK(out.m_w_data[i] == in.m_r_data[i]);
  for (std::size_t i = 0; i < bits / 8; ++i) CHECK(((out.m_w_strb[i / 32] >> (i % 32)) & 1) == 1);
}

TEST_CASE("two that ask at once get one build") {
  const Scratch scratch;
  fs::path files[2];
  std::thread other([&] { files[0] = RtlLibrary(small(32)).file(); });
  files[1] = RtlLibrary(small(32)).file();
  other.join();
  CHECK(files[0] == files[1]);
  CHECK(scratch.libraries().size() == 1);
}

TEST_CASE("a broken assertion is a fault of the design") {
  const Scratch scratch;
  RtlBuild build = small(4);
  build.assertions = true;
  const auto chip = RtlLibrary(build).create(1);
  ChipInputs in;
  ChipOutputs out;
  in.s_w_valid = true;
  in.s_w_data = 1;
  chip->cycle(in, out);
  in.s_w_data = 2;
  CHECK_THROWS_AS((chip->cycle(in, out), chip->cycle(in, out)), DesignError);
}

TEST_CASE(
    "a library that was cut, or that has no digest, is built anew, and a build that was killed leaves no folder") {
  const Scratch scratch;
  const RtlBuild build = small(4);
  const fs::path file = RtlLibrary(build).file();
  const auto whole = fs::file_size(file);
  const fs::path killed = file.parent_path() / ("building-" + library_key(build) + "-aBcDeF");
  fs::create_directories(killed / "obj");
  fs::resize_file(file, whole / 2);
  CHECK(RtlLibrary(build).file() == file);
  CHECK(fs::file_size(file) == whole);
  CHECK(!fs::exists(killed));
  fs::remove(file.string() + ".sha256");
  RtlLibrary(build).create(1);
  CHECK(fs::exists(file.string() + ".sha256"));
  fs::remove(file.string() + ".sha256");
  REQUIRE(::mkfifo((file.string() + ".sha256").c_str(), 0600) == 0);  // which would wait for a writer
  RtlLibrary(build).create(1);
  CHECK(fs::is_regular_file(file.string() + ".sha256"));
}

TEST_CASE(
    "the cache is the user's alone: what others could have put there is not loaded, and no link is written through") {
  const Scratch scratch;
  const RtlBuild build = small(4);
  const fs::path cache = scratch.path() / "a/b";
  ::setenv("SYSTOLE_CACHE", cache.c_str(), 1);
  const fs::path file = RtlLibrary(build).file();
  struct stat status = {};
  REQUIRE(::stat(cache.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  for (const mode_t mode : {0777, 0770, 0720, 0702}) {
    ::chmod(cache.c_str(), mode);
    CHECK_THROWS_WITH(RtlLibrary(build), Contains("can be written by other users"));
  }
  ::chmod(cache.c_str(), 0755);
  CHECK(RtlLibrary(build).file() == file);

  // A lock or a log that is a link, and a lock that is a pipe.
  const fs::path target = scratch.path() / "target";
  std::ofstream(target) << "mine";
  const fs::path lock = cache / ("systole_chip-" + library_key(build) + ".lock");
  for (const bool pipe : {false, true}) {
    fs::remove(file);
    fs::remove(lock);
    if (pipe)
      REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
    else
      fs::create_symlink(target, lock);
    CHECK_THROWS_AS(RtlLibrary(build), UserError);
  }
  fs::remove(lock);
  const fs::path log = cache / ("systole_chip-" + library_key(build) + ".log");
  fs::remove(log);
  fs::create_symlink(target, log);
  CHECK(fs::exists(RtlLibrary(build).file()));
  std::ifstream in(target);
  std::string text;
  in >> text;
  CHECK(text == "mine");
}

TEST_CASE("an empty variable of the environment names no cache") {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  ::setenv("SYSTOLE_CACHE", "", 1);
  ::setenv("XDG_CACHE_HOME", "", 1);
  ::setenv("HOME", "/somewhere", 1);
  CHECK(cache_directory() == "/somewhere/.cache/systole");
  ::setenv("HOME", before.c_str(), 1);
}

TEST_CASE("a library with waves writes a wave file") {
  const Scratch scratch;
  RtlBuild build = small(4);
  build.waves = true;
  const RtlLibrary library(build);
  // A wave of data that cannot be compressed, eight bytes a cycle.
  const auto wave_bytes = [&](int cycles) {
    const auto chip = library.create(1);
    const fs::path file = scratch.path() / "wave.fst";
    chip->open_wave(file.string(), 1000);
    std::mt19937 random(1);
    ChipInputs in;
    ChipOutputs out;
    in.m_r_valid = true;
    for (int i = 0; i < cycles; ++i) {
      in.m_r_data[0] = static_cast<std::uint32_t>(random());
      in.m_r_data[1] = static_cast<std::uint32_t>(random());
      chip->cycle(in, out);
    }
    chip->close_wave();
    return fs::file_size(file);
  };
  CHECK(wave_bytes(1000) > wave_bytes(1) + 8000);
}

TEST_CASE("a wave on a full disk is given up, and the chip goes on") {
  const Scratch scratch;
  RtlBuild build = small(4);
  build.waves = true;
  const auto chip = RtlLibrary(build).create(1);
  ChipInputs in;
  ChipOutputs out;
  bool is_refused = false;
  {
    const test::FullDisk full(0);
    chip->open_wave((scratch.path() / "wave.fst").string(), 1000);
    for (int i = 0; i < 100; ++i) chip->cycle(in, out);
    try {
      chip->close_wave();
    } catch (const UserError& error) {
      is_refused = std::string(error.what()).find("disk is full") != std::string::npos;
    }
  }
  CHECK(is_refused);
  chip->cycle(in, out);
}

TEST_CASE("RTL that does not compile is one line with the compiler's first error") {
  const Scratch scratch;
  const fs::path copy = scratch.path() / "rtl";
  fs::copy(scratch.rtl(), copy);
  std::ofstream(copy / "systole_chip.sv") << "module systole_chip; nonsense; endmodule\n";
  ::setenv("SYSTOLE_RTL", copy.c_str(), 1);
  try {
    RtlLibrary library(small(4));
    FAIL("it compiled");
  } catch (const UserError& error) {
    CHECK(std::string(error.what()).find("Error") != std::string::npos);
    CHECK(std::string(error.what()).find("systole_chip.sv") != std::string::npos);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  for (const std::string& name : scratch.libraries()) CHECK(name.find("building") == std::string::npos);
}

TEST_CASE("a directory without RTL and a cache that cannot be written are the user's errors") {
  const Scratch scratch;
  ::setenv("SYSTOLE_CACHE", "/proc/systole", 1);
  CHECK_THROWS_AS(RtlLibrary(small(4)), UserError);
  ::setenv("SYSTOLE_RTL", scratch.path().c_str(), 1);
  CHECK_THROWS_AS(RtlLibrary(small(4)), UserError);
}
