// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/constants.hpp"

#include <cstring>

#include "catch.hpp"
#include "support/error.hpp"

namespace systole::compiler_test {

using compiler::ConstantPool;
using compiler::Request;

TEST_CASE("blocks lie at multiples of the alignment, one behind the other, whatever their bytes are") {
  ConstantPool pool(16);
  const auto add = [&](const std::vector<std::uint8_t>& block) {
    return pool.add(block.size(), [&] { return block; });
  };
  CHECK(add({1, 2, 3}) == 0);
  CHECK(add({4}) == 16);
  CHECK(add({1, 2, 3}) == 32);  // equal bytes: timing does not depend on values
  CHECK(pool.size_bytes() == 35);
  CHECK(pool.bytes().size() == 35);
  CHECK(pool.bytes()[16] == 4);
  CHECK(pool.take().size() == 35);
}

TEST_CASE("a pool that only counts gives the same places and does not ask for bytes") {
  ConstantPool pool(16), counting = pool.sizes_only();
  for (std::uint8_t size : {3, 16, 17, 1}) {
    const std::vector<std::uint8_t> block(size, size);
    CHECK(counting.add(size, nullptr) == pool.add(size, [&] { return block; }));
  }
  CHECK(counting.bytes().empty());
  CHECK(counting.size_bytes() == pool.size_bytes());
}

TEST_CASE("a block of another size than its load has is an error of the compiler") {
  ConstantPool pool(16);
  CHECK_THROWS_AS(pool.add(3, [] { return std::vector<std::uint8_t>(4); }), InternalError);
}

TEST_CASE("constants begin at a burst, and at 64 bytes at least") {
  Chip chip;
  chip.axi_data_bits = 128;
  chip.axi_burst_bytes = 256;
  CHECK(compiler::constant_alignment(chip) == 256);
  chip.axi_burst_bytes = 16;
  CHECK(compiler::constant_alignment(chip) == 64);
  chip.axi_data_bits = 1024;
  CHECK(compiler::constant_alignment(chip) == 128);
}

TEST_CASE("a channel's parameters are its bias and behind it its scale") {
  std::vector<std::uint8_t> bytes;
  compiler::append_parameter(bytes, -2, 0.5f);
  REQUIRE(bytes.size() == compiler::kParameterBytes);
  std::int32_t bias = 0;
  float scale = 0;
  std::memcpy(&bias, bytes.data(), 4);
  std::memcpy(&scale, bytes.data() + 4, 4);
  CHECK(bias == -2);
  CHECK(scale == 0.5f);
}

TEST_CASE("constants are named by their place, so that equal ones are loaded once") {
  const Request a = compiler::constant_request(isa::Buffer::kWeight, isa::Base::kWeight, 64, 32, 8),
                b = compiler::constant_request(isa::Buffer::kWeight, isa::Base::kWeight, 64, 32, 8),
                c = compiler::constant_request(isa::Buffer::kWeight, isa::Base::kWeight, 64, 16, 4),
                d = compiler::constant_request(isa::Buffer::kParameter, isa::Base::kParameter, 64, 32, 8);
  CHECK(a.key == b.key);
  CHECK_FALSE(a.key == c.key);
  CHECK_FALSE(a.key == d.key);
  CHECK(a.words == 8);
  CHECK(a.load.dram_offset == 64);
  CHECK(a.load.run_bytes == 32);
  CHECK_FALSE(a.reads);
}

}  // namespace systole::compiler_test
