// SPDX-License-Identifier: Apache-2.0
//
// Images of DRAM as text for $readmemh: an array of bytes, or of words as wide as the AXI bus.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace systole::exporting {

// Lines of 16 bytes, those with a byte that is not zero; an address where a line does not follow the last one.
std::string nonzero_bytes(const std::uint8_t* bytes, std::uint64_t size);

// Only the bytes that `written` marks.
std::string written_bytes(const std::uint8_t* bytes, const std::vector<bool>& written);

// A word of `word_bytes` a line, the byte of the highest address first: words with a byte that is not zero. Addresses
// count words.
std::string nonzero_words(const std::uint8_t* bytes, std::uint64_t size, std::uint32_t word_bytes);

// The same for words with a byte that `written` marks. The other bytes of such a word are xx.
std::string written_words(const std::uint8_t* bytes, const std::vector<bool>& written, std::uint32_t word_bytes);

}  // namespace systole::exporting
