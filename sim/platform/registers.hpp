// SPDX-License-Identifier: Apache-2.0
//
// The control and status registers of the chip: one table, from which the host module takes its
// addresses and `systole export` makes a C header and SystemRDL. The meaning of each is in
// docs/reference/registers.md; a test compares that page with this table.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "events/events.hpp"

namespace systole::platform {

enum class Access { kRead, kWrite, kReadWrite, kReadWriteOneToClear };

struct Register {
  std::uint32_t address;  // bytes
  const char* name;
  Access access;
  std::uint32_t words;  // 2: a 64-bit value, low word first
};

namespace reg {
inline constexpr Register kId{0x000, "id", Access::kRead, 1};
inline constexpr Register kIsaVersion{0x004, "isa_version", Access::kRead, 1};
inline constexpr Register kControl{0x008, "control", Access::kWrite, 1};
inline constexpr Register kStatus{0x00C, "status", Access::kRead, 1};
inline constexpr Register kIrqEnable{0x010, "irq_enable", Access::kReadWrite, 1};
inline constexpr Register kIrqStatus{0x014, "irq_status", Access::kReadWriteOneToClear, 1};
inline constexpr Register kErrorCode{0x018, "error_code", Access::kRead, 1};
inline constexpr Register kErrorIndex{0x01C, "error_index", Access::kRead, 1};
inline constexpr Register kProgramBase{0x020, "program_base", Access::kReadWrite, 2};
inline constexpr Register kProgramCount{0x028, "program_count", Access::kReadWrite, 1};
inline constexpr Register kBase{0x030, "base", Access::kReadWrite, 2};  // first of four
}  // namespace reg

inline constexpr std::array<Register, 11> kRegisters = {
    reg::kId,        reg::kIsaVersion, reg::kControl,     reg::kStatus,       reg::kIrqEnable, reg::kIrqStatus,
    reg::kErrorCode, reg::kErrorIndex, reg::kProgramBase, reg::kProgramCount, reg::kBase};

inline constexpr std::uint32_t kIdValue = 0x53595354;  // "SYST"
inline constexpr std::uint32_t kDoorbell = 1;          // control
inline constexpr std::uint32_t kStatusBusy = 1, kStatusDone = 2, kStatusError = 4;
inline constexpr std::uint32_t kIrqDone = 1, kIrqError = 2;

// Performance counters, 64 bits each, low word first, in the order of kCounterNames (events/events.hpp).
inline constexpr std::uint32_t kCounterBase = 0x100;
constexpr std::uint32_t counter_address(std::size_t counter) {
  return kCounterBase + 8 * static_cast<std::uint32_t>(counter);
}

// What an error code means, as in docs/reference/instruction_set.md.
const char* error_name(std::uint32_t code);

// The registers as a C header for the chip's driver: addresses, bits and counters as macros.
std::string c_register_header();

// The same as SystemRDL 2.0.
std::string systemrdl();

}  // namespace systole::platform
