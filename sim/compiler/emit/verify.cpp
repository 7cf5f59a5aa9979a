// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/verify.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace systole::compiler {
namespace {

constexpr std::size_t kMostProblems = 10;

using Clock = std::array<std::uint32_t, isa::kEngines>;

enum class Kind { kActivation, kWeight, kParameter, kAccumulator, kDram };
constexpr std::array<const char*, 5> kKindName = {"activation buffer", "weight buffer", "parameter buffer",
                                                  "accumulators", "DRAM"};

// One unit of a memory: a group of the activation buffer, a word, an accumulator row, `post_lanes`
// bytes of DRAM.
struct Unit {
  std::uint32_t writer = 0;  // ordinal of the instruction on its engine, 0: nobody
  std::uint8_t writer_engine = 0;
  Clock readers = {};
};

class Verifier {
 public:
  Verifier(const isa::Program& program, const Chip& chip, const isa::Bases& base, std::uint64_t dram_bytes)
      : program_(program), chip_(chip), dram_bytes_(dram_bytes), base_(base) {
    word_groups_ = chip.array_rows / chip.post_lanes;
    row_groups_ = chip.array_cols / chip.post_lanes;
    units_[0].resize(std::size_t{chip.activation_words()} * word_groups_);
    units_[1].resize(chip.weight_words);
    units_[2].resize(chip.parameter_words);
    units_[3].resize(2 * std::size_t{chip.accumulator_rows});
    units_[4].resize(dram_bytes / chip.post_lanes + 1);
  }

  std::vector<std::string> run() {
    for (index_ = 0; index_ < program_.instructions.size() && problems_.size() < kMostProblems; ++index_) {
      const isa::Instruction& instruction = program_.instructions[index_];
      const isa::Encoded words = isa::encode(instruction);
      if (const auto reason = isa::illegal_reason(words)) {
        problem(*reason);
        continue;
      }
      if (isa::encode(isa::decode(words)) != words) problem("a field is wider than its place in the encoding");
      engine_ = static_cast<std::size_t>(isa::engine_of(instruction));
      take(isa::common_of(instruction).wait_mask);
      ordinal_ = ++count_[engine_];
      raced_ = false;
      std::visit([&](const auto& x) { walk(x); }, instruction);
      post(isa::common_of(instruction).post_mask);
    }
    if (problems_.empty()) check_semaphores();
    return std::move(problems_);
  }

 private:
  void problem(const std::string& what) {
    if (problems_.size() < kMostProblems) problems_.push_back(fmt::format("instruction {}: {}", index_, what));
  }

  // ---- semaphores

  struct Semaphore {
    std::vector<std::size_t> post_at, take_at;  // program positions
    std::vector<Clock> told;                    // by each post
    int poster = -1, taker = -1;
  };

  void take(std::uint16_t mask) {
    for (int s = 0; s < isa::kSemaphores; ++s) {
      if (!(mask >> s & 1)) continue;
      Semaphore& sem = semaphores_[s];
      if (sem.taker >= 0 && sem.taker != static_cast<int>(engine_))
        problem(fmt::format("semaphore {} is taken by two engines", s));
      sem.taker = static_cast<int>(engine_);
      const std::size_t k = sem.take_at.size();
      sem.take_at.push_back(index_);
      if (k >= sem.told.size()) {
        problem(fmt::format("semaphore {} is taken before it is posted: a deadlock", s));
        continue;
      }
      for (std::size_t e = 0; e < isa::kEngines; ++e) known_[engine_][e] = std::max(known_[engine_][e], sem.told[k][e]);
    }
  }

  void post(std::uint16_t mask) {
    Clock told = known_[engine_];
    told[engine_] = ordinal_;
    for (int s = 0; s < isa::kSemaphores; ++s) {
      if (!(mask >> s & 1)) continue;
      Semaphore& sem = semaphores_[s];
      if (sem.poster >= 0 && sem.poster != static_cast<int>(engine_))
        problem(fmt::format("semaphore {} is posted by two engines", s));
      sem.poster = static_cast<int>(engine_);
      sem.post_at.push_back(index_);
      sem.told.push_back(told);
    }
    positions_[engine_].push_back(index_);
  }

