// SPDX-License-Identifier: Apache-2.0
//
// Operators without a matrix product: a load into the activation buffer and a store from it.
#include <algorithm>
#include <cstring>
#include <map>

#include "compiler/lower/interleave.hpp"
#include "compiler/lower/patch.hpp"
#include "compiler/operators/lower.hpp"
#include "compiler/plan/arithmetic.hpp"
#include "compiler/tiling/lower_matrix.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

// Words of an element-wise or pooling item: long enough to hide an instruction, short enough to
// start storing early.
constexpr std::int64_t kPieceWords = 512;

std::int64_t element_words(const Operand& d) { return d.images * d.blocks * d.height * d.width; }

// `count` consecutive words of a tensor.
Request linear_request(const Operand& d, std::int64_t first, std::int64_t count, std::int64_t word_bytes) {
  Request r;
  r.words = static_cast<std::uint32_t>(count);
  r.load.buffer = isa::Buffer::kActivation;
  r.load.base = isa::Base::kTensor;
  r.load.dram_offset = static_cast<std::uint32_t>(d.offset + first * word_bytes);
  r.load.run_bytes = static_cast<std::uint32_t>(count * word_bytes);
  r.reads = dram_box(d, linear_region(d, first, count));
  return r;
}

// Where the item's store goes.
void set_destination(Item& item, isa::Store& st, const Operand& d, std::int64_t byte, const Region& region,
                     const Chip& chip) {
  if (d.on_chip) {
    st.destination = isa::Destination::kActivation;
    st.dst_base = static_cast<std::uint32_t>(byte / chip.post_lanes);
    item.store_writes.push_back(word_span(d, region, chip));
  } else {
    st.dst_base = static_cast<std::uint32_t>(byte);
    item.writes = dram_box(d, region);
  }
}

// A store of `count` consecutive words from the activation buffer to the same place of `d`.
isa::Store linear_store(Item& item, const Operand& d, std::int64_t first, std::int64_t count, const Chip& chip) {
  isa::Store st;
  st.source = isa::Source::kActivation;
  st.base = isa::Base::kTensor;
  st.groups = static_cast<std::uint16_t>(chip.array_rows / chip.post_lanes);
  st.count[0] = static_cast<std::uint16_t>(count);
  st.source_stride[0] = st.groups;
  set_destination(item, st, d, static_cast<std::int64_t>(d.offset) + first * chip.array_rows,
                  linear_region(d, first, count), chip);
  return st;
}

}  // namespace

void lower_add(Lowering& s, const Add& op) {
  const Operand a = s.operand(op.a), b = s.operand(op.b), y = s.operand(op.output);
  const auto is_signed = [&](TensorId t) { return s.network().tensors[t].type == ElementType::kInt8; };
  const AddFactors f = add_factors(op);
  const std::int64_t total = element_words(y);
  // Each operand has banks of its own (the store reads both at once), with room for two pieces.
  const std::uint32_t bank = s.chip().activation_bank_words, split = s.items().free_words().high / bank / 2 * bank;
  const std::int64_t most = std::min<std::int64_t>(kPieceWords, split / 2);
  const std::int64_t piece = ceil_div(total, ceil_div(total, most));
  for (std::int64_t first = 0; first < total; first += piece) {
    const std::int64_t count = std::min(piece, total - first);
    Item item = s.items().new_item();
    item.requests = {linear_request(a, first, count, s.chip().array_rows),
                     linear_request(b, first, count, s.chip().array_rows)};
    item.requests[0].key = s.items().key({0, first});
    item.requests[0].zone = WordSpan{0, split};
    item.requests[1].key = s.items().key({1, first});
    item.requests[1].zone = WordSpan{split, 2 * split};
    isa::Store st = linear_store(item, y, first, count, s.chip());
    st.source_signed = is_signed(op.a);
    st.residual = true;
    st.residual_signed = is_signed(op.b);
    st.mid_signed = st.output_signed = is_signed(op.output);
    st.add_scale_source = f.ra;
    st.add_scale_residual = f.rb;
    st.add_offset = f.offset;
    st.clamp_low = static_cast<std::int16_t>(op.clamp.low);
    st.clamp_high = static_cast<std::int16_t>(op.clamp.high);
    item.store = st;
    item.store_source = 0;
    item.store_residual = 1;
    s.items().add(std::move(item));
  }
}

