// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/address_map.hpp"

#include <algorithm>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "support/error.hpp"

namespace systole::compiler_test {
namespace {

compiler::CompiledNetwork empty_network(std::size_t instructions) {
  compiler::CompiledNetwork compiled;
  compiled.network.name = "net";
  compiled.chip = odd_chips()[0];
  compiler::ChipStep step;
  step.program.instructions.resize(instructions);
  compiled.steps = {compiler::HostStep{}, step, step};
  return compiled;
}

// Where the next region begins.
std::uint64_t behind(std::uint64_t end, const Chip& chip) {
  const std::uint64_t unit = std::max<std::uint64_t>(compiler::constant_alignment(chip), isa::kInstructionBytes);
  return (end + unit - 1) / unit * unit;
}

}  // namespace

TEST_CASE("programs, weights, parameters and tensors lie one after the other") {
  compiler::CompiledNetwork c = empty_network(3);
  compiler::ConstantPools pools(c.network, c.chip);
  pools.weights.add(3, [] { return std::vector<std::uint8_t>{1, 2, 3}; });
  pools.parameters.add(1, [] { return std::vector<std::uint8_t>{4}; });
  compiler::map_addresses(c, 1000, pools);
  const std::uint64_t second = behind(3 * isa::kInstructionBytes, c.chip);
  CHECK(c.program_address == std::vector<std::uint64_t>{0, 0, second});
  const auto base = [&](isa::Base b) { return c.base_address[static_cast<int>(b)]; };
  CHECK(base(isa::Base::kWeight) == 2 * second);
  CHECK(base(isa::Base::kParameter) == behind(2 * second + 3, c.chip));
  CHECK(base(isa::Base::kTensor) == behind(base(isa::Base::kParameter) + 1, c.chip));
  CHECK(c.dram_bytes == behind(base(isa::Base::kTensor) + 1000, c.chip));
  REQUIRE(c.constants.size() == 2);
  CHECK(c.constants[0].address == base(isa::Base::kWeight));
  CHECK(c.constants[0].bytes == std::vector<std::uint8_t>{1, 2, 3});
}

TEST_CASE("without values the regions have their places and no bytes") {
  compiler::CompiledNetwork with = empty_network(3), without = empty_network(3);
  compiler::ConstantPools pools(with.network, with.chip), counting(without.network, without.chip, false);
  pools.weights.add(300, [] { return std::vector<std::uint8_t>(300); });
  counting.weights.add(300, nullptr);
  compiler::map_addresses(with, 1000, pools);
  compiler::map_addresses(without, 1000, counting);
  CHECK(without.base_address == with.base_address);
  CHECK(without.dram_bytes == with.dram_bytes);
  CHECK(with.constants.size() == 1);
  CHECK(without.constants.empty());
}

TEST_CASE("a network fills the DRAM to the last byte and not beyond") {
  compiler::CompiledNetwork c = empty_network(1);
  compiler::ConstantPools pools(c.network, c.chip);
  const std::uint64_t programs = 2 * behind(isa::kInstructionBytes, c.chip);
  c.chip.memory.size_bytes = programs + 1024;
  compiler::CompiledNetwork larger = c;
  CHECK_NOTHROW(compiler::map_addresses(c, 1024, pools));
  try {
    compiler::map_addresses(larger, 1025, pools);
    FAIL("mapped");
  } catch (const UserError& error) {
    CHECK(std::string(error.what()).find(std::to_string(programs + 1024)) != std::string::npos);
  }
}

TEST_CASE("tensors beyond the reach of a signed stride are refused") {
  compiler::CompiledNetwork c = empty_network(1);
  compiler::ConstantPools pools(c.network, c.chip);
  c.chip.memory.size_bytes = 1ull << 40;
  CHECK_THROWS_AS(compiler::map_addresses(c, 1ull << 31, pools), UserError);
  CHECK_THROWS_AS(compiler::check_tensor_bytes(c, 1ull << 31), UserError);
  CHECK_NOTHROW(compiler::check_tensor_bytes(c, (1ull << 31) - 1));
  c.chip.memory.size_bytes = 1000;
  CHECK_NOTHROW(compiler::check_tensor_bytes(c, 1000));
  CHECK_THROWS_WITH(compiler::check_tensor_bytes(c, 1001), Contains("memory.size_bytes = 1000"));
}

}  // namespace systole::compiler_test
