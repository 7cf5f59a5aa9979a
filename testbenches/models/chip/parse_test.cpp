// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "catch.hpp"
#include "chip/chip.hpp"
#include "chip_text.hpp"

using namespace systole;

TEST_CASE("a chip file gives the chip, defaults where it is silent") {
  const Chip chip = parse_chip(kText, "c.toml");
  CHECK(chip.name == "test");
  CHECK(chip.clock_mhz == 800);
  CHECK(chip.array_rows == 8);
  CHECK(chip.array_cols == 16);
  CHECK(chip.pe_latency == 1);
  CHECK(chip.activation_banks == 4);
  CHECK(chip.activation_bank_words == 512);
  CHECK(chip.axi_data_bits == 64);
  CHECK(chip.axi_bytes() == 8);
  CHECK(chip.activation_words() == 2048);
  CHECK(chip.macs_per_cycle() == 128);
  CHECK(chip.load_fifo_beats == 64);
  CHECK(chip.store_fifo_beats == 64);
  CHECK(chip.memory.kind() == "ideal");
  CHECK(chip.memory.ideal().latency_cycles == 33);
  CHECK(chip.memory.ideal().bytes_per_cycle == 16);
  CHECK(chip.memory.size_bytes == 0x100000);
  // 2048*8 activation, 1024*16 weight, 2*128*16*4 accumulator, 64*4*8 parameter
  CHECK(chip.buffer_bytes() == 16384 + 16384 + 16384 + 2048);
}

