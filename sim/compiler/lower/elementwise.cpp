// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/elementwise.hpp"

#include "compiler/lower/patch.hpp"

namespace systole::compiler {

std::int64_t word_count(const Operand& d) { return d.images * d.blocks * d.height * d.width; }

Request linear_request(const Operand& d, std::int64_t first, std::int64_t count, const Chip& chip) {
  Request r;
  r.words = static_cast<std::uint32_t>(count);
  r.load.buffer = isa::Buffer::kActivation;
  r.load.base = isa::Base::kTensor;
  r.load.dram_offset = static_cast<std::uint32_t>(d.offset + first * chip.activation_word_bytes());
  r.load.run_bytes = static_cast<std::uint32_t>(count * chip.activation_word_bytes());
  r.reads = dram_box(d, linear_region(d, first, count));
  return r;
}

void set_destination(Item& item, isa::Store& store, const Operand& d, std::int64_t byte, const Region& region,
                     const Chip& chip) {
  if (d.on_chip) {
    store.destination = isa::Destination::kActivation;
    store.dst_base = static_cast<std::uint32_t>(byte / chip.post_lanes);
    item.store_writes.push_back(word_span(d, region, chip));
  } else {
    store.dst_base = static_cast<std::uint32_t>(byte);
    item.writes = dram_box(d, region);
  }
}

isa::Store linear_store(Item& item, const Operand& d, std::int64_t first, std::int64_t count, const Chip& chip) {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.base = isa::Base::kTensor;
  store.groups = static_cast<std::uint16_t>(groups_of_word(chip));
  store.count[0] = static_cast<std::uint16_t>(count);
  store.source_stride[0] = store.groups;
  set_destination(item, store, d, static_cast<std::int64_t>(d.offset) + first * chip.activation_word_bytes(),
                  linear_region(d, first, count), chip);
  return store;
}

}  // namespace systole::compiler
