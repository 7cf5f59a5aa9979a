// SPDX-License-Identifier: Apache-2.0
//
// Matrix problems to items: the loops of tiling.hpp, with their loads, and the stores of finished
// groups.
//
// A store's unit is `unit_` output channels: a channel block of the output where possible (it is not
// wider than the array and parameters fit). Then one store takes all positions and column
// blocks of a group. Otherwise every unit has a store of its own, because a destination run
// (dimension 0) must be contiguous and parameters do not advance along dimensions 0 and 1.
#include <algorithm>
#include <cstring>

#include "compiler/lower/lower.hpp"
#include "compiler/lower/patch.hpp"
#include "compiler/matrix/search.hpp"
#include "compiler/matrix/tiling.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

struct Tile {  // output positions of one image, or the sums that they are made of
  std::int64_t image = 0, row = 0, rows = 1, column = 0, columns = 1;
  std::int64_t positions() const { return rows * columns; }
};

struct Group {  // output column blocks
  std::int64_t first = 0, count = 1;
};

struct Chunk {  // part of the sum
  std::int64_t tap_y = 0, taps_y = 1, tap_x = 0, taps_x = 1, block = 0, blocks = 1;
};

class MatrixLowering {
 public:
  MatrixLowering(LoweringState& state, const MatrixProblem& problem) : s_(state), p_(problem) {
    rows_ = s_.chip.array_rows;
    cols_ = s_.chip.array_cols;
    lanes_ = s_.chip.post_lanes;
    block_ = p_.out.block_channels;
    raw_ = p_.scale.empty();
    element_bytes_ = raw_ ? 4 : 1;
    per_column_ = !all_equal(p_.weight_zero_point);
    // Half of the parameter buffer holds the parameters of a group, so that those of the next one
    // load meanwhile.
    const std::int64_t parameters = s_.chip.parameter_words / 2 * lanes_;  // channels
    unit_ = std::min(block_, cols_);
    if (!raw_) unit_ = std::min(unit_, parameters);
    group_parameters_ = !raw_ && cols_ <= parameters;
    one_store_ = unit_ == block_ && (raw_ || group_parameters_);
    constexpr std::int64_t kMaxGroup = 4096;  // column blocks: keeps every field far from its limit
    limits_.group_columns = group_parameters_ ? std::min(parameters / cols_, kMaxGroup) : kMaxGroup;
    limits_.activation_words = s_.free_words;
    if (s_.free_words < s_.chip.activation_words()) activation_zone_ = WordSpan{0, s_.free_words};
    if (p_.residual && !p_.residual->operand.on_chip) {
      // A bank of its own: the store reads it while the matrix engine reads activations.
      const std::uint32_t split = s_.free_words - s_.chip.activation_bank_words;
      residual_zone_ = WordSpan{split, s_.free_words};
      activation_zone_ = WordSpan{0, split};
      limits_.activation_words = split;
      limits_.residual_words = s_.chip.activation_bank_words;
    }
    pack_parameters();
  }

  void run() {
    for (const ColumnRun& r : column_runs(p_.column_block_inputs)) lower_run(r, s_.search.choose(s_, p_, r, limits_));
    ++s_.problem;
  }

