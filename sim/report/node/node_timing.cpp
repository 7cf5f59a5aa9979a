// SPDX-License-Identifier: Apache-2.0
#include "report/node/node_timing.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace systole::report {

using compiler::ChipStep;
using compiler::CompiledNetwork;

namespace {

struct Interval {
  std::uint64_t begin = 0, end = 0;
};
using Intervals = std::vector<Interval>;

// In order, without overlaps.
Intervals merged(Intervals intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  Intervals result;
  for (const Interval& interval : intervals) {
    if (result.empty() || interval.begin > result.back().end)
      result.push_back(interval);
    else
      result.back().end = std::max(result.back().end, interval.end);
  }
  return result;
}

std::uint64_t length(const Intervals& intervals) {
  std::uint64_t sum = 0;
  for (const Interval& interval : intervals) sum += interval.end - interval.begin;
  return sum;
}

using ByNode = std::map<std::uint32_t, Intervals>;

// Cycles that each pair of nodes shares, the lower index first. Both have to be merged intervals.
std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> shared_cycles(const ByNode& nodes) {
  struct Edge {
    std::uint64_t cycle;
    bool begins;
    std::uint32_t node;
  };
  std::vector<Edge> edges;
  for (const auto& [node, intervals] : nodes)
    for (const Interval& interval : intervals) {
      if (interval.begin == interval.end) continue;
      edges.push_back({interval.begin, true, node});
      edges.push_back({interval.end, false, node});
    }
  std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.cycle < b.cycle; });
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> shared;
  std::map<std::uint32_t, std::uint64_t> at_work;  // node: since when
  for (const Edge& edge : edges) {
    if (edge.begins) {
      at_work[edge.node] = edge.cycle;
      continue;
    }
    const auto ended = at_work.find(edge.node);
    for (const auto& [other, since] : at_work)
      if (other != edge.node) shared[std::minmax(edge.node, other)] += edge.cycle - std::max(since, ended->second);
    // Those that are still at work share the rest of their time with others.
    at_work.erase(ended);
  }
  return shared;
}

void add_own_cycles(const views::ProgramRun& run, const ByNode& nodes, std::vector<NodeTiming>& timing) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;  // cycle of the last retirement, node
  for (const auto& [node, intervals] : nodes) order.push_back({intervals.back().end, node});
  std::sort(order.begin(), order.end());
  std::uint64_t begin = 0;
  for (const auto& [cycle, node] : order) {
    timing[node].own_cycles += cycle - begin;
    begin = cycle;
  }
  if (!order.empty() && run.cycles > begin) timing[order.back().second].own_cycles += run.cycles - begin;
}

void add_overlaps(const ByNode& nodes, std::vector<NodeTiming>& timing) {
  for (const auto& [pair, cycles] : shared_cycles(nodes))
    for (const auto& [node, other] : {pair, std::pair(pair.second, pair.first)}) {
      if (cycles <= timing[node].overlap_cycles) continue;
      timing[node].overlap_cycles = cycles;
      timing[node].overlaps = other;
    }
}

}  // namespace

std::vector<NodeTiming> node_timing(const CompiledNetwork& network, const std::vector<views::ProgramRun>& runs) {
  std::vector<NodeTiming> timing(network.network.nodes.size());
  std::uint64_t before = 0;  // cycles of earlier programs
  for (const views::ProgramRun& run : runs) {
    if (!run.has_timing) continue;
    const isa::Program& program = std::get<ChipStep>(network.steps[run.step]).program;
    ByNode nodes, matrix;
    for (const Retired& retired : run.retired) {
      const std::uint32_t node = isa::common_of(program.instructions[retired.index]).tag;
      if (node >= timing.size()) continue;
      nodes[node].push_back({retired.start_cycle, retired.retire_cycle});
      if (retired.engine == isa::Engine::kMatrix) matrix[node].push_back(nodes[node].back());
    }
    for (auto& [node, intervals] : nodes) {
      intervals = merged(std::move(intervals));
      NodeTiming& its = timing[node];
      if (its.active_cycles == 0) its.first_start = before + intervals.front().begin;
      its.last_retirement = before + intervals.back().end;
      its.active_cycles += length(intervals);
    }
    for (auto& [node, intervals] : matrix) timing[node].matrix_cycles += length(merged(std::move(intervals)));
    add_own_cycles(run, nodes, timing);
    add_overlaps(nodes, timing);
    before += run.cycles;
  }
  return timing;
}

}  // namespace systole::report
