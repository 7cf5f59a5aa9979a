// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/group_stores.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/plan/arithmetic.hpp"

namespace systole::compiler {
namespace {

std::uint16_t count16(std::int64_t v) { return static_cast<std::uint16_t>(v); }
std::int32_t stride32(std::int64_t v) { return static_cast<std::int32_t>(v); }

// What a fused MaxPool leaves of a tile of sums.
Tile outputs_of(const MatrixProblem& p, const Tile& sums) {
  const auto [y, x] = p.window;
  return {sums.image, sums.row / y, sums.rows / y, sums.column / x, sums.columns / x};
}

}  // namespace

GroupStores::GroupStores(ItemBuilder& items, const MatrixProblem& problem, const std::optional<WordSpan>& residual_zone)
    : items_(items),
      problem_(problem),
      unit_(store_unit(problem, items.chip())),
      parameters_(problem, items.chip(), items.parameters()),
      residual_(items, problem, residual_zone),
      block_(problem.out.block_channels),
      cols_(items.chip().array_cols),
      lanes_(items.chip().post_lanes),
      row_groups_(cols_ / lanes_) {}

void GroupStores::add(Item item, const Tile& sums, const Group& group, std::uint32_t accumulator_rows) {
  const Finished f = {sums, outputs_of(problem_, sums), group, accumulator_rows * row_groups_};
  if (unit_.one_store)
    add_group_stores(std::move(item), f);
  else
    add_unit_stores(std::move(item), f);
}

void GroupStores::add_group_stores(Item item, const Finished& f) {
  const std::int64_t per_column_block = cols_ / block_, first = f.group.first * per_column_block;
  const std::int64_t blocks = ceil_div(end_channel(f.group), block_) - first;
  const std::int64_t whole = blocks / per_column_block * per_column_block;
  for (const auto& [from, count] : {std::pair{std::int64_t{0}, whole}, std::pair{whole, blocks - whole}})
    if (count != 0) finish(item, block_store(item, f, from, count), f.outputs, first + from, count);
}

// Of channel blocks [from, from + count) of the group: loops over columns, rows, the channel blocks of a column block,
// and column blocks.
isa::Store GroupStores::block_store(Item& item, const Finished& f, std::int64_t from, std::int64_t count) const {
  const std::int64_t per_column_block = cols_ / block_, inner = std::min(count, per_column_block);
  const std::int64_t groups = block_ / lanes_, column_block_groups = f.sums.positions() * row_groups_;
  const std::int64_t first = f.group.first * per_column_block, channel = (first + from) * block_;
  const bool one_row = is_one_row(f.outputs);
  isa::Store st = common_store(f);
  st.groups = count16(groups);
  st.count = {count16(one_row ? f.outputs.positions() : f.outputs.columns), count16(one_row ? 1 : f.outputs.rows),
              count16(inner), count16(count / inner)};
  st.source_base = static_cast<std::uint32_t>(f.source + from / per_column_block * column_block_groups);
  st.source_stride = {stride32(problem_.window[1] * row_groups_),
                      stride32(problem_.window[0] * f.sums.columns * row_groups_), stride32(groups),
                      stride32(column_block_groups)};
  st.dst_base = destination(f.outputs, channel);
  st.dst_stride = {destination_stride(problem_.out.row_stride), destination_stride(problem_.out.block_stride),
                   destination_stride(inner * problem_.out.block_stride)};
  if (!problem_.raw()) {
    parameters_.request(item, f.group.first * cols_, f.group.count * cols_);
    st.parameter_base = count16(from * groups);
    st.parameter_stride_2 = count16(groups);
    st.parameter_stride_3 = count16(row_groups_);
  }
  if (problem_.residual) {
    const std::int64_t blocks = ceil_div(end_channel(f.group), block_) - first;
    const ResidualOperand::Strides r = residual_.add_to(item, st, f.outputs, first, blocks, channel);
    st.residual_stride = {stride32(r.row), stride32(r.block), stride32(inner * r.block)};
  }
  return st;
}

void GroupStores::add_unit_stores(Item item, const Finished& f) {
  for (std::int64_t m = f.group.first * cols_; m < end_channel(f.group); m += unit_.channels)
    finish(item, unit_store(item, f, m), f.outputs, m / block_, 1);
}

// Of the unit from this channel on: loops over columns and rows.
isa::Store GroupStores::unit_store(Item& item, const Finished& f, std::int64_t m) const {
  const std::int64_t begin = f.group.first * cols_, column_block = (m - begin) / cols_;
  const bool one_row = is_one_row(f.outputs);
  isa::Store st = common_store(f);
  st.groups = count16(unit_.channels / lanes_);
  st.count = {1, count16(one_row ? f.outputs.positions() : f.outputs.columns), count16(one_row ? 1 : f.outputs.rows),
              1};
  st.source_base =
      static_cast<std::uint32_t>(f.source + column_block * f.sums.positions() * row_groups_ + m % cols_ / lanes_);
  st.source_stride = {0, stride32(problem_.window[1] * row_groups_),
                      stride32(problem_.window[0] * f.sums.columns * row_groups_), 0};
  st.dst_base = destination(f.outputs, m);
  st.dst_stride = {destination_stride(problem_.out.pixel_stride), destination_stride(problem_.out.row_stride), 0};
  if (unit_.group_parameters) {
    parameters_.request(item, begin, f.group.count * cols_);
    st.parameter_base = count16((m - begin) / lanes_);
  } else if (!problem_.raw()) {
    parameters_.request(item, m, unit_.channels);
  }
  if (problem_.residual) {
    const std::int64_t first = begin / block_, blocks = (end_channel(f.group) - 1) / block_ - first + 1;
    const ResidualOperand::Strides r = residual_.add_to(item, st, f.outputs, first, blocks, m);
    st.residual_stride = {stride32(r.column), stride32(r.row), 0};
  }
  return st;
}

isa::Store GroupStores::common_store(const Finished& f) const {
  isa::Store st = post_processing(problem_);
  // Where a store finds the windows of an output: one sum, or those of a fused MaxPool.
  st.window_y = static_cast<std::uint8_t>(problem_.window[0]);
  st.window_x = static_cast<std::uint8_t>(problem_.window[1]);
  st.source_stride_wy = problem_.window[0] > 1 ? stride32(f.sums.columns * row_groups_) : 0;
  st.source_stride_wx = problem_.window[1] > 1 ? stride32(row_groups_) : 0;
  return st;
}

void GroupStores::finish(Item& item, const isa::Store& store, const Tile& outputs, std::int64_t first_block,
                         std::int64_t blocks) {
  const Region region = region_of(outputs, first_block, blocks);
  item.store = store;
  if (problem_.out.on_chip)
    item.store_writes.push_back(word_span(problem_.out, region, items_.chip()));
  else
    item.writes = dram_box(problem_.out, region);
  items_.add(std::move(item));
  item = items_.new_item();
}

std::int64_t GroupStores::end_channel(const Group& group) const {
  return std::min((group.first + group.count) * cols_, problem_.channels_out);
}

// Output positions of the tile are one dimension if they are contiguous in DRAM and their sums are in the accumulators.
bool GroupStores::is_one_row(const Tile& outputs) const {
  if (outputs.rows == 1) return true;
  const bool no_window = problem_.window == std::array<std::int64_t, 2>{1, 1};
  const Operand* residual = problem_.residual ? &problem_.residual->operand : nullptr;
  const bool residual_follows = residual == nullptr || !residual->on_chip || residual->dense_rows();
  return no_window && outputs.columns == problem_.out.width && problem_.out.dense_rows() && residual_follows;
}

std::uint32_t GroupStores::destination(const Tile& outputs, std::int64_t channel) const {
  return static_cast<std::uint32_t>(
      destination_units(problem_.out.at(outputs.image, channel / block_, outputs.row, outputs.column) +
                        channel % block_ * problem_.output_bytes()));
}

std::int32_t GroupStores::destination_stride(std::int64_t bytes) const { return stride32(destination_units(bytes)); }

std::int64_t GroupStores::destination_units(std::int64_t bytes) const {
  return problem_.out.on_chip ? bytes / lanes_ : bytes;
}

}  // namespace systole::compiler
