// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/dram_map.hpp"

#include <algorithm>

#include "compiler/dram/lifetimes.hpp"

namespace systole::compiler {
namespace {

struct Block {
  TensorId storage = 0;
  Lifetime life;
  std::uint64_t bytes = 0, offset = 0;
};

// The lowest place that no block has at the same time; `placed` is sorted by offset.
std::uint64_t first_fit(const Block& block, const std::vector<Block>& placed, std::uint64_t alignment) {
  std::uint64_t at = 0;
  for (const Block& p : placed) {
    if (!p.life.overlaps(block.life)) continue;
    if (at + block.bytes <= p.offset) break;
    at = std::max(at, (p.offset + p.bytes + alignment - 1) / alignment * alignment);
  }
  return at;
}

}  // namespace

DramMap map_tensors(const Plan& plan, const OperatorTable& nodes, bool keep_tensors) {
  const Network& net = nodes.network();
  const Chip& chip = nodes.chip();
  const auto life = lifetimes(plan, nodes, keep_tensors);
  std::vector<Block> blocks;
  for (TensorId s = 0; s < life.size(); ++s)
    if (life[s]) blocks.push_back({s, *life[s], layout_of(net, plan, s).size_bytes(), 0});
  std::stable_sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.bytes > b.bytes; });

  DramMap map;
  map.storage.resize(plan.tensors.size(), {0, 0});
  map.layout.resize(plan.tensors.size());
  constexpr std::uint64_t kLeastAlignment = 64;
  const std::uint64_t alignment =
      std::max<std::uint64_t>({chip.axi_burst_bytes, chip.axi_bytes(), chip.activation_word_bytes(), kLeastAlignment});
  std::vector<Block> placed;
  for (Block& block : blocks) {
    block.offset = first_fit(block, placed, alignment);
    placed.insert(std::upper_bound(placed.begin(), placed.end(), block,
                                   [](const Block& a, const Block& b) { return a.offset < b.offset; }),
                  block);
    map.storage[block.storage] = {block.offset, block.offset + block.bytes};
    map.size_bytes = std::max(map.size_bytes, block.offset + block.bytes);
  }
  for (TensorId t = 0; t < plan.tensors.size(); ++t) {
    const TensorId s = plan.tensors[t].storage;
    if (!life[s] || plan.tensors[t].flattened) continue;
    TensorLayout layout = layout_of(net, plan, t);
    layout.offset = map.storage[s].first + layout_of(net, plan, s).bytes_of_blocks(plan.tensors[t].first_block);
    map.layout[t] = layout;
  }
  return map;
}

}  // namespace systole::compiler
