// SPDX-License-Identifier: Apache-2.0
//
// Which banks of a buffer an instruction may touch, from its first address to its last.
#pragma once

#include <cstdint>

namespace systole::cycle {

class BankReach {
 public:
  explicit BankReach(std::int64_t base) : low_(base), high_(base) {}
  // A loop of `count` steps.
  void loop(std::int64_t stride, std::int64_t count) { (stride < 0 ? low_ : high_) += stride * (count - 1); }
  // A bit for each bank; all of them where addresses may go around.
  std::uint32_t banks(std::uint32_t bank_shift, std::uint32_t count) const {
    const std::uint32_t all = (1u << count) - 1;
    const std::int64_t size = std::int64_t{1} << bank_shift;
    if (low_ < 0 || high_ - low_ >= size * count) return all;
    std::uint32_t banks = 0;
    for (std::int64_t bank = low_ >> bank_shift; bank <= high_ >> bank_shift; ++bank) banks |= 1u << (bank % count);
    return banks;
  }

 private:
  std::int64_t low_, high_;
};

}  // namespace systole::cycle
