// SPDX-License-Identifier: Apache-2.0
//
// The reader of chip files. Every complaint is one line: file, line, key, value, what is allowed.
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "chip/changes.hpp"
#include "chip/chip.hpp"
#include "chip/keys.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "support/similar.hpp"

namespace systole {
namespace {

using chip_file::Form;
using chip_file::Key;
using chip_file::kMaxNameBytes;
using chip_file::Presence;
using chip_file::range_text;

// A chip file is about 1 KB. The bounds keep a hostile file from nesting deeper than the parser's
// recursion can stand.
constexpr std::size_t kMaxFileBytes = 65536;
constexpr std::size_t kMaxLineBytes = 1000;

constexpr bool is_power_of_two(std::uint64_t x) { return x != 0 && (x & (x - 1)) == 0; }

// A value as it stands in the file, on one line and not too long.
std::string shown(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "an array";
  std::ostringstream stream;
  node.visit([&](const auto& value) { stream << value; });
  std::string text;
  for (const char c : stream.str()) text += (c >= 32 && c < 127) ? c : '?';
  return text.size() > 40 ? text.substr(0, 40) + "..." : text;
}

class Parser {
 public:
  Parser(std::string_view text, std::string file, const ChipChanges& changes)
      : text_(text), file_(std::move(file)), changes_(changes) {}

  Chip parse() {
    check_size();
    toml::table root = parse_toml();
    chip_file::apply_changes(root, changes_);
    Chip chip;
    refuse_unknown(root, "", {"name", "clock_mhz", "chip", "memory"});
    read_top(root, chip);
    if (const toml::table* table = table_of(root, "chip", Presence::kRequired)) {
      std::set<std::string, std::less<>> known = {"dataflow"};
      chip_file::visit_chip_keys(chip, [&](const Key& key, const auto&) { known.emplace(key.name); });
      refuse_unknown(*table, "chip.", known);
      read_choice(*table, "chip", "dataflow", chip_file::kDataflow);
      chip_file::visit_chip_keys(chip, [&](const Key& key, auto& value) { read_number(*table, "chip.", key, value); });
      check_together(*table, chip);
    }
    if (const toml::table* table = table_of(root, "memory", Presence::kOptional)) {
      read_memory(*table, chip.memory);
      check_memory(*table, chip);
    }
    return chip;
  }

 private:
  [[noreturn]] void fail(std::uint32_t line, const std::string& what) const {
    // What a change has put there has no line.
    const char* changed = changes_.empty() ? "" : " with --set";
    throw UserError(line == 0 ? fmt::format("{}{}: {}", file_, changed, what)
                              : fmt::format("{}:{}: {}", file_, line, what));
  }

  void check_size() const {
    if (text_.size() > kMaxFileBytes)
      fail(0, fmt::format("is {} bytes long: a chip file has at most {}", text_.size(), kMaxFileBytes));
    std::size_t begin = 0;
    for (std::uint32_t line = 1; begin < text_.size(); ++line) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      if (end - begin > kMaxLineBytes)
        fail(line, fmt::format("the line is {} bytes long: at most {} are allowed", end - begin, kMaxLineBytes));
      begin = end + 1;
    }
  }

  toml::table parse_toml() const {
    try {
      return toml::parse(text_, file_);
    } catch (const toml::parse_error& error) {
      std::string why;
      for (const char c : std::string(error.description())) why += (c >= 32 && c < 127) ? c : '?';
      fail(error.source().begin.line, "not TOML: " + why);
    }
  }

  void read_top(const toml::table& root, Chip& chip) const {
    const toml::node* name = root.get("name");
    const std::string_view allowed = chip_file::kNameText;
    if (name == nullptr) fail(0, fmt::format("key 'name' is missing: must be {}", allowed));
    if (!name->is_string())
      fail(name->source().begin.line, fmt::format("name = {}: must be a string of {}", shown(*name), allowed));
    chip.name = name->as_string()->get();
    static constexpr char kCharacters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (chip.name.empty() || chip.name.size() > kMaxNameBytes ||
        chip.name.find_first_not_of(kCharacters) != std::string::npos)
      fail(name->source().begin.line, fmt::format("name = {}: must be {}", shown(*name), allowed));
    read_number(root, "", chip_file::kClockKey, chip.clock_mhz);
  }

  const toml::table* table_of(const toml::table& root, const char* name, Presence presence) const {
    const toml::node* node = root.get(name);
    if (node == nullptr) {
      if (presence == Presence::kRequired) fail(0, fmt::format("table [{}] is missing", name));
      return nullptr;
    }
    if (!node->is_table())
      fail(node->source().begin.line, fmt::format("{} = {}: must be a table, [{}]", name, shown(*node), name));
    return node->as_table();
  }

