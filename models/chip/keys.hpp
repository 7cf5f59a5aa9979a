// SPDX-License-Identifier: Apache-2.0
//
// The one table of numbers in a chip file: key, unit, what it is, member, allowed range.
//
// `visit_chip_keys` and `visit_memory_keys` call `visitor(Key, member&)` in the order of the
// members; the reader, the writer and rtl_parameters() are its visitors.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "chip/chip.hpp"

namespace systole::chip_file {

enum class Form { kAny, kPowerOfTwo };
enum class Presence { kRequired, kOptional };

struct Key {
  std::string_view name;
  std::string_view unit;  // of the number; empty for a pure number
  std::string_view help;  // what it is, in one line
  std::uint64_t min;
  std::uint64_t max;
  Form form = Form::kAny;
  Presence presence = Presence::kOptional;
};

// What is allowed: "a power of two, 4 to 256".
std::string range_text(const Key& key);

// The name of a chip.
inline constexpr std::size_t kMaxNameBytes = 64;
inline constexpr std::string_view kNameText = "letters, digits, '_' and '-', 1 to 64 of them";

// The one dataflow that the array has; `dataflow` is the key of [chip] that is not a number.
inline constexpr std::string_view kDataflow = "weight-stationary";

// Of the activation buffer, the weight buffer and both accumulator banks, each. The greatest numbers of words below are
// those of the narrowest words; for wider ones the reader allows fewer. The parameter buffer stays below it: a store has
// 16 bits for its words.
inline constexpr std::uint64_t kMostBufferBytes = std::uint64_t{256} << 20;

// The number that stands before the tables.
inline constexpr Key kClockKey = {"clock_mhz", "MHz", "clock of the chip", 1, 10000};

// Table [chip]: the parameters of the RTL top module.
template <class ChipT, class Visitor>
void visit_chip_keys(ChipT& chip, Visitor&& visit) {
  constexpr Form kPower = Form::kPowerOfTwo;
  constexpr Presence kRequired = Presence::kRequired;
  visit(
      Key{"array_rows", "rows", "rows of the array: operands of a dot product, and of a word of the activation buffer",
          4, 512, kPower, kRequired},
      chip.array_rows);
  visit(Key{"array_cols", "columns",
            "columns of the array: dot products side by side, and operands of a word of the weight buffer", 4, 512,
            kPower, kRequired},
        chip.array_cols);
  visit(Key{"pe_latency", "cycles", "from the operands of a multiplier to their place in the sum", 1, 4},
        chip.pe_latency);
  visit(Key{"acc_latency", "cycles", "from the read of an accumulator to its write", 1, 4}, chip.acc_latency);
  visit(Key{"activation_banks", "banks", "banks of the activation buffer, each with a read and a write port", 4, 16,
            kPower},
        chip.activation_banks);
  visit(Key{"activation_bank_words", "words", "words of array_rows operands in a bank of the activation buffer", 16,
            kMostBufferBytes / 16, kPower, kRequired},
        chip.activation_bank_words);
  visit(Key{"weight_words", "words", "words of array_cols operands in the weight buffer", 16, kMostBufferBytes / 4,
            kPower, kRequired},
        chip.weight_words);
  visit(Key{"accumulator_rows", "rows", "rows of array_cols sums in each of the two accumulator banks", 4, 65536,
            kPower, kRequired},
        chip.accumulator_rows);
  visit(Key{"parameter_words", "words",
            "words in the parameter buffer, each with the scale and bias of post_lanes channels", 4, 65536, kPower,
            kRequired},
        chip.parameter_words);
  visit(Key{"post_lanes", "channels", "channels that post-processing takes in a cycle", 1, 128, kPower, kRequired},
        chip.post_lanes);
  visit(Key{"fetch_depth", "instructions", "instructions that are fetched ahead", 2, 64, kPower}, chip.fetch_depth);
  visit(Key{"queue_depth", "instructions", "instructions that wait in the queue of each engine", 2, 64, kPower},
        chip.queue_depth);
  visit(Key{"axi_data_bits", "bits", "width of the AXI data buses", 32, 1024, kPower}, chip.axi_data_bits);
  visit(Key{"axi_address_bits", "bits", "width of an AXI address", 32, 64}, chip.axi_address_bits);
  visit(Key{"axi_burst_bytes", "bytes", "longest AXI burst; a burst ends at every multiple of it", 4, 4096, kPower},
        chip.axi_burst_bytes);
  visit(Key{"load_outstanding", "bursts", "read bursts of the load engine in flight", 1, 256}, chip.load_outstanding);
  visit(Key{"load_fifo_beats", "beats", "beats of read data that the load engine holds", 2, 65536, kPower},
        chip.load_fifo_beats);
  visit(Key{"store_outstanding", "bursts", "write bursts of the store engine in flight", 1, 256},
        chip.store_outstanding);
  visit(Key{"store_fifo_beats", "beats", "beats of write data that the store engine holds", 2, 65536, kPower},
        chip.store_fifo_beats);
  visit(Key{"store_fifo_groups", "groups", "groups of post_lanes results between post-processing and the write packer",
            16, 1024, kPower},
        chip.store_fifo_groups);
}

// Table [memory]: the numbers of the ideal memory, those of a DRAM, and those of both. `kind` and
// `address_mapping` are the keys that are not numbers.
template <class IdealT, class Visitor>
void visit_ideal_keys(IdealT& ideal, Visitor&& visit) {
  visit(
      Key{"latency_cycles", "cycles",
          "from the address of a read to its first data, and from the last data of a write to its response", 1, 100000},
      ideal.latency_cycles);
  visit(Key{"bytes_per_cycle", "bytes", "data that moves in a cycle, reads and writes together", 1, 4096},
        ideal.bytes_per_cycle);
}

template <class DramT, class Visitor>
void visit_dram_keys(DramT& dram, Visitor&& visit) {
  constexpr std::uint64_t kClocks = 100000;
  visit(Key{"stacks", "stacks", "stacks of HBM side by side, each with all its channels; elsewhere 1", 1, 16},
        dram.organization.stacks);
  visit(Key{"channels", "channels", "channels, of HBM in a stack, each with a command bus of its own", 1, 64},
        dram.organization.channels);
  visit(Key{"channel_bits", "bits", "data pins of a channel, of HBM of a pseudo-channel", 8, 64, Form::kPowerOfTwo},
        dram.organization.channel_bits);
  visit(Key{"path_latency_ns", "ns", "of controller, PHY and interconnect, there and back, besides the DRAM's own", 0,
            kClocks},
        dram.path_latency_ns);
  visit(Key{"read_queue", "bursts", "reads that wait in the queue of a channel", 1, 256}, dram.read_queue);
  visit(Key{"write_queue", "bursts", "writes that wait in the queue of a channel", 1, 256}, dram.write_queue);
  visit(Key{"write_high", "bursts", "waiting writes at which a channel turns to writing", 1, 256}, dram.write_high);
  visit(Key{"write_low", "bursts", "waiting writes at which it turns back if reads wait", 0, 255}, dram.write_low);
  visit(Key{"tcl", "clocks", "read command to first data", 1, kClocks}, dram.timing.tcl);
  visit(Key{"tcwl", "clocks", "write command to first data", 1, kClocks}, dram.timing.tcwl);
  visit(Key{"tdqsck", "clocks", "delay of read data beyond tcl, at most", 0, kClocks}, dram.timing.tdqsck);
  visit(Key{"trcd", "clocks", "activate to read or write", 1, kClocks}, dram.timing.trcd);
  visit(Key{"trp", "clocks", "precharge to activate", 1, kClocks}, dram.timing.trp);
  visit(Key{"trpab", "clocks", "precharge of all banks to activate or refresh", 1, kClocks}, dram.timing.trpab);
  visit(Key{"tras", "clocks", "activate to precharge", 1, kClocks}, dram.timing.tras);
  visit(Key{"trc", "clocks", "activate to activate of the same bank", 1, kClocks}, dram.timing.trc);
  visit(Key{"trrd_s", "clocks", "activate to activate in another bank group", 1, kClocks}, dram.timing.trrd_s);
  visit(Key{"trrd_l", "clocks", "activate to activate in the same bank group", 1, kClocks}, dram.timing.trrd_l);
  visit(Key{"tccd_s", "clocks", "read to read, or write to write, in another bank group", 1, kClocks},
        dram.timing.tccd_s);
  visit(Key{"tccd_l", "clocks", "read to read, or write to write, in the same bank group", 1, kClocks},
        dram.timing.tccd_l);
  visit(Key{"tfaw", "clocks", "activate to the fourth activate after it", 1, kClocks}, dram.timing.tfaw);
  visit(Key{"twr", "clocks", "end of write data to precharge", 1, kClocks}, dram.timing.twr);
  visit(Key{"twtr_s", "clocks", "end of write data to a read in another bank group", 1, kClocks}, dram.timing.twtr_s);
  visit(Key{"twtr_l", "clocks", "end of write data to a read in the same bank group", 1, kClocks}, dram.timing.twtr_l);
  visit(Key{"trtp", "clocks", "read to precharge", 1, kClocks}, dram.timing.trtp);
  visit(Key{"trtw", "clocks", "read to write", 1, kClocks}, dram.timing.trtw);
  visit(Key{"trefi", "clocks", "refresh to refresh, on average", 1, 100 * kClocks}, dram.timing.trefi);
  visit(Key{"trfc", "clocks", "refresh to activate or refresh", 1, kClocks}, dram.timing.trfc);
}

template <class MemoryT, class Visitor>
void visit_memory_keys(MemoryT& memory, Visitor&& visit) {
  visit(Key{"size_bytes", "bytes", "size of the memory", 4096, 1ull << 40}, memory.size_bytes);
  visit(Key{"backpressure_permille", "1/1000", "share of cycles in which an AXI channel refuses", 0, 950},
        memory.backpressure_permille);
  visit(Key{"backpressure_seed", "", "seed of the cycles in which a channel refuses", 0,
            std::numeric_limits<std::int64_t>::max()},
        memory.backpressure_seed);
}

// Every line of the chip's file, in order: visitor.table(name) begins [name]; visitor.text(key, value) and
// visitor.number(Key, value) are its lines. The keys of the memory are those of its kind.
template <class Visitor>
void visit_file(const Chip& chip, Visitor& visitor) {
  const auto number = [&](const Key& key, const auto& value) { visitor.number(key, value); };
  visitor.text("name", std::string_view(chip.name));
  visitor.number(kClockKey, chip.clock_mhz);
  visitor.table("chip");
  visitor.text("dataflow", kDataflow);
  visit_chip_keys(chip, number);
  visitor.table("memory");
  visitor.text("kind", chip.memory.kind());
  if (chip.memory.is_dram()) {
    visitor.text("address_mapping", std::string_view(chip.memory.dram().address_mapping));
    visit_dram_keys(chip.memory.dram(), number);
  } else {
    visit_ideal_keys(chip.memory.ideal(), number);
  }
  visit_memory_keys(chip.memory, number);
}

}  // namespace systole::chip_file
