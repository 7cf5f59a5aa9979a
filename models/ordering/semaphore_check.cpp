// SPDX-License-Identifier: Apache-2.0
#include "ordering/semaphore_check.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace systole::ordering {

void SemaphoreCheck::instruction(std::size_t position, isa::Engine engine, const isa::Common& common) {
  for (int s = 0; s < isa::kSemaphores; ++s) {
    if (!(common.wait_mask >> s & 1)) continue;
    Semaphore& semaphore = semaphores_[s];
    if (semaphore.taker && semaphore.taker != engine)
      report_(position, fmt::format("semaphore {} is taken by two engines", s));
    semaphore.taker = engine;
    if (semaphore.takes.size() >= semaphore.posts.size())
      report_(position, fmt::format("semaphore {} is taken before it is posted: a deadlock", s));
    semaphore.takes.push_back(position);
  }
  for (int s = 0; s < isa::kSemaphores; ++s) {
    if (!(common.post_mask >> s & 1)) continue;
    Semaphore& semaphore = semaphores_[s];
    if (semaphore.poster && semaphore.poster != engine)
      report_(position, fmt::format("semaphore {} is posted by two engines", s));
    semaphore.poster = engine;
    semaphore.posts.push_back(position);
  }
  positions_[isa::index_of(engine)].push_back(position);
}

void SemaphoreCheck::finish(std::size_t count, std::uint32_t queue_depth) const {
  for (int s = 0; s < isa::kSemaphores; ++s) {
    const Semaphore& semaphore = semaphores_[s];
    if (semaphore.posts.size() != semaphore.takes.size()) {
      report_(count, fmt::format("semaphore {} is posted {} times and taken {} times", s, semaphore.posts.size(),
                                 semaphore.takes.size()));
    } else {
      check_count(semaphore, s, count, queue_depth);
    }
  }
}

// While take k has not happened, no instruction behind a full queue of its engine was handed out: so the posts before that
// instruction are all that can have come.
void SemaphoreCheck::check_count(const Semaphore& semaphore, int number, std::size_t count,
                                 std::uint32_t queue_depth) const {
  for (std::size_t k = 0; k < semaphore.takes.size(); ++k) {
    const auto& positions = positions_[isa::index_of(*semaphore.taker)];
    const auto own = std::lower_bound(positions.begin(), positions.end(), semaphore.takes[k]) - positions.begin();
    const std::size_t blocked = static_cast<std::size_t>(own) + queue_depth + 2;
    const std::size_t horizon = blocked < positions.size() ? positions[blocked] : count;
    const auto posts =
        std::lower_bound(semaphore.posts.begin(), semaphore.posts.end(), horizon) - semaphore.posts.begin();
    if (static_cast<std::size_t>(posts) - k <= isa::kSemaphoreMax) continue;
    report_(semaphore.takes[k], fmt::format("semaphore {} can reach {}", number, static_cast<std::size_t>(posts) - k));
    return;
  }
}

}  // namespace systole::ordering
