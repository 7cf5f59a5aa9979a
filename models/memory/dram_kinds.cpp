// SPDX-License-Identifier: Apache-2.0
//
// Sources of the values, cited below by their letters:
//
// [D4]  JESD79-4C, DDR4: speed bins (section 10), timing by speed grade (Tables 169 and 170).
// [L4]  JESD209-4, LPDDR4: core timing, read and write latencies, refresh parameters.
// [L5]  JESD209-5, LPDDR5: core AC timing, read and write latencies (4:1 clock ratio), refresh.
// [H]   JESD235A and C, HBM: array access timing of a pseudo-channel, refresh parameters.
// [H3]  JESD238, HBM3: organization (Table 4), timing (Tables 92 and 93).
// [R2]  Ramulator 2, src/dram/impl/{DDR4,LPDDR5,HBM2}.cpp: tables of the standards.
// [R3]  Ramulator 2.1, python/ramulator/dram/hbm3.py: HBM3_16Gb_8hi, HBM3_6400Mbps. JESD238 leaves most array
//       times to the vendors, whose datasheets are not public; Ramulator marks its values of them as estimates.
// [D3]  DRAMsim3, configs/DDR4_8Gb_x8_2400.ini (Micron MT40A1G8-083E), DDR4_8Gb_x8_3200.ini,
//       HBM2_8Gb_x128.ini.
// [DS]  DRAMSys, memspecs JEDEC_8Gb_LPDDR4-3200_16bit, JEDEC_1Gbx16_LPDDR4-3200, HBM2.
// [G5]  gem5, LPDDR5_6400_1x16_BG_BL16 and HBM_2000_4H_1x64: initial JEDEC specification.
//
// Times in ns are rounded up to whole clocks, refresh intervals down.
#include "memory/dram_kinds.hpp"

#include <fmt/format.h>

#include <array>

#include "memory/address_map.hpp"
#include "support/error.hpp"
#include "support/similar.hpp"