  void read_memory(const toml::table& table, MemoryConfig& memory) const {
    std::vector<std::string_view> kinds = memory::dram_kind_names();
    kinds.insert(kinds.begin(), memory::kIdealKind);
    if (const toml::node* node = table.get("kind")) {
      const auto text = node->value<std::string>();
      if (!text || std::find(kinds.begin(), kinds.end(), *text) == kinds.end())
        fail(node->source().begin.line,
             fmt::format("memory.kind = {}{}: must be one of \"{}\"", shown(*node),
                         did_you_mean(text.value_or(""), {kinds.begin(), kinds.end()}), fmt::join(kinds, "\", \"")));
      memory = memory_of_kind(*text);
    }
    const bool is_dram = memory.is_dram();
    std::set<std::string, std::less<>> known = {"kind"};
    std::set<std::string, std::less<>> others;  // keys of other kinds
    const auto of = [&](bool applies) {
      return [&, applies](const Key& key, const auto&) { (applies ? known : others).emplace(key.name); };
    };
    (is_dram ? known : others).emplace("address_mapping");
    const memory::IdealConfig ideal;  // whichever the kind is, both have their keys
    const memory::DramConfig dram;
    chip_file::visit_ideal_keys(ideal, of(!is_dram));
    chip_file::visit_dram_keys(dram, of(is_dram));
    chip_file::visit_memory_keys(memory, of(true));
    for (const auto& [key, node] : table)
      if (others.count(key.str()) != 0)
        fail(key.source().begin.line, fmt::format("memory.{} = {}: must not be given for kind {}, which has no such "
                                                  "parameter",
                                                  key.str(), shown(node), memory.kind()));
    refuse_unknown(table, "memory.", known);
    const auto read = [&](const Key& key, auto& value) { read_number(table, "memory.", key, value); };
    chip_file::visit_memory_keys(memory, read);
    if (!is_dram) {
      chip_file::visit_ideal_keys(memory.ideal(), read);
      return;
    }
    if (const toml::node* node = table.get("address_mapping")) {
      if (!node->is_string())
        fail(node->source().begin.line, fmt::format("memory.address_mapping = {}: must be a string", shown(*node)));
      memory.dram().address_mapping = node->as_string()->get();
    }
    chip_file::visit_dram_keys(memory.dram(), read);
    check_dram_memory(table, memory);
  }

  void check_dram_memory(const toml::table& table, const MemoryConfig& memory) const {
    const auto complain = [&](const std::string& key, const std::string& value, const std::string& allowed) {
      const toml::node* node = table.get(key);
      if (node == nullptr)
        fail(table.source().begin.line, fmt::format("memory.{} = {} (of the kind): must be {}", key, value, allowed));
      fail(node->source().begin.line, fmt::format("memory.{} = {}: must be {}", key, shown(*node), allowed));
    };
    if (const auto complaint = memory::check_dram(memory.dram()))
      complain(complaint->key, complaint->value, complaint->allowed);
    const std::uint64_t size = memory.dram().organization.size_bytes();
    if (memory.size_bytes > size)
      complain("size_bytes", std::to_string(memory.size_bytes),
               fmt::format("at most {}, what {} channel(s) of {} hold", size,
                           memory.dram().organization.command_buses(), memory.kind()));
  }

  // A key with one word allowed so far, which is also the default.
  void read_choice(const toml::table& table, const char* table_name, const char* key, std::string_view allowed) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    if (!node->is_string() || node->as_string()->get() != allowed)
      fail(node->source().begin.line,
           fmt::format("{}.{} = {}: must be \"{}\"", table_name, key, shown(*node), allowed));
  }

  template <class T>
  void read_number(const toml::table& table, std::string_view prefix, const Key& key, T& value) const {
    const toml::node* node = table.get(key.name);
    if (node == nullptr) {
      if (key.presence == Presence::kRequired)
        fail(table.source().begin.line,
             fmt::format("key '{}{}' is missing: must be {}", prefix, key.name, range_text(key)));
      return;
    }
    const std::uint32_t line = node->source().begin.line;
    const auto refuse = [&] {
      fail(line, fmt::format("{}{} = {}: must be {}", prefix, key.name, shown(*node), range_text(key)));
    };
    if (!node->is_integer()) refuse();
    const std::int64_t number = node->as_integer()->get();
    if (number < 0 || static_cast<std::uint64_t>(number) < key.min || static_cast<std::uint64_t>(number) > key.max)
      refuse();
    if (key.form == Form::kPowerOfTwo && !is_power_of_two(static_cast<std::uint64_t>(number))) refuse();
    value = static_cast<T>(number);
  }

