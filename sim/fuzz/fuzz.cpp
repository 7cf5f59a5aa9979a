// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

namespace systole::fuzz {

namespace {

// What all threads share: who is next, and what is known so far.
class Session {
 public:
  Session(const Chip& chip, const FuzzOptions& options, const MakeChip& make_chip,
          const std::function<void(const FuzzProgress&)>& progress)
      : chip_(chip), options_(options), make_chip_(make_chip), progress_(progress) {}

  FuzzReport run() {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    if (error_) std::rethrow_exception(error_);
    const auto by_seed = [](const auto& a, const auto& b) { return a.seed < b.seed; };
    std::sort(report_.mismatches.begin(), report_.mismatches.end(), by_seed);
    std::sort(report_.programs.begin(), report_.programs.end(), by_seed);
    report_.wall_seconds = seconds();
    return std::move(report_);
  }

 private:
  void work() try {
    const std::shared_ptr<platform::VerilatedChip> verilated = make_chip_();
    Coverage coverage;
    try {
      for (std::uint64_t k = next_++; k < options_.programs && has_time(); k = next_++) {
        const double begin = seconds();
        const FuzzCase c = make_case(chip_, options_.seed + k, options_.random, options_.memory);
        const Outcome outcome = compare_views(c, verilated);
        coverage.add(c, outcome.accounts);
        add(c, outcome, seconds() - begin);
      }
    } catch (const Interrupted& stop) {
      const std::lock_guard lock(mutex_);
      report_.interrupted = stop;
    }
    const std::lock_guard lock(mutex_);
    report_.coverage.add(coverage);
  } catch (...) {
    next_ = options_.programs;
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
  }

  bool has_time() const { return !options_.seconds || seconds() < *options_.seconds; }

  void add(const FuzzCase& c, const Outcome& outcome, double its_seconds) {
    const std::lock_guard lock(mutex_);
    report_.programs.push_back({c.seed, its_seconds});
    report_.instructions += c.random.program.instructions.size();
    report_.cycles += outcome.cycles;
    if (!outcome.difference.empty()) report_.mismatches.push_back({c.seed, outcome.difference});
    if (progress_) progress_({report_.programs.size(), report_.mismatches.size(), seconds()});
  }

  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

  const Chip& chip_;
  const FuzzOptions& options_;
  const MakeChip& make_chip_;
  const std::function<void(const FuzzProgress&)>& progress_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next_{0};
  std::mutex mutex_;  // of the rest
  FuzzReport report_;
  std::exception_ptr error_;
};

}  // namespace

FuzzReport run_fuzz(const Chip& chip, const FuzzOptions& options, const MakeChip& make_chip,
                    const std::function<void(const FuzzProgress&)>& progress) {
  return Session(chip, options, make_chip, progress).run();
}

}  // namespace systole::fuzz
