// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/constants.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>

namespace systole::compiler {
namespace {

std::uint64_t align(std::uint64_t at, std::uint32_t alignment) { return (at + alignment - 1) / alignment * alignment; }

}  // namespace

ConstantPool::ConstantPool(std::uint32_t alignment, std::size_t expected_bytes) : alignment_(alignment) {
  bytes_.reserve(expected_bytes);
}

std::uint64_t ConstantPool::add(const std::vector<std::uint8_t>& block) {
  const std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
  auto& offsets = known_[std::hash<std::string_view>{}(text)];
  for (const std::uint64_t at : offsets)
    if (at + block.size() <= bytes_.size() &&
        std::equal(block.begin(), block.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(at)))
      return at;
  bytes_.resize(align(bytes_.size(), alignment_));
  const std::uint64_t at = bytes_.size();
  bytes_.insert(bytes_.end(), block.begin(), block.end());
  offsets.push_back(at);
  return at;
}

ConstantPool ConstantPool::sizes_only() const {
  ConstantPool pool(alignment_);
  pool.keeps_bytes_ = false;
  return pool;
}

std::uint64_t ConstantPool::reserve(std::uint64_t size) {
  const std::uint64_t at = reserved_;
  reserved_ = align(reserved_ + size, alignment_);
  return at;
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
