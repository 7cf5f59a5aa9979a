// SPDX-License-Identifier: Apache-2.0
//
// What command_processor must do in every cycle, from its header and the instruction set page: fetch, dispatch, starts,
// errors and the end of the program.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "command/fetch_model.hpp"
#include "command/semaphore_model.hpp"
#include "isa/instruction.hpp"

namespace systole::bench {

template <class T>
using PerEngine = std::array<T, isa::kEngines>;

/// An error that the world around the block reports to it.
enum class Injected { kNone, kLoad, kFetch, kStore, kBankConflict };

class ProcessorModel {
 public:
  /// What the block sees in a cycle.
  struct Inputs {
    bool start = false;
    uint64_t ready = 0;                         // a bit for each engine
    PerEngine<std::optional<uint64_t>> retire;  // index
    Injected injected = Injected::kNone;
    uint64_t injected_index = 0;
  };
  struct Error {
    uint64_t code, index;
  };
  /// What it must drive in that cycle.
  struct Outputs {
    PerEngine<std::optional<uint64_t>> head;     // index of the instruction that an engine's queue shows
    PerEngine<bool> request{};                   // the head asks to start
    PerEngine<std::optional<uint64_t>> started;  // index
    bool running = false, done = false, full_queue = false;
    std::vector<Error> errors;  // of this cycle; the block may report any of them
  };

  ProcessorModel(int data_bits, int fetch_depth, size_t queue_depth)
      : fetch_(data_bits, fetch_depth), queue_depth_(queue_depth) {}

  bool offers_burst() const { return fetch_.offers(); }
  bool running() const { return running_; }
  bool halted() const { return halted_; }

  void start(const std::vector<isa::Encoded>* program) {
    program_ = program;
    fetch_.start(program->size());
    running_ = true;
    retired_ = 0;
  }

  /// Cycle t; `accepted`: a burst was, `beat`: R data came.
  Outputs step(uint64_t t, const Inputs& in, bool accepted, bool beat) {
    Outputs out;
    const std::optional<size_t> engine = dispatched_to(t, out);
    start_and_retire(t, in, out);
    add_injected(in, out);
    out.running = running_;
    if (!running_ || halted_) out.errors.clear();
    out.done = running_ && !halted_ && out.errors.empty() && retired_ == program_->size();
    for (const auto& index : in.retire) retired_ += index.has_value();
    if (engine) queue_[*engine].push_back({fetch_.taken(), t});
    fetch_.step(t, accepted, beat, engine.has_value());
    halted_ = halted_ || !out.errors.empty();
    running_ = running_ && out.errors.empty() && !out.done;
    return out;
  }

 private:
  struct Queued {
    uint64_t index, dispatched;
  };

  std::optional<size_t> dispatched_to(uint64_t t, Outputs& out) const {
    if (!fetch_.valid(t) || halted_) return {};
    const isa::Encoded& words = (*program_)[fetch_.taken()];
    if (isa::illegal_reason(words)) {
      out.errors.push_back({1, fetch_.taken()});
      return {};
    }
    const size_t engine = isa::index_of(*isa::engine_of_opcode(words[0] & 0xff));
    out.full_queue = queue_[engine].size() >= queue_depth_;
    return out.full_queue ? std::nullopt : std::optional(engine);
  }

  void start_and_retire(uint64_t t, const Inputs& in, Outputs& out) {
    SemaphoreModel::Input semaphores;
    semaphores.clear = in.start;
    for (size_t e = 0; e < isa::kEngines; ++e) {
      const bool visible = !queue_[e].empty() && queue_[e].front().dispatched + 2 <= t;
      if (visible) {
        out.head[e] = queue_[e].front().index;
        semaphores.wait_mask[e] = (*program_)[*out.head[e]][1] & 0xffff;
      }
      semaphores.request[e] = out.request[e] = visible && !halted_ && (in.ready >> e & 1) != 0;
      if (!in.retire[e]) continue;
      semaphores.post[e] = true;
      semaphores.post_mask[e] = (*program_)[*in.retire[e]][1] >> 16;
    }
    const auto moved = semaphores_.step(semaphores);
    for (size_t e = 0; e < isa::kEngines; ++e) {
      if (moved.overflow[e]) out.errors.push_back({4, *in.retire[e]});
      if (!moved.start[e]) continue;
      out.started[e] = out.head[e];
      queue_[e].pop_front();
    }
  }

  void add_injected(const Inputs& in, Outputs& out) const {
    switch (in.injected) {
      case Injected::kNone:
        break;
      case Injected::kLoad:
        out.errors.push_back({2, in.injected_index});
        break;
      case Injected::kFetch:
        out.errors.push_back({2, fetch_.received()});
        break;
      case Injected::kStore:
        out.errors.push_back({3, in.injected_index});
        break;
      case Injected::kBankConflict:
        out.errors.push_back({5, in.injected_index});
        break;
    }
  }

  FetchModel fetch_;
  SemaphoreModel semaphores_;
  size_t queue_depth_;
  const std::vector<isa::Encoded>* program_ = nullptr;
  PerEngine<std::deque<Queued>> queue_;
  bool running_ = false, halted_ = false;
  uint64_t retired_ = 0;
};

}  // namespace systole::bench
