// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/max_pool.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/lower/elementwise.hpp"
#include "compiler/lower/lowering.hpp"
#include "compiler/lower/patch.hpp"
#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"
#include "formats/int8.hpp"

namespace systole::compiler {
namespace {

constexpr std::int64_t kMaxWindow = 255;   // width of window_y and window_x
constexpr std::int64_t kMaxCount = 65535;  // width of a count of the store, and of rows and columns of the load

// The outputs of one item: a box of one image.
struct PoolTile {
  std::int64_t image = 0, block = 0, row = 0, column = 0;
  std::int64_t blocks = 1, rows = 1, columns = 1;
};

std::int64_t input_lines(const MaxPool& op, std::int64_t rows) {
  return line_count(rows, op.stride[0], op.kernel[0], op.dilation[0]);
}

std::int64_t line_words(const MaxPool& op, std::int64_t columns) {
  return (columns - 1) * op.stride[1] + (op.kernel[1] - 1) * op.dilation[1] + 1;
}

// The minimum of the type: it never wins.
std::uint8_t pad_value(const Tensor& input) {
  return static_cast<std::uint8_t>(formats::int8::lowest(is_signed(input)));
}

// Whole rows while they fit, then more rows, then more blocks; one position always fits, or the node would be refused.
// What has to fit is the loaded patch; a resident input needs none, but as large an item.
PoolTile largest_tile(const MaxPool& op, const Operand& y, std::int64_t buffer_words) {
  std::int64_t limit =
      std::min(std::max<std::int64_t>(kPieceWords, input_lines(op, 1) * line_words(op, y.width)), buffer_words / 2);
  if (pool_patch_words(op) > limit) limit = buffer_words;
  PoolTile tile;
  const auto fits = [&] {
    const std::int64_t lines = input_lines(op, tile.rows), words = line_words(op, tile.columns);
    return tile.blocks * lines * words <= limit && words <= kMaxCount && lines <= kMaxCount;
  };
  const auto grow = [&](std::int64_t& size, std::int64_t extent) {
    std::int64_t low = 1, high = std::min(extent, kMaxCount);
    while (low < high) {
      size = (low + high + 1) / 2;
      if (fits())
        low = size;
      else
        high = size - 1;
    }
    size = low;
  };
  grow(tile.columns, y.width);
  if (tile.columns == y.width) grow(tile.rows, y.height);
  if (tile.columns == y.width && tile.rows == y.height) grow(tile.blocks, y.blocks);
  return tile;
}

std::vector<PoolTile> tiles_of(const Operand& y, const PoolTile& size) {
  std::vector<PoolTile> tiles;
  for (std::int64_t image = 0; image < y.images; ++image)
    for (std::int64_t block = 0; block < y.blocks; block += size.blocks)
      for (std::int64_t row = 0; row < y.height; row += size.rows)
        for (std::int64_t column = 0; column < y.width; column += size.columns)
          tiles.push_back({image, block, row, column, std::min(size.blocks, y.blocks - block),
                           std::min(size.rows, y.height - row), std::min(size.columns, y.width - column)});
  return tiles;
}

// What the windows of a tile read.
Patch patch_of(const MaxPool& op, const PoolTile& tile, std::uint8_t pad) {
  Patch patch;
  patch.image = tile.image;
  patch.first_block = tile.block;
  patch.blocks = tile.blocks;
  patch.row = tile.row * op.stride[0] - op.pad[0];
  patch.rows = input_lines(op, tile.rows);
  patch.row_step = line_step(tile.rows, op.stride[0], op.kernel[0], op.dilation[0]);
  patch.column = tile.column * op.stride[1] - op.pad[1];
  patch.columns = line_words(op, tile.columns);
  patch.pad_value = pad;
  return patch;
}

// Lets the item read a patch where it is, a resident input. Returns strides in words.
PatchStrides read_in_place(Item& item, isa::Store& store, const Operand& x, const Patch& patch, const Chip& chip) {
  const std::int64_t word = chip.activation_word_bytes();
  const std::int64_t last_row = patch.row + (patch.rows - 1) * patch.row_step;
  store.source_base =
      static_cast<std::uint32_t>(x.at(patch.image, patch.first_block, patch.row, patch.column) / chip.post_lanes);
  item.store_reads.push_back(word_span(x,
                                       {patch.image, patch.first_block, patch.first_block + patch.blocks - 1, patch.row,
                                        last_row, patch.column, patch.column + patch.columns - 1},
                                       chip));
  return {x.block_stride / word, patch.row_step * x.row_stride / word, x.pixel_stride / word};
}

// The loops over the outputs of a tile and over their windows; all but where the data lies.
isa::Store pool_store(const MaxPool& op, const PoolTile& tile, const Chip& chip) {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.base = isa::Base::kTensor;
  store.groups = static_cast<std::uint16_t>(groups_of_word(chip));
  store.window_y = static_cast<std::uint8_t>(op.kernel[0]);
  store.window_x = static_cast<std::uint8_t>(op.kernel[1]);
  store.count = {static_cast<std::uint16_t>(tile.columns), static_cast<std::uint16_t>(tile.rows),
                 static_cast<std::uint16_t>(tile.blocks), 1};
  store.clamp_low = static_cast<std::int16_t>(op.clamp.low);
  store.clamp_high = static_cast<std::int16_t>(op.clamp.high);
  return store;
}

void set_source_strides(isa::Store& store, const MaxPool& op, const PoolTile& tile, const Patch& patch,
                        const PatchStrides& strides, const Chip& chip) {
  const auto in_groups = [&](std::int64_t words) { return static_cast<std::int32_t>(words * groups_of_word(chip)); };
  store.source_stride = {in_groups(op.stride[1]),
                         tile.rows > 1 ? in_groups(op.stride[0] / patch.row_step * strides.row) : 0,
                         in_groups(strides.block), 0};
  store.source_stride_wy = op.kernel[0] > 1 ? in_groups(op.dilation[0] / patch.row_step * strides.row) : 0;
  store.source_stride_wx = in_groups(op.dilation[1]);
}

}  // namespace

MaxPoolOperator::MaxPoolOperator(const OperatorTable& nodes, std::uint32_t node, const MaxPool& op)
    : ChipOperator(nodes, node), op_(op) {}

void MaxPoolOperator::vote(ViewVotes& votes) const {
  votes.images(op_.input);
  votes.images(op_.output);
}

std::string MaxPoolOperator::refusal(const Plan& plan) const {
  const Tensor &x = tensor(op_.input), &y = tensor(op_.output);
  if (std::string r = refuse_tensors({&x, &y}); !r.empty()) return r;
  if (x.type != y.type) return "its input and output types differ";
  if (!plan.is_images(op_.input) || !plan.is_images(op_.output)) return "its tensors are not of rank 2 to 4";
  if (op_.kernel[0] > kMaxWindow || op_.kernel[1] > kMaxWindow)
    return fmt::format("a window of {}x{} exceeds {} taps a side", op_.kernel[0], op_.kernel[1], kMaxWindow);
  const std::int64_t patch = pool_patch_words(op_);
  if (patch > chip().activation_words())
    return fmt::format("a window's patch of {} words exceeds the activation buffer's {}", patch,
                       chip().activation_words());
  return "";
}

std::optional<Frame> MaxPoolOperator::reads_in_place(const Plan& plan) const {
  return frame_of_windows({op_.kernel, op_.stride, op_.dilation, {op_.pad[0], op_.pad[1]}},
                          plan.tensors[op_.input].view, plan.tensors[op_.output].view, pad_value(tensor(op_.input)));
}

// Two pieces at a time, so that one loads while the other is stored.
std::optional<std::int64_t> MaxPoolOperator::words_beside() const { return 2 * pool_patch_words(op_); }

void MaxPoolOperator::lower(Lowering& lowering) const {
  ItemBuilder& items = lowering.items();
  const Operand x = lowering.operand(op_.input), y = lowering.operand(op_.output);
  const bool input_signed = is_signed(tensor(op_.input));
  const WordSpan free = items.free_words();
  for (const PoolTile& t : tiles_of(y, largest_tile(op_, y, free.high - free.low))) {
    const Patch patch = patch_of(op_, t, pad_value(tensor(op_.input)));
    Item item = items.new_item();
    isa::Store store = pool_store(op_, t, chip());
    store.source_signed = store.mid_signed = store.output_signed = input_signed;
    PatchStrides strides;
    if (x.on_chip) {
      strides = read_in_place(item, store, x, patch, chip());
    } else {
      strides = patch_strides(x, patch);
      item.requests.push_back(patch_request(x, patch, chip().activation_word_bytes()));
      item.requests[0].key = items.key({t.image, t.block, t.row, t.column});
      item.requests[0].zone = free;
      item.store_source = 0;
    }
    set_source_strides(store, op_, t, patch, strides, chip());
    set_destination(
        item, store, y, y.at(t.image, t.block, t.row, t.column),
        {t.image, t.block, t.block + t.blocks - 1, t.row, t.row + t.rows - 1, t.column, t.column + t.columns - 1},
        chip());
    const auto unit = [&](std::int64_t bytes) {  // groups in the activation buffer
      return static_cast<std::int32_t>(y.on_chip ? bytes / chip().post_lanes : bytes);
    };
    store.dst_stride = {unit(y.row_stride), unit(y.block_stride), 0};
    item.store = store;
    items.add(std::move(item));
  }
}

}  // namespace systole::compiler
