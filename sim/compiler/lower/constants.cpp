// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/constants.hpp"

#include <algorithm>
#include <cstring>

#include "support/error.hpp"

namespace systole::compiler {
namespace {

std::uint64_t align(std::uint64_t at, std::uint32_t alignment) { return (at + alignment - 1) / alignment * alignment; }

}  // namespace

ConstantPool::ConstantPool(std::uint32_t alignment, std::size_t expected_bytes) : alignment_(alignment) {
  bytes_.reserve(expected_bytes);
}

std::uint64_t ConstantPool::add(std::uint64_t size, const std::function<std::vector<std::uint8_t>()>& bytes) {
  const std::uint64_t at = align(size_, alignment_);
  size_ = at + size;
  if (!keeps_bytes_) return at;
  const std::vector<std::uint8_t> block = bytes();
  invariant(block.size() == size, "a block of constants has the size that its load has");
  bytes_.resize(at);
  bytes_.insert(bytes_.end(), block.begin(), block.end());
  return at;
}

ConstantPool ConstantPool::sizes_only() const {
  ConstantPool pool(alignment_);
  pool.keeps_bytes_ = false;
  return pool;
}

std::uint32_t constant_alignment(const Chip& chip) {
  constexpr std::uint32_t kLeast = 64;
  return std::max({chip.axi_burst_bytes, chip.axi_bytes(), kLeast});
}

void append_parameter(std::vector<std::uint8_t>& bytes, std::int32_t bias, float scale) {
  std::uint8_t pair[kParameterBytes];
  static_assert(sizeof(bias) + sizeof(scale) == kParameterBytes);
  std::memcpy(pair, &bias, sizeof(bias));
  std::memcpy(pair + sizeof(bias), &scale, sizeof(scale));
  bytes.insert(bytes.end(), pair, pair + kParameterBytes);
}

Request constant_request(isa::Buffer buffer, isa::Base base, std::uint64_t offset, std::int64_t bytes,
                         std::uint32_t words) {
  Request r;
  r.key.part = {static_cast<std::int64_t>(base), static_cast<std::int64_t>(offset), bytes};
  r.words = words;
  r.load.buffer = buffer;
  r.load.base = base;
  r.load.dram_offset = static_cast<std::uint32_t>(offset);
  r.load.run_bytes = static_cast<std::uint32_t>(bytes);
  return r;
}

}  // namespace systole::compiler