  void lower_run(const ColumnRun& run, const Tiling& tiling) {
    run_ = run;
    tiling_ = tiling;
    std::vector<Tile> tiles;
    for (std::int64_t b = 0; b < p_.out.images; ++b)
      for (std::int64_t y = 0; y < p_.sum_rows(); y += tiling_.rows)
        for (std::int64_t x = 0; x < p_.sum_columns(); x += tiling_.columns)
          tiles.push_back(
              {b, y, std::min(tiling_.rows, p_.sum_rows() - y), x, std::min(tiling_.columns, p_.sum_columns() - x)});
    std::vector<Group> groups;
    for (std::int64_t n = 0; n < run_.count; n += tiling_.column_blocks)
      groups.push_back({run_.first + n, std::min(tiling_.column_blocks, run_.count - n)});
    chunks_.clear();
    for (std::int64_t ky = 0; ky < p_.kernel[0]; ky += tiling_.taps_y)
      for (std::int64_t kx = 0; kx < p_.kernel[1]; kx += tiling_.taps_x)
        for (std::int64_t kc = 0; kc < run_.inputs.count; kc += tiling_.input_blocks)
          chunks_.push_back({ky, std::min(tiling_.taps_y, p_.kernel[0] - ky), kx,
                             std::min(tiling_.taps_x, p_.kernel[1] - kx), kc,
                             std::min(tiling_.input_blocks, run_.inputs.count - kc)});
    if (!p_.right) pack_weights(groups);
    if (tiling_.columns_outer) {
      for (std::size_t g = 0; g < groups.size(); ++g)
        for (const Tile& t : tiles) lower_job(t, groups[g], g);
    } else {
      for (const Tile& t : tiles)
        for (std::size_t g = 0; g < groups.size(); ++g) lower_job(t, groups[g], g);
    }
  }

 private:
  struct WeightPiece {
    std::uint64_t offset = 0;  // in the weights' segment
    std::int64_t bytes = 0, words = 0;
    bool diagonal = false;  // its bytes are the diagonals of its tiles
  };

  void pack_parameters() {
    if (raw_) return;
    std::vector<std::uint8_t> bytes;
    const std::int64_t channels = static_cast<std::int64_t>(p_.column_block_inputs.size()) * cols_;
    for (std::int64_t m = 0; m < channels; ++m) {
      const bool exists = m < p_.channels_out;
      append_parameter(bytes, exists ? per_channel(p_.bias, m, 0) : 0, exists ? per_channel(p_.scale, m, 0.0f) : 0.0f);
    }
    parameter_offset_ = s_.parameters.add(bytes);
  }

  // Calls tile(n, ky, kx, kc) for each weight tile of a piece in the order in which the matrix engine takes them.
  template <class F>
  static void for_each_tile(const Group& g, const Chunk& c, F tile) {
    for (std::int64_t n = g.first; n < g.first + g.count; ++n)
      for (std::int64_t ky = c.tap_y; ky < c.tap_y + c.taps_y; ++ky)
        for (std::int64_t kx = c.tap_x; kx < c.tap_x + c.taps_x; ++kx)
          for (std::int64_t kc = c.block; kc < c.block + c.blocks; ++kc) tile(n, ky, kx, kc);
  }

  // True if the load engine can make the piece of its diagonal: byte k of the run belongs in column k modulo the columns.
  bool made_of_diagonal(const Group& g, const Chunk& c) const {
    if (!p_.diagonal || per_column_) return false;
    bool fits = true;
    std::int64_t k = 0;
    for_each_tile(g, c, [&](std::int64_t n, std::int64_t, std::int64_t, std::int64_t kc) {
      for (std::int64_t r = 0; r < rows_; ++r, ++k)
        fits = fits && p_.diagonal(p_.column_block_inputs[n].first + kc, r) == n * cols_ + k % cols_;
    });
    return fits;
  }

