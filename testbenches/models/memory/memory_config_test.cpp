// SPDX-License-Identifier: Apache-2.0
#include "memory/memory_config.hpp"

#include "catch.hpp"
#include "memory/dram_memory.hpp"
#include "memory/ideal_memory.hpp"
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

}  // namespace
}  // namespace systole::memory
