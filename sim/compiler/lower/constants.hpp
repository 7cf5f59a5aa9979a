// SPDX-License-Identifier: Apache-2.0
//
// Constants of a network in DRAM: segments that grow while nodes are lowered, parameters of post-processing, and loads
// of both.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/emit/items.hpp"
#include "formats/int8.hpp"

namespace systole::compiler {

// One segment, with or without its bytes. Where a block lies depends on sizes and not on values: a program that is only timed
// needs no weights, and takes the cycles of the one that has them.
class ConstantPool {
 public:
  // `expected_bytes`: room for so many is made at once.
  explicit ConstantPool(std::uint32_t alignment, std::size_t expected_bytes = 0);

  // Byte offset of a new block in the segment, a multiple of the alignment. A pool that only counts does not ask for bytes.
  std::uint64_t add(std::uint64_t size, const std::function<std::vector<std::uint8_t>()>& bytes);

  // An empty pool that only counts bytes: for programs that are only timed.
  ConstantPool sizes_only() const;

  std::uint64_t size_bytes() const { return size_; }
  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::uint32_t alignment_;
  bool keeps_bytes_ = true;
  std::uint64_t size_ = 0;
  std::vector<std::uint8_t> bytes_;
};

// The alignment of the blocks in a segment, in bytes: their loads begin at a burst.
std::uint32_t constant_alignment(const Chip& chip);

// A channel's parameters: its bias as int32, then its scale as float32.
inline constexpr std::int64_t kParameterBytes = formats::int8::kParameterBytes;
void append_parameter(std::vector<std::uint8_t>& bytes, std::int32_t bias, float scale);

// The load of `bytes` bytes at `offset` of their segment into `words` words of a buffer.
Request constant_request(isa::Buffer buffer, isa::Base base, std::uint64_t offset, std::int64_t bytes,
                         std::uint32_t words);

}  // namespace systole::compiler