void lower_lookup(Lowering& s, std::uint32_t node, const Lookup& op) {
  const UnaryArithmetic& u = *s.plan().unary[node];
  const Operand x = s.operand(op.input), y = s.operand(op.output);
  std::uint64_t parameter = 0;
  if (u.requantize) {
    std::vector<std::uint8_t> bytes;
    for (std::uint32_t lane = 0; lane < s.chip().post_lanes; ++lane) append_parameter(bytes, u.bias, u.scale);
    parameter = s.items().parameters().add(bytes);
  }
  const std::int64_t total = element_words(y);
  const std::int64_t most = std::min<std::int64_t>(kPieceWords, s.items().free_words().high / 2);
  const std::int64_t piece = ceil_div(total, ceil_div(total, most));
  for (std::int64_t first = 0; first < total; first += piece) {
    const std::int64_t count = std::min(piece, total - first);
    Item item = s.items().new_item();
    isa::Store st = linear_store(item, y, first, count, s.chip());
    if (u.requantize) {
      item.store_parameter = 0;
      item.requests.push_back(constant_request(isa::Buffer::kParameter, isa::Base::kParameter, parameter,
                                               s.chip().post_lanes * kParameterBytes, 1));
      st.parameter_per_tensor = true;
    }
    item.store_source = item.requests.size();
    item.requests.push_back(linear_request(x, first, count, s.chip().array_rows));
    item.requests.back().key = s.items().key({first});
    item.requests.back().zone = s.items().free_words();
    st.requantize = u.requantize;
    st.source_signed = s.network().tensors[op.input].type == ElementType::kInt8;
    st.mid_signed = st.output_signed = s.network().tensors[op.output].type == ElementType::kInt8;
    st.mid_zero_point = static_cast<std::uint8_t>(u.zero_point);
    st.clamp_low = static_cast<std::int16_t>(u.clamp.low);
    st.clamp_high = static_cast<std::int16_t>(u.clamp.high);
    item.store = st;
    s.items().add(std::move(item));
  }
}

