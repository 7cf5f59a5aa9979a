// SPDX-License-Identifier: Apache-2.0
#include "memory/address_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "support/error.hpp"

namespace systole::memory {

namespace {

constexpr std::array<std::string_view, 6> kNames = {"channel", "pseudochannel", "bankgroup", "bank", "row", "column"};

bool is_power_of_two(std::uint32_t x) { return x != 0 && (x & (x - 1)) == 0; }

std::uint32_t log2_of(std::uint32_t power) {
  std::uint32_t bits = 0;
  while ((1u << bits) < power) ++bits;
  return bits;
}

[[noreturn]] void refuse(const std::string& why) {
  throw UserError("fields joined by '-', for example row-bank-column-bankgroup-channel: " + why);
}

}  // namespace

AddressMap::AddressMap(std::string_view text, const DramOrganization& organization)
    : burst_shift_(log2_of(organization.burst_bytes())),
      pseudo_channels_(organization.pseudo_channels),
      banks_(organization.banks) {
  struct Word {
    std::size_t field;
    std::optional<std::uint32_t> bits;
  };
  std::vector<Word> words;  // from the most significant down
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('-', begin), text.size());
    std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    Word parsed{};
    if (const std::size_t colon = word.find(':'); colon != std::string_view::npos) {
      const std::string_view digits = word.substr(colon + 1);
      if (digits.empty() || digits.size() > 2 || digits.find_first_not_of("0123456789") != std::string_view::npos)
        refuse(fmt::format("'{}' has no number of bits after ':'", word));
      parsed.bits = static_cast<std::uint32_t>(std::stoul(std::string(digits)));
      word = word.substr(0, colon);
    }
    const auto name = std::find(kNames.begin(), kNames.end(), word);
    if (name == kNames.end()) refuse(fmt::format("'{}' is none of {}", word, fmt::join(kNames, ", ")));
    parsed.field = static_cast<std::size_t>(name - kNames.begin());
    words.push_back(parsed);
  }

  std::array<std::uint32_t, kFields> counts = {organization.command_buses(),
                                               organization.pseudo_channels,
                                               organization.bank_groups,
                                               organization.banks,
                                               organization.rows,
                                               organization.bursts_per_row()};
  const auto named = [&](std::size_t field) {
    return std::any_of(words.begin(), words.end(), [&](const Word& w) { return w.field == field; });
  };
  if (!named(kPseudoChannel)) {
    counts[kChannel] *= counts[kPseudoChannel];
    counts[kPseudoChannel] = 1;
    pseudo_channels_ = 1;
  }
  for (std::size_t field = 0; field < kFields; ++field)
    if (counts[field] > 1 && !named(field)) refuse(fmt::format("'{}' is missing", kNames[field]));

  std::array<std::uint32_t, kFields> shifts{};  // bits of a field placed so far
  for (std::size_t i = words.size(); i-- > 0;) {
    const Word& word = words[i];
    const bool first = std::none_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i),
                                    [&](const Word& w) { return w.field == word.field; });
    Part part{};
    part.field = static_cast<Field>(word.field);
    part.shift = shifts[word.field];
    if (!is_power_of_two(counts[word.field])) {
      if (!first || part.shift != 0 || word.bits)
        refuse(fmt::format("{} {}s cannot be split", counts[word.field], kNames[word.field]));
      part.count = counts[word.field];
    } else {
      const std::uint32_t all = log2_of(counts[word.field]);
      const std::uint32_t left = all - part.shift;
      if (!first && !word.bits) refuse(fmt::format("a later part of '{}' needs a number of bits", kNames[word.field]));
      part.bits = word.bits.value_or(left);
      if (part.bits > left || (first && part.bits != left))
        refuse(fmt::format("the parts of '{}' must have {} bits together", kNames[word.field], all));
      part.count = 1u << part.bits;
      part.power_of_two = true;
      shifts[word.field] += part.bits;
    }
    parts_.push_back(part);
  }
}

}  // namespace systole::memory
