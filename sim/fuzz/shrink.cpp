// SPDX-License-Identifier: Apache-2.0
#include "fuzz/shrink.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace systole::fuzz {

namespace {

using Instructions = std::vector<isa::Instruction>;
using Change = std::function<void(isa::Instruction&)>;

template <typename T, typename F>
Change change(F f) {
  return [f](isa::Instruction& i) {
    if (auto* x = std::get_if<T>(&i)) f(*x);
  };
}

// Each makes an instruction simpler, or leaves it as it is.
const std::vector<Change>& simplifications() {
  using isa::Load, isa::Matrix, isa::Store;
  static const std::vector<Change> all_changes = {
      change<Load>([](Load& x) {
        x.count = {std::min<std::uint16_t>(x.count[0], 1), 1, 1};
      }),
      change<Load>([](Load& x) { x.count[2] = 1; }),
      change<Load>([](Load& x) { x.count[1] = 1; }),
      change<Load>([](Load& x) { x.count[0] = std::min<std::uint16_t>(x.count[0], 1); }),
      change<Load>([](Load& x) { x.pad_top = x.pad_bottom = x.pad_left = x.pad_right = 0; }),
      change<Load>([](Load& x) { x.dram_stride = {}; }),
      change<Load>([](Load& x) { x.dst_stride = {}; }),
      change<Load>([](Load& x) { x.run_bytes = x.buffer == isa::Buffer::kParameter ? 8 : 1; }),
      change<Load>([](Load& x) { x.dst_base = 0; }),
      change<Matrix>([](Matrix& x) { x.m_y = x.m_x = x.k_y = x.k_x = x.k_c = x.n = 1; }),
      change<Matrix>([](Matrix& x) { x.n = 1; }),
      change<Matrix>([](Matrix& x) { x.k_y = x.k_x = 1; }),
      change<Matrix>([](Matrix& x) { x.k_c = 1; }),
      change<Matrix>([](Matrix& x) { x.m_y = 1; }),
      change<Matrix>([](Matrix& x) { x.accumulate = x.per_column_zero_point = false; }),
      change<Matrix>([](Matrix& x) { x.activation_zero_point = x.weight_zero_point = 0; }),
      change<Matrix>([](Matrix& x) { x.activation_base = x.weight_base = x.accumulator_base = 0; }),
      change<Store>([](Store& x) {
        x.count = {1, 1, 1, 1};
      }),
      change<Store>([](Store& x) { x.count[3] = x.count[2] = 1; }),
      change<Store>([](Store& x) { x.count[1] = 1; }),
      change<Store>([](Store& x) { x.count[0] = 1; }),
      change<Store>([](Store& x) { x.groups = 1; }),
      change<Store>([](Store& x) { x.window_x = x.window_y = 1; }),
      change<Store>([](Store& x) { x.residual = false; }),
      change<Store>([](Store& x) { x.dst_stride = {}; }),
      change<Store>([](Store& x) { x.source_stride = {}; }),
  };
  return all_changes;
}

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
      for (const Change& change : simplifications()) {
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
