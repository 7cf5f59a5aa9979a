// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/assumed_memory.hpp"

#include "catch.hpp"

namespace systole::compiler {
namespace {

TEST_CASE("the estimate takes an ideal memory for what it is and every DRAM for the same one") {
  MemoryConfig ideal;
  ideal.ideal() = {7, 3};
  CHECK(assumed_memory(ideal).latency_cycles == 7);
  CHECK(assumed_memory(ideal).bytes_per_cycle == 3);
  for (const std::string_view kind : memory::dram_kind_names()) {
    CHECK(assumed_memory(memory_of_kind(kind)).latency_cycles == 40);
    CHECK(assumed_memory(memory_of_kind(kind)).bytes_per_cycle == 16);
  }
}

}  // namespace
}  // namespace systole::compiler