  void check_semaphores() {
    for (int s = 0; s < isa::kSemaphores; ++s) {
      const Semaphore& sem = semaphores_[s];
      index_ = program_.instructions.size();
      if (sem.post_at.size() != sem.take_at.size()) {
        problem(fmt::format("semaphore {} is posted {} times and taken {} times", s, sem.post_at.size(),
                            sem.take_at.size()));
        continue;
      }
      // While take k has not happened, no instruction behind a full queue of its engine was handed
      // out.
      for (std::size_t k = 0; k < sem.take_at.size(); ++k) {
        const auto& positions = positions_[sem.taker];
        const auto own = std::lower_bound(positions.begin(), positions.end(), sem.take_at[k]) - positions.begin();
        const std::size_t blocked = static_cast<std::size_t>(own) + chip_.queue_depth + 2;
        const std::size_t horizon = blocked < positions.size() ? positions[blocked] : program_.instructions.size();
        const auto posts = std::lower_bound(sem.post_at.begin(), sem.post_at.end(), horizon) - sem.post_at.begin();
        if (static_cast<std::size_t>(posts) - k > isa::kSemaphoreMax) {
          index_ = sem.take_at[k];
          problem(fmt::format("semaphore {} can reach {}", s, static_cast<std::size_t>(posts) - k));
          break;
        }
      }
    }
  }

  // ---- accesses

  void race(Kind kind, std::uint64_t unit, const char* what, std::size_t engine, std::uint32_t ordinal) {
    if (raced_) return;  // one line an instruction
    raced_ = true;
    problem(fmt::format("{} unit {} of the {} without waiting for {} instruction {}", what, unit,
                        kKindName[static_cast<std::size_t>(kind)], isa::kEngineNames[engine], ordinal - 1));
  }

  void read(Kind kind, std::uint64_t unit) {
    Unit& u = units_[static_cast<std::size_t>(kind)][unit];
    if (u.writer == 0) {
      if (kind != Kind::kDram && !raced_) {
        raced_ = true;
        problem(fmt::format("reads unit {} of the {}, which nobody wrote", unit,
                            kKindName[static_cast<std::size_t>(kind)]));
      }
    } else {
      const bool same = u.writer_engine == engine_;
      const bool overlaps = !same || (engine_ == 2 && kind == Kind::kActivation);
      if (overlaps && known_[engine_][u.writer_engine] < u.writer) race(kind, unit, "reads", u.writer_engine, u.writer);
    }
    u.readers[engine_] = ordinal_;
  }

  void write(Kind kind, std::uint64_t unit) {
    Unit& u = units_[static_cast<std::size_t>(kind)][unit];
    if (u.writer != 0 && u.writer_engine != engine_ && known_[engine_][u.writer_engine] < u.writer)
      race(kind, unit, "writes", u.writer_engine, u.writer);
    for (std::size_t e = 0; e < isa::kEngines; ++e)
      if (e != engine_ && known_[engine_][e] < u.readers[e]) race(kind, unit, "writes", e, u.readers[e]);
    u.writer = ordinal_;
    u.writer_engine = static_cast<std::uint8_t>(engine_);
    u.readers = {};
  }

  template <typename F>
  void dram(isa::Base base, std::uint32_t offset, std::uint64_t bytes, F access) {
    const std::uint64_t address = base_[static_cast<std::size_t>(base)] + offset;
    if (address + bytes > dram_bytes_) {
      if (!raced_) problem(fmt::format("touches DRAM up to {:#x}, beyond {:#x}", address + bytes, dram_bytes_));
      raced_ = true;
      return;
    }
    for (std::uint64_t u = address / chip_.post_lanes; u <= (address + bytes - 1) / chip_.post_lanes; ++u) access(u);
  }

