// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace systole {

// For a message about a word that is not one of `words`: ", did you mean \"that\"?" with the most similar of them, or
// nothing if none is similar. Similar are words of which one is within a third of the other's letters away (inserted,
// deleted, changed or exchanged with their neighbor), or begins with the other.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& words);

}  // namespace systole
