// SPDX-License-Identifier: Apache-2.0
#include "chip/chip.hpp"

#include <set>

#include "catch.hpp"
#include "chip_text.hpp"

using namespace systole;

TEST_CASE("the RTL parameters are the members in their order") {
  const auto parameters = parse_chip(kText, "c.toml").rtl_parameters();
  const std::vector<std::pair<std::string, std::uint64_t>> expected = {
      {"ArrayRows", 8},       {"ArrayCols", 16},        {"PeLatency", 1},
      {"AccLatency", 1},      {"ActivationBanks", 4},   {"ActivationBankWords", 512},
      {"WeightWords", 1024},  {"AccumulatorRows", 128}, {"ParameterWords", 64},
      {"PostLanes", 4},       {"FetchDepth", 4},        {"QueueDepth", 4},
      {"AxiDataBits", 64},    {"AxiAddressBits", 40},   {"AxiBurstBytes", 128},
      {"LoadOutstanding", 8}, {"LoadFifoBeats", 64},    {"StoreOutstanding", 8},
      {"StoreFifoBeats", 64}, {"StoreFifoGroups", 16}};
  CHECK(parameters == expected);
}

TEST_CASE("the fingerprint changes with every RTL parameter and with nothing else") {
  const Chip chip = parse_chip(kText, "c.toml");
  std::set<std::uint64_t> seen = {chip.fingerprint()};
  const auto distinct = [&](auto Chip::*member) {
    Chip other = chip;
    other.*member += 1;
    return seen.insert(other.fingerprint()).second;
  };
  CHECK(distinct(&Chip::array_rows));
  CHECK(distinct(&Chip::array_cols));
  CHECK(distinct(&Chip::pe_latency));
  CHECK(distinct(&Chip::acc_latency));
  CHECK(distinct(&Chip::activation_banks));
  CHECK(distinct(&Chip::activation_bank_words));
  CHECK(distinct(&Chip::weight_words));
  CHECK(distinct(&Chip::accumulator_rows));
  CHECK(distinct(&Chip::parameter_words));
  CHECK(distinct(&Chip::post_lanes));
  CHECK(distinct(&Chip::fetch_depth));
  CHECK(distinct(&Chip::queue_depth));
  CHECK(distinct(&Chip::axi_data_bits));
  CHECK(distinct(&Chip::axi_address_bits));
  CHECK(distinct(&Chip::axi_burst_bytes));
  CHECK(distinct(&Chip::load_outstanding));
  CHECK(distinct(&Chip::load_fifo_beats));
  CHECK(distinct(&Chip::store_outstanding));
  CHECK(distinct(&Chip::store_fifo_beats));
  CHECK(distinct(&Chip::store_fifo_groups));
  Chip same = chip;
  same.name = "other";
  same.clock_mhz = 1;
  same.memory.ideal().latency_cycles = 1;
  CHECK(same.fingerprint() == chip.fingerprint());
}

TEST_CASE("to_toml writes every key, so that it reads back as the same chip") {
  // No value is a default.
  const std::string text =
      "name = \"full_1-x\"\nclock_mhz = 123\n\n[chip]\ndataflow = "
      "\"weight-stationary\"\narray_rows = 32\narray_cols = 8\n"
      "pe_latency = 2\nacc_latency = 3\nactivation_banks = 8\nactivation_bank_words = "
      "64\nweight_words = 128\n"
      "accumulator_rows = 32\nparameter_words = 16\npost_lanes = 8\nfetch_depth = 8\nqueue_depth = "
      "16\naxi_data_bits = 256\n"
      "axi_address_bits = 48\naxi_burst_bytes = 512\nload_outstanding = 3\nload_fifo_beats = "
      "64\nstore_outstanding = 2\n"
      "store_fifo_beats = 32\nstore_fifo_groups = 32\n\n[memory]\nkind = \"ideal\"\nlatency_cycles "
      "= 7\nbytes_per_cycle = 3\n"
      "size_bytes = 65536\nbackpressure_permille = 100\nbackpressure_seed = 9\n";
  CHECK(to_toml(parse_chip(text, "full.toml")) == text);
}