  void refuse_unknown(const toml::table& table, std::string_view prefix,
                      const std::set<std::string, std::less<>>& known) const {
    for (const auto& [key, node] : table) {
      if (known.count(key.str()) != 0) continue;
      std::string name;
      for (const char c : key.str().substr(0, 40)) name += (c >= 32 && c < 127) ? c : '?';
      fail(key.source().begin.line,
           fmt::format("unknown key '{}{}'{}: must be one of {}", prefix, name,
                       did_you_mean(name, {known.begin(), known.end()}), fmt::join(known, ", ")));
    }
  }

  // Values that are each in range but do not go together. `table` tells the line, if the file has
  // the key.
  void check_together(const toml::table& table, const Chip& chip) const {
    const auto demand = [&](bool holds, const char* key, std::uint64_t value, const std::string& allowed) {
      if (holds) return;
      const toml::node* node = table.get(key);
      if (node == nullptr)
        fail(table.source().begin.line, fmt::format("chip.{} = {} (the default): must be {}", key, value, allowed));
      fail(node->source().begin.line, fmt::format("chip.{} = {}: must be {}", key, value, allowed));
    };
    const std::uint32_t lanes_max = std::min({chip.array_rows, chip.array_cols, chip.axi_bytes()});
    demand(chip.post_lanes <= lanes_max, "post_lanes", chip.post_lanes,
           fmt::format("at most {}, the least of array_rows, array_cols and axi_data_bits / 8", lanes_max));
    demand(chip.weight_words >= 2 * chip.array_rows, "weight_words", chip.weight_words,
           fmt::format("at least {}, for a tile of array_rows words and its zero points", 2 * chip.array_rows));
    // Words in a buffer, each of these bytes.
    const auto fits = [&](const char* key, std::uint64_t words, std::uint64_t bytes, std::string_view buffer) {
      const std::uint64_t most = chip_file::kMostBufferBytes / bytes;
      demand(words <= most, key, words,
             fmt::format("at most {}: {} would have {} MiB, at most {} are allowed", most, buffer, words * bytes >> 20,
                         chip_file::kMostBufferBytes >> 20));
    };
    fits("activation_bank_words", chip.activation_bank_words,
         std::uint64_t{chip.activation_banks} * chip.activation_word_bytes(), "the activation buffer");
    fits("weight_words", chip.weight_words, chip.weight_word_bytes(), "the weight buffer");
    fits("accumulator_rows", chip.accumulator_rows, std::uint64_t{2} * chip.array_cols * formats::int8::kSumBytes,
         "the two accumulator banks");
    const std::uint32_t burst_max = std::min(4096u, 256 * chip.axi_bytes());
    demand(chip.axi_burst_bytes >= chip.axi_bytes() && chip.axi_burst_bytes <= burst_max, "axi_burst_bytes",
           chip.axi_burst_bytes,
           fmt::format("{} to {}: 1 to 256 beats of axi_data_bits / 8 bytes, at most 4096 bytes", chip.axi_bytes(),
                       burst_max));
    const std::uint32_t two_bursts = 2 * (chip.axi_burst_bytes / chip.axi_bytes());
    demand(chip.load_fifo_beats >= two_bursts, "load_fifo_beats", chip.load_fifo_beats,
           fmt::format("at least {}, two bursts of axi_burst_bytes", two_bursts));
    demand(chip.store_fifo_beats >= two_bursts, "store_fifo_beats", chip.store_fifo_beats,
           fmt::format("at least {}, two bursts of axi_burst_bytes", two_bursts));
  }

  void check_memory(const toml::table& table, const Chip& chip) const {
    const int bits = static_cast<int>(chip.axi_address_bits);
    if (bits == 64 || chip.memory.size_bytes <= 1ull << bits) return;
    const toml::node* node = table.get("size_bytes");
    fail(node == nullptr ? table.source().begin.line : node->source().begin.line,
         fmt::format("memory.size_bytes = {}: must be at most {}, what axi_address_bits = {} reach",
                     chip.memory.size_bytes, 1ull << bits, bits));
  }

  std::string_view text_;
  std::string file_;
  const ChipChanges& changes_;
};

}  // namespace

Chip parse_chip(std::string_view toml_text, const std::string& file_name, const ChipChanges& changes) {
  return Parser(toml_text, file_name, changes).parse();
}

Chip load_chip(const std::filesystem::path& file, const ChipChanges& changes) {
  return parse_chip(read_whole_file(file, kMaxFileBytes), file.string(), changes);
}

}  // namespace systole
