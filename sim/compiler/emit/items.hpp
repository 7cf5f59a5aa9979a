// SPDX-License-Identifier: Apache-2.0
//
// The work of one chip step between lowering and emission: a list of items in execution order.
//
//   item         at most one matrix instruction and at most one store, with the buffer contents that they read
//   request      buffer contents that an item reads, and the load that brings them in if they are not there
//   allocation   the words of a buffer that such contents have (buffer_allocator.hpp), found by the request's key
//   operand      a tensor as instructions address it (lower/operand.hpp)
//   patch        a window of a tensor's rows and columns with the padding around the image (lower/patch.hpp)
//
// If contents with the key of a request are in the buffer already, they are not loaded again. Addresses are unknown
// here: the emitter allocates the words and adds their base to the instruction's own relative addresses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isa/instruction.hpp"
#include "network/network.hpp"

namespace systole::compiler {

// Bytes of a tensor in DRAM as a box: planes [image * channel blocks + block] times pixels [y * width + x].
struct DramBox {
  TensorId storage = 0;
  std::int64_t plane_low = 0, plane_high = 0;  // half open
  std::int64_t pixel_low = 0, pixel_high = 0;
};

inline bool boxes_overlap(const DramBox& a, const DramBox& b) {
  return a.storage == b.storage && a.plane_low < b.plane_high && b.plane_low < a.plane_high &&
         a.pixel_low < b.pixel_high && b.pixel_low < a.pixel_high;
}

// Words [low, high) of a buffer: where an allocation may lie, or what an instruction touches.
struct WordSpan {
  std::uint32_t low = 0, high = 0;
};

// The name of buffer contents within a chip step. Constants are named by their place in DRAM, so that equal weights are
// loaded once.
struct AllocationKey {
  std::uint32_t owner = 0;  // node + 1 for tensor data; 0 for constants
  std::array<std::int64_t, 8> part = {};
  bool operator==(const AllocationKey& o) const { return owner == o.owner && part == o.part; }
};

// Buffer contents that an item reads.
struct Request {
  AllocationKey key;
  std::uint32_t words = 0;       // size in the buffer
  std::optional<WordSpan> zone;  // where it may lie; anywhere (and wrapped around the end) if not set
  isa::Load load;                // dst_base is relative to the allocation
  std::optional<DramBox> reads;  // tensor bytes that the load reads; nothing for constants and for padding alone
};

struct Item {
  std::uint32_t node = 0;
  std::vector<Request> requests;  // constants first: they can be loaded before the tensor data is there
  std::optional<isa::Load> fill;  // padding alone, for the frame of a resident tensor; dst_base is absolute
  std::optional<isa::Matrix> matrix;
  std::size_t matrix_weight = 0;                 // index into requests
  std::optional<std::size_t> matrix_activation;  // index into requests; otherwise activation_base is absolute
  std::optional<isa::Store> store;
  std::optional<std::size_t> store_parameter, store_source,
      store_residual;             // indices into requests
  std::optional<DramBox> writes;  // tensor bytes that the store writes
  // Words of resident tensors in the activation buffer, addressed absolutely.
  std::vector<WordSpan> matrix_reads, store_reads, store_writes;  // store_writes: by the fill too
};

// Words that belong to a resident tensor from one item to another, both included.
struct Reservation {
  WordSpan words;
  std::size_t first_item = 0, last_item = 0;
};

}  // namespace systole::compiler
