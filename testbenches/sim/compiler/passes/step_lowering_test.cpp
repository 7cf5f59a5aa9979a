// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/step_lowering.hpp"

#include "catch.hpp"
#include "compiler/dram/address_map.hpp"
#include "compiler/dram/dram_map.hpp"
#include "compiler/passes/residency.hpp"
#include "compiler/tiling/search.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

struct Lowered {
  std::vector<compiler::Item> items;
  std::vector<compiler::Reservation> reservations;
};

Lowered lower_first_step(Planned& p) {
  const compiler::DramMap map = compiler::map_tensors(p.plan, p.nodes, false);
  compiler::TilingSearch search(p.chip, compiler::Search::kNone);
  compiler::ConstantPools pools(p.network, p.chip);
  compiler::Lowering lowering(p.network, p.chip, p.plan, map.layout, search, pools.weights, pools.parameters);
  Lowered lowered;
  lowered.reservations = compiler::lower_step(lowering, p.nodes, p.plan.steps.at(0));
  lowered.items = lowering.items().list();
  return lowered;
}

}  // namespace

TEST_CASE("the words of a resident are reserved from the filling of its frame to its last reader") {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16));
  const TensorId y = b.conv(x, same_size(16));
  b.output(b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16)));
  b.output(y);
  Planned p(b, edge16());
  compiler::keep_residents(p.with_steps().plan, p.nodes);
  const auto& resident = p.plan.tensors[x].resident;
  REQUIRE(resident);
  const Lowered lowered = lower_first_step(p);
  REQUIRE(lowered.reservations.size() == 1);
  const compiler::Reservation& r = lowered.reservations[0];
  CHECK(r.words.low == resident->base);
  CHECK(r.words.high == resident->base + resident->words);
  CHECK(lowered.items[r.first_item].fill);
  CHECK(r.first_item == 0);
  CHECK(lowered.items[r.last_item].node == 1);
  REQUIRE(r.last_item + 1 < lowered.items.size());
  CHECK(lowered.items[r.last_item + 1].node == 2);
}

TEST_CASE("loads stay out of the banks that a resident has") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16));
  b.output(b.conv(x, same_size(16)));
  Planned p(b, edge16());
  compiler::keep_residents(p.with_steps().plan, p.nodes);
  REQUIRE(p.plan.tensors[x].resident);
  const Lowered lowered = lower_first_step(p);
  const std::uint32_t bank = p.chip.activation_bank_words;
  int zones = 0;
  for (const compiler::Item& item : lowered.items)
    for (const compiler::Request& request : item.requests)
      if (request.zone) {
        CHECK(request.zone->high <= p.plan.tensors[x].resident->base / bank * bank);
        ++zones;
      }
  CHECK(zones > 0);
}

TEST_CASE(
    "a pooling beside a convolution has the last bank to itself, and its items come between those of the convolution") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kUint8, {1, 16, 60, 60}), same_size(64));
  b.output(b.max_pool(x, {3, 3}, {2, 2}, {1, 1, 1, 1}));
  Planned p(b, edge16());
  const Lowered lowered = lower_first_step(p.with_steps());
  const std::uint32_t own = p.chip.activation_words() - p.chip.activation_bank_words;
  std::size_t first_pool = lowered.items.size(), last_conv = 0;
  for (std::size_t i = 0; i < lowered.items.size(); ++i) {
    const compiler::Item& item = lowered.items[i];
    if (item.node == 0) last_conv = i;
    if (item.node == 1) first_pool = std::min(first_pool, i);
    for (const compiler::Request& request : item.requests)
      if (request.load.buffer == isa::Buffer::kActivation) {
        REQUIRE(request.zone);
        if (item.node == 0)
          CHECK(request.zone->high <= own);
        else
          CHECK(request.zone->low == own);
      }
  }
  CHECK(first_pool < last_conv);
}

}  // namespace systole::compiler_test
