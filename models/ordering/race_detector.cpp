// SPDX-License-Identifier: Apache-2.0
#include "ordering/race_detector.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace systole::ordering {

namespace {

constexpr std::array<const char*, kMemories> kPlaceNames = {
    "groups of the activation buffer", "words of the weight buffer", "words of the parameter buffer",
    "accumulator rows", "bytes of DRAM"};

// Whether a later instruction of the engine may read before an earlier one has written.
bool overlaps_itself(int engine) { return isa::kEngineTable[engine].overlap == isa::Overlap::kWithItself; }

std::string instruction(const Party& party) {
  return fmt::format("{} instruction {}", isa::engine_name(party.engine), party.index);
}

}  // namespace

std::string conflict(const Race& race, const Chip& chip) {
  const bool hex = race.memory == Memory::kDram;
  const char* places = kPlaceNames[isa::index_of(race.memory)];
  std::string what = hex ? fmt::format("{} {:#x}..{:#x}", places, race.places.first, race.places.last)
                         : fmt::format("{} {}..{}", places, race.places.first, race.places.last);
  if (race.memory == Memory::kActivation) {
    const std::uint64_t groups = isa::groups_per_word(chip, race.memory);
    what += fmt::format(" (words {}..{})", race.places.first / groups, race.places.last / groups);
  }
  return fmt::format("{} {} {} that {} {}; no semaphore orders them", instruction(race.later),
                     race.later.access == Access::kWrite ? "writes" : "reads", what, instruction(race.earlier),
                     race.earlier.access == Access::kWrite ? "writes" : "reads");
}

std::string text(const Race& race, const Chip& chip) {
  return fmt::format("data race: {} (they started in cycles {} and {})", conflict(race, chip), race.later.start_cycle,
                     race.earlier.start_cycle);
}

RaceDetector::RaceDetector(const Chip& chip, const isa::Program& program, const isa::Bases& bases,
                           std::size_t most_kept)
    : chip_(chip), program_(program), bases_(bases), most_kept_(most_kept) {
  for (const isa::Instruction& i : program.instructions) {
    const auto engine = static_cast<std::size_t>(isa::engine_of(i));
    ++remaining_[engine];
    takes_any_[engine] |= isa::common_of(i).wait_mask;
    for (int s = 0; s < isa::kSemaphores; ++s) total_posts_[engine][s] += isa::common_of(i).post_mask >> s & 1;
  }
}

std::size_t RaceDetector::live() const {
  std::size_t live = 0;
  for (const auto& of_engine : live_) live += of_engine.size();
  return live;
}

void RaceDetector::take(int engine, std::uint16_t mask) {
  for (int s = 0; s < isa::kSemaphores; ++s) {
    if (!(mask >> s & 1)) continue;
    const std::uint32_t number = ++taken_[engine][s];
    for (int poster = 0; poster < isa::kEngines; ++poster) {
      std::uint32_t others = 0;
      for (int other = 0; other < isa::kEngines; ++other)
        if (other != poster) others += total_posts_[other][s];
      if (number <= others) continue;
      const Posts& posts = posts_[poster][s];
      const std::uint32_t at = number - others - 1 - posts.dropped;  // the post that is surely before
      if (at >= posts.told.size()) continue;
      for (int e = 0; e < isa::kEngines; ++e) known_[engine][e] = std::max(known_[engine][e], posts.told[at][e]);
    }
  }
  // Told and taken by all who take it: not needed any more.
  for (int s = 0; s < isa::kSemaphores; ++s) {
    if (!(mask >> s & 1)) continue;
    for (int poster = 0; poster < isa::kEngines; ++poster) {
      std::uint32_t others = 0, least = ~0u;
      for (int other = 0; other < isa::kEngines; ++other) {
        if (other != poster) others += total_posts_[other][s];
        if (takes_any_[other] >> s & 1) least = std::min(least, taken_[other][s]);
      }
      Posts& posts = posts_[poster][s];
      while (!posts.told.empty() && least > others && posts.dropped < least - others) {
        posts.told.pop_front();
        ++posts.dropped;
      }
    }
  }
}