  // Weight pieces in the order in which they are used: [group][chunk], within each the tiles row by row, or their diagonals.
  void pack_weights(const std::vector<Group>& groups) {
    weight_pieces_.clear();
    const std::int32_t common_zero = per_channel(p_.weight_zero_point, 0, 0);
    const auto zero_of = [&](std::int64_t m) {
      return per_column_ ? per_channel(p_.weight_zero_point, std::min(m, p_.channels_out - 1), 0) : common_zero;
    };
    std::vector<std::uint8_t> bytes;
    for (const Group& g : groups)
      for (const Chunk& c : chunks_) {
        WeightPiece piece;
        piece.words = g.count * c.taps_y * c.taps_x * c.blocks * (rows_ + (per_column_ ? 1 : 0));
        piece.diagonal = made_of_diagonal(g, c);
        piece.bytes = piece.diagonal ? piece.words : piece.words * cols_;
        if (!s_.weights.keeps_bytes()) {
          piece.offset = s_.weights.reserve(static_cast<std::uint64_t>(piece.bytes));
          weight_pieces_.push_back(piece);
          continue;
        }
        bytes.clear();
        const auto push = [&](std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx) {
          bytes.push_back(static_cast<std::uint8_t>(m < p_.channels_out ? p_.weight(m, kb, r, ky, kx) : zero_of(m)));
        };
        for_each_tile(g, c, [&](std::int64_t n, std::int64_t ky, std::int64_t kx, std::int64_t kc) {
          const std::int64_t kb = p_.column_block_inputs[n].first + kc;
          if (per_column_)
            for (std::int64_t m = n * cols_; m < (n + 1) * cols_; ++m)
              bytes.push_back(static_cast<std::uint8_t>(zero_of(m)));
          for (std::int64_t r = 0; r < rows_; ++r) {
            if (piece.diagonal) {
              push(p_.diagonal(kb, r), kb, r, ky, kx);
              continue;
            }
            for (std::int64_t m = n * cols_; m < (n + 1) * cols_; ++m) push(m, kb, r, ky, kx);
          }
        });
        piece.offset = s_.weights.add(bytes);
        weight_pieces_.push_back(piece);
      }
  }

  Request packed_weights(const WeightPiece& piece) const {
    Request request = constant_request(isa::Buffer::kWeight, isa::Base::kWeight, piece.offset, piece.bytes,
                                       static_cast<std::uint32_t>(piece.words));
    if (piece.diagonal) {
      request.load.diagonal = true;
      request.load.pad_value = static_cast<std::uint8_t>(per_channel(p_.weight_zero_point, 0, 0));
      request.key.part[3] = 1 + request.load.pad_value;  // the same bytes may be other tiles elsewhere
    }
    return request;
  }

  // The piece of a right operand: a word is a row of the matrix in one column block, so the rows of a chunk are one run. Rows behind
  // the last one are padding that multiplies to zero.
  Request tensor_weights(std::int64_t image, const Group& group, const Chunk& chunk) const {
    const Operand& b = *p_.right;
    const std::int64_t first = chunk.block * rows_, words = chunk.blocks * rows_,
                       present = std::min(words, b.width - first);
    Request request;
    request.key = {s_.problem + 1, {-2, image, group.first, group.count, chunk.block, chunk.blocks}};
    request.words = static_cast<std::uint32_t>(group.count * words);
    request.load.buffer = isa::Buffer::kWeight;
    request.load.base = isa::Base::kTensor;
    request.load.dram_offset = static_cast<std::uint32_t>(b.at(image, group.first, 0, first));
    request.load.run_bytes = static_cast<std::uint32_t>(present * cols_);
    request.load.count[1] = static_cast<std::uint16_t>(group.count);
    request.load.dram_stride[1] = static_cast<std::int32_t>(b.block_stride);
    request.load.dst_stride[1] = static_cast<std::int32_t>(words);
    request.load.pad_value = static_cast<std::uint8_t>(per_channel(p_.weight_zero_point, 0, 0));
    request.load.pad_right = static_cast<std::uint16_t>(words - present);
    request.reads = dram_box(b, {image, group.first, group.first + group.count - 1, 0, 0, first, first + present - 1});
    return request;
  }

  // One group of column blocks at the positions of one tile.
  void lower_job(const Tile& tile, const Group& group, std::size_t group_index) {
    const std::uint32_t accumulator_base = s_.accumulator_bank * s_.chip.accumulator_rows;
    s_.accumulator_bank ^= 1;
    for (std::size_t c = 0; c < chunks_.size(); ++c) {
      Item item;
      item.node = p_.node;
      item.requests.push_back(p_.right ? tensor_weights(tile.image, group, chunks_[c])
                                       : packed_weights(weight_pieces_[group_index * chunks_.size() + c]));
      add_matrix(item, tile, group, chunks_[c], accumulator_base);
      item.matrix->accumulate = c > 0;
      if (c + 1 < chunks_.size())
        s_.items.push_back(std::move(item));
      else
        add_stores(std::move(item), tile, group, accumulator_base);
    }
  }

