// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "support/error.hpp"

namespace systole::compiler_test {

TEST_CASE("a memory that is too small is refused with both sizes") {
  Chip chip = odd_chips()[0];
  chip.memory.size_bytes = 4096;
  try {
    NetworkBuilder b(1);
    ConvOptions o;
    o.channels = 8;
    b.output(b.conv(b.input(ElementType::kInt8, {1, 8, 40, 40}), o));
    compiler::compile(b.network(), chip);
    FAIL("compiled");
  } catch (const UserError& error) {
    CHECK(std::string(error.what()).find("4096") != std::string::npos);
  }
}

}  // namespace systole::compiler_test
