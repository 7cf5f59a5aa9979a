// SPDX-License-Identifier: Apache-2.0
//
// Poolings that run while the convolution before them computes: that they do, that it saves time, and that no bit
// changes.
#include "compiler/lower/interleave.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::Item;

Item item_of(std::uint32_t node) {
  Item item;
  item.node = node;
  return item;
}

// Rows of one tensor, as a box of its only plane.
compiler::DramBox rows(std::int64_t low, std::int64_t high) { return {7, 0, 1, low, high}; }

Item writer(std::int64_t row) {
  Item item = item_of(1);
  item.writes = rows(row, row + 1);
  return item;
}

Item reader(std::int64_t low, std::int64_t high) {
  Item item = item_of(2);
  item.requests.resize(1);
  item.requests[0].reads = rows(low, high);
  return item;
}

}  // namespace

TEST_CASE("every moved item stays behind all items that write what it reads, and none is lost") {
  constexpr std::int64_t kRows = 60;
  std::vector<Item> items(3, item_of(0));
  for (std::int64_t row = 0; row < kRows; ++row) items.push_back(writer(row));
  for (std::int64_t row = 0; row + 3 <= kRows; row += 2) items.push_back(reader(row, row + 3));
  const std::size_t size = items.size();
  compiler::interleave(items, 3, 3 + kRows);
  REQUIRE(items.size() == size);
  std::int64_t written = 0, readers_before_the_last_writer = 0;
  for (const Item& item : items) {
    if (item.node == 1) {
      CHECK(item.writes->pixel_low == written);  // in their own order
      ++written;
    } else if (item.node == 2) {
      CHECK(item.requests[0].reads->pixel_high <= written);
      readers_before_the_last_writer += written < kRows;
    }
  }
  CHECK(written == kRows);
  CHECK(readers_before_the_last_writer > 15);
}

TEST_CASE("a pooling with overlap runs while the convolution before it computes") {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kUint8, {1, 16, 60, 60}), same_size(64));
  b.output(b.max_pool(x, {3, 3}, {2, 2}, {1, 1, 1, 1}));
  const Chip edge16 = odd_chips().back();
  const compiler::CompiledNetwork compiled = compiler::compile(b.network(), edge16);
  int pools_before_the_last_matrix = 0, pools = 0;
  for (const isa::Instruction& i : std::get<compiler::ChipStep>(compiled.steps.at(0)).program.instructions) {
    if (std::holds_alternative<isa::Matrix>(i)) pools_before_the_last_matrix = pools;
    if (const auto* store = std::get_if<isa::Store>(&i)) pools += store->window_y == 3;
  }
  CHECK(pools_before_the_last_matrix > pools / 2);
  CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");
}

TEST_CASE("random convolutions with any pooling behind them have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 900);
      Random& r = b.random();
      // Behind another convolution, whose tensor's bytes may be used again.
      TensorId x = b.conv(b.input(ElementType::kInt8, {r.in(1, 2), r.in(1, 20), r.in(8, 24), r.in(8, 24)}),
                          same_size(r.in(1, 20)));
      ConvOptions o = same_size(r.in(1, 40), r.pick<std::int64_t>({1, 3}));
      o.clamp = r.chance(30);
      const TensorId y = b.conv(x, o);
      const std::array<std::int64_t, 2> window = {r.in(1, 3), r.in(1, 3)}, stride = {r.in(1, 3), r.in(1, 3)};
      TensorId z = b.max_pool(y, window, stride, {r.in(0, window[0] - 1), r.in(0, window[1] - 1), 0, 0});
      if (r.chance(50)) b.output(y);
      if (r.chance(50)) z = b.conv(z, same_size(8));
      b.output(z);
      INFO("chip " << chip.name << " seed " << seed);
      CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
    }
}

}  // namespace systole::compiler_test
