// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/dram.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>
#include <vector>

#include "chip/chip.hpp"
#include "memory/dram_traffic.hpp"
#include "report/numbers.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/output_file.hpp"
#include "support/work/interruption.hpp"

namespace systole::cli {

namespace {

using namespace memory;

constexpr std::uint64_t kMaxFileBytes = 1ull << 30;
constexpr std::uint64_t kDefaultRequests = 1'000'000;

bool is_chip_file(const std::string& text) {
  return text.find('/') != std::string::npos || (text.size() > 5 && text.compare(text.size() - 5, 5, ".toml") == 0);
}

DramConfig config_of(const DramArguments& arguments) {
  DramConfig config;
  if (is_chip_file(arguments.memory)) {
    const Chip chip = load_chip(arguments.memory);
    if (!chip.memory.is_dram())
      throw UserError(fmt::format("{}: memory.kind = '{}': must be one of {}", arguments.memory, chip.memory.kind(),
                                  fmt::join(dram_kind_names(), ", ")));
    config = chip.memory.dram();
  } else if (is_dram_kind(arguments.memory)) {
    config = dram_config(arguments.memory);
  } else {
    throw UserError(fmt::format("--memory {}: must be a chip file or one of {}", arguments.memory,
                                fmt::join(dram_kind_names(), ", ")));
  }
  if (arguments.mapping) config.address_mapping = *arguments.mapping;
  if (arguments.stacks) config.organization.stacks = *arguments.stacks;
  if (arguments.channels) config.organization.channels = *arguments.channels;
  if (arguments.channel_bits) config.organization.channel_bits = *arguments.channel_bits;
  if (const auto complaint = check_dram(config))
    throw UserError(fmt::format("--memory {}: {} = {}: must be {}", arguments.memory, complaint->key, complaint->value,
                                complaint->allowed));
  return config;
}

// One `R address` or `W address` a line; decimal, or hexadecimal after 0x.
std::vector<DramAccess> read_accesses(const std::string& file, const DramConfig& config) {
  const std::string text = read_whole_file(file, kMaxFileBytes);
  std::vector<DramAccess> accesses;
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++number;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const auto refuse = [&](const std::string& allowed) {
      std::string shown;
      for (const char c : line.substr(0, 40)) shown += c >= 32 && c < 127 ? c : '?';
      throw UserError(fmt::format("{}:{}: '{}': must be {}", file, number, shown, allowed));
    };
    const char* const form = "R or W, a blank and an address, decimal or hexadecimal after 0x";
    if (line.size() < 3 || (line[0] != 'R' && line[0] != 'W') || line[1] != ' ') refuse(form);
    std::string_view digits = line.substr(2);
    int base = 10;
    if (digits.size() > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X')) {
      base = 16;
      digits.remove_prefix(2);
    }
    DramAccess access{0, line[0] == 'W'};
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), access.address, base);
    if (stop != digits.data() + digits.size() || error == std::errc::invalid_argument) refuse(form);
    const std::uint64_t size = config.organization.size_bytes();
    if (error == std::errc::result_out_of_range || access.address >= size)
      refuse(fmt::format("an address below {:#x}, the size of the memory", size));
    accesses.push_back(access);
  }
  if (accesses.empty()) throw UserError(file + ": has no lines: must have one request a line");
  return accesses;
}

