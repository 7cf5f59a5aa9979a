// SPDX-License-Identifier: Apache-2.0
//
// Does a trained network read 200 handwritten digits on the RTL as on every other view, to the bit and to the cycle?
#include "system/networks/digits.hpp"

#include <fmt/format.h>

#include "catch.hpp"
#include "system/networks/views.hpp"

using namespace systole;
using namespace systole::test;

namespace {

void check_digits(const std::string& chip, bool platform) {
  const compiler::CompiledNetwork compiled = compile_digits(chip);
  const auto verilated = make_verilated(compiled.chip, 1, false);
  std::unique_ptr<views::View> rtl;
  if (platform)
    rtl = std::make_unique<PlatformView>(compiled, verilated, kLimits);
  else
    rtl = std::make_unique<PinView>(compiled, verilated, kLimits);
  Seen seen;
  const std::string difference = compare_views(compiled, {read_tensor_file(digits_file("images.npy"))}, *rtl, seen);
  REQUIRE(difference == "");
  REQUIRE(seen.outputs.size() == 1);
  const HostTensor& logits = seen.outputs.front();
  const HostTensor expected = read_tensor_file(digits_file("expected.npy"));
  REQUIRE(logits.type == expected.type);
  REQUIRE(logits.shape == expected.shape);
  CHECK(logits.data == expected.data);
  CHECK(digits_right(logits) == kDigitsRight);
  CHECK(seen.transfers > seen.instructions);
  fmt::print("digits on {}: {} of {} right, {} programs, {} instructions, {} cycles, {} AXI transfers equal\n", chip,
             digits_right(logits), kDigits, seen.programs, seen.instructions, seen.cycles, seen.transfers);
}

}  // namespace

TEST_CASE("the digits agree in every bit, cycle, transfer and counter in the platform of edge16") {
  check_digits("edge16", true);
}
TEST_CASE("the digits agree in every bit, cycle, transfer and counter in the platform of tiny") {
  check_digits("tiny", true);
}
TEST_CASE("the digits agree in every bit, cycle, transfer and counter at the pins of edge16") {
  check_digits("edge16", false);
}
