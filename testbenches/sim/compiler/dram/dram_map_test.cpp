// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/dram_map.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

bool overlap(const std::pair<std::uint64_t, std::uint64_t>& a, const std::pair<std::uint64_t, std::uint64_t>& b) {
  return a.first < b.second && b.first < a.second;
}

// Convolutions in a row; the tensors from the input to the output.
std::vector<TensorId> chain_of(NetworkBuilder& b, int length) {
  std::vector<TensorId> tensors = {b.input(ElementType::kInt8, {1, 16, 9, 9})};
  for (int i = 0; i < length; ++i) tensors.push_back(b.conv(tensors.back(), same_size(16)));
  b.output(tensors.back());
  return tensors;
}

}  // namespace

TEST_CASE("a dead tensor's bytes are used again, unless all tensors are to be kept") {
  NetworkBuilder b(1);
  const std::vector<TensorId> chain = chain_of(b, 5);
  Planned p(b, edge16());
  p.with_steps();
  const compiler::DramMap shared = compiler::map_tensors(p.plan, p.nodes, false);
  const compiler::DramMap kept = compiler::map_tensors(p.plan, p.nodes, true);
  CHECK(shared.size_bytes < kept.size_bytes);
  for (std::size_t i = 1; i < chain.size(); ++i) {
    CHECK_FALSE(overlap(shared.storage[chain[i - 1]], shared.storage[chain[i]]));
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(overlap(kept.storage[chain[j]], kept.storage[chain[i]]));
  }
}

TEST_CASE("a part of a tensor lies in it, block by block") {
  NetworkBuilder b(2);
  const TensorId x = b.input(ElementType::kInt8, {1, 4, 5, 5});
  const TensorId left = b.conv(x, same_size(8)), right = b.conv(x, same_size(4));
  const TensorId joined = b.concat({left, right}, 1);
  b.output(b.conv(joined, same_size(4)));
  Planned p(b, odd_chips()[0]);
  const compiler::DramMap map = compiler::map_tensors(p.with_steps().plan, p.nodes, false);
  REQUIRE(map.layout[joined]);
  CHECK(map.layout[left]->offset == map.layout[joined]->offset);
  CHECK(map.layout[right]->offset == map.layout[joined]->offset + 2 * 25 * p.chip.activation_word_bytes());
  CHECK(map.storage[left].second == 0);  // no bytes of its own
}

TEST_CASE("places begin at a burst") {
  NetworkBuilder b(3);
  chain_of(b, 3);
  Planned p(b, edge16());
  const compiler::DramMap map = compiler::map_tensors(p.with_steps().plan, p.nodes, true);
  for (const auto& [begin, end] : map.storage) {
    CHECK(begin % p.chip.axi_burst_bytes == 0);
    CHECK(end <= map.size_bytes);
  }
}

}  // namespace systole::compiler_test
