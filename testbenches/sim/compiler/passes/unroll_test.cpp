// SPDX-License-Identifier: Apache-2.0
//
// Inputs of few channels, spread out along x by the host: when that happens, where the bytes lie, and that no bit changes.
#include "catch.hpp"
#include "compiler/layout/layout.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

const compiler::TensorLayout& input_layout(const compiler::CompiledNetwork& compiled) {
  return *compiled.layout[compiled.network.inputs[0]];
}

}  // namespace

TEST_CASE("an image of three channels becomes one whose channels are the taps of a kernel row") {
  NetworkBuilder b(1);
  b.output(b.conv(b.input(ElementType::kUint8, {2, 3, 12, 14}), same_size(16, 7, 2)));
  const Chip edge16 = odd_chips().back();
  REQUIRE(edge16.array_rows == 16);
  const auto compiled = compiler::compile(b.network(), edge16);
  const compiler::TensorLayout& layout = input_layout(compiled);
  REQUIRE(layout.unrolled);
  CHECK(layout.channels == 21);
  CHECK(layout.width == 7);
  CHECK(layout.height == 12);
  CHECK(layout.size_bytes() == 2u * 2 * 12 * 7 * 16);

  const std::vector<HostTensor> inputs = b.random_inputs();
  const auto bytes = compiler::to_layout(inputs[0].data, layout, 0xEE);
  const auto zero_point = static_cast<std::uint8_t>(std::get<Conv>(b.network().nodes[0].operation).input_zero_point);
  const auto at = [&](int n, int channel, int y, int column) {
    return bytes[static_cast<std::size_t>((((n * 2 + channel / 16) * 12 + y) * 7 + column) * 16 + channel % 16)];
  };
  const auto original = [&](int n, int c, int y, int x) {
    return x < 0 || x >= 14 ? zero_point : inputs[0].data[static_cast<std::size_t>(((n * 3 + c) * 12 + y) * 14 + x)];
  };
  for (int n = 0; n < 2; ++n)
    for (int y = 0; y < 12; ++y)
      for (int column = 0; column < 7; ++column)
        for (int tap = 0; tap < 7; ++tap)
          for (int c = 0; c < 3; ++c) REQUIRE(at(n, tap * 3 + c, y, column) == original(n, c, y, column * 2 - 3 + tap));
  CHECK(at(0, 21, 0, 0) == 0xEE);  // no such channel
  CHECK(compile_and_compare(b.network(), edge16, inputs) == "");
}

TEST_CASE("an input is spread out only where passes are saved and nobody else on the chip reads it") {
  const Chip edge16 = odd_chips().back();
  const auto unrolled = [&](const NetworkBuilder& b, const compiler::CompileOptions& options = {}) {
    return input_layout(compiler::compile(b.network(), edge16, options)).unrolled.has_value();
  };
  SECTION("one tap, or channels that fill the rows, save nothing") {
    NetworkBuilder one_tap(2), full(3);
    one_tap.output(one_tap.conv(one_tap.input(ElementType::kInt8, {1, 3, 8, 8}), same_size(16, 1, 1)));
    full.output(full.conv(full.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16, 3, 1)));
    CHECK_FALSE(unrolled(one_tap));
    CHECK_FALSE(unrolled(full));
  }
  SECTION("two readers") {
    NetworkBuilder b(4);
    const TensorId x = b.input(ElementType::kInt8, {1, 3, 8, 8});
    b.output(b.conv(x, same_size(16, 3, 1)));
    b.output(b.conv(x, same_size(16, 5, 1)));
    CHECK_FALSE(unrolled(b));
  }
  SECTION("a tensor that the chip makes") {
    NetworkBuilder b(5);
    ConvOptions narrow = same_size(16, 1, 1);
    narrow.channels = 3;
    const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 40, 40}), narrow);
    b.output(b.conv(x, same_size(16, 3, 1)));
    const auto compiled = compiler::compile(b.network(), edge16);
    for (const auto& layout : compiled.layout) CHECK_FALSE((layout && layout->unrolled));
    CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");
  }
  SECTION("every tensor as it is, without fusion") {
    NetworkBuilder b(6);
    b.output(b.conv(b.input(ElementType::kInt8, {1, 3, 8, 8}), same_size(16, 3, 1)));
    compiler::CompileOptions plain;
    plain.fuse = false;
    CHECK(unrolled(b));
    CHECK_FALSE(unrolled(b, plain));
  }
}

TEST_CASE("spread out inputs have the bits of plain ones on every chip") {
  int unrolled = 0;
  for (std::uint32_t seed = 1; seed <= 25; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 900);
      Random& r = b.random();
      ConvOptions o;
      o.channels = r.in(1, 40);
      o.kernel = {r.in(1, 4), r.in(2, 7)};
      o.stride = {r.in(1, 3), r.in(1, 3)};
      o.dilation = {r.in(1, 2), r.in(1, 3)};
      for (auto& pad : o.pad) pad = r.in(0, 3);
      o.per_channel_zero_point = r.chance(30);
      o.per_channel_scale = r.chance(50);
      o.clamp = r.chance(30);
      const ElementType type = r.chance(50) ? ElementType::kUint8 : ElementType::kInt8;
      b.output(b.conv(b.input(type, {r.in(1, 2), r.in(1, 6), r.in(7, 16), r.in(20, 30)}), o));
      INFO("chip " << chip.name << " seed " << seed);
      unrolled += input_layout(compiler::compile(b.network(), chip)).unrolled.has_value();
      CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
    }
  CHECK(unrolled > 50);
}

}  // namespace systole::compiler_test
