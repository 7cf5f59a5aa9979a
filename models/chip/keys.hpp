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

// Table [memory]: the numbers of the ideal memory, those of a DRAM, and those of both. `kind` and
// `address_mapping` are the keys that are not numbers.
template <class IdealT, class Visitor>
void visit_ideal_keys(IdealT& ideal, Visitor&& visit) {
  visit(Key{"latency_cycles", 1, 100000}, ideal.latency_cycles);
  visit(Key{"bytes_per_cycle", 1, 4096}, ideal.bytes_per_cycle);
}

template <class DramT, class Visitor>
void visit_dram_keys(DramT& dram, Visitor&& visit) {
  constexpr std::uint64_t kClocks = 100000;
  visit(Key{"channels", 1, 64}, dram.organization.channels);
  visit(Key{"channel_bits", 8, 64, Form::kPowerOfTwo}, dram.organization.channel_bits);
  visit(Key{"read_queue", 1, 256}, dram.read_queue);
  visit(Key{"write_queue", 1, 256}, dram.write_queue);
  visit(Key{"write_high", 1, 256}, dram.write_high);
  visit(Key{"write_low", 0, 255}, dram.write_low);
  visit(Key{"tcl", 1, kClocks}, dram.timing.tcl);
  visit(Key{"tcwl", 1, kClocks}, dram.timing.tcwl);
  visit(Key{"tdqsck", 0, kClocks}, dram.timing.tdqsck);
  visit(Key{"trcd", 1, kClocks}, dram.timing.trcd);
  visit(Key{"trp", 1, kClocks}, dram.timing.trp);
  visit(Key{"trpab", 1, kClocks}, dram.timing.trpab);
  visit(Key{"tras", 1, kClocks}, dram.timing.tras);
  visit(Key{"trc", 1, kClocks}, dram.timing.trc);
  visit(Key{"trrd_s", 1, kClocks}, dram.timing.trrd_s);
  visit(Key{"trrd_l", 1, kClocks}, dram.timing.trrd_l);
  visit(Key{"tccd_s", 1, kClocks}, dram.timing.tccd_s);
  visit(Key{"tccd_l", 1, kClocks}, dram.timing.tccd_l);
  visit(Key{"tfaw", 1, kClocks}, dram.timing.tfaw);
  visit(Key{"twr", 1, kClocks}, dram.timing.twr);
  visit(Key{"twtr_s", 1, kClocks}, dram.timing.twtr_s);
  visit(Key{"twtr_l", 1, kClocks}, dram.timing.twtr_l);
  visit(Key{"trtp", 1, kClocks}, dram.timing.trtp);
  visit(Key{"trtw", 1, kClocks}, dram.timing.trtw);
  visit(Key{"trefi", 1, 100 * kClocks}, dram.timing.trefi);
  visit(Key{"trfc", 1, kClocks}, dram.timing.trfc);
}

template <class MemoryT, class Visitor>
void visit_memory_keys(MemoryT& memory, Visitor&& visit) {
  visit(Key{"size_bytes", 4096, 1ull << 40}, memory.size_bytes);
  visit(Key{"backpressure_permille", 0, 950}, memory.backpressure_permille);
  visit(Key{"backpressure_seed", 0, std::numeric_limits<std::int64_t>::max()}, memory.backpressure_seed);
}

}  // namespace systole::chip_file