TEST_CASE("a wrong chip file is refused with file, line, key, value and what is allowed") {
  SECTION("unknown keys and tables") {
    CHECK(
        error_after("clock_mhz", "clock_khz") ==
        "c.toml:2: unknown key 'clock_khz', did you mean \"clock_mhz\"?: must be one of chip, clock_mhz, memory, name");
    CHECK(
        error_after("array_rows", "array_row")
            .find(
                "c.toml:4: unknown key 'chip.array_row', did you mean \"array_rows\"?: must be one of acc_latency, ") ==
        0);
    CHECK(error_after("latency_cycles", "latency")
              .find("c.toml:15: unknown key 'memory.latency', did you mean \"latency_cycles\"?: must be one of ") == 0);
    CHECK(error_after("[memory]", "[dram]").find("c.toml:14: unknown key 'dram'") == 0);
    CHECK(error_of(kText + "[memory.more]\nx = 1\n").find("c.toml:17: unknown key 'memory.more'") == 0);
  }
  SECTION("missing keys and tables") {
    CHECK(error_after("name = \"test\"\n", "") ==
          "c.toml: key 'name' is missing: must be letters, digits, '_' and '-', 1 to 64 of them");
    CHECK(error_after("post_lanes = 4\n", "") ==
          "c.toml:3: key 'chip.post_lanes' is missing: must be a power of two, 1 to 128");
    CHECK(error_of("name = \"x\"\n") == "c.toml: table [chip] is missing");
    CHECK(error_of("").find("key 'name' is missing") != std::string::npos);
  }
  SECTION("wrong types") {
    CHECK(error_after("\"test\"", "7") ==
          "c.toml:1: name = 7: must be a string of letters, digits, '_' and '-', 1 to 64 of them");
    CHECK(error_after("= 800", "= \"fast\"") == "c.toml:2: clock_mhz = 'fast': must be a whole number, 1 to 10000");
    CHECK(error_after("array_rows = 8", "array_rows = 8.0") ==
          "c.toml:4: chip.array_rows = 8.0: must be a power of two, 4 to 512");
    CHECK(error_after("array_rows = 8", "array_rows = true") ==
          "c.toml:4: chip.array_rows = true: must be a power of two, 4 to 512");
    CHECK(error_after("array_rows = 8", "array_rows = [8]") ==
          "c.toml:4: chip.array_rows = an array: must be a power of two, 4 to 512");
    CHECK(error_after("array_rows = 8", "array_rows = 2024-01-01")
              .find("c.toml:4: chip.array_rows = 2024-01-01: must be") == 0);
    CHECK(error_of("name = \"x\"\nchip = 3\n") == "c.toml:2: chip = 3: must be a table, [chip]");
    CHECK(error_of("name = \"x\"\n[[chip]]\n").find("c.toml:2: chip = an array: must be a table, [chip]") == 0);
    CHECK(error_after("[chip]", "[chip]\ndataflow = 1") ==
          "c.toml:4: chip.dataflow = 1: must be \"weight-stationary\"");
    CHECK(error_after("[chip]", "[chip]\ndataflow = \"output-stationary\"") ==
          "c.toml:4: chip.dataflow = 'output-stationary': must be \"weight-stationary\"");
    CHECK(error_after("[memory]", "[memory]\nkind = \"ddr9\"") ==
          "c.toml:15: memory.kind = 'ddr9': must be one of \"ideal\", \"ddr4_2400\", \"ddr4_3200\", "
          "\"lpddr4_3200\", \"lpddr5_6400\", \"hbm2\", \"hbm2e\", \"hbm3\"");
  }
  SECTION("out of range") {
    CHECK(error_after("\"test\"", "\"\"").find("c.toml:1: name = '': must be") == 0);
    CHECK(error_after("\"test\"", "\"a/b\"").find("c.toml:1: name = 'a/b': must be") == 0);
    CHECK(error_after("\"test\"", "\"" + std::string(65, 'a') + "\"").find("c.toml:1: name = 'aaaa") == 0);
    CHECK(error_after("= 800", "= 0") == "c.toml:2: clock_mhz = 0: must be a whole number, 1 to 10000");
    CHECK(error_after("= 800", "= -5") == "c.toml:2: clock_mhz = -5: must be a whole number, 1 to 10000");
    CHECK(error_after("array_cols = 16", "array_cols = 2") ==
          "c.toml:5: chip.array_cols = 2: must be a power of two, 4 to 512");
    CHECK(error_after("array_cols = 16", "array_cols = 1024") ==
          "c.toml:5: chip.array_cols = 1024: must be a power of two, 4 to 512");
    CHECK(error_after("array_rows = 8", "array_rows = 1024") ==
          "c.toml:4: chip.array_rows = 1024: must be a power of two, 4 to 512");
    for (const std::string key : {"load_outstanding", "store_outstanding"}) {
      CHECK(error_after("[chip]", "[chip]\n" + key + " = 256") == "no error");
      CHECK(error_after("[chip]", "[chip]\n" + key + " = 257") ==
            "c.toml:4: chip." + key + " = 257: must be a whole number, 1 to 256");
    }
    CHECK(error_after("array_cols = 16", "array_cols = 4294967312") ==
          "c.toml:5: chip.array_cols = 4294967312: must be a power of two, 4 to 512");
    CHECK(error_after("array_cols = 16", "array_cols = 99999999999999999999").find("c.toml:5: not TOML: ") == 0);
    CHECK(error_after("= 33", "= 0") == "c.toml:15: memory.latency_cycles = 0: must be a whole number, 1 to 100000");
    CHECK(error_after("[memory]", "[memory]\nbackpressure_permille = 1000") ==
          "c.toml:15: memory.backpressure_permille = 1000: must be a whole number, 0 to 950");
  }
  SECTION("not a power of two") {
    CHECK(error_after("[chip]", "[chip]\nfetch_depth = 3") ==
          "c.toml:4: chip.fetch_depth = 3: must be a power of two, 2 to 64");
    CHECK(error_after("[chip]", "[chip]\nqueue_depth = 1") ==
          "c.toml:4: chip.queue_depth = 1: must be a power of two, 2 to 64");
    CHECK(error_after("array_rows = 8", "array_rows = 24") ==
          "c.toml:4: chip.array_rows = 24: must be a power of two, 4 to 512");
    CHECK(error_after("= 512", "= 500") ==
          "c.toml:6: chip.activation_bank_words = 500: must be a power of two, 16 to 16777216");
    CHECK(error_after("load_fifo_beats = 64", "load_fifo_beats = 63")
              .find("c.toml:13: chip.load_fifo_beats = 63: must be a power of two") == 0);
  }
  SECTION("values that do not go together") {
    CHECK(error_after("post_lanes = 4", "post_lanes = 16") ==
          "c.toml:10: chip.post_lanes = 16: must be at most 8, the least of array_rows, array_cols "
          "and axi_data_bits / 8");
    CHECK(error_after("weight_words = 1024", "weight_words = 16") == "no error");
    CHECK(error_of(replaced(replaced(kText, "array_rows = 8", "array_rows = 16"), "weight_words = 1024",
                            "weight_words = 16")) ==
          "c.toml:7: chip.weight_words = 16: must be at least 32, for a tile of array_rows words "
          "and its zero points");
    CHECK(error_after("axi_burst_bytes = 128", "axi_burst_bytes = 4") ==
          "c.toml:12: chip.axi_burst_bytes = 4: must be 8 to 2048: 1 to 256 beats of axi_data_bits "
          "/ 8 bytes, at most 4096 bytes");
    CHECK(error_after("axi_burst_bytes = 128", "axi_burst_bytes = 4096")
              .find("c.toml:12: chip.axi_burst_bytes = 4096: must be 8 to 2048") == 0);
    CHECK(error_after("load_fifo_beats = 64", "load_fifo_beats = 16") ==
          "c.toml:13: chip.load_fifo_beats = 16: must be at least 32, two bursts of axi_burst_bytes");
    CHECK(error_after("axi_burst_bytes = 128", "store_fifo_beats = 32") ==
          "c.toml:12: chip.store_fifo_beats = 32: must be at least 64, two bursts of "
          "axi_burst_bytes");
    // 2048-byte bursts are 256 beats: the default FIFO of 64 beats is too short, and the line is
    // that of the table.
    CHECK(error_of(replaced(replaced(kText, "axi_burst_bytes = 128", "axi_burst_bytes = 2048"), "load_fifo_beats = 64",
                            "load_fifo_beats = 512")) ==
          "c.toml:3: chip.store_fifo_beats = 64 (the default): must be at least 512, two bursts of "
          "axi_burst_bytes");
    CHECK(error_of(replaced(replaced(kText, "size_bytes = 0x10_0000", "size_bytes = 0x2_0000_0000"), "[chip]\n",
                            "[chip]\naxi_address_bits = 32\n")) ==
          "c.toml:17: memory.size_bytes = 8589934592: must be at most 4294967296, what "
          "axi_address_bits = 32 reach");
  }
  SECTION("buffers that are too large") {
    // Words of 8 and of 16 bytes, sums of 4 bytes, 4 banks of activations: 256 MiB each are allowed.
    CHECK(error_after("= 512", "= 8388608") == "no error");
    CHECK(error_after("= 512", "= 16777216") ==
          "c.toml:6: chip.activation_bank_words = 16777216: must be at most 8388608: the activation buffer would have "
          "512 MiB, at most 256 are allowed");
    CHECK(error_after("weight_words = 1024", "weight_words = 16777216") == "no error");
    CHECK(error_after("weight_words = 1024", "weight_words = 33554432") ==
          "c.toml:7: chip.weight_words = 33554432: must be at most 16777216: the weight buffer would have 512 MiB, at "
          "most 256 are allowed");
    const std::string narrow = "weight_words = 134217728";
    CHECK(error_after("weight_words = 1024", narrow).find("must be a power of two, 16 to 67108864") !=
          std::string::npos);
    // Banks of 65536 rows fit into 256 MiB up to the widest array.
    const std::string wide = replaced(replaced(kText, "array_cols = 16", "array_cols = 512"), "accumulator_rows = 128",
                                      "accumulator_rows = 65536");
    CHECK(error_of(wide) == "no error");
    CHECK(error_after("accumulator_rows = 128", "accumulator_rows = 131072").find("a power of two, 4 to 65536") !=
          std::string::npos);
  }
  SECTION("not TOML") {
    CHECK(error_of("name = \"x\"\nname = \"y\"\n").find("c.toml:2: not TOML: ") == 0);
    CHECK(error_of("name = \n").find("c.toml:1: not TOML: ") == 0);
    CHECK(error_of("name = \"x\n").find("c.toml:") == 0);
  }
}

