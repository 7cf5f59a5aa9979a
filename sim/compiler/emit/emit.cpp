// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/emit.hpp"

#include <algorithm>
#include <deque>

#include "compiler/emit/buffer_allocator.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

class Emitter {
 public:
  Emitter(const std::vector<Item>& items, const std::vector<Reservation>& reservations, const Chip& chip)
      : items_(items),
        chip_(chip),
        allocators_{BufferAllocator(chip.activation_words(), reservations), BufferAllocator(chip.weight_words),
                    BufferAllocator(chip.parameter_words)},
        bases_(items.size()) {}

  std::vector<EmittedInstruction> run() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      load_ahead(i);
      if (items_[i].fill) emit_fill(i);
      if (items_[i].matrix) emit_matrix(i);
      if (items_[i].store) emit_store(i);
    }
    return std::move(out_);
  }

 private:
  BufferAllocator& allocator_of(const Request& r) { return allocators_[static_cast<std::size_t>(r.load.buffer)]; }

  void load_ahead(std::size_t current) {
    while (!loads_ahead_.empty() && loads_ahead_.front() <= current) loads_ahead_.pop_front();
    while (next_item_ < items_.size() && next_item_ <= current + kLookahead) {
      const Item& item = items_[next_item_];
      for (; next_request_ < item.requests.size(); ++next_request_) {
        if (next_item_ > current && loads_ahead_.size() >= chip_.queue_depth) return;
        if (!load(item.requests[next_request_], current)) {
          invariant(next_item_ > current, "the requests of one item fit the buffers");
          return;
        }
      }
      ++next_item_;
      next_request_ = 0;
    }
  }

  // Brings the contents into their buffer, if that is possible now.
  bool load(const Request& request, std::size_t current) {
    BufferAllocator& allocator = allocator_of(request);
    std::optional<std::uint32_t> base = allocator.find(request.key, next_item_);
    if (!base) {
      if (request.reads)
        for (std::size_t i = current; i < next_item_; ++i)
          if (items_[i].writes && boxes_overlap(*items_[i].writes, *request.reads)) return false;
      base = allocator.place(request.key, request.words, request.zone, next_item_, current);
      if (!base) return false;
      EmittedInstruction e;
      isa::Load load = request.load;
      load.common.tag = items_[next_item_].node;
      load.dst_base = (*base + load.dst_base) % allocator.words();
      touch(e, isa::memory_of(load.buffer), true, *base, request.words, allocator.words());
      if (request.reads) e.extents.push_back({isa::Memory::kDram, false, 0, 0, *request.reads});
      e.instruction = load;
      out_.push_back(std::move(e));
      if (next_item_ > current) loads_ahead_.push_back(next_item_);
    }
    bases_[next_item_].push_back(*base);
    return true;
  }

  static void touch(EmittedInstruction& e, isa::Memory memory, bool write, std::uint32_t base, std::uint32_t words,
                    std::uint32_t size) {
    const std::uint32_t end = base + words;
    e.extents.push_back({memory, write, base, std::min(end, size), {}});
    if (end > size) e.extents.push_back({memory, write, 0, end - size, {}});
  }

  void read_request(EmittedInstruction& e, std::size_t item, std::size_t request) {
    const Request& r = items_[item].requests[request];
    touch(e, isa::memory_of(r.load.buffer), false, bases_[item][request], r.words, allocator_of(r).words());
  }

  static void touch(EmittedInstruction& e, bool write, const std::vector<WordSpan>& spans) {
    for (const WordSpan& s : spans) e.extents.push_back({isa::Memory::kActivation, write, s.low, s.high, {}});
  }

  void emit_fill(std::size_t i) {
    EmittedInstruction e;
    isa::Load load = *items_[i].fill;
    load.common.tag = items_[i].node;
    touch(e, true, items_[i].store_writes);
    e.instruction = load;
    out_.push_back(std::move(e));
  }

  void emit_matrix(std::size_t i) {
    const Item& item = items_[i];
    EmittedInstruction e;
    isa::Matrix m = *item.matrix;
    m.common.tag = item.node;
    if (item.matrix_activation) {
      m.activation_base = (m.activation_base + bases_[i][*item.matrix_activation]) % chip_.activation_words();
      read_request(e, i, *item.matrix_activation);
    }
    touch(e, false, item.matrix_reads);
    m.weight_base = (m.weight_base + bases_[i][item.matrix_weight]) % chip_.weight_words;
    read_request(e, i, item.matrix_weight);
    // Read as well when accumulating, but only the matrix engine itself writes accumulators.
    touch(e, isa::Memory::kAccumulator, true, m.accumulator_base, static_cast<std::uint32_t>(m.n) * m.m_y * m.m_x,
          2 * chip_.accumulator_rows);
    e.instruction = m;
    // A store in a later item reads the same rows.
    last_accumulators_ = e.extents.back();
    out_.push_back(std::move(e));
  }

  void emit_store(std::size_t i) {
    const Item& item = items_[i];
    const std::uint32_t word_groups = chip_.array_rows / chip_.post_lanes,
                        groups = chip_.activation_words() * word_groups;
    EmittedInstruction e;
    isa::Store st = *item.store;
    st.common.tag = item.node;
    if (item.store_source) {
      st.source_base = (st.source_base + bases_[i][*item.store_source] * word_groups) % groups;
      read_request(e, i, *item.store_source);
    } else if (st.source == isa::Source::kAccumulator) {
      Extent rows = last_accumulators_;
      rows.write = false;
      e.extents.push_back(rows);
    }
    if (item.store_residual) {
      st.residual_base = (st.residual_base + bases_[i][*item.store_residual] * word_groups) % groups;
      read_request(e, i, *item.store_residual);
    }
    if (item.store_parameter) {
      st.parameter_base =
          static_cast<std::uint16_t>((st.parameter_base + bases_[i][*item.store_parameter]) % chip_.parameter_words);
      read_request(e, i, *item.store_parameter);
    }
    touch(e, false, item.store_reads);
    touch(e, true, item.store_writes);
    if (item.writes) e.extents.push_back({isa::Memory::kDram, true, 0, 0, *item.writes});
    e.instruction = st;
    out_.push_back(std::move(e));
  }

  const std::vector<Item>& items_;
  const Chip& chip_;
  std::array<BufferAllocator, 3> allocators_;      // by isa::Buffer
  std::vector<std::vector<std::uint32_t>> bases_;  // per item and request
  std::size_t next_item_ = 0, next_request_ = 0;
  std::deque<std::size_t> loads_ahead_;  // of each load that is emitted before its turn: the item that needs it
  Extent last_accumulators_;
  std::vector<EmittedInstruction> out_;
};

}  // namespace

std::vector<EmittedInstruction> emit(const std::vector<Item>& items, const std::vector<Reservation>& reservations,
                                     const Chip& chip) {
  return Emitter(items, reservations, chip).run();
}

}  // namespace systole::compiler
