// SPDX-License-Identifier: Apache-2.0
//
// Which bank, row and column a byte address means: the parameter `address_mapping`.
//
// The text names fields from the most significant to the least, joined by '-':
//
//   row-bank-column-bankgroup-channel
//
// Fields: channel, pseudochannel, bankgroup, bank, row, column. Below the last field lie the bytes
// of one DRAM burst, so `column` counts bursts. A field of one value may be left out; without
// `pseudochannel`, `channel` counts pseudo-channels. The channels are those of all stacks,
// stack after stack. A field may be split: all its parts but the first have a size in bits,
// "row-column-bank-bankgroup-column:2-channel". Any number of channels is allowed; the rest are
// powers of two. Addresses wrap at the end of the memory.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "memory/dram_kinds.hpp"

namespace systole::memory {

struct DramAddress {
  std::uint32_t channel = 0;  // pseudo-channel pseudo of channel c: c * pseudo_channels + pseudo
  std::uint32_t bank = 0;     // bank b of group g: g * banks + b
  std::uint32_t row = 0;
  std::uint32_t column = 0;  // in bursts

  bool operator==(const DramAddress& other) const {
    return channel == other.channel && bank == other.bank && row == other.row && column == other.column;
  }
};

class AddressMap {
 public:
  // UserError that says what the text must be.
  AddressMap(std::string_view text, const DramOrganization& organization);

  DramAddress decode(std::uint64_t address) const {
    std::array<std::uint32_t, kFields> values{};
    std::uint64_t rest = address >> burst_shift_;
    for (const Part& part : parts_) {
      std::uint64_t digit;
      if (part.power_of_two) {
        digit = rest & (part.count - 1);
        rest >>= part.bits;
      } else {
        digit = rest % part.count;
        rest /= part.count;
      }
      values[part.field] |= static_cast<std::uint32_t>(digit) << part.shift;
    }
    return {values[kChannel] * pseudo_channels_ + values[kPseudoChannel], values[kBankGroup] * banks_ + values[kBank],
            values[kRow], values[kColumn]};
  }

 private:
  enum Field : std::uint8_t { kChannel, kPseudoChannel, kBankGroup, kBank, kRow, kColumn, kFields };
  struct Part {  // from the least significant up
    Field field;
    bool power_of_two;
    std::uint32_t count;
    std::uint32_t bits;
    std::uint32_t shift;  // of the digit in its field
  };

  std::vector<Part> parts_;
  std::uint32_t burst_shift_ = 0;
  std::uint32_t pseudo_channels_ = 1;
  std::uint32_t banks_ = 1;
};

}  // namespace systole::memory