  void add_matrix(Item& item, const Tile& tile, const Group& group, const Chunk& chunk,
                  std::uint32_t accumulator_base) {
    Patch patch;
    patch.image = tile.image;
    patch.first_block = run_.inputs.first + (group.first - run_.first) * run_.step + chunk.block;
    patch.blocks = (group.count - 1) * run_.step + chunk.blocks;
    patch.row = tile.row * p_.stride[0] - p_.pad[0] + chunk.tap_y * p_.dilation[0];
    patch.row_step = line_step(tile.rows, p_.stride[0], chunk.taps_y, p_.dilation[0]);
    patch.rows = line_count(tile.rows, p_.stride[0], chunk.taps_y, p_.dilation[0]);
    patch.column = tile.column * p_.stride[1] - p_.pad[1] + chunk.tap_x * p_.dilation[1];
    patch.columns = (tile.columns - 1) * p_.stride[1] + (chunk.taps_x - 1) * p_.dilation[1] + 1;
    patch.pad_value = static_cast<std::uint8_t>(p_.activation_zero_point);
    item.matrix_weight = 0;
    isa::Matrix m;
    PatchStrides strides;
    if (p_.in.on_chip) {  // in place: all rows and columns are there, the padding as well
      patch.row_step = 1;
      strides = {p_.in.block_stride / rows_, p_.in.row_stride / rows_, p_.in.pixel_stride / rows_};
      const std::int64_t last_row = patch.row + (tile.rows - 1) * p_.stride[0] + (chunk.taps_y - 1) * p_.dilation[0];
      m.activation_base =
          static_cast<std::uint32_t>(p_.in.at(patch.image, patch.first_block, patch.row, patch.column) / rows_);
      item.matrix_reads.push_back(word_span(p_.in,
                                            {patch.image, patch.first_block, patch.first_block + patch.blocks - 1,
                                             patch.row, last_row, patch.column, patch.column + patch.columns - 1},
                                            s_.chip));
    } else {
      strides = patch_strides(p_.in, patch);
      Request request = patch_request(p_.in, patch, rows_);
      request.key = {s_.problem + 1,
                     {patch.image, patch.first_block, patch.blocks, patch.row, patch.rows, patch.row_step, patch.column,
                      patch.columns}};
      request.zone = activation_zone_;
      item.matrix_activation = item.requests.size();
      item.requests.push_back(std::move(request));
    }
    m.activation_signed = p_.activation_signed;
    m.weight_signed = p_.weight_signed;
    m.per_column_zero_point = per_column_;
    m.activation_zero_point = static_cast<std::uint8_t>(p_.activation_zero_point);
    m.weight_zero_point = per_column_ ? 0 : static_cast<std::uint8_t>(per_channel(p_.weight_zero_point, 0, 0));
    m.m_y = static_cast<std::uint16_t>(tile.rows);
    m.m_x = static_cast<std::uint16_t>(tile.columns);
    m.k_y = static_cast<std::uint16_t>(chunk.taps_y);
    m.k_x = static_cast<std::uint16_t>(chunk.taps_x);
    m.k_c = static_cast<std::uint16_t>(chunk.blocks);
    m.n = static_cast<std::uint16_t>(group.count);
    const auto words = [](std::int64_t v) { return static_cast<std::int32_t>(v); };
    m.activation_stride_y = tile.rows > 1 ? words(p_.stride[0] / patch.row_step * strides.row) : 0;
    m.activation_stride_x = words(p_.stride[1] * strides.column);
    m.activation_stride_ky = chunk.taps_y > 1 ? words(p_.dilation[0] / patch.row_step * strides.row) : 0;
    m.activation_stride_kx = words(p_.dilation[1] * strides.column);
    m.activation_stride_kc = words(strides.block);
    m.activation_stride_n = words(run_.step * strides.block);
    m.accumulator_base = accumulator_base;
    m.accumulator_stride_n = words(tile.positions());
    item.matrix = m;
  }

