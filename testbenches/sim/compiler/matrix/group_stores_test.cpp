// SPDX-License-Identifier: Apache-2.0
//
// The stores of finished groups, held against what they are for: each sum that exists goes to its place in the output,
// once.
#include "compiler/matrix/group_stores.hpp"

#include <fmt/core.h>

#include <map>
#include <set>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {
namespace {

using compiler::ConstantPool;
using compiler::Group;
using compiler::GroupStores;
using compiler::Item;
using compiler::ItemBuilder;
using compiler::MatrixProblem;
using compiler::Operand;
using compiler::Tile;
using compiler::Tiling;

// The stores of a problem with this tiling, all from accumulator row 0.
std::vector<Item> stores_of(const MatrixProblem& p, const Chip& chip, const Tiling& tiling) {
  ConstantPool weights(64), parameters(64);
  ItemBuilder items(chip, weights, parameters);
  items.begin_node(0);
  GroupStores stores(items, p, std::nullopt);
  for (const Tile& tile : compiler::tiles_of(p, tiling))
    for (const Group& group : compiler::groups_of(whole_run(p), tiling)) stores.add(items.new_item(), tile, group, 0);
  return items.list();
}

// Calls f(group of lanes in the accumulators or the buffer, byte in DRAM, channel of the parameters) for each group
// that a store writes, the windows left out.
template <class F>
void for_each_group(const isa::Store& s, std::uint32_t lanes, F f) {
  const std::int64_t element_bytes = s.raw ? 4 : 1;
  for (std::int64_t c3 = 0; c3 < s.count[3]; ++c3)
    for (std::int64_t c2 = 0; c2 < s.count[2]; ++c2)
      for (std::int64_t c1 = 0; c1 < s.count[1]; ++c1)
        for (std::int64_t c0 = 0; c0 < s.count[0]; ++c0)
          for (std::int64_t g = 0; g < s.groups; ++g) {
            const std::int64_t source = s.source_base + c0 * s.source_stride[0] + c1 * s.source_stride[1] +
                                        c2 * s.source_stride[2] + c3 * s.source_stride[3] + g;
            const std::int64_t byte = s.dst_base + c1 * s.dst_stride[0] + c2 * s.dst_stride[1] + c3 * s.dst_stride[2] +
                                      (c0 * s.groups + g) * lanes * element_bytes;
            const std::int64_t parameter = s.parameter_base + c2 * s.parameter_stride_2 + c3 * s.parameter_stride_3 + g;
            f(source, byte, parameter);
          }
}

// What differs first from: the accumulator group of position (y, x) of a tile and of the channels goes to their place
// in the output, with their parameters, and nothing goes anywhere else.
std::string wrong_stores(const MatrixProblem& p, const Chip& chip, const Tiling& tiling) {
  const std::int64_t lanes = chip.post_lanes, row_groups = chip.array_cols / chip.post_lanes;
  const std::int64_t block = p.out.block_channels, element_bytes = p.out.pixel_stride / block;
  const std::vector<Item> items = stores_of(p, chip, tiling);
  std::size_t next = 0;
  for (const Tile& tile : compiler::tiles_of(p, tiling))
    for (const Group& group : compiler::groups_of(whole_run(p), tiling)) {
      std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> expected;  // source and first channel by byte
      const std::int64_t end = std::min((group.first + group.count) * chip.array_cols, p.channels_out);
      for (std::int64_t m = group.first * chip.array_cols; m < end; m += lanes)
        for (std::int64_t y = 0; y < tile.rows; y += p.window[0])
          for (std::int64_t x = 0; x < tile.columns; x += p.window[1]) {
            const std::int64_t n = m / chip.array_cols - group.first;
            const std::int64_t row = n * tile.positions() + y * tile.columns + x;
            expected[p.out.at(tile.image, m / block, (tile.row + y) / p.window[0], (tile.column + x) / p.window[1]) +
                     m % block * element_bytes] = {row * row_groups + m % chip.array_cols / lanes, m};
          }
      std::set<std::int64_t> written;
      while (written.size() < expected.size()) {
        if (next == items.size()) return "stores are missing";
        const Item& item = items[next++];
        std::string wrong;
        for_each_group(*item.store, chip.post_lanes, [&](auto source, auto byte, auto parameter) {
          const auto place = expected.find(byte);
          if (place == expected.end()) {
            // Channels of the last block behind the last channel: their bytes are nobody's.
            const std::int64_t channel = byte % p.out.pixel_stride / element_bytes;
            if (channel < (p.channels_out - 1) % block + 1) wrong = fmt::format("byte {} is written", byte);
            return;
          }
          if (!written.insert(byte).second) wrong = fmt::format("byte {} is written twice", byte);
          if (place->second.first != source) wrong = fmt::format("byte {} comes from group {}", byte, source);
          if (p.raw()) return;
          const compiler::Request& r = item.requests.at(*item.store_parameter);
          const std::int64_t channel = r.load.dram_offset / compiler::kParameterBytes + parameter * lanes;
          if (channel != place->second.second) wrong = fmt::format("byte {} has parameters of {}", byte, channel);
        });
        if (!wrong.empty()) return wrong;
        if (!item.writes) return "a store does not say what it writes";
      }
    }
  return next == items.size() ? "" : "a store too many";
}

}  // namespace

