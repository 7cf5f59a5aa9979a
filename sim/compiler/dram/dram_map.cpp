// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/dram_map.hpp"

#include <algorithm>
#include <limits>

#include "compiler/lower/interleave.hpp"
#include "compiler/plan/free_nodes.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

struct Lifetime {
  TensorId storage = 0;
  std::int64_t first = std::numeric_limits<std::int64_t>::max(),
               last = -1;  // times of writing and last reading
  std::uint64_t bytes = 0, offset = 0;
};

}  // namespace

DramMap map_tensors(const Network& net, const Chip& chip, const Plan& plan, const CompileOptions& options) {
  const std::size_t tensors = net.tensors.size();
  DramMap map;
  map.layout.resize(tensors);
  map.storage.resize(tensors, {0, 0});
  std::vector<Lifetime> life(tensors);
  std::vector<char> in_dram(tensors, 0);  // by storage
  const auto note = [&](TensorId s, std::int64_t time) {
    life[s].first = std::min(life[s].first, time);
    life[s].last = std::max(life[s].last, time);
  };

  // Time counts chip nodes; a step begins (the host writes) and ends (the host reads) at times of
  // its own.
  std::int64_t time = 0;
  const FreeNodes free(net, plan.placement);
  std::vector<std::int64_t> step_end_of(tensors, -1);  // of the step that writes the tensor
  std::vector<char> produced_on_chip(tensors, 0);
  for (const StepPlan& step : plan.steps) {
    ++time;
    if (!step.on_chip) continue;
    const std::int64_t begin = time;
    std::vector<TensorId> produced;
    for (std::uint32_t n : step.nodes) {
      ++time;
      for (TensorId t : chip_inputs(net, plan, n)) {
        const TensorId s = plan.storage[t];
        if (plan.resident[s]) continue;
        in_dram[s] = 1;
        for (TensorId source : free.sources(t))
          if (!produced_on_chip[source]) note(s, net.tensors[source].is_constant ? 0 : begin);
        note(s, time);
      }
      for (TensorId t : chip_outputs(net, plan, n)) {
        const TensorId s = plan.storage[t];
        if (plan.resident[s]) continue;
        in_dram[s] = produced_on_chip[t] = 1;
        note(s, time);
        if (may_run_beside(net.nodes[n].operation)) note(s, time - 1);  // it may run beside the node before it
        produced.push_back(t);
      }
    }
    ++time;
    for (TensorId t : produced) step_end_of[t] = time;
  }
  const std::int64_t forever = time + 1;

  // What the host reads lives to the end of its step; constants, and everything on request, live
  // forever.
  const auto host_reads = [&](TensorId t) {
    for (TensorId source : free.sources(t))
      if (produced_on_chip[source]) note(plan.storage[source], step_end_of[source]);
  };
  for (const StepPlan& step : plan.steps)
    if (!step.on_chip)
      for (TensorId t : inputs_of(net.nodes[step.nodes[0]].operation)) host_reads(t);
  for (TensorId t : net.outputs) host_reads(t);
  std::vector<Lifetime> wanted;
  for (TensorId s = 0; s < tensors; ++s) {
    if (!in_dram[s]) continue;
    if (options.keep_tensors || net.tensors[s].is_constant) life[s].last = forever;
    life[s].storage = s;
    life[s].bytes = layout_of(net, plan, s).size_bytes();
    wanted.push_back(life[s]);
  }

  // First fit, large tensors first.
  const std::uint64_t alignment =
      std::max<std::uint64_t>({chip.axi_burst_bytes, chip.axi_bytes(), chip.array_rows, 64});
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const Lifetime& a, const Lifetime& b) { return a.bytes > b.bytes; });
  std::vector<Lifetime> placed;  // by offset
  for (Lifetime& w : wanted) {
    std::uint64_t at = 0;
    for (const Lifetime& p : placed) {
      if (p.last < w.first || w.last < p.first) continue;
      if (at + w.bytes <= p.offset) break;
      at = std::max(at, (p.offset + p.bytes + alignment - 1) / alignment * alignment);
    }
    w.offset = at;
    placed.insert(std::upper_bound(placed.begin(), placed.end(), w,
                                   [](const Lifetime& a, const Lifetime& b) { return a.offset < b.offset; }),
                  w);
    map.storage[w.storage] = {at, at + w.bytes};
    map.size_bytes = std::max(map.size_bytes, at + w.bytes);
  }

  for (TensorId t = 0; t < tensors; ++t) {
    const TensorId s = plan.storage[t];
    if (!in_dram[s] || plan.flattened[t]) continue;
    TensorLayout l = layout_of(net, plan, t);
    l.offset = map.storage[s].first + layout_of(net, plan, s).bytes_of_blocks(plan.first_block[t]);
    map.layout[t] = l;
  }
  return map;
}

}  // namespace systole::compiler
