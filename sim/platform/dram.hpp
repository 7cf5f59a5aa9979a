// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the DRAM outside the chip, zero at first. The operating system commits a page when it is
// first written, so a large DRAM of which little is used takes little memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace systole::platform {

class Dram {
 public:
  explicit Dram(std::uint64_t size_bytes);  // UserError if the address space cannot hold it
  ~Dram();
  Dram(const Dram&) = delete;
  Dram& operator=(const Dram&) = delete;

  std::uint64_t size_bytes() const { return size_bytes_; }
  bool holds(std::uint64_t address, std::uint64_t bytes) const {
    return bytes <= size_bytes_ && address <= size_bytes_ - bytes;
  }

  // UserError when [address, address + bytes) is not inside.
  void write(std::uint64_t address, const std::uint8_t* data, std::size_t bytes);
  void read(std::uint64_t address, std::uint8_t* data, std::size_t bytes) const;

  // One past the highest byte that was ever written.
  std::uint64_t written_end() const { return written_end_; }
  void note_write(std::uint64_t end) {
    if (end > written_end_) written_end_ = end;
  }

  // The byte at `address`. The caller has checked holds(), and calls note_write() for
  // the bytes that it writes.
  std::uint8_t* at(std::uint64_t address) { return bytes_ + address; }
  const std::uint8_t* at(std::uint64_t address) const { return bytes_ + address; }

  void clear();  // every byte zero again

 private:
  std::uint64_t size_bytes_;
  std::uint8_t* bytes_;
  std::uint64_t written_end_ = 0;
};

}  // namespace systole::platform
