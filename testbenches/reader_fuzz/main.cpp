// SPDX-License-Identifier: Apache-2.0
//
// Feeds the readers (readers.cpp) with mutated files until the time is up. A reader must succeed or throw UserError with
// one line of text; any other exception, a crash, a sanitizer's report or ten seconds of silence fails, and the file
// that did it is kept.
//
//   fuzz_readers [--seconds 60] [--seed N] [--reader NAME] [--keep DIRECTORY]
//   fuzz_readers --reader NAME --replay FILE
//   fuzz_readers --seeds DIRECTORY        writes what libFuzzer starts from: NAME/ with files, NAME.dict with words
//
// Round i of a reader is a function of (seed, i) alone: the same seed tries the same files, more of them in more time.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <typeinfo>

#include "readers.hpp"

namespace {

namespace fs = std::filesystem;
using namespace systole::fuzz;
using Clock = std::chrono::steady_clock;

constexpr unsigned kHangSeconds = 10;
constexpr std::uint64_t kRoundsPerTurn = 32;

struct Options {
  double seconds = 60;
  std::uint64_t seed = 1;
  std::string reader;
  fs::path keep = "fuzz-failures";
  std::optional<fs::path> replay, seeds;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string key = argv[i];
    if (i + 1 == argc) throw std::invalid_argument(key + " needs a value");
    const std::string value = argv[i + 1];
    if (key == "--seconds")
      options.seconds = std::stod(value);
    else if (key == "--seed")
      options.seed = std::stoull(value);
    else if (key == "--reader")
      options.reader = value;
    else if (key == "--keep")
      options.keep = value;
    else if (key == "--replay")
      options.replay = value;
    else if (key == "--seeds")
      options.seeds = value;
    else
      throw std::invalid_argument("unknown option " + key);
  }
  return options;
}

struct Count {
  std::uint64_t rounds = 0, accepted = 0;
};

std::string read_in_time(const Reader& reader, const fs::path& file) {
  alarm(kHangSeconds);  // the default action of SIGALRM ends the process
  std::string refusal = read_one(reader, file);
  alarm(0);
  return refusal;
}

std::string mutated(const Reader& reader, const Seed& origin, systole::Random& random) {
  std::string bytes = reader.mutate(origin.bytes, random);
  return reader.repair && !random.one_in(4) ? reader.repair(std::move(bytes)) : bytes;
}

void run_round(const Reader& reader, std::uint64_t seed, Count& count, const fs::path& scratch) {
  std::seed_seq sequence{seed, seed >> 32, count.rounds, count.rounds >> 32};
  std::uint32_t state[2];
  sequence.generate(state, state + 2);
  systole::Random random(std::uint64_t{state[0]} << 32 | state[1]);
  ++count.rounds;
  const Seed& origin = random.pick(reader.seeds);
  // On the disk before it is read: a crash leaves it there.
  const fs::path file = scratch / (reader.name + reader.extension(origin.bytes));
  write_file(file, mutated(reader, origin, random));
  try {
    if (read_in_time(reader, file).empty()) ++count.accepted;
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("reader {}, seed {}, round {}, from {}: {}: {}\n  file: {}", reader.name, seed,
                                         count.rounds - 1, origin.name, typeid(error).name(), error.what(),
                                         file.string()));
  }
  fs::remove(file);
}

// Mutations of files that the reader refuses anyway would test nothing.
void check_seeds(const Reader& reader, const fs::path& scratch) {
  if (reader.seeds.empty()) throw std::runtime_error(reader.name + ": no file to start from");
  for (const Seed& seed : reader.seeds) {
    const fs::path file = scratch / (reader.name + reader.extension(seed.bytes));
    write_file(file, seed.bytes);
    const std::string refusal = read_in_time(reader, file);
    if (!refusal.empty() && seed.must_be_read)
      throw std::runtime_error(reader.name + " refuses " + seed.name + ": " + refusal);
    fs::remove(file);
  }
}

// The words and names of the seeds, as a dictionary of libFuzzer.
std::string words_of(const std::vector<Seed>& seeds) {
  constexpr std::size_t kShortest = 2, kLongest = 40, kMost = 1000;
  const std::string letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-:=";
  std::set<std::string> words;
  for (const Seed& seed : seeds)
    for (std::size_t end = 0, begin = 0;
         (begin = seed.bytes.find_first_of(letters, end)) != std::string::npos && words.size() < kMost;) {
      end = std::min(seed.bytes.find_first_not_of(letters, begin), seed.bytes.size());
      if (end - begin >= kShortest && end - begin <= kLongest) words.insert(seed.bytes.substr(begin, end - begin));
    }
  std::string text;
  for (const std::string& word : words) text += '"' + word + "\"\n";
  return text;
}

void write_seeds(const std::vector<Reader>& all, const fs::path& directory) {
  for (const Reader& reader : all) {
    fs::create_directories(directory / reader.name);
    for (std::size_t i = 0; i < reader.seeds.size(); ++i)
      write_file(directory / reader.name / std::to_string(i), reader.seeds[i].bytes);
    write_file(directory / (reader.name + ".dict"), words_of(reader.seeds));
    fmt::print("{}\n", reader.name);
  }
}

int fuzz(const Options& options) {
  fs::create_directories(options.keep);
  std::vector<Reader> chosen;
  for (Reader& reader : readers(options.keep)) {
    if (options.reader.empty() || options.reader == reader.name) chosen.push_back(std::move(reader));
  }
  if (chosen.empty()) throw std::invalid_argument("no reader " + options.reader);
  if (options.seeds) {
    write_seeds(chosen, *options.seeds);
    return 0;
  }
  if (options.replay) {
    const std::string refusal = read_in_time(chosen.front(), *options.replay);
    fmt::print("{}\n", refusal.empty() ? "read" : "refused: " + refusal);
    return 0;
  }
  fmt::print("seed {}, {} s, files in {}\n", options.seed, options.seconds, options.keep.string());
  std::fflush(stdout);
  for (const Reader& reader : chosen) check_seeds(reader, options.keep);
  std::vector<Count> counts(chosen.size());
  const auto end = Clock::now() + std::chrono::duration<double>(options.seconds);
  for (std::size_t turn = 0; Clock::now() < end; turn = (turn + 1) % chosen.size()) {
    for (std::uint64_t i = 0; i < kRoundsPerTurn && Clock::now() < end; ++i) {
      run_round(chosen[turn], options.seed, counts[turn], options.keep);
    }
  }
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    fmt::print("{}: {} mutated files, {} read, {} refused with one line\n", chosen[i].name, counts[i].rounds,
               counts[i].accepted, counts[i].rounds - counts[i].accepted);
    if (counts[i].accepted == counts[i].rounds) throw std::runtime_error(chosen[i].name + ": nothing was refused");
  }
  return 0;
}

}  // namespace

// Read by the address sanitizer, if there is one: a small file that makes a reader fill 4 GiB is a failure.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "hard_rss_limit_mb=4096"; }

int main(int argc, char** argv) {
  try {
    return fuzz(parse(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "FAILED: {}\n", error.what());
    return 1;
  }
}
