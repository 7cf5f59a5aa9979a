// SPDX-License-Identifier: Apache-2.0
#include "fuzz/shrink.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "fuzz/kinds/instruction_kind.hpp"

namespace systole::fuzz {

namespace {

using Instructions = std::vector<isa::Instruction>;

class Shrinker {
 public:
  Shrinker(const FuzzCase& failing, const Difference& difference, int max_tries)
      : difference_(difference), max_tries_(max_tries) {
    best_.fuzz_case = failing;
    best_.difference = difference(failing);
    kind_ = kind(best_.difference);
  }

  Shrunk run() {
    if (best_.difference.empty()) return best_;
    std::size_t before = 0;
    do {
      before = best_.fuzz_case.random.program.instructions.size();
      drop_instructions();
    } while (best_.fuzz_case.random.program.instructions.size() < before && best_.tries < max_tries_);
    simplify_instructions();
    simplify_memory();
    drop_instructions();
    return best_;
  }

 private:
  static std::string kind(const std::string& difference) {
    return difference.substr(0, difference.find_first_of(" :"));
  }

  bool try_case(FuzzCase candidate) {
    if (best_.tries >= max_tries_) return false;
    ++best_.tries;
    std::string difference = difference_(candidate);
    if (kind(difference) != kind_) return false;
    best_.fuzz_case = std::move(candidate);
    best_.difference = std::move(difference);
    return true;
  }
  bool try_instructions(const Instructions& instructions) {
    FuzzCase candidate = best_.fuzz_case;
    candidate.random = with_instructions(candidate.chip, best_.fuzz_case.random, instructions);
    return try_case(std::move(candidate));
  }

  void drop_instructions() {
    for (std::size_t size = best_.fuzz_case.random.program.instructions.size() / 2; size > 0; size /= 2) {
      for (std::size_t at = kFillInstructions; at < best_.fuzz_case.random.program.instructions.size();) {
        Instructions rest = best_.fuzz_case.random.program.instructions;
        const auto first = rest.begin() + static_cast<std::ptrdiff_t>(at);
        rest.erase(first, first + static_cast<std::ptrdiff_t>(std::min(size, rest.size() - at)));
        if (!try_instructions(rest)) at += size;
      }
    }
  }

  void simplify_instructions() {
    for (std::size_t at = kFillInstructions; at < best_.fuzz_case.random.program.instructions.size(); ++at) {
      const isa::Engine engine = isa::engine_of(best_.fuzz_case.random.program.instructions[at]);
      for (const Change& change : kind_of(engine).simplifications()) {
        Instructions changed = best_.fuzz_case.random.program.instructions;
        if (at >= changed.size()) return;
        const isa::Encoded before = isa::encode(changed[at]);
        change(changed[at]);
        const isa::Encoded after = isa::encode(changed[at]);
        if (after != before && !isa::illegal_reason(after)) try_instructions(changed);
      }
    }
  }

  void simplify_memory() {
    const auto with = [&](auto f) {
      FuzzCase candidate = best_.fuzz_case;
      f(candidate.chip.memory);
      candidate.random.program.chip_fingerprint = candidate.chip.fingerprint();
      try_case(std::move(candidate));
    };
    with([](MemoryConfig& m) { m.backpressure_permille = 0; });
    with([](MemoryConfig& m) {
      if (m.is_dram()) m.parameters = memory::IdealConfig{};
    });
    with([](MemoryConfig& m) {
      if (!m.is_dram()) m.ideal().latency_cycles = 1;
    });
  }

  const Difference& difference_;
  const int max_tries_;
  std::string kind_;
  Shrunk best_;
};

}  // namespace

Shrunk shrink(const FuzzCase& failing, const Difference& difference, int max_tries) {
  return Shrinker(failing, difference, max_tries).run();
}

}  // namespace systole::fuzz