nlohmann::ordered_json to_json(const DramArguments& arguments, const DramConfig& config, const DramMeasurement& m,
                               std::uint32_t outstanding, double wall_seconds) {
  const auto ns = [&](double clocks) { return m.nanoseconds(clocks); };
  const auto percentile = [&](double share) { return ns(static_cast<double>(m.latency_percentile(share))); };
  nlohmann::ordered_json json;
  json["memory"] = arguments.memory;
  json["pattern"] = arguments.pattern;
  json["seed"] = arguments.seed;
  json["requests"] = m.requests;
  json["outstanding"] = outstanding;
  json["stacks"] = config.organization.stacks;
  json["channels"] = config.organization.channels;
  json["channel_bits"] = config.organization.channel_bits;
  json["address_mapping"] = config.address_mapping;
  json["clock_mhz"] = m.clock_mhz;
  json["bytes"] = m.bytes;
  json["clocks"] = m.clocks;
  json["bandwidth_bytes_per_second"] = m.bytes_per_second();
  json["peak_bytes_per_second"] = m.peak_bytes_per_second;
  json["share_of_peak"] = m.share_of_peak();
  json["read_latency_ns"] = {{"mean", ns(m.mean_latency())},
                             {"p50", percentile(0.5)},
                             {"p90", percentile(0.9)},
                             {"p99", percentile(0.99)},
                             {"max", percentile(1)}};
  json["row_hit_rate"] = m.row_hit_rate();
  const DramStatistics& s = m.statistics;
  json["reads"] = s.reads;
  json["forwarded_reads"] = s.forwarded_reads;
  json["writes"] = s.writes;
  json["row_hits"] = s.row_hits;
  json["row_misses"] = s.row_misses;
  json["row_conflicts"] = s.row_conflicts;
  json["activates"] = s.activates;
  json["precharges"] = s.precharges;
  json["refreshes"] = s.refreshes;
  json["wall_seconds"] = wall_seconds;
  return json;
}

}  // namespace

int execute(const DramArguments& arguments, const Streams& streams) {
  OutputFile json(arguments.json);
  const InterruptionScope interruption;
  const DramConfig config = config_of(arguments);
  const DramOrganization& o = config.organization;
  std::vector<DramAccess> accesses;
  DramPattern pattern;
  std::uint64_t requests = arguments.requests.value_or(kDefaultRequests);
  if (arguments.pattern == "stream") {
    pattern = stream_pattern(config);
  } else if (arguments.pattern == "random") {
    pattern = random_pattern(config, arguments.seed);
  } else {
    accesses = read_accesses(arguments.pattern, config);
    pattern = [&](std::uint64_t n) { return accesses[n % accesses.size()]; };
    requests = arguments.requests.value_or(accesses.size());
  }
  const std::uint32_t outstanding = arguments.outstanding.value_or(config.read_queue * o.all_channels());

  const auto begin = std::chrono::steady_clock::now();
  const DramMeasurement m = measure_dram(config, pattern, requests, outstanding);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const auto ns = [&](double clocks) { return m.nanoseconds(clocks); };
  const auto percentile = [&](double share) { return ns(static_cast<double>(m.latency_percentile(share))); };
  const DramStatistics& s = m.statistics;
  const std::string stacks = o.stacks == 1 ? "" : fmt::format("{} stacks of ", o.stacks);
  streams.out << fmt::format("{}: {}{} channel{} of {} x {} bits at {} Mb/s a pin, {}, mapping {}\n", arguments.memory,
                             stacks, o.channels, o.channels == 1 ? "" : "s", o.pseudo_channels, o.channel_bits,
                             o.clock_mhz * o.beats_per_clock, report::bytes_text(o.size_bytes()),
                             config.address_mapping);
  streams.out << fmt::format("requests       {} of {} bytes, {}, {} in flight\n", report::grouped(m.requests),
                             o.burst_bytes(), arguments.pattern, outstanding);
  streams.out << fmt::format("bandwidth      {:.2f} GB/s, {:.1f} % of {:.1f}\n", m.bytes_per_second() / 1e9,
                             100 * m.share_of_peak(), static_cast<double>(m.peak_bytes_per_second) / 1e9);
  if (m.reads > 0)
    streams.out << fmt::format(
        "read latency   {:.1f} ns on average, half within {:.1f}, 90 % {:.1f}, 99 % {:.1f}, all "
        "{:.1f}\n",
        ns(m.mean_latency()), percentile(0.5), percentile(0.9), percentile(0.99), percentile(1));
  streams.out << fmt::format("row hits       {:.1f} %; {} in a closed bank, {} conflicts\n", 100 * m.row_hit_rate(),
                             report::grouped(s.row_misses), report::grouped(s.row_conflicts));
  streams.out << fmt::format("simulated      {} requests a second\n",
                             report::rate_text(static_cast<double>(m.requests) / seconds))
              << std::flush;
  if (json) json.write(to_json(arguments, config, m, outstanding, seconds).dump(2) + "\n");
  return 0;
}

}  // namespace systole::cli