TEST_CASE("a DRAM kind brings its values, and the file may override them") {
  const std::string base = kText.substr(0, kText.find("[memory]"));
  const Chip chip = parse_chip(base + "[memory]\nkind = \"ddr4_3200\"\n", "c.toml");
  CHECK(chip.memory.kind() == "ddr4_3200");
  CHECK(chip.memory.dram().timing.trcd == 22);
  CHECK(chip.memory.dram().organization.channels == 1);
  const Chip other = parse_chip(base +
                                    "[memory]\nkind = \"lpddr5_6400\"\ntrcd = 14\nchannels = 3\n"
                                    "channel_bits = 32\nread_queue = 7\n"
                                    "address_mapping = \"row-bankgroup-bank-channel-column\"\n"
                                    "backpressure_permille = 5\n",
                                "c.toml");
  CHECK(other.memory.dram().timing.trcd == 14);
  CHECK(other.memory.dram().timing.tras == 34);
  CHECK(other.memory.dram().organization.channels == 3);
  CHECK(other.memory.dram().organization.burst_bytes() == 64);
  CHECK(other.memory.dram().read_queue == 7);
  CHECK(other.memory.dram().address_mapping == "row-bankgroup-bank-channel-column");
  CHECK(other.memory.backpressure_permille == 5);
  for (const Chip& c : {chip, other}) {
    const std::string text = to_toml(c);
    CHECK(to_toml(parse_chip(text, "again")) == text);
    CHECK(c.fingerprint() == parse_chip(kText, "c.toml").fingerprint());  // not silicon
  }
  CHECK(to_toml(other).find("\ntrcd = 14\n") != std::string::npos);
}

