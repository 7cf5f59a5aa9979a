// SPDX-License-Identifier: Apache-2.0
#include "chip/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "chip/keys.hpp"
#include "support/error.hpp"

namespace systole::chip_file {
namespace {

constexpr std::size_t kMaxBytes = 200;

struct Change {
  std::string table;  // empty: a key before the tables
  std::string key, value;
  bool is_kind() const { return table == "memory" && key == "kind"; }
};

Change change_of(const std::string& text) {
  const std::size_t equals = text.find('='), dot = text.find('.');
  Change change;
  if (equals != std::string::npos && text.size() <= kMaxBytes) {
    const bool has_table = dot < equals;
    if (has_table) change.table = text.substr(0, dot);
    const std::size_t key = has_table ? dot + 1 : 0;
    change.key = text.substr(key, equals - key);
    change.value = text.substr(equals + 1);
  }
  const bool known_table = change.table.empty() || change.table == "chip" || change.table == "memory";
  const auto printable = [](char c) { return c >= 32 && c < 127; };
  if (change.key.empty() || change.value.empty() || !known_table || !std::all_of(text.begin(), text.end(), printable))
    throw UserError(
        fmt::format("--set: wanted is KEY=VALUE with KEY one of name, clock_mhz, chip.array_rows, memory.kind and so "
                    "on (docs/reference/chip_file.md), at most {} characters",
                    kMaxBytes));
  return change;
}

// A number or whatever else TOML knows; else a text without quotes.
void set(toml::table& table, const Change& change) {
  try {
    toml::table parsed = toml::parse("value = " + change.value);
    if (parsed.size() == 1) {
      table.insert_or_assign(change.key, *parsed.get("value"));
      return;
    }
  } catch (const toml::parse_error&) {
  }
  table.insert_or_assign(change.key, change.value);
}

std::string kind_of(const toml::table& memory) { return memory["kind"].value_or(std::string(memory::kIdealKind)); }

// The keys of the file's own kind say nothing about another one.
void remove_keys_of_kind(toml::table& memory) {
  std::set<std::string, std::less<>> kept = {"kind"};
  const MemoryConfig config;
  visit_memory_keys(config, [&](const Key& key, const auto&) { kept.emplace(key.name); });
  for (auto at = memory.begin(); at != memory.end();)
    at = kept.count((*at).first.str()) != 0 ? std::next(at) : memory.erase(at);
}

// Null if something else than a table has the name: the reader says so.
toml::table* table_of(toml::table& root, const std::string& name) {
  if (name.empty()) return &root;
  if (root.get(name) == nullptr) root.insert(name, toml::table());
  return root.get(name)->as_table();
}

void apply(toml::table& root, const Change& change) {
  toml::table* table = table_of(root, change.table);
  if (table == nullptr) return;
  if (!change.is_kind()) return set(*table, change);
  const std::string before = kind_of(*table);
  set(*table, change);
  if (kind_of(*table) != before) remove_keys_of_kind(*table);
}

// edge16-array_rows-32: a report must not take the changed chip for the one of the file.
void rename(toml::table& root, const std::vector<Change>& changes) {
  const auto* name = root.get_as<std::string>("name");
  if (name == nullptr) return;
  std::string changed = name->get();
  for (const Change& change : changes) {
    if (change.table.empty() && change.key == "name") return;
    for (const char c : "-" + change.key + "-" + change.value)
      changed += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ? c : '-';
  }
  root.insert_or_assign("name", changed.substr(0, kMaxNameBytes));
}

}  // namespace

void apply_changes(toml::table& root, const ChipChanges& changes) {
  std::vector<Change> ordered;
  for (const std::string& text : changes) ordered.push_back(change_of(text));
  std::stable_partition(ordered.begin(), ordered.end(), [](const Change& change) { return change.is_kind(); });
  for (const Change& change : ordered) apply(root, change);
  if (!ordered.empty()) rename(root, ordered);
}

}  // namespace systole::chip_file