  void walk(const isa::Load& x) {
    const std::uint32_t word_bytes = x.diagonal                             ? 1
                                     : x.buffer == isa::Buffer::kActivation ? chip_.array_rows
                                     : x.buffer == isa::Buffer::kWeight     ? chip_.array_cols
                                                                            : chip_.post_lanes * 8;
    const std::uint32_t words = x.pad_left + (x.run_bytes + word_bytes - 1) / word_bytes + x.pad_right;
    const std::uint32_t size = x.buffer == isa::Buffer::kActivation ? chip_.activation_words()
                               : x.buffer == isa::Buffer::kWeight   ? chip_.weight_words
                                                                    : chip_.parameter_words;
    for (std::uint32_t i3 = 0; i3 < x.count[2]; ++i3)
      for (std::uint32_t i2 = 0; i2 < x.count[1]; ++i2)
        for (std::uint32_t i1 = 0; i1 < std::uint32_t{x.pad_top} + x.count[0] + x.pad_bottom; ++i1) {
          const std::uint32_t dst = x.dst_base + i3 * x.dst_stride[2] + i2 * x.dst_stride[1] + i1 * x.dst_stride[0];
          if (i1 >= x.pad_top && i1 < std::uint32_t{x.pad_top} + x.count[0])
            dram(x.base,
                 x.dram_offset + i3 * x.dram_stride[2] + i2 * x.dram_stride[1] + (i1 - x.pad_top) * x.dram_stride[0],
                 x.run_bytes, [&](std::uint64_t u) { read(Kind::kDram, u); });
          for (std::uint32_t w = 0; w < words; ++w) {
            const std::uint32_t at = (dst + w) % size;
            if (x.buffer == isa::Buffer::kActivation)
              for (std::uint32_t g = 0; g < word_groups_; ++g)
                write(Kind::kActivation, std::uint64_t{at} * word_groups_ + g);
            else
              write(x.buffer == isa::Buffer::kWeight ? Kind::kWeight : Kind::kParameter, at);
          }
        }
  }

  void walk(const isa::Matrix& x) {
    const std::uint32_t positions = std::uint32_t{x.m_y} * x.m_x;
    if (positions > chip_.accumulator_rows) problem(fmt::format("{} rows exceed an accumulator bank", positions));
    const std::uint32_t tiles = std::uint32_t{x.n} * x.k_y * x.k_x * x.k_c;
    const std::uint32_t words = tiles * (chip_.array_rows + (x.per_column_zero_point ? 1 : 0));
    if (words > chip_.weight_words)
      problem(fmt::format("{} weight words exceed the buffer", words));
    else
      for (std::uint32_t w = 0; w < words; ++w) read(Kind::kWeight, (x.weight_base + w) % chip_.weight_words);
    const std::uint32_t columns = x.activation_stride_n == 0 ? 1 : x.n;
    for (std::uint32_t n = 0; n < columns; ++n)
      for (std::uint32_t ky = 0; ky < x.k_y; ++ky)
        for (std::uint32_t kx = 0; kx < x.k_x; ++kx)
          for (std::uint32_t kc = 0; kc < x.k_c; ++kc)
            for (std::uint32_t y = 0; y < x.m_y; ++y)
              for (std::uint32_t m = 0; m < x.m_x; ++m) {
                const std::uint32_t at = x.activation_base + n * x.activation_stride_n + ky * x.activation_stride_ky +
                                         kx * x.activation_stride_kx + kc * x.activation_stride_kc +
                                         y * x.activation_stride_y + m * x.activation_stride_x;
                const std::uint64_t group = std::uint64_t{at % chip_.activation_words()} * word_groups_;
                for (std::uint32_t g = 0; g < word_groups_; ++g) read(Kind::kActivation, group + g);
              }
    for (std::uint32_t n = 0; n < x.n; ++n)
      for (std::uint32_t row = 0; row < positions; ++row) {
        const std::uint32_t at = (x.accumulator_base + n * x.accumulator_stride_n + row) % (2 * chip_.accumulator_rows);
        if (x.accumulate) read(Kind::kAccumulator, at);
        write(Kind::kAccumulator, at);
      }
  }