TEST_CASE("DRAM parameters that are wrong are one line with file, line, key and what is allowed") {
  const std::string base = kText.substr(0, kText.find("[memory]"));
  const auto error = [&](const std::string& memory) { return error_of(base + "[memory]\n" + memory + "\n"); };
  const std::string at_kind = "kind = \"ddr4_3200\"\n";
  const std::size_t line = static_cast<std::size_t>(std::count(base.begin(), base.end(), '\n')) + 3;
  const std::string place = "c.toml:" + std::to_string(line) + ": ";
  CHECK(error(at_kind + "tras = 21") == place + "memory.tras = 21: must be at least 22: trcd");
  CHECK(error(at_kind + "trp = 23") ==
        "c.toml:" + std::to_string(line - 2) + ": memory.trc = 74 (of the kind): must be at least 75: tras + trp");
  CHECK(error(at_kind + "trcd = 0").find(place + "memory.trcd = 0: must be a whole number") == 0);
  CHECK(error(at_kind + "trcd = \"fast\"").find(place + "memory.trcd = 'fast': must be") == 0);
  CHECK(error(at_kind + "channels = 65") == place + "memory.channels = 65: must be a whole number, 1 to 64");
  CHECK(error(at_kind + "stacks = 2") == place + "memory.stacks = 2: must be 1: only HBM comes in stacks");
  CHECK(error("kind = \"hbm3\"\nstacks = 16") == "no error");
  CHECK(error("kind = \"hbm3\"\nstacks = 17") == place + "memory.stacks = 17: must be a whole number, 1 to 16");
  CHECK(error("kind = \"hbm2\"\nstacks = 2\nsize_bytes = 0x2_0000_0000") == "no error");
  CHECK(error("kind = \"hbm2\"\nsize_bytes = 0x2_0000_0000") ==
        place + "memory.size_bytes = 0x200000000: must be at most 4294967296, what 8 channel(s) of hbm2 hold");
  CHECK(error(at_kind + "path_latency_ns = 80") == "no error");
  CHECK(error(at_kind + "path_latency_ns = -1").find(place + "memory.path_latency_ns = -1: must be") == 0);
  CHECK(error("kind = \"ideal\"\npath_latency_ns = 80")
            .find(place + "memory.path_latency_ns = 80: must not be given for kind ideal") == 0);
  CHECK(error(at_kind + "channel_bits = 4").find(place + "memory.channel_bits = 4: must be") == 0);
  CHECK(error(at_kind + "write_high = 40") == place + "memory.write_high = 40: must be 1 to 32, the write_queue");
  CHECK(error(at_kind + "address_mapping = \"row-bank\"")
            .find(place + "memory.address_mapping = 'row-bank': must be fields joined by '-'") == 0);
  CHECK(error(at_kind + "address_mapping = 3") == place + "memory.address_mapping = 3: must be a string");
  CHECK(error(at_kind + "latency_cycles = 3")
            .find(place + "memory.latency_cycles = 3: must not be given for kind ddr4_3200") == 0);
  CHECK(error("kind = \"ideal\"\ntrcd = 3").find(place + "memory.trcd = 3: must not be given for kind ideal") == 0);
  CHECK(error(at_kind + "trdc = 3").find(place + "unknown key 'memory.trdc'") == 0);
  CHECK(error(at_kind + "size_bytes = 8589934593") ==
        place +
            "memory.size_bytes = 8589934593: must be at most 8589934592, what 1 channel(s) of "
            "ddr4_3200 hold");
}
