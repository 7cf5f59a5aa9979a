// SPDX-License-Identifier: Apache-2.0
//
// A segment of constants that grows while nodes are lowered; equal blocks are stored once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace systole::compiler {

class ConstantPool {
 public:
  // `expected_bytes`: room for so many is made at once.
  explicit ConstantPool(std::uint32_t alignment, std::size_t expected_bytes = 0) : alignment_(alignment) {
    bytes_.reserve(expected_bytes);
  }

  // Byte offset of these bytes in the segment, a multiple of the alignment.
  std::uint64_t add(const std::vector<std::uint8_t>& block) {
    const std::string_view text(reinterpret_cast<const char*>(block.data()), block.size());
    auto& offsets = known_[std::hash<std::string_view>{}(text)];
    for (std::uint64_t at : offsets)
      if (at + block.size() <= bytes_.size() && std::equal(block.begin(), block.end(), bytes_.begin() + at)) return at;
    bytes_.resize((bytes_.size() + alignment_ - 1) / alignment_ * alignment_);
    const std::uint64_t at = bytes_.size();
    bytes_.insert(bytes_.end(), block.begin(), block.end());
    offsets.push_back(at);
    return at;
  }

  // An empty pool that only counts: for programs whose time matters and whose data does not.
  ConstantPool sizes_only() const {
    ConstantPool pool(alignment_);
    pool.keeps_bytes_ = false;
    return pool;
  }
  bool keeps_bytes() const { return keeps_bytes_; }
  // Room for that many bytes in a pool that only counts.
  std::uint64_t reserve(std::uint64_t size) {
    const std::uint64_t at = reserved_;
    reserved_ = (reserved_ + size + alignment_ - 1) / alignment_ * alignment_;
    return at;
  }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::uint32_t alignment_;
  bool keeps_bytes_ = true;
  std::uint64_t reserved_ = 0;
  std::vector<std::uint8_t> bytes_;
  std::unordered_map<std::size_t, std::vector<std::uint64_t>> known_;
};

}  // namespace systole::compiler
