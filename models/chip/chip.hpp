// SPDX-License-Identifier: Apache-2.0
//
// The chip description: the contents of a chip file (TOML), validated when it is read.
//
// Every parameter of the RTL's top module is one member of `Chip`. Its key in the chip file is the member's name; its
// name in the RTL is the same word in UpperCamelCase (array_rows, ArrayRows). `[memory]` describes the environment, not
// the silicon.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/int8.hpp"
#include "memory/memory_config.hpp"

namespace systole {

struct Chip {
  std::string name;
  std::uint32_t clock_mhz = 1000;

  std::uint32_t array_rows = 0;   // power of two, 4..512
  std::uint32_t array_cols = 0;   // power of two, 4..512
  std::uint32_t pe_latency = 1;   // cycles from operands to their place in the sum, 1..4
  std::uint32_t acc_latency = 1;  // cycles from accumulator read to write, 1..4

  std::uint32_t activation_banks = 4;       // power of two, 4..16
  std::uint32_t activation_bank_words = 0;  // words of array_rows bytes; power of two
  std::uint32_t weight_words = 0;           // words of array_cols bytes; power of two
  std::uint32_t accumulator_rows = 0;       // rows per bank; there are two banks; power of two
  std::uint32_t parameter_words = 0;        // words of post_lanes * 8 bytes; power of two
  std::uint32_t post_lanes = 0;             // power of two, at most min(array_rows, array_cols, axi_data_bits / 8)

  std::uint32_t fetch_depth = 4;  // power of two, 2..64: instructions fetched ahead
  std::uint32_t queue_depth = 4;  // power of two, 2..64: instructions waiting per engine

  std::uint32_t axi_data_bits = 128;    // 32..1024, power of two
  std::uint32_t axi_address_bits = 40;  // 32..64
  std::uint32_t axi_burst_bytes = 256;  // power of two, axi_data_bits / 8 .. min(4096, 256 beats)
  std::uint32_t load_outstanding = 8;   // read bursts in flight
  std::uint32_t load_fifo_beats = 128;  // power of two, at least two bursts
  std::uint32_t store_outstanding = 8;  // write bursts in flight
  std::uint32_t store_fifo_beats = 64;  // power of two, at least two bursts
  std::uint32_t store_fifo_groups =
      16;  // power of two, at least 16: groups between post-processing and the write packer

  MemoryConfig memory;

  std::uint32_t axi_bytes() const { return axi_data_bits / 8; }
  std::uint32_t activation_words() const { return activation_banks * activation_bank_words; }
  std::uint32_t operand_bytes() const { return formats::int8::kOperandBytes; }  // of an activation or a weight
  std::uint32_t activation_word_bytes() const { return array_rows * operand_bytes(); }
  std::uint32_t weight_word_bytes() const { return array_cols * operand_bytes(); }
  std::uint32_t macs_per_cycle() const { return array_rows * array_cols; }
  std::uint64_t buffer_bytes() const;  // activation, weight, accumulator and parameter memories together

  // Parameters of the RTL top module as (UpperCamelCase name, value), in the order of the members above.
  std::vector<std::pair<std::string, std::uint64_t>> rtl_parameters() const;

  // A 64-bit hash of rtl_parameters(): two chips with the same fingerprint are the same silicon.
  std::uint64_t fingerprint() const;
};

// Changes of a chip file's keys, each "clock_mhz=500", "chip.array_rows=32" or "memory.kind=hbm2": what `--set` takes.
// A value is written as in the file; a text needs no quotes. A change of the memory's kind takes the keys away that the
// file has for its own kind.
using ChipChanges = std::vector<std::string>;

// Reads and validates a chip file with these changes. Errors: UserError with file, line, key, value and allowed range.
Chip load_chip(const std::filesystem::path& file, const ChipChanges& changes = {});
Chip parse_chip(std::string_view toml_text, const std::string& file_name, const ChipChanges& changes = {});

// The chip file as TOML text, every key written out: parse_chip(to_toml(c)) == c.
std::string to_toml(const Chip& chip);

// The same as keys, as --set takes them, and values: "chip.array_rows" and "16".
std::vector<std::pair<std::string, std::string>> chip_values(const Chip& chip);

}  // namespace systole