  // ---- stores

  // Everything but the iteration: arithmetic of the post-processing.
  isa::Store store_template() const {
    isa::Store st;
    st.source = isa::Source::kAccumulator;
    st.base = isa::Base::kTensor;
    st.raw = raw_;
    if (raw_) return st;
    st.requantize = true;
    st.mid_signed = st.output_signed = p_.output_signed;
    st.mid_zero_point = static_cast<std::uint8_t>(p_.output_zero_point);
    const Clamp& clamp = p_.residual ? p_.residual->clamp : p_.clamp;
    st.clamp_low = static_cast<std::int16_t>(clamp.low);
    st.clamp_high = static_cast<std::int16_t>(clamp.high);
    if (p_.out.on_chip) st.destination = isa::Destination::kActivation;
    if (p_.residual) {
      st.residual = true;
      st.residual_signed = p_.residual->is_signed;
      st.output_signed = p_.residual->output_signed;
      st.add_scale_source = p_.residual->factors.ra;
      st.add_scale_residual = p_.residual->factors.rb;
      st.add_offset = p_.residual->factors.offset;
    }
    return st;
  }

  // Parameters of `count` channels from channel `first` on, as a request of `item`.
  void request_parameters(Item& item, std::int64_t first, std::int64_t count) const {
    item.store_parameter = item.requests.size();
    item.requests.push_back(constant_request(isa::Buffer::kParameter, isa::Base::kParameter,
                                             parameter_offset_ + first * 8, count * 8,
                                             static_cast<std::uint32_t>(count / lanes_)));
  }

  // What a fused MaxPool leaves of a tile of sums.
  Tile outputs_of(const Tile& sums) const {
    const auto [y, x] = p_.window;
    return {sums.image, sums.row / y, sums.rows / y, sums.column / x, sums.columns / x};
  }

  // Where a store finds the windows of an output: one sum, or those of a fused MaxPool.
  void set_window(isa::Store& st, const Tile& sums) const {
    const std::int64_t row_groups = cols_ / lanes_;
    st.window_y = static_cast<std::uint8_t>(p_.window[0]);
    st.window_x = static_cast<std::uint8_t>(p_.window[1]);
    st.source_stride_wy = p_.window[0] > 1 ? static_cast<std::int32_t>(sums.columns * row_groups) : 0;
    st.source_stride_wx = p_.window[1] > 1 ? static_cast<std::int32_t>(row_groups) : 0;
  }

  // Output positions of the tile as one dimension if they are contiguous in DRAM and their sums are in the accumulators.
  bool contiguous(const Tile& tile) const {
    return tile.rows == 1 ||
           (p_.window == std::array<std::int64_t, 2>{1, 1} && tile.columns == p_.out.width && p_.out.dense_rows() &&
            !(p_.residual && p_.residual->operand.on_chip && !p_.residual->operand.dense_rows()));
  }

  // Destination and its strides: bytes in DRAM, groups in the activation buffer.
  std::int64_t dst_unit(std::int64_t bytes) const { return p_.out.on_chip ? bytes / lanes_ : bytes; }
  std::uint32_t dst_base(const Tile& tile, std::int64_t channel) const {
    return static_cast<std::uint32_t>(
        dst_unit(p_.out.at(tile.image, channel / block_, tile.row, tile.column) + channel % block_ * element_bytes_));
  }
  std::int32_t dst_stride(std::int64_t bytes) const { return static_cast<std::int32_t>(dst_unit(bytes)); }

  void finish(Item&& item, const Tile& tile, std::int64_t first_block, std::int64_t blocks) {
    const Region region = {tile.image,
                           first_block,
                           first_block + blocks - 1,
                           tile.row,
                           tile.row + tile.rows - 1,
                           tile.column,
                           tile.column + tile.columns - 1};
    if (p_.out.on_chip)
      item.store_writes.push_back(word_span(p_.out, region, s_.chip));
    else
      item.writes = dram_box(p_.out, region);
    s_.items.push_back(std::move(item));
  }