void RaceDetector::on_start(isa::Engine engine_of_start, std::uint32_t index, std::uint64_t cycle) {
  const int engine = static_cast<int>(engine_of_start);
  const isa::Instruction& instruction = program_.instructions.at(index);
  take(engine, isa::common_of(instruction).wait_mask);
  --remaining_[engine];
  Live now;
  now.index = index;
  now.ordinal = ++started_[engine];
  now.start_cycle = cycle;
  now.known = known_[engine];
  now.bounds = bounds_of(instruction, chip_, bases_);
  for (int other = 0; other < isa::kEngines; ++other) {
    if (other == engine && !overlaps_itself(engine)) continue;
    for (Live& before : live_[other])
      if (before.ordinal > now.known[other]) check(engine, now, other, before);
  }
  live_[engine].push_back(std::move(now));
  drop();
}

void RaceDetector::on_retire(const Retired& retired) {
  const int engine = static_cast<int>(retired.engine);
  const std::uint16_t mask = isa::common_of(program_.instructions.at(retired.index)).post_mask;
  const std::uint32_t ordinal = ++retired_[engine];
  if (mask == 0) return;
  // Instructions that retire were started last and are still kept, or are known to all: then its clock says nothing new.
  Clock told = {};
  for (const Live& live : live_[engine])
    if (live.ordinal == ordinal) told = live.known;
  told[engine] = std::max(told[engine], ordinal);
  for (int s = 0; s < isa::kSemaphores; ++s)
    if (mask >> s & 1) posts_[engine][s].told.push_back(told);
}

const Places& RaceDetector::places_of(Live& live, Memory memory, Access access) {
  const auto [found, is_new] = live.places.try_emplace({memory, access});
  if (is_new) found->second = ordering::places_of(program_.instructions[live.index], chip_, bases_, memory, access);
  return found->second;
}

bool RaceDetector::overlap(Live& a, Access a_access, Live& b, Access b_access, Memory memory, Interval& places) {
  const auto m = static_cast<std::size_t>(memory);
  if (intersection(a.bounds[m][static_cast<std::size_t>(a_access)], b.bounds[m][static_cast<std::size_t>(b_access)])
          .empty())
    return false;
  const Places& first = places_of(a, memory, a_access);
  const Places& second = places_of(b, memory, b_access);
  for (auto i = first.begin(), j = second.begin(); i != first.end() && j != second.end();) {
    places = intersection(*i, *j);
    if (!places.empty()) return true;
    (i->last < j->last ? i : j)++;
  }
  return false;
}

void RaceDetector::check(int engine, Live& now, int other_engine, Live& other) {
  for (std::size_t m = 0; m < kMemories; ++m) {
    const auto memory = static_cast<Memory>(m);
    for (const auto& [mine, its] : {std::pair{Access::kRead, Access::kWrite},
                                    {Access::kWrite, Access::kRead},
                                    {Access::kWrite, Access::kWrite}}) {
      // An engine against itself: only what it reads of its own writes.
      if (engine == other_engine && !(mine == Access::kRead && memory == Memory::kActivation)) continue;
      Interval places;
      if (!overlap(now, mine, other, its, memory, places)) continue;
      ++count_;
      if (races_.size() < most_kept_)
        races_.push_back({{static_cast<isa::Engine>(other_engine), other.index, other.start_cycle, its},
                          {static_cast<isa::Engine>(engine), now.index, now.start_cycle, mine},
                          memory,
                          places});
      return;
    }
  }
}

// An instruction goes when every engine that has instructions to come knows that it is before them, and it has retired.
void RaceDetector::drop() {
  for (int engine = 0; engine < isa::kEngines; ++engine) {
    std::uint32_t known_to_all = retired_[engine];
    for (int other = 0; other < isa::kEngines; ++other) {
      const bool matters = other != engine || overlaps_itself(engine);
      if (matters && remaining_[other] != 0) known_to_all = std::min(known_to_all, known_[other][engine]);
    }
    while (!live_[engine].empty() && live_[engine].front().ordinal <= known_to_all) live_[engine].pop_front();
  }
}

}  // namespace systole::ordering