namespace systole::memory {

namespace {

struct DramKind {
  std::string_view name;
  DramOrganization organization;
  DramTiming timing;
};

// 8 Gb x8 devices, eight of them on a 64-bit channel of 8 GiB. [D4] Table 2-8, [D3], [R2].
DramOrganization ddr4(std::uint32_t clock_mhz) {
  DramOrganization o;
  o.clock_mhz = clock_mhz;
  o.beats_per_clock = 2;
  o.burst_length = 8;
  o.channels = 1;
  o.channel_bits = 64;
  o.device_bits = 8;
  o.pseudo_channels = 1;
  o.bank_groups = 4;
  o.banks = 4;
  o.rows = 65536;
  o.columns = 1024;
  return o;
}

DramTiming ddr4_2400() {
  DramTiming t;
  t.tcl = 16;  // bin 2400R, 16-16-16: 13.32 ns [D4] [R2] [D3]
  t.trcd = 16;
  t.trp = 16;
  t.trpab = 16;    // DDR4 knows one precharge time [D4]
  t.tcwl = 12;     // first set at 2400 [D4] [R2]
  t.tdqsck = 0;    // within the eye of the data strobe [D4]
  t.tras = 39;     // 32 ns [D4] [R2] [D3]
  t.trc = 55;      // tRAS + tRP [D4] [R2]
  t.trrd_s = 4;    // max(4 nCK, 3.3 ns), page of 1 KiB [D4] [R2] [D3]
  t.trrd_l = 6;    // max(4 nCK, 4.9 ns) [D4] [R2] [D3]
  t.tccd_s = 4;    // 4 nCK [D4] [R2] [D3]
  t.tccd_l = 6;    // max(5 nCK, 5 ns) [D4] [R2] [D3]
  t.tfaw = 26;     // max(20 nCK, 21 ns), page of 1 KiB [D4] [R2] [D3]
  t.twr = 18;      // 15 ns [D4] [R2]
  t.twtr_s = 3;    // max(2 nCK, 2.5 ns) [D4] [R2] [D3]
  t.twtr_l = 9;    // max(4 nCK, 7.5 ns) [D4] [R2] [D3]
  t.trtp = 9;      // max(4 nCK, 7.5 ns) [D4] [R2]
  t.trtw = 10;     // CL - CWL + BL/2 + 2, preamble of 1 clock [D4] 4.24 [R2]
  t.trefi = 9360;  // 7.8 us up to 85 degrees [D4] [R2]
  t.trfc = 420;    // tRFC1 of 8 Gb: 350 ns [D4] [D3]
  return t;
}

DramTiming ddr4_3200() {
  DramTiming t;
  t.tcl = 22;  // bin 3200AA, 22-22-22: 13.75 ns [D4] [R2] [D3]
  t.trcd = 22;
  t.trp = 22;
  t.trpab = 22;     // DDR4 knows one precharge time [D4]
  t.tcwl = 16;      // first set at 3200 [D4] [R2] [D3]
  t.tdqsck = 0;     // within the eye of the data strobe [D4]
  t.tras = 52;      // 32 ns [D4] [R2] [D3]
  t.trc = 74;       // tRAS + tRP [D4] [R2]
  t.trrd_s = 4;     // max(4 nCK, 2.5 ns), page of 1 KiB [D4] [R2] [D3]
  t.trrd_l = 8;     // max(4 nCK, 4.9 ns) [D4] [R2] [D3]
  t.tccd_s = 4;     // 4 nCK [D4] [R2] [D3]
  t.tccd_l = 8;     // max(5 nCK, 5 ns) [D4] [R2] [D3]
  t.tfaw = 34;      // max(20 nCK, 21 ns), page of 1 KiB [D4] [R2] [D3]
  t.twr = 24;       // 15 ns [D4] [R2] [D3]
  t.twtr_s = 4;     // max(2 nCK, 2.5 ns) [D4] [R2] [D3]
  t.twtr_l = 12;    // max(4 nCK, 7.5 ns) [D4] [R2] [D3]
  t.trtp = 12;      // max(4 nCK, 7.5 ns) [D4] [R2] [D3]
  t.trtw = 12;      // CL - CWL + BL/2 + 2, preamble of 1 clock [D4] 4.24 [R2]
  t.trefi = 12480;  // 7.8 us up to 85 degrees [D4] [R2] [D3]
  t.trfc = 560;     // tRFC1 of 8 Gb: 350 ns [D4] [D3]
  return t;
}

// A channel of 8 Gb: half of a 16 Gb die. [L4], [DS].
DramOrganization lpddr4() {
  DramOrganization o;
  o.clock_mhz = 1600;
  o.beats_per_clock = 2;
  o.burst_length = 16;
  o.channels = 1;
  o.channel_bits = 16;
  o.device_bits = 16;
  o.pseudo_channels = 1;
  o.bank_groups = 1;  // LPDDR4 has none
  o.banks = 8;
  o.rows = 65536;
  o.columns = 1024;
  o.activate_clocks = 4;   // ACTIVATE-1, ACTIVATE-2 of 2 clocks each [L4]
  o.precharge_clocks = 2;  // [L4]
  o.column_clocks = 4;     // READ-1 or WRITE-1, CAS-2 [L4]
  return o;
}

DramTiming lpddr4_3200() {
  DramTiming t;
  t.tcl = 28;     // RL at 1600 MHz, no DBI [L4] [DS]
  t.tcwl = 14;    // WL set A [L4] [DS]
  t.tdqsck = 6;   // tDQSCK up to 3.5 ns [L4] [DS]
  t.trcd = 29;    // 18 ns [L4] [DS]
  t.trp = 29;     // tRPpb, 18 ns [L4] [DS]
  t.trpab = 34;   // tRPab, 21 ns [L4] [DS]
  t.tras = 68;    // 42 ns [L4] [DS]
  t.trc = 97;     // tRAS + tRPpb [L4] [DS]
  t.trrd_s = 16;  // 10 ns [L4] [DS]
  t.trrd_l = 16;
  t.tccd_s = 8;  // BL/2 [L4] [DS]
  t.tccd_l = 8;
  t.tfaw = 64;    // 40 ns [L4] [DS]
  t.twr = 30;     // 18 ns [L4] [DS], after one clock of tDQSS
  t.twtr_s = 17;  // 10 ns [L4] [DS], after one clock of tDQSS
  t.twtr_l = 17;
  t.trtp = 12;     // 7.5 ns [L4] [DS]
  t.trtw = 30;     // RL + tDQSCK + BL/2 - WL + tWPRE of 2 [L4]
  t.trefi = 6246;  // 3.904 us [L4] [DS]
  t.trfc = 448;    // tRFCab of an 8 Gb channel: 280 ns [DS]
  return t;
}

// A channel of 16 Gb in the bank group mode, which 6400 Mb/s demands. [L5], [R2], [G5].
DramOrganization lpddr5() {
  DramOrganization o;
  o.clock_mhz = 800;  // CK; WCK has 3200 MHz
  o.beats_per_clock = 8;
  o.burst_length = 16;
  o.channels = 1;
  o.channel_bits = 16;
  o.device_bits = 16;
  o.pseudo_channels = 1;
  o.bank_groups = 4;
  o.banks = 4;
  o.rows = 65536;
  o.columns = 1024;
  o.activate_clocks = 2;  // ACT-1, ACT-2 [L5] [R2]
  o.column_clocks = 1;    // WCK stays on: no CAS command [L5]
  return o;
}

DramTiming lpddr5_6400() {
  DramTiming t;
  t.tcl = 17;    // RL set 0 at 800 MHz: 21.25 ns [L5] [G5]
  t.tcwl = 9;    // WL set A at 800 MHz [L5]
  t.tdqsck = 2;  // tWCK2DQO up to 1.6 ns [L5]
  t.trcd = 15;   // 18 ns [L5] [R2] [G5]
  t.trp = 15;    // tRPpb, 18 ns [L5] [R2] [G5]
  t.trpab = 17;  // tRPab, 21 ns [L5] [R2]
  t.tras = 34;   // 42 ns [L5] [R2] [G5]
  t.trc = 49;    // tRAS + tRPpb [L5]
  t.trrd_s = 4;  // 5 ns with bank groups [L5] [R2] [G5]
  t.trrd_l = 4;
  t.tccd_s = 2;    // BL/n_min [L5] [G5]
  t.tccd_l = 4;    // BL/n_max: 5 ns [L5] [G5]
  t.tfaw = 16;     // 20 ns with bank groups [L5] [R2] [G5]
  t.twr = 29;      // 34 ns, after one clock [L5] [R2] [G5]
  t.twtr_s = 5;    // 6.25 ns [L5] [R2] [G5]
  t.twtr_l = 12;   // 12 ns [L5] [R2] [G5], after BL/n_max - BL/n_min
  t.trtp = 6;      // BL/n_min + nRBTP of 4: 7.5 ns [L5] [G5]
  t.trtw = 14;     // RL + BL/n_max + tWCK2DQO - WL [L5]
  t.trefi = 3124;  // 3.906 us [L5] [R2]
  t.trfc = 224;    // tRFCab of a 16 Gb channel: 280 ns [L5] [R2]
  return t;
}

// A stack of 8 channels with two pseudo-channels of 64 bits, rows of 1 KiB. [H], [G5].
DramOrganization hbm(std::uint32_t clock_mhz, std::uint32_t rows) {
  DramOrganization o;
  o.clock_mhz = clock_mhz;
  o.beats_per_clock = 2;
  o.burst_length = 4;
  o.channels = 8;
  o.channel_bits = 64;
  o.device_bits = 64;
  o.pseudo_channels = 2;
  o.bank_groups = 4;
  o.banks = 4;
  o.rows = rows;
  o.columns = 128;
  o.activate_clocks = 2;  // [H] [R2]
  o.row_bus = true;       // [H]: row and column commands have their own pins
  return o;
}

// 2 Gb/s a pin, a stack of 4 GiB (four dies of 8 Gb), a clock of 1 ns.
DramTiming hbm2() {
  DramTiming t;
  t.tcl = 14;    // [D3]
  t.tcwl = 4;    // [D3]
  t.tdqsck = 0;  // within a clock [H]
  t.trcd = 14;   // for reads and for writes [D3]
  t.trp = 14;    // [D3] [DS] [G5]
  t.trpab = 14;
  t.tras = 34;     // [D3]
  t.trc = 48;      // tRAS + tRP
  t.trrd_s = 4;    // [D3] [DS]
  t.trrd_l = 6;    // [D3] [DS]
  t.tccd_s = 2;    // BL/2 of a pseudo-channel [H] [DS]
  t.tccd_l = 3;    // [DS] [G5]
  t.tfaw = 30;     // [D3]
  t.twr = 16;      // [D3]
  t.twtr_s = 6;    // [D3]
  t.twtr_l = 8;    // [D3]
  t.trtp = 6;      // tRTPL, the longer one [D3]
  t.trtw = 13;     // RL + BL/2 - WL + 0.5, rounded up [H]
  t.trefi = 3900;  // 3.9 us [H] [D3] [DS] [G5]
  t.trfc = 260;    // a channel of 4 Gb [H] [R2]
  return t;
}

// 3.2 Gb/s a pin, a stack of 8 GiB (four dies of 16 Gb), a clock of 0.625 ns. No vendor's datasheet
// is public: the times of HBM2 in ns, at this clock, and tRFC of this density.
DramTiming hbm2e() {
  DramTiming t;
  t.tcl = 23;    // 14 ns, of hbm2
  t.tcwl = 7;    // 4 ns, of hbm2
  t.tdqsck = 0;  // within a clock [H]
  t.trcd = 23;   // 14 ns, of hbm2
  t.trp = 23;    // 14 ns, of hbm2
  t.trpab = 23;
  t.tras = 55;     // 34 ns, of hbm2
  t.trc = 78;      // tRAS + tRP
  t.trrd_s = 7;    // 4 ns, of hbm2
  t.trrd_l = 10;   // 6 ns, of hbm2
  t.tccd_s = 2;    // BL/2 [H]
  t.tccd_l = 5;    // 3 ns, of hbm2
  t.tfaw = 48;     // 30 ns, of hbm2
  t.twr = 26;      // 16 ns, of hbm2
  t.twtr_s = 10;   // 6 ns, of hbm2
  t.twtr_l = 13;   // 8 ns, of hbm2
  t.trtp = 10;     // 6 ns, of hbm2
  t.trtw = 19;     // RL + BL/2 - WL + 0.5, rounded up [H]
  t.trefi = 6240;  // 3.9 us [H]
  t.trfc = 560;    // a channel of 8 Gb: 350 ns [H] [R2]
  return t;
}

// A stack of 16 channels with two pseudo-channels of 32 bits, rows of 1 KiB. [H3], [R3]. The clock is that of the
// commands; the strobes run at twice its rate, so a pin has four beats a clock. A stack of eight dies has two stack IDs,
// each with 16 banks of 16384 rows; here they are 16 banks with twice the rows.
DramOrganization hbm3_stack() {
  DramOrganization o;
  o.clock_mhz = 1600;
  o.beats_per_clock = 4;
  o.burst_length = 8;
  o.channels = 16;
  o.channel_bits = 32;
  o.device_bits = 32;
  o.pseudo_channels = 2;
  o.bank_groups = 4;
  o.banks = 4;
  o.rows = 32768;
  o.columns = 256;
  o.activate_clocks = 2;  // 1.5, rounded up [R3]
  o.row_bus = true;       // [H3]: row and column commands have their own pins
  return o;
}

// 6.4 Gb/s a pin, a stack of 16 GiB (eight dies of 16 Gb), a clock of 0.625 ns.
DramTiming hbm3() {
  DramTiming t;
  t.tcl = 20;    // estimate [R3]
  t.tcwl = 10;   // estimate [R3]
  t.tdqsck = 0;  // within a clock, as of HBM2
  t.trcd = 31;   // estimate of tRCDRD [R3]; of tRCDWR it has 15
  t.trp = 26;    // estimate [R3]
  t.trpab = 26;
  t.tras = 45;     // estimate [R3]
  t.trc = 71;      // tRAS + tRP [R3]
  t.trrd_s = 4;    // estimate [R3]
  t.trrd_l = 5;    // estimate [R3]
  t.tccd_s = 2;    // BL/4 [H3] [R3]
  t.tccd_l = 4;    // max(4 nCK, 2.5 ns) [H3] [R3]
  t.tfaw = 24;     // estimate [R3]
  t.twr = 33;      // estimate [R3]
  t.twtr_s = 7;    // estimate [R3]
  t.twtr_l = 10;   // estimate [R3]
  t.trtp = 9;      // estimate [R3]
  t.trtw = 17;     // RL + BL/4 - WL + 5: tables 92 and 93, note 18 [H3] [R3]
  t.trefi = 6240;  // 3.9 us [H3] [R3]
  t.trfc = 560;    // tRFCab of eight dies of 16 Gb: 350 ns [H3] [R3]
  return t;
}

const std::array<DramKind, 7>& kinds() {
  static const std::array<DramKind, 7> all = {{
      {"ddr4_2400", ddr4(1200), ddr4_2400()},
      {"ddr4_3200", ddr4(1600), ddr4_3200()},
      {"lpddr4_3200", lpddr4(), lpddr4_3200()},
      {"lpddr5_6400", lpddr5(), lpddr5_6400()},
      {"hbm2", hbm(1000, 16384), hbm2()},
      {"hbm2e", hbm(1600, 32768), hbm2e()},
      {"hbm3", hbm3_stack(), hbm3()},
  }};
  return all;
}

const DramKind* find_kind(std::string_view name) {
  for (const DramKind& kind : kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace

std::vector<std::string_view> dram_kind_names() {
  std::vector<std::string_view> names;
  for (const DramKind& kind : kinds()) names.push_back(kind.name);
  return names;
}

bool is_dram_kind(std::string_view kind) { return find_kind(kind) != nullptr; }

DramConfig dram_config(std::string_view name) {
  const DramKind* kind = find_kind(name);
  if (kind == nullptr) {
    const std::vector<std::string_view> known = dram_kind_names();
    const std::vector<std::string> names(known.begin(), known.end());
    throw UserError(fmt::format("memory kind {}{}: must be one of {}", name, did_you_mean(std::string(name), names),
                                fmt::join(names, ", ")));
  }
  DramConfig config;
  config.kind = name;
  config.organization = kind->organization;
  config.timing = kind->timing;
  return config;
}

std::optional<DramComplaint> check_dram(const DramConfig& config) {
  const DramOrganization& o = config.organization;
  const DramTiming& t = config.timing;
  std::optional<DramComplaint> complaint;
  const auto demand = [&](bool holds, const char* key, std::uint64_t value, std::string allowed) {
    if (!holds && !complaint) complaint = DramComplaint{key, std::to_string(value), std::move(allowed)};
  };
  const auto at_least = [&](const char* key, std::uint64_t value, std::uint64_t least, const char* why) {
    demand(value >= least, key, value, fmt::format("at least {}: {}", least, why));
  };
  invariant(o.burst_length > 0 && o.device_bits > 0, "a DRAM configuration starts from a kind");
  at_least("channels", o.channels, 1, "a memory has a channel");
  const bool has_stacks = o.pseudo_channels > 1;
  demand(o.stacks >= 1 && (has_stacks || o.stacks == 1), "stacks", o.stacks,
         has_stacks ? "at least 1: a memory has a channel" : "1: only HBM comes in stacks");
  const std::uint32_t widest = o.pseudo_channels > 1 ? o.device_bits : 64;
  demand(o.channel_bits >= o.device_bits && o.channel_bits <= widest && (o.channel_bits & (o.channel_bits - 1)) == 0,
         "channel_bits", o.channel_bits,
         o.device_bits == widest
             ? fmt::format("{}, the width of a pseudo-channel", widest)
             : fmt::format("a power of two, {} to {}: whole devices side by side", o.device_bits, widest));
  const std::uint32_t burst = o.burst_clocks();
  at_least("tras", t.tras, t.trcd, "trcd");
  at_least("trc", t.trc, std::uint64_t{t.tras} + t.trp, "tras + trp");
  at_least("trpab", t.trpab, t.trp, "trp");
  at_least("trrd_l", t.trrd_l, t.trrd_s, "trrd_s");
  at_least("tfaw", t.tfaw, t.trrd_s, "trrd_s");
  at_least("tccd_s", t.tccd_s, burst, "the clocks of a burst");
  at_least("tccd_l", t.tccd_l, t.tccd_s, "tccd_s");
  at_least("twtr_l", t.twtr_l, t.twtr_s, "twtr_s");
  const std::uint64_t read_end = std::uint64_t{t.tcl} + burst;
  at_least("trtw", t.trtw, read_end > t.tcwl ? read_end - t.tcwl : 0, "tcl and the clocks of a burst, less tcwl");
  // After a refresh there is time to open a row, use it and close it again.
  at_least("trefi", t.trefi, std::uint64_t{t.trfc} + t.trc + t.trpab + t.trcd + t.tcl + t.tcwl + t.twr + t.trtw + burst,
           "trfc and the time to use a row");
  at_least("read_queue", config.read_queue, 1, "a read waits in it");
  at_least("write_queue", config.write_queue, 1, "a write waits in it");
  demand(config.write_high >= 1 && config.write_high <= config.write_queue, "write_high", config.write_high,
         fmt::format("1 to {}, the write_queue", config.write_queue));
  demand(config.write_low < config.write_high, "write_low", config.write_low,
         fmt::format("less than {}, write_high", config.write_high));
  if (!complaint) {
    try {
      AddressMap map(config.address_mapping, o);
    } catch (const UserError& error) {
      complaint = DramComplaint{"address_mapping", config.address_mapping, error.what()};
    }
  }
  return complaint;
}

}  // namespace systole::memory