  // The residual operand of channel blocks [first, first + blocks) of the tile: loaded, or read in
  // place. `channel` is the first channel of the store. Returns strides in groups.
  struct ResidualStrides {
    std::int64_t column = 0, row = 0, block = 0;
  };
  ResidualStrides add_residual(Item& item, isa::Store& st, const Tile& tile, std::int64_t first, std::int64_t blocks,
                               std::int64_t channel) {
    const std::int64_t word_groups = rows_ / lanes_, within = channel % rows_ / lanes_,
                       skipped = channel / rows_ - first;
    const Operand& d = p_.residual->operand;
    if (d.on_chip) {
      const std::int64_t block = channel / rows_;
      st.residual_base = static_cast<std::uint32_t>(d.at(tile.image, block, tile.row, tile.column) / lanes_ + within);
      item.store_reads.push_back(word_span(d,
                                           {tile.image, first, first + blocks - 1, tile.row, tile.row + tile.rows - 1,
                                            tile.column, tile.column + tile.columns - 1},
                                           s_.chip));
      return {d.pixel_stride / lanes_, d.row_stride / lanes_, d.block_stride / lanes_};
    }
    Patch patch;
    patch.image = tile.image;
    patch.first_block = first;
    patch.blocks = blocks;
    patch.row = tile.row;
    patch.rows = tile.rows;
    patch.column = tile.column;
    patch.columns = tile.columns;
    Request request = patch_request(d, patch, rows_);
    request.key = {s_.problem + 1, {-1, patch.image, first, blocks, patch.row, patch.column}};
    request.zone = residual_zone_;
    item.store_residual = item.requests.size();
    item.requests.push_back(std::move(request));
    const PatchStrides strides = patch_strides(d, patch);
    st.residual_base = static_cast<std::uint32_t>(skipped * strides.block * word_groups + within);
    return {strides.column * word_groups, strides.row * word_groups, strides.block * word_groups};
  }

  void add_stores(Item&& item, const Tile& tile, const Group& group, std::uint32_t accumulator_base) {
    if (one_store_)
      add_block_stores(std::move(item), tile, group, accumulator_base);
    else
      add_unit_stores(std::move(item), tile, group, accumulator_base);
  }

  void add_block_stores(Item&& first_item, const Tile& sums, const Group& group, std::uint32_t accumulator_base) {
    const Tile tile = outputs_of(sums);
    const std::int64_t per_block = cols_ / block_;  // channel blocks in a column block
    const std::int64_t first = group.first * per_block;
    const std::int64_t blocks = std::min(group.count * per_block, ceil_div(p_.channels_out, block_) - first);
    const std::int64_t whole = blocks / per_block * per_block;
    Item item = std::move(first_item);
    for (const auto& [from, count] : {std::pair{std::int64_t{0}, whole}, std::pair{whole, blocks - whole}}) {
      if (count == 0) continue;
      isa::Store st = store_template();
      const std::int64_t groups = block_ / lanes_, row_groups = cols_ / lanes_;
      const std::int64_t inner = std::min(count, per_block);
      st.groups = static_cast<std::uint16_t>(groups);
      set_window(st, sums);
      const bool flat = contiguous(tile);
      st.count = {static_cast<std::uint16_t>(flat ? tile.positions() : tile.columns),
                  static_cast<std::uint16_t>(flat ? 1 : tile.rows), static_cast<std::uint16_t>(inner),
                  static_cast<std::uint16_t>(count / inner)};
      const std::int64_t block_groups = sums.positions() * row_groups;  // from one column block to the next
      st.source_base = static_cast<std::uint32_t>(accumulator_base * row_groups + from / per_block * block_groups);
      st.source_stride = {static_cast<std::int32_t>(p_.window[1] * row_groups),
                          static_cast<std::int32_t>(p_.window[0] * sums.columns * row_groups),
                          static_cast<std::int32_t>(groups), static_cast<std::int32_t>(block_groups)};
      st.dst_base = dst_base(tile, (first + from) * block_);
      st.dst_stride = {dst_stride(p_.out.row_stride), dst_stride(p_.out.block_stride),
                       dst_stride(inner * p_.out.block_stride)};
      if (!raw_) {
        request_parameters(item, group.first * cols_, group.count * cols_);
        st.parameter_base = static_cast<std::uint16_t>(from * groups);
        st.parameter_stride_2 = static_cast<std::uint16_t>(groups);
        st.parameter_stride_3 = static_cast<std::uint16_t>(row_groups);
      }
      if (p_.residual) {
        const ResidualStrides r = add_residual(item, st, tile, first, blocks, (first + from) * block_);
        st.residual_stride = {static_cast<std::int32_t>(r.row), static_cast<std::int32_t>(r.block),
                              static_cast<std::int32_t>(inner * r.block)};
      }
      item.store = st;
      finish(std::move(item), tile, first + from, count);
      item = Item{};
      item.node = p_.node;
    }
  }

