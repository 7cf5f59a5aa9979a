// SPDX-License-Identifier: Apache-2.0
//
// Weights of which only the diagonals of their tiles lie in DRAM: where, and where not. That the bits are right, operator_test asks
// for every chip.
#include <map>

#include "catch.hpp"
#include "compile_and_compare.hpp"
#include "network_builder.hpp"

namespace systole::compiler_test {
namespace {

ConvOptions depthwise_options(std::int64_t channels) {
  ConvOptions o = same_size(channels);
  o.group = channels;
  return o;
}

struct WeightUse {
  std::size_t stored = 0;       // bytes of all pieces, without their alignment
  int diagonal = 0, whole = 0;  // loads
};

WeightUse weight_use(const Network& network, const Chip& chip) {
  const compiler::CompiledNetwork compiled = compiler::compile(network, chip);
  WeightUse use;
  std::map<std::uint32_t, std::uint32_t> pieces;  // bytes by offset
  for (const compiler::Step& step : compiled.steps)
    for (const isa::Instruction& i : std::get<compiler::ChipStep>(step).program.instructions)
      if (const auto* load = std::get_if<isa::Load>(&i); load && load->buffer == isa::Buffer::kWeight) {
        ++(load->diagonal ? use.diagonal : use.whole);
        pieces[load->dram_offset] = load->run_bytes;
      }
  for (const auto& [offset, bytes] : pieces) use.stored += bytes;
  return use;
}

}  // namespace

TEST_CASE(
    "a depthwise convolution keeps one byte a channel and tap in DRAM where the array is at least as wide as high") {
  for (const Chip& chip : odd_chips()) {
    INFO(chip.name << " " << chip.array_rows << "x" << chip.array_cols);
    NetworkBuilder b(1);
    b.output(b.conv(b.input(ElementType::kInt8, {1, 32, 6, 6}), depthwise_options(32)));
    const WeightUse use = weight_use(b.network(), chip);
    if (chip.array_rows == chip.array_cols) {
      CHECK(use.stored == 32u * 9);
      CHECK(use.whole == 0);
      CHECK(use.diagonal > 0);
    } else if (chip.array_rows > chip.array_cols) {
      CHECK(use.diagonal == 0);
      CHECK(use.stored >= std::size_t{32} * 9 * chip.array_rows);
    }
  }
}

TEST_CASE("zero points by channel and channel multipliers need whole tiles") {
  const Chip chip = odd_chips().back();
  NetworkBuilder zero_points(2), multiplier(3);
  ConvOptions o = depthwise_options(16);
  o.per_channel_zero_point = true;
  zero_points.output(zero_points.conv(zero_points.input(ElementType::kInt8, {1, 16, 6, 6}), o));
  CHECK(weight_use(zero_points.network(), chip).diagonal == 0);
  o = depthwise_options(16);
  o.channels = 32;
  multiplier.output(multiplier.conv(multiplier.input(ElementType::kInt8, {1, 16, 6, 6}), o));
  CHECK(weight_use(multiplier.network(), chip).diagonal == 0);
}

}  // namespace systole::compiler_test
