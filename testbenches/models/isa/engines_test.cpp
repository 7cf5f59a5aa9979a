// SPDX-License-Identifier: Apache-2.0
#include "isa/engines.hpp"

#include <string>

#include "catch.hpp"
#include "isa/instruction.hpp"

using namespace systole::isa;

TEST_CASE("an opcode belongs to one engine, and no other opcode exists") {
  CHECK(engine_of_opcode(1) == Engine::kLoad);
  CHECK(engine_of_opcode(2) == Engine::kMatrix);
  CHECK(engine_of_opcode(3) == Engine::kStore);
  CHECK(!engine_of_opcode(0));
  CHECK(!engine_of_opcode(kEngines + 1));
  CHECK(!engine_of_opcode(255));
}

TEST_CASE("an AXI identifier tells the engine, and that of the fetch tells none") {
  CHECK(engine_of_axi_id(1) == Engine::kLoad);
  CHECK(engine_of_axi_id(2) == Engine::kStore);
  CHECK(!engine_of_axi_id(kFetchAxiId));
  CHECK(!engine_of_axi_id(3));
}

TEST_CASE("only an engine with a port to memory waits for memory") {
  for (const EngineInfo& info : kEngineTable) CHECK(info.waits_for_memory == info.axi_id.has_value());
}

TEST_CASE("the type of an instruction, its opcode and its engine agree") {
  for (const EngineInfo& info : kEngineTable) {
    CAPTURE(info.name);
    int types = 0;
    CHECK(visit_type(info.opcode, [&](const auto& instruction) {
      ++types;
      CHECK(engine_of(instruction) == info.engine);
      CHECK((encode(instruction)[0] & 0xff) == static_cast<std::uint32_t>(info.opcode));
    }));
    CHECK(types == 1);
  }
  CHECK(!visit_type(static_cast<Opcode>(0), [](const auto&) {}));
}

TEST_CASE("the names of engines are the words of the assembler") {
  CHECK(std::string(engine_name(Engine::kLoad)) == "load");
  CHECK(std::string(engine_name(Engine::kMatrix)) == "matrix");
  CHECK(std::string(kEngineNames[index_of(Engine::kStore)]) == "store");
}
