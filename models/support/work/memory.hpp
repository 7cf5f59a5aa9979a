// SPDX-License-Identifier: Apache-2.0
//
// Memory, asked for before it is taken. What would not fit is refused in one line instead of minutes later.
#pragma once

#include <cstdint>
#include <string>

namespace systole {

// What this process can still take: the least of what the machine has free (swap included), the limit on its address space
// (ulimit -v) and that of its control group.
std::uint64_t free_memory_bytes();

// "12.4 GiB", "350 MiB", "17 bytes"
std::string memory_text(std::uint64_t bytes);

// UserError "`what`: needs 12.4 GiB of memory, 5.6 GiB are free" if there is less than `bytes`.
void check_memory(const std::string& what, std::uint64_t bytes);

}  // namespace systole
