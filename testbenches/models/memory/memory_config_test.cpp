// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_config.hpp"

#include "catch.hpp"
#include "memory/dram_memory.hpp"
#include "memory/ideal_memory.hpp"
#include "models/memory/axi_master.hpp"
#include "support/error.hpp"

namespace systole::memory {
namespace {

TEST_CASE("a memory knows the kind that it was made of, and nothing of other kinds") {
  MemoryConfig ideal = memory_of_kind("ideal");
  CHECK(ideal.kind() == "ideal");
  CHECK_FALSE(ideal.is_dram());
  CHECK(ideal.ideal().latency_cycles == 40);
  CHECK(ideal.ideal().bytes_per_cycle == 16);
  CHECK_THROWS_AS(ideal.dram(), InternalError);
  for (const std::string_view kind : dram_kind_names()) {
    const MemoryConfig dram = memory_of_kind(kind);
    CHECK(dram.kind() == kind);
    CHECK(dram.is_dram());
    CHECK(dram.dram().timing.tcl == dram_config(kind).timing.tcl);
    CHECK_THROWS_AS(dram.ideal(), InternalError);
  }
}

TEST_CASE("a memory of a kind that does not exist is refused with the kinds that do") {
  CHECK_THROWS_AS(memory_of_kind("perfect"), UserError);
  CHECK_THROWS_WITH(memory_of_kind("perfect"), Contains("memory kind perfect: must be one of ddr4_2400, "));
}

TEST_CASE("a timing model refuses the parameters of the other kind") {
  CHECK_THROWS_AS(IdealMemory(memory_of_kind("hbm2"), 16), InternalError);
  CHECK_THROWS_AS(DramMemory(memory_of_kind("ideal"), 16, 1000), InternalError);
}

TEST_CASE("the peak of the ideal memory is in cycles of the chip, that of a DRAM in seconds") {
  MemoryConfig ideal;
  ideal.ideal().bytes_per_cycle = 24;
  CHECK(ideal.peak_bytes_per_cycle(500) == 24);
  CHECK(ideal.peak_bytes_per_cycle(1000) == 24);
  const MemoryConfig dram = memory_of_kind("ddr4_3200");  // 25.6 GB/s
  CHECK(dram.peak_bytes_per_cycle(500) == Approx(51.2));
  CHECK(dram.peak_bytes_per_cycle(1000) == Approx(25.6));
}

TEST_CASE("a stream has the peak of a memory but for the time of the refreshes") {
  MemoryConfig ideal;
  ideal.ideal().bytes_per_cycle = 24;
  CHECK(ideal.stream_bytes_per_cycle(500) == 24);
  MemoryConfig dram = memory_of_kind("ddr4_3200");
  dram.dram().timing.trefi = 1000;
  dram.dram().timing.trfc = 100;
  CHECK(dram.stream_bytes_per_cycle(1000) == Approx(25.6 * 0.9));
}

TEST_CASE("an idle memory answers in the cycles that its configuration says, of a DRAM to the edges of both clocks") {
  MemoryConfig ideal;
  ideal.ideal().latency_cycles = 23;
  CHECK(ideal.idle_read_cycles(1000) == 23);
  CHECK(ideal.idle_write_cycles(1000) == 23);
  for (const std::string_view kind : dram_kind_names())
    for (const std::uint32_t mhz : {333u, 1000u, 1600u}) {
      CAPTURE(kind, mhz);
      MemoryConfig dram = memory_of_kind(kind);
      dram.dram().path_latency_ns = mhz == 1000 ? 0 : 70;
      testing::Master<DramMemory> reader(dram, 16, mhz);
      reader.read(0, 0, 1);
      reader.finish();
      CHECK(static_cast<double>(reader.r_events.at(0).cycle) >= dram.idle_read_cycles(mhz));
      const double clock = static_cast<double>(mhz) / dram.dram().organization.clock_mhz;
      CHECK(static_cast<double>(reader.r_events.at(0).cycle) < dram.idle_read_cycles(mhz) + clock + 1);
      testing::Master<DramMemory> writer(dram, 16, mhz);
      writer.write(0, 0, 1);
      writer.finish();
      CHECK(static_cast<double>(writer.b_events.at(0).cycle - writer.w_events.at(0).cycle) ==
            dram.idle_write_cycles(mhz));
    }
}

}  // namespace
}  // namespace systole::memory