  void add_unit_stores(Item&& first_item, const Tile& sums, const Group& group, std::uint32_t accumulator_base) {
    const Tile tile = outputs_of(sums);
    Item item = std::move(first_item);
    const std::int64_t row_groups = cols_ / lanes_;
    const std::int64_t begin = group.first * cols_,
                       end = std::min((group.first + group.count) * cols_, p_.channels_out);
    for (std::int64_t m = begin; m < end; m += unit_) {
      isa::Store st = store_template();
      const bool flat = contiguous(tile);
      st.groups = static_cast<std::uint16_t>(unit_ / lanes_);
      st.count = {1, static_cast<std::uint16_t>(flat ? tile.positions() : tile.columns),
                  static_cast<std::uint16_t>(flat ? 1 : tile.rows), 1};
      const std::int64_t column_block = (m - begin) / cols_;
      st.source_base = static_cast<std::uint32_t>((accumulator_base + column_block * sums.positions()) * row_groups +
                                                  m % cols_ / lanes_);
      st.source_stride = {0, static_cast<std::int32_t>(p_.window[1] * row_groups),
                          static_cast<std::int32_t>(p_.window[0] * sums.columns * row_groups), 0};
      set_window(st, sums);
      st.dst_base = dst_base(tile, m);
      st.dst_stride = {dst_stride(p_.out.pixel_stride), dst_stride(p_.out.row_stride), 0};
      if (group_parameters_) {
        request_parameters(item, begin, group.count * cols_);
        st.parameter_base = static_cast<std::uint16_t>((m - begin) / lanes_);
      } else if (!raw_) {
        request_parameters(item, m, unit_);
      }
      if (p_.residual) {
        const ResidualStrides r =
            add_residual(item, st, tile, begin / block_, (end - 1) / block_ - begin / block_ + 1, m);
        st.residual_stride = {static_cast<std::int32_t>(r.column), static_cast<std::int32_t>(r.row), 0};
      }
      item.store = st;
      finish(std::move(item), tile, m / block_, 1);
      item = Item{};
      item.node = p_.node;
    }
  }

  LoweringState& s_;
  const MatrixProblem& p_;
  std::int64_t rows_ = 0, cols_ = 0, lanes_ = 0, element_bytes_ = 1;
  std::int64_t block_ = 0, unit_ = 0;  // channels of the output's block, and of a store
  bool raw_ = false, per_column_ = false, group_parameters_ = false, one_store_ = false;
  TilingLimits limits_;
  std::optional<WordSpan> activation_zone_, residual_zone_;
  std::uint64_t parameter_offset_ = 0;
  ColumnRun run_;
  Tiling tiling_;
  std::vector<Chunk> chunks_;
  std::vector<WeightPiece> weight_pieces_;
};

}  // namespace

void lower_matrix(LoweringState& state, const MatrixProblem& problem) { MatrixLowering(state, problem).run(); }

void lower_matrix_run(LoweringState& state, const MatrixProblem& problem, const ColumnRun& run, const Tiling& tiling) {
  MatrixLowering(state, problem).lower_run(run, tiling);
}

}  // namespace systole::compiler
