// SPDX-License-Identifier: Apache-2.0
#include "memory/dram_traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <queue>
#include <utility>

#include "memory/ideal_memory.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

namespace systole::memory {

DramPattern stream_pattern(const DramConfig& config) {
  const std::uint64_t burst = config.organization.burst_bytes();
  const std::uint64_t size = config.organization.size_bytes();
  return [=](std::uint64_t n) { return DramAccess{n * burst % size, false}; };
}

DramPattern random_pattern(const DramConfig& config, std::uint64_t seed) {
  const std::uint64_t burst = config.organization.burst_bytes();
  const std::uint64_t bursts = config.organization.size_bytes() / burst;
  return [=](std::uint64_t n) { return DramAccess{mix(seed, Channel::kAr, n) % bursts * burst, false}; };
}

double DramMeasurement::bytes_per_second() const {
  return clocks == 0 ? 0 : static_cast<double>(bytes) * clock_mhz * 1e6 / static_cast<double>(clocks);
}

double DramMeasurement::share_of_peak() const {
  return bytes_per_second() / static_cast<double>(peak_bytes_per_second);
}

double DramMeasurement::mean_latency() const {
  return reads == 0 ? 0 : static_cast<double>(latency_sum) / static_cast<double>(reads);
}

std::uint64_t DramMeasurement::latency_percentile(double share) const {
  std::uint64_t seen = 0;
  for (std::size_t clocks_taken = 0; clocks_taken < latency_histogram.size(); ++clocks_taken) {
    seen += latency_histogram[clocks_taken];
    if (seen > 0 && static_cast<double>(seen) >= share * static_cast<double>(reads)) return clocks_taken;
  }
  return 0;
}

double DramMeasurement::row_hit_rate() const {
  const std::uint64_t columns = statistics.reads + statistics.writes;
  return columns == 0 ? 0 : static_cast<double>(statistics.row_hits) / static_cast<double>(columns);
}

DramMeasurement measure_dram(const DramConfig& config, const DramPattern& pattern, std::uint64_t requests,
                             std::uint32_t outstanding) {
  if (const auto complaint = check_dram(config))
    throw UserError(fmt::format("{} = {}: must be {}", complaint->key, complaint->value, complaint->allowed));
  invariant(outstanding > 0, "a request may be in flight");
  DramController controller(config);
  DramMeasurement result;
  result.clock_mhz = config.organization.clock_mhz;
  result.peak_bytes_per_second = config.organization.peak_bytes_per_second();
  result.requests = requests;
  result.bytes = requests * config.organization.burst_bytes();

  using Done = std::pair<std::uint64_t, std::uint32_t>;  // clock, slot
  std::priority_queue<Done, std::vector<Done>, std::greater<>> flying;
  std::vector<std::uint64_t> start(outstanding);
  std::vector<std::uint32_t> free_slots(outstanding);
  for (std::uint32_t i = 0; i < outstanding; ++i) free_slots[i] = outstanding - 1 - i;

  std::uint64_t next = 0, unfinished = 0;
  DramAccess access = requests > 0 ? pattern(0) : DramAccess{};
  std::uint64_t now = 0;
  while (next < requests || unfinished > 0 || !controller.idle()) {
    check_interruption();
    while (next < requests) {
      if (access.is_write) {
        if (!controller.push_write(access.address)) break;
      } else {
        if (free_slots.empty() || !controller.push_read(access.address, free_slots.back())) break;
        start[free_slots.back()] = now;
        free_slots.pop_back();
        ++unfinished;
      }
      if (++next < requests) access = pattern(next);
    }
    // Straight to the next event: a command goes out, or a read is over.
    std::uint64_t end = controller.wake() + 1;
    if (!flying.empty()) end = std::min(end, flying.top().first);
    for (const DramCompletion& done : controller.completions()) end = std::min(end, done.clock);
    now = std::max(end, now + 1);
    const std::uint64_t column_commands = controller.statistics().writes;
    controller.advance(now);
    if (controller.statistics().writes != column_commands) result.clocks = now;
    for (const DramCompletion& done : controller.completions()) flying.push({done.clock, done.slot});
    controller.completions().clear();
    while (!flying.empty() && flying.top().first <= now) {
      const auto [clock, slot] = flying.top();
      flying.pop();
      const std::uint64_t latency = clock - start[slot];
      if (latency >= result.latency_histogram.size()) result.latency_histogram.resize(latency + 1);
      ++result.latency_histogram[latency];
      result.latency_sum += latency;
      ++result.reads;
      result.clocks = std::max(result.clocks, clock);
      free_slots.push_back(slot);
      --unfinished;
    }
  }
  result.statistics = controller.statistics();
  return result;
}

}  // namespace systole::memory
