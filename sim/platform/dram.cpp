// SPDX-License-Identifier: Apache-2.0
#include "platform/dram.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstring>

#include "support/error.hpp"

namespace systole::platform {

namespace {

std::uint8_t* map(void* at, std::uint64_t size_bytes, int flags) {
  void* bytes =
      ::mmap(at, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  if (bytes == MAP_FAILED)
    throw UserError(fmt::format("memory: size_bytes is {}, more than this machine can map", size_bytes));
  return static_cast<std::uint8_t*>(bytes);
}

}  // namespace

Dram::Dram(std::uint64_t size_bytes) : size_bytes_(size_bytes), bytes_(map(nullptr, size_bytes, 0)) {}

Dram::~Dram() { ::munmap(bytes_, size_bytes_); }

void Dram::clear() {
  bytes_ = map(bytes_, size_bytes_, MAP_FIXED);
  written_end_ = 0;
}

void Dram::write(std::uint64_t address, const std::uint8_t* data, std::size_t bytes) {
  if (!holds(address, bytes))
    throw UserError(
        fmt::format("DRAM write of {} bytes at {:#x}: the DRAM has {:#x} bytes", bytes, address, size_bytes_));
  if (bytes == 0) return;
  std::memcpy(bytes_ + address, data, bytes);
  note_write(address + bytes);
}

void Dram::read(std::uint64_t address, std::uint8_t* data, std::size_t bytes) const {
  if (!holds(address, bytes))
    throw UserError(
        fmt::format("DRAM read of {} bytes at {:#x}: the DRAM has {:#x} bytes", bytes, address, size_bytes_));
  if (bytes > 0) std::memcpy(data, bytes_ + address, bytes);
}

}  // namespace systole::platform