void lower_max_pool(Lowering& s, const MaxPool& op) {
  const Operand x = s.operand(op.input), y = s.operand(op.output);
  const bool is_signed = s.network().tensors[op.input].type == ElementType::kInt8;
  const auto lines = [&](std::int64_t rows) { return line_count(rows, op.stride[0], op.kernel[0], op.dilation[0]); };
  const auto line_words = [&](std::int64_t columns) {
    return (columns - 1) * op.stride[1] + (op.kernel[1] - 1) * op.dilation[1] + 1;
  };

  // Whole rows while they fit, then more rows, then more blocks; one position always fits
  // (placement saw to that).
  const WordSpan free = s.items().free_words();
  const std::int64_t buffer = free.high - free.low;
  std::int64_t limit = std::min(std::max<std::int64_t>(kPieceWords, lines(1) * line_words(y.width)), buffer / 2);
  if (pool_patch_words(op) > limit) limit = buffer;
  constexpr std::int64_t kMaxCount = 65535;
  std::int64_t columns = 1, rows = 1, blocks = 1;
  // Of the loaded patch; a resident input needs none, but as large an item.
  const auto words = [&] { return blocks * lines(rows) * line_words(columns); };
  const auto grow = [&](std::int64_t& size, std::int64_t extent) {
    std::int64_t low = 1, high = std::min(extent, kMaxCount);
    while (low < high) {
      size = (low + high + 1) / 2;
      if (words() <= limit && line_words(columns) <= kMaxCount && lines(rows) <= kMaxCount)
        low = size;
      else
        high = size - 1;
    }
    size = low;
  };
  grow(columns, y.width);
  if (columns == y.width) grow(rows, y.height);
  if (columns == y.width && rows == y.height) grow(blocks, y.blocks);

  const std::int64_t word = s.chip().array_rows, groups = word / s.chip().post_lanes;
  for (std::int64_t image = 0; image < y.images; ++image)
    for (std::int64_t block = 0; block < y.blocks; block += blocks)
      for (std::int64_t row = 0; row < y.height; row += rows)
        for (std::int64_t column = 0; column < y.width; column += columns) {
          const std::int64_t bs = std::min(blocks, y.blocks - block), rs = std::min(rows, y.height - row),
                             cs = std::min(columns, y.width - column);
          Patch patch;
          patch.image = image;
          patch.first_block = block;
          patch.blocks = bs;
          patch.row = row * op.stride[0] - op.pad[0];
          patch.rows = lines(rs);
          patch.row_step = line_step(rs, op.stride[0], op.kernel[0], op.dilation[0]);
          patch.column = column * op.stride[1] - op.pad[1];
          patch.columns = line_words(cs);
          patch.pad_value = is_signed ? 0x80 : 0x00;  // the type's minimum
          Item item = s.items().new_item();
          isa::Store st;
          st.source = isa::Source::kActivation;
          st.base = isa::Base::kTensor;
          st.source_signed = st.mid_signed = st.output_signed = is_signed;
          st.groups = static_cast<std::uint16_t>(groups);
          st.window_y = static_cast<std::uint8_t>(op.kernel[0]);
          st.window_x = static_cast<std::uint8_t>(op.kernel[1]);
          st.count = {static_cast<std::uint16_t>(cs), static_cast<std::uint16_t>(rs), static_cast<std::uint16_t>(bs),
                      1};
          PatchStrides strides = patch_strides(x, patch);
          if (x.on_chip) {  // in place
            const std::int64_t last_row = patch.row + (patch.rows - 1) * patch.row_step;
            strides = {x.block_stride / word, patch.row_step * x.row_stride / word, x.pixel_stride / word};
            st.source_base =
                static_cast<std::uint32_t>(x.at(image, block, patch.row, patch.column) / s.chip().post_lanes);
            item.store_reads.push_back(word_span(
                x, {image, block, block + bs - 1, patch.row, last_row, patch.column, patch.column + patch.columns - 1},
                s.chip()));
          } else {
            item.requests.push_back(patch_request(x, patch, word));
            item.requests[0].key = s.items().key({image, block, row, column});
            item.requests[0].zone = free;
            item.store_source = 0;
          }
          const auto in_groups = [&](std::int64_t v) { return static_cast<std::int32_t>(v * groups); };
          st.source_stride = {in_groups(op.stride[1]),
                              rs > 1 ? in_groups(op.stride[0] / patch.row_step * strides.row) : 0,
                              in_groups(strides.block), 0};
          st.source_stride_wy = op.kernel[0] > 1 ? in_groups(op.dilation[0] / patch.row_step * strides.row) : 0;
          st.source_stride_wx = in_groups(op.dilation[1]);
          set_destination(item, st, y, y.at(image, block, row, column),
                          {image, block, block + bs - 1, row, row + rs - 1, column, column + cs - 1}, s.chip());
          const auto unit = [&](std::int64_t bytes) {
            return static_cast<std::int32_t>(y.on_chip ? bytes / s.chip().post_lanes : bytes);
          };
          st.dst_stride = {unit(y.row_stride), unit(y.block_stride), 0};
          st.clamp_low = static_cast<std::int16_t>(op.clamp.low);
          st.clamp_high = static_cast<std::int16_t>(op.clamp.high);
          item.store = st;
          s.items().add(std::move(item));
        }
}