TEST_CASE("every sum goes to its place once, on every chip and with every tiling") {
  for (const Chip& chip : odd_chips())
    for (const std::int64_t channels : {3, 16, 37})
      for (const bool raw : {false, true})
        for (const std::array<std::int64_t, 2> window : {std::array<std::int64_t, 2>{1, 1}, {2, 2}}) {
          MatrixProblem p = convolution({4, channels, 4, 5, {1, 1}, {1, 1}, 2}, chip);
          if (raw) make_raw(p, chip);
          if (!raw) p.window = window;
          for (const std::int64_t rows : {1, 3, 4})
            for (const std::int64_t columns : {2, 5}) {
              Tiling t;
              t.rows = rows * p.window[0];
              t.columns = columns * p.window[1];
              t.column_blocks = chip.parameter_words / 2 >= chip.array_cols / chip.post_lanes * 2 ? 2 : 1;
              INFO(chip.name << ", " << channels << " channels, raw " << raw << ", window " << p.window[0] << ", tile "
                             << rows << "x" << columns);
              CHECK(wrong_stores(p, chip, t) == "");
            }
        }
}

TEST_CASE("a group has one store, two if its last column block is not full") {
  const Chip chip = make_chip("test", 4, 8, 2, 32, 128, 32, 64);  // two channel blocks in a column block
  const auto stores = [&](std::int64_t channels) {
    const MatrixProblem p = convolution({4, channels}, chip);
    return stores_of(p, chip, whole_tiling(p, whole_run(p))).size();
  };
  CHECK(stores(16) == 1);
  CHECK(stores(20) == 2);
  CHECK(stores(4) == 1);
}

TEST_CASE("contiguous positions are one dimension, unless a residual operand in the buffer is not") {
  const Chip chip = make_chip("test", 4, 4, 2, 32, 128, 32, 64);
  MatrixProblem p = convolution({4, 4, 3, 5}, chip);
  const Tiling t = whole_tiling(p, whole_run(p));
  CHECK(stores_of(p, chip, t).front().store->count[0] == 15);
  add_residual(p, chip);
  p.residual->operand.on_chip = true;
  CHECK(stores_of(p, chip, t).front().store->count[0] == 15);
  p.residual->operand.row_stride += p.residual->operand.pixel_stride;  // a frame
  CHECK(stores_of(p, chip, t).front().store->count[0] == 5);
  CHECK(stores_of(p, chip, t).front().store->count[1] == 3);
}

TEST_CASE("the first store belongs to the item of the matrix instruction, the others to items of their own") {
  const Chip chip = make_chip("test", 8, 4, 2, 32, 128, 32, 64);  // a store for each half of a channel block
  const MatrixProblem p = convolution({8, 16}, chip);
  ConstantPool weights(64), parameters(64);
  ItemBuilder items(chip, weights, parameters);
  items.begin_node(5);
  Item last = items.new_item();
  last.matrix = isa::Matrix{};
  GroupStores(items, p, std::nullopt).add(last, {0, 0, 6, 0, 6}, {0, 4}, 0);
  REQUIRE(items.list().size() == 4);
  CHECK(items.list()[0].matrix);
  CHECK_FALSE(items.list()[1].matrix);
  for (const Item& item : items.list()) CHECK(item.node == 5);
}

TEST_CASE("an output in the activation buffer is addressed in groups of lanes") {
  const Chip chip = make_chip("test", 4, 4, 2, 32, 128, 32, 64);
  MatrixProblem p = convolution({4, 8, 3, 5}, chip);
  p.out.on_chip = true;
  p.out.offset = 4 * 7;  // word 7
  const Item item = stores_of(p, chip, whole_tiling(p, whole_run(p))).front();
  CHECK(item.store->dst_base == 7 * 2);
  CHECK(item.store->dst_stride[1] == 15 * 2);
  CHECK_FALSE(item.writes);
  REQUIRE(item.store_writes.size() == 1);
  CHECK(item.store_writes[0].low == 7);
  CHECK(item.store_writes[0].high == 7 + 30);
}

}  // namespace systole::compiler_test
