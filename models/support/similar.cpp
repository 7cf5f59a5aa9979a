// SPDX-License-Identifier: Apache-2.0
#include "support/similar.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace systole {

namespace {

constexpr std::size_t kLongest = 64;  // of a word that is compared

// The optimal string alignment distance (Damerau and Levenshtein), upper and lower case alike.
std::size_t distance(const std::string& a, const std::string& b) {
  const auto same = [&](std::size_t i, std::size_t j) {
    return std::tolower(static_cast<unsigned char>(a[i])) == std::tolower(static_cast<unsigned char>(b[j]));
  };
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string did_you_mean(const std::string& word, const std::vector<std::string>& words) {
  if (word.empty() || word.size() > kLongest) return "";
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& other : words) {
    if (other.empty() || other.size() > kLongest) continue;
    const bool begins = word.size() >= 3 && (other.rfind(word, 0) == 0 || word.rfind(other, 0) == 0);
    const std::size_t away = begins ? 1 : distance(word, other);
    const std::size_t most = std::max<std::size_t>(1, std::min(word.size(), other.size()) / 3);
    if (away > most || (best != nullptr && away >= best_distance)) continue;
    best = &other;
    best_distance = away;
  }
  return best == nullptr ? "" : ", did you mean \"" + *best + "\"?";
}

}  // namespace systole