namespace {

// Any node that placement put on the chip.
void lower_node(Lowering& s, std::uint32_t node) {
  const Operation& op = s.network().nodes[node].operation;
  if (const auto* add = std::get_if<Add>(&op)) return lower_add(s, *add);
  if (const auto* lookup = std::get_if<Lookup>(&op)) return lower_lookup(s, node, *lookup);
  if (const auto* pool = std::get_if<MaxPool>(&op)) return lower_max_pool(s, *pool);
  lower_matrix(s, matrix_problem(s.network(), node, s.plan(), s.layout(), s.chip()));
}

// May the pooling `second` run piece by piece while `first` computes its input? No tensor may be resident meanwhile: its words are
// reserved from item to item.
bool runs_beside(const Lowering& s, std::uint32_t first, std::uint32_t second) {
  const auto* pool = std::get_if<MaxPool>(&s.network().nodes[second].operation);
  const TensorId between = chip_outputs(s.network(), s.plan(), first).front();
  return pool && pool->input == between && !may_run_beside(s.network().nodes[first].operation) &&
         !s.plan().resident[between] && !s.plan().resident[pool->output] &&
         2 * pool_patch_words(*pool) <= s.chip().activation_bank_words;
}

constexpr std::size_t kAlone = ~std::size_t{0};

// Padding over the whole frame of a resident tensor, before its producer writes into it.
void fill_frame(Lowering& s, TensorId tensor, const Resident& r) {
  const std::int64_t columns = r.columns(s.plan().view[tensor].width);
  Item item = s.items().new_item();
  isa::Load load;
  load.buffer = isa::Buffer::kActivation;
  load.run_bytes = static_cast<std::uint32_t>(columns * s.chip().array_rows);
  load.count[0] = 0;
  load.pad_top = static_cast<std::uint16_t>(r.words / columns);
  load.pad_value = r.pad_value;
  load.dst_base = r.base;
  load.dst_stride[0] = static_cast<std::int32_t>(columns);
  item.fill = load;
  item.store_writes.push_back({r.base, r.base + r.words});
  s.items().add(std::move(item));
}

}  // namespace

void lower_step(Lowering& s, const StepPlan& step, std::vector<Reservation>& reservations) {
  struct Live {
    TensorId tensor;
    std::size_t reservation;
  };
  std::vector<Live> live;
  std::map<TensorId, std::size_t> last_reader;  // place in the step
  // A pooling that runs beside the node before it has a bank of its own: the matrix engine reads its own in every cycle.
  const std::uint32_t own_bank = s.chip().activation_words() - s.chip().activation_bank_words;
  std::size_t beside = kAlone;  // first item of the node that node i runs beside
  for (std::size_t i = 0; i < step.nodes.size(); ++i)
    for (TensorId t : chip_inputs(s.network(), s.plan(), step.nodes[i])) last_reader[s.plan().storage[t]] = i;
  for (std::size_t i = 0; i < step.nodes.size(); ++i) {
    const std::uint32_t node = step.nodes[i];
    const std::size_t first_item = s.items().list().size();
    s.items().begin_node(node);
    const TensorId out = chip_outputs(s.network(), s.plan(), node).front();
    if (const auto& r = s.plan().resident[out]) {
      reservations.push_back({{r->base, r->base + r->words}, first_item, first_item});
      live.push_back({out, reservations.size() - 1});
      if (r->fill) fill_frame(s, out, *r);
    }
    const std::uint32_t bank = s.chip().activation_bank_words;
    WordSpan free = {0, s.chip().activation_words()};
    for (const Live& l : live) free.high = std::min(free.high, reservations[l.reservation].words.low / bank * bank);
    const bool next_beside = live.empty() && i + 1 < step.nodes.size() && runs_beside(s, node, step.nodes[i + 1]);
    if (next_beside) free.high = own_bank;
    if (beside != kAlone) free.low = own_bank;
    s.items().set_free_words(free);
    lower_node(s, node);
    if (beside != kAlone) interleave(s.items().list(), beside, first_item);
    beside = next_beside ? first_item : kAlone;
    for (const Live& l : live) reservations[l.reservation].last_item = s.items().list().size() - 1;
    live.erase(std::remove_if(live.begin(), live.end(),
                              [&](const Live& l) { return last_reader[l.tensor] <= i && l.tensor != out; }),
               live.end());
  }
}

}  // namespace systole::compiler
