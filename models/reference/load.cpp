// SPDX-License-Identifier: Apache-2.0
//
// load: DRAM to a buffer, with padding on the way.
#include <algorithm>
#include <cstring>

#include "isa/access.hpp"
#include "reference/dram.hpp"
#include "reference/reference.hpp"

namespace systole::reference {
namespace {

// One of the three buffers as words that wrap around. The number of words is a power of two.
class WordWriter {
 public:
  WordWriter(std::vector<std::uint8_t>& memory, std::uint32_t word_bytes)
      : memory_(memory), word_bytes_(word_bytes), words_mask_(memory.size() / word_bytes - 1) {}

  std::uint32_t word_bytes() const { return word_bytes_; }

  // Writes `words` words of one byte value from word address `at`; returns the address after them.
  std::uint64_t fill(std::uint64_t at, std::uint32_t words, std::uint8_t value) {
    for (std::uint32_t i = 0; i < words; ++i) std::memset(word(at++), value, word_bytes_);
    return at;
  }

  // Writes bytes from word address `at`, the last word filled up with `fill_value`; returns the
  // address after them.
  std::uint64_t copy(std::uint64_t at, const std::uint8_t* bytes, std::uint32_t size, std::uint8_t fill_value) {
    while (size > 0) {
      const std::uint32_t part = std::min(size, word_bytes_);
      std::uint8_t* to = word(at++);
      std::memcpy(to, bytes, part);
      std::memset(to + part, fill_value, word_bytes_ - part);
      bytes += part;
      size -= part;
    }
    return at;
  }

  // A word for each byte, which goes to the next column, the rest filled up; returns the address after them.
  std::uint64_t copy_diagonal(std::uint64_t at, const std::uint8_t* bytes, std::uint32_t size,
                              std::uint8_t fill_value) {
    for (std::uint32_t k = 0; k < size; ++k) {
      std::uint8_t* to = word(at++);
      std::memset(to, fill_value, word_bytes_);
      to[k % word_bytes_] = bytes[k];
    }
    return at;
  }

 private:
  std::uint8_t* word(std::uint64_t address) { return memory_.data() + (address & words_mask_) * word_bytes_; }

  std::vector<std::uint8_t>& memory_;
  std::uint32_t word_bytes_;
  std::uint64_t words_mask_;
};

}  // namespace

void ReferenceChip::perform(const isa::Load& load, MemoryImage& dram) {
  const isa::Memory memory = isa::memory_of(load.buffer);
  WordWriter buffer(memory == isa::Memory::kActivation ? activation_
                    : memory == isa::Memory::kWeight   ? weight_
                                                       : parameter_,
                    isa::word_bytes(chip_, memory));
  const std::uint64_t src_base = base_[static_cast<int>(load.base)] + load.dram_offset;
  const std::uint32_t run_words =
      load.diagonal ? load.run_bytes : (load.run_bytes + buffer.word_bytes() - 1) / buffer.word_bytes();
  const std::uint32_t rows = std::uint32_t{load.pad_top} + load.count[0] + load.pad_bottom;

  const auto row = [&](std::uint32_t i4, std::uint32_t i3, std::uint32_t i2, std::uint32_t i1) {
    std::uint64_t dst = load.dst_base + steps(i4, load.dst_stride[3]) + steps(i3, load.dst_stride[2]) +
                        steps(i2, load.dst_stride[1]) + steps(i1, load.dst_stride[0]);
    if (load.pad_top <= i1 && i1 < std::uint32_t{load.pad_top} + load.count[0]) {
      const std::uint64_t src = src_base + steps(i4, load.dram_stride[3]) + steps(i3, load.dram_stride[2]) +
                                steps(i2, load.dram_stride[1]) + steps(i1 - load.pad_top, load.dram_stride[0]);
      dst = buffer.fill(dst, load.pad_left, load.pad_value);
      const std::uint8_t* bytes = dram_at(dram, chip_, src, load.run_bytes, "load");
      dst = load.diagonal ? buffer.copy_diagonal(dst, bytes, load.run_bytes, load.pad_value)
                          : buffer.copy(dst, bytes, load.run_bytes, load.pad_value);
      buffer.fill(dst, load.pad_right, load.pad_value);
    } else {
      buffer.fill(dst, load.pad_left + run_words + load.pad_right, load.pad_value);
    }
  };
  for (std::uint32_t i4 = 0; i4 < load.count[3]; ++i4)
    for (std::uint32_t i3 = 0; i3 < load.count[2]; ++i3)
      for (std::uint32_t i2 = 0; i2 < load.count[1]; ++i2)
        for (std::uint32_t i1 = 0; i1 < rows; ++i1) row(i4, i3, i2, i1);
}

}  // namespace systole::reference