  void walk(const isa::Store& x) {
    const std::uint32_t group_bytes = chip_.post_lanes * (x.raw ? 4 : 1);
    const std::uint32_t activation_groups = chip_.activation_words() * word_groups_;
    const std::uint32_t accumulator_groups = 2 * chip_.accumulator_rows * row_groups_;
    const std::uint32_t bank_groups = chip_.activation_bank_words * word_groups_;
    for (std::uint32_t i3 = 0; i3 < x.count[3]; ++i3)
      for (std::uint32_t i2 = 0; i2 < x.count[2]; ++i2)
        for (std::uint32_t i1 = 0; i1 < x.count[1]; ++i1) {
          for (std::uint32_t i0 = 0; i0 < x.count[0]; ++i0)
            for (std::uint32_t g = 0; g < x.groups; ++g) {
              const std::uint32_t residual = (x.residual_base + i3 * x.residual_stride[2] + i2 * x.residual_stride[1] +
                                              i1 * x.residual_stride[0] + i0 * x.groups + g) %
                                             activation_groups;
              for (std::uint32_t wy = 0; wy < x.window_y; ++wy)
                for (std::uint32_t wx = 0; wx < x.window_x; ++wx) {
                  const std::uint32_t source = x.source_base + i3 * x.source_stride[3] + i2 * x.source_stride[2] +
                                               i1 * x.source_stride[1] + i0 * x.source_stride[0] +
                                               wy * x.source_stride_wy + wx * x.source_stride_wx + g;
                  if (x.source == isa::Source::kActivation) {
                    read(Kind::kActivation, source % activation_groups);
                    if (x.residual && source % activation_groups / bank_groups == residual / bank_groups && !raced_) {
                      raced_ = true;
                      problem("source and residual lie in one bank");
                    }
                  } else {
                    read(Kind::kAccumulator, source % accumulator_groups / row_groups_);
                  }
                }
              if (x.residual) read(Kind::kActivation, residual);
              if (x.requantize)
                read(Kind::kParameter,
                     (x.parameter_base +
                      (x.parameter_per_tensor ? 0u : i3 * x.parameter_stride_3 + i2 * x.parameter_stride_2 + g)) %
                         chip_.parameter_words);
            }
          const std::uint32_t dst = x.dst_base + i3 * x.dst_stride[2] + i2 * x.dst_stride[1] + i1 * x.dst_stride[0];
          const std::uint32_t groups = std::uint32_t{x.count[0]} * x.groups;
          if (x.destination == isa::Destination::kDram)
            dram(x.base, dst, std::uint64_t{groups} * group_bytes, [&](std::uint64_t u) { write(Kind::kDram, u); });
          else
            for (std::uint32_t g = 0; g < groups; ++g) write(Kind::kActivation, (dst + g) % activation_groups);
        }
  }

  const isa::Program& program_;
  const Chip& chip_;
  std::uint64_t dram_bytes_;
  isa::Bases base_;
  std::uint32_t word_groups_ = 1, row_groups_ = 1;
  std::array<std::vector<Unit>, 5> units_;
  std::array<Semaphore, isa::kSemaphores> semaphores_;
  std::array<Clock, isa::kEngines> known_ = {};
  std::array<std::uint32_t, isa::kEngines> count_ = {};
  std::array<std::vector<std::size_t>, isa::kEngines> positions_;
  std::size_t index_ = 0, engine_ = 0;
  std::uint32_t ordinal_ = 0;
  bool raced_ = false;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> verify_program(const isa::Program& program, const Chip& chip, const isa::Bases& base_address,
                                        std::uint64_t dram_bytes) {
  return Verifier(program, chip, base_address, dram_bytes).run();
}

std::vector<std::string> verify(const CompiledNetwork& network) {
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < network.steps.size(); ++i) {
    const auto* step = std::get_if<ChipStep>(&network.steps[i]);
    if (!step) continue;
    for (std::string& p : verify_program(step->program, network.chip, network.base_address, network.dram_bytes))
      problems.push_back(fmt::format("step {}, {}", i, p));
    for (const auto* tensors : {&step->inputs, &step->outputs})
      for (TensorId t : *tensors) {
        const auto& layout = network.layout[t];
        const std::uint64_t base = network.base_address[static_cast<int>(isa::Base::kTensor)];
        if (!layout || base + layout->offset + layout->size_bytes() > network.dram_bytes)
          problems.push_back(
              fmt::format("step {}: tensor '{}' has no place in DRAM", i, network.network.tensors[t].name));
      }
  }
  return problems;
}

}  // namespace systole::compiler
