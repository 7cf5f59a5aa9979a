// SPDX-License-Identifier: Apache-2.0
//
// The DRAM parts that a chip file can name: how they are organized, their JEDEC timing, and the
// rules that a set of timing values keeps. All times are in clocks of the memory's command clock.
//
// A channel is one command bus. HBM's channels have two pseudo-channels, which share the command
// bus and nothing else; elsewhere a channel is its only pseudo-channel. One rank a channel. Of HBM,
// several stacks may stand side by side, each with all its channels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace systole::memory {

struct DramOrganization {
  std::uint32_t clock_mhz = 0;        // of the commands
  std::uint32_t beats_per_clock = 0;  // on a data pin: 2, LPDDR5 8
  std::uint32_t burst_length = 0;     // beats of a read or write command
  std::uint32_t stacks = 1;           // of HBM; elsewhere 1
  std::uint32_t channels = 0;         // of a stack
  std::uint32_t channel_bits = 0;     // data pins of a pseudo-channel
  std::uint32_t device_bits = 0;      // data pins of one device; channel_bits / device_bits are ganged
  std::uint32_t pseudo_channels = 0;
  std::uint32_t bank_groups = 0;
  std::uint32_t banks = 0;    // in a bank group
  std::uint32_t rows = 0;     // in a bank
  std::uint32_t columns = 0;  // in a row: beats
  // The command bus: clocks that a command takes, and whether row commands have their own pins.
  std::uint32_t activate_clocks = 1;
  std::uint32_t precharge_clocks = 1;
  std::uint32_t column_clocks = 1;  // read or write; data is timed from the last of them
  bool row_bus = false;

  std::uint32_t burst_clocks() const { return burst_length / beats_per_clock; }
  std::uint32_t burst_bytes() const { return channel_bits / 8 * burst_length; }
  std::uint32_t bursts_per_row() const { return columns / burst_length; }
  std::uint32_t all_banks() const { return bank_groups * banks; }
  std::uint32_t command_buses() const { return stacks * channels; }
  std::uint32_t all_channels() const { return command_buses() * pseudo_channels; }
  std::uint64_t bytes_per_channel() const {  // a pseudo-channel
    return std::uint64_t{channel_bits / 8} * columns * rows * all_banks();
  }
  std::uint64_t size_bytes() const { return bytes_per_channel() * all_channels(); }
  std::uint64_t peak_bytes_per_second() const {
    return std::uint64_t{all_channels()} * (channel_bits / 8) * beats_per_clock * clock_mhz * 1'000'000;
  }
};

// S: to another bank group, L: within a bank group. The names are JEDEC's and the chip file's keys.
struct DramTiming {
  std::uint32_t tcl = 0;     // read command to first data
  std::uint32_t tcwl = 0;    // write command to first data
  std::uint32_t tdqsck = 0;  // additional delay of read data after tcl, at most
  std::uint32_t trcd = 0;    // activate to read or write
  std::uint32_t trp = 0;     // precharge to activate
  std::uint32_t trpab = 0;   // precharge all to activate or refresh
  std::uint32_t tras = 0;    // activate to precharge
  std::uint32_t trc = 0;     // activate to activate in a bank
  std::uint32_t trrd_s = 0;  // activate to activate
  std::uint32_t trrd_l = 0;
  std::uint32_t tccd_s = 0;  // read to read, write to write
  std::uint32_t tccd_l = 0;
  std::uint32_t tfaw = 0;    // an activate to the fourth after it
  std::uint32_t twr = 0;     // end of write data to precharge
  std::uint32_t twtr_s = 0;  // end of write data to read
  std::uint32_t twtr_l = 0;
  std::uint32_t trtp = 0;   // read to precharge
  std::uint32_t trtw = 0;   // read to write
  std::uint32_t trefi = 0;  // refresh to refresh, on average
  std::uint32_t trfc = 0;   // refresh to activate or refresh
};

// What [memory] of a chip file says of a DRAM kind.
struct DramConfig {
  std::string kind;  // one of dram_kind_names()
  DramOrganization organization;
  DramTiming timing;
  std::string address_mapping = "row-bank-column-bankgroup-channel";
  std::uint32_t read_queue = 32;  // bursts, per pseudo-channel
  std::uint32_t write_queue = 32;
  std::uint32_t write_high = 24;  // writes that start a drain
  std::uint32_t write_low = 8;    // writes that end it when reads wait
  // Of memory controller, PHY and interconnect, there and back together, besides the DRAM's own time.
  std::uint32_t path_latency_ns = 0;

  // The path's latency in whole cycles of the chip, rounded up.
  std::uint64_t path_cycles(std::uint32_t chip_clock_mhz) const {
    return (std::uint64_t{path_latency_ns} * chip_clock_mhz + 999) / 1000;
  }
};

std::vector<std::string_view> dram_kind_names();
bool is_dram_kind(std::string_view kind);

// The kind with its own values. UserError if there is no such kind.
DramConfig dram_config(std::string_view kind);

// The first rule that the values break: `key` has `value` but must be `allowed`. Nothing if the values
// agree. The mapping is checked too.
struct DramComplaint {
  std::string key, value, allowed;
};
std::optional<DramComplaint> check_dram(const DramConfig& config);

}  // namespace systole::memory
