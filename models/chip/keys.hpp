// SPDX-License-Identifier: Apache-2.0
//
// The one table of numbers in a chip file: key, member, allowed range.
//
// `visit_chip_keys` and `visit_memory_keys` call `visitor(Key, member&)` in the order of the
// members; the reader, the writer and rtl_parameters() are its visitors.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "chip/chip.hpp"

namespace systole::chip_file {

enum class Form { kAny, kPowerOfTwo };
enum class Presence { kRequired, kOptional };

struct Key {
  std::string_view name;
  std::uint64_t min;
  std::uint64_t max;
  Form form = Form::kAny;
  Presence presence = Presence::kOptional;
};

// Table [chip]: the parameters of the RTL top module.
template <class ChipT, class Visitor>
void visit_chip_keys(ChipT& chip, Visitor&& visit) {
  constexpr Form kPower = Form::kPowerOfTwo;
  constexpr Presence kRequired = Presence::kRequired;
  visit(Key{"array_rows", 4, 256, kPower, kRequired}, chip.array_rows);
  visit(Key{"array_cols", 4, 256, kPower, kRequired}, chip.array_cols);
  visit(Key{"pe_latency", 1, 4}, chip.pe_latency);
  visit(Key{"acc_latency", 1, 4}, chip.acc_latency);
  visit(Key{"activation_banks", 4, 16, kPower}, chip.activation_banks);
  visit(Key{"activation_bank_words", 16, 65536, kPower, kRequired}, chip.activation_bank_words);
  visit(Key{"weight_words", 16, 1048576, kPower, kRequired}, chip.weight_words);
  visit(Key{"accumulator_rows", 4, 65536, kPower, kRequired}, chip.accumulator_rows);
  visit(Key{"parameter_words", 4, 65536, kPower, kRequired}, chip.parameter_words);
  visit(Key{"post_lanes", 1, 128, kPower, kRequired}, chip.post_lanes);
  visit(Key{"fetch_depth", 2, 64, kPower}, chip.fetch_depth);
  visit(Key{"queue_depth", 2, 64, kPower}, chip.queue_depth);
  visit(Key{"axi_data_bits", 32, 1024, kPower}, chip.axi_data_bits);
  visit(Key{"axi_address_bits", 32, 64}, chip.axi_address_bits);
  visit(Key{"axi_burst_bytes", 4, 4096, kPower}, chip.axi_burst_bytes);
  visit(Key{"load_outstanding", 1, 64}, chip.load_outstanding);
  visit(Key{"load_fifo_beats", 2, 65536, kPower}, chip.load_fifo_beats);
  visit(Key{"store_outstanding", 1, 64}, chip.store_outstanding);
  visit(Key{"store_fifo_beats", 2, 65536, kPower}, chip.store_fifo_beats);
  visit(Key{"store_fifo_groups", 16, 1024, kPower}, chip.store_fifo_groups);
}

// Table [memory]: the numbers of the environment. `kind` is the one key that is not a number.
template <class MemoryT, class Visitor>
void visit_memory_keys(MemoryT& memory, Visitor&& visit) {
  visit(Key{"latency_cycles", 1, 100000}, memory.latency_cycles);
  visit(Key{"bytes_per_cycle", 1, 4096}, memory.bytes_per_cycle);
  visit(Key{"size_bytes", 4096, 1ull << 40}, memory.size_bytes);
  visit(Key{"backpressure_permille", 0, 950}, memory.backpressure_permille);
  visit(Key{"backpressure_seed", 0, std::numeric_limits<std::int64_t>::max()},
        memory.backpressure_seed);
}

}  // namespace systole::chip_file
