// SPDX-License-Identifier: Apache-2.0
//
// Fused additions and resident tensors: that they happen, and that no bit changes.
#include <functional>

#include "catch.hpp"
#include "compile_and_compare.hpp"
#include "network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::CompiledNetwork;

struct Count {
  int loads = 0, tensor_loads = 0, on_chip_stores = 0, dram_stores = 0, accumulator_adds = 0;
};

Count count(const CompiledNetwork& compiled) {
  Count c;
  for (const compiler::Step& step : compiled.steps)
    if (const auto* chip = std::get_if<compiler::ChipStep>(&step))
      for (const isa::Instruction& i : chip->program.instructions) {
        if (const auto* load = std::get_if<isa::Load>(&i)) {
          ++c.loads;
          c.tensor_loads += load->base == isa::Base::kTensor && load->count[0] > 0;
        }
        if (const auto* store = std::get_if<isa::Store>(&i)) {
          c.on_chip_stores += store->destination == isa::Destination::kActivation;
          c.dram_stores += store->destination == isa::Destination::kDram;
          c.accumulator_adds += store->residual && store->source == isa::Source::kAccumulator;
        }
      }
  return c;
}

// conv -> conv -> add of the first, as in a residual block; the sum's operand a is the second
// convolution if `computed_first`.
void residual_block(NetworkBuilder& b, std::int64_t channels, std::int64_t size, bool computed_first) {
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, channels, size, size}), same_size(channels));
  const TensorId y = b.conv(x, same_size(channels));
  b.output(computed_first ? b.add(y, x, ElementType::kInt8) : b.add(x, y, ElementType::kInt8));
}

}  // namespace

TEST_CASE("a residual block is two convolutions whose inner tensor stays on the chip") {
  NetworkBuilder b(1);
  residual_block(b, 16, 8, true);
  const Chip edge16 = odd_chips().back();
  const CompiledNetwork compiled = compiler::compile(b.network(), edge16);
  const Count c = count(compiled);
  CHECK(c.accumulator_adds > 0);
  CHECK(c.on_chip_stores > 0);
  CHECK_FALSE(compiled.layout[std::get<Conv>(b.network().nodes[0].operation).output]);
  REQUIRE(compiled.placement[2].fused_into);
  CHECK(*compiled.placement[2].fused_into == 1);
  CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");

  compiler::CompileOptions plain;
  plain.fuse = false;
  const Count without = count(compiler::compile(b.network(), edge16, plain));
  CHECK(without.accumulator_adds == 0);
  CHECK(without.on_chip_stores == 0);
  CHECK(without.dram_stores > c.dram_stores);
}

TEST_CASE("residual blocks have the bits of separate nodes on every chip") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 50);
      const std::int64_t channels = b.random().in(1, 30), size = b.random().in(1, 14);
      residual_block(b, channels, size, b.random().chance(50));
      INFO("chip " << chip.name << " seed " << seed);
      CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
    }
}

TEST_CASE("the second operand of an addition is computed in place of the first only with equal bits") {
  // Some of these additions can be swapped and some cannot; both kinds have to be right, and both
  // have to occur.
  int fused = 0, separate = 0;
  const Chip edge16 = odd_chips().back();
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    NetworkBuilder b(seed + 500);
    residual_block(b, 16, 6, false);
    const CompiledNetwork compiled = compiler::compile(b.network(), edge16);
    ++(compiled.placement[2].fused_into ? fused : separate);
    INFO("seed " << seed);
    CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");
  }
  CHECK(fused > 0);
  CHECK(separate > 0);
}

TEST_CASE(
    "a clamp of its own, a second reader or an output keeps a convolution apart from the "
    "addition") {
  const Chip edge16 = odd_chips().back();
  const auto fused = [&](NetworkBuilder& b) {
    return compiler::compile(b.network(), edge16).placement[2].fused_into.has_value();
  };
  for (int kind = 0; kind < 3; ++kind) {
    NetworkBuilder b(static_cast<std::uint32_t>(kind));
    ConvOptions o = same_size(16);
    const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), o);
    o.clamp = kind == 0;
    const TensorId y = b.conv(x, o);
    const TensorId sum = b.add(y, x, ElementType::kInt8);
    b.output(kind == 1 ? b.add(sum, y, ElementType::kInt8) : sum);
    if (kind == 2) b.output(y);
    INFO("kind " << kind);
    CHECK_FALSE(fused(b));
    CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");
  }
}

TEST_CASE("a small network loads its input and its constants and stores its output, nothing else") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16));
  const TensorId pooled = b.max_pool(x, {2, 2}, {2, 2});
  const TensorId y = b.conv(pooled, same_size(32));
  const TensorId z = b.average_pool(y, {4, 4}, {1, 1}, ElementType::kInt8);
  b.output(b.gemm(b.reshape(z, {1, 32}), 10, ConvOptions{}));
  const Chip edge16 = odd_chips().back();
  const Count c = count(compiler::compile(b.network(), edge16));
  compiler::CompileOptions plain;
  plain.fuse = false;
  CHECK(c.dram_stores == 1);
  CHECK(count(compiler::compile(b.network(), edge16, plain)).dram_stores > 1);
  CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");
}

TEST_CASE("readers that want different padding values read from DRAM") {
  NetworkBuilder b(4);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16));
  b.output(b.conv(x, same_size(16)));                     // pads with its zero point
  b.output(b.max_pool(x, {3, 3}, {1, 1}, {1, 1, 1, 1}));  // pads with the least value
  const Chip edge16 = odd_chips().back();
  CHECK(count(compiler::compile(b.network(), edge16)).on_chip_stores == 0);
  CHECK(compile_and_compare(b.network(), edge16, b.random_inputs()) == "");
}

TEST_CASE("a MaxPool whose windows do not overlap is done by the stores of the convolution before it") {
  NetworkBuilder b(11);
  b.output(b.max_pool(b.conv(b.input(ElementType::kInt8, {1, 16, 9, 8}), same_size(16)), {2, 2},
                      {2, 2}));  // the last row is not used
  const Chip edge16 = odd_chips().back();
  const CompiledNetwork compiled = compiler::compile(b.network(), edge16);
  REQUIRE(compiled.placement[1].fused_into);
  CHECK(*compiled.placement[1].fused_into == 0);
  CHECK_FALSE(compiled.layout[std::get<Conv>(b.network().nodes[0].operation).output]);
  for (const isa::Instruction& i : std::get<compiler::ChipStep>(compiled.steps.at(0)).program.instructions)
    if (const auto* store = std::get_if<isa::Store>(&i)) CHECK((store->window_y == 2 && store->window_x == 2));
}

TEST_CASE(
    "poolings that overlap, leave the image, come behind a residual or are not the only reader stay nodes of their "
    "own") {
  const Chip edge16 = odd_chips().back();
  const auto fused = [&](const std::function<void(NetworkBuilder&, TensorId)>& rest) {
    NetworkBuilder b(12);
    rest(b, b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16)));
    const CompiledNetwork compiled = compiler::compile(b.network(), edge16);
    for (std::size_t n = 0; n < compiled.placement.size(); ++n)
      if (std::holds_alternative<MaxPool>(b.network().nodes[n].operation) && compiled.placement[n].fused_into)
        return true;
    return false;
  };
  CHECK(fused([](NetworkBuilder& b, TensorId x) { b.output(b.max_pool(x, {4, 2}, {4, 2})); }));
  CHECK_FALSE(fused([](NetworkBuilder& b, TensorId x) { b.output(b.max_pool(x, {3, 3}, {2, 2})); }));
  CHECK_FALSE(fused([](NetworkBuilder& b, TensorId x) { b.output(b.max_pool(x, {2, 2}, {2, 2}, {1, 1, 1, 1})); }));
  CHECK_FALSE(fused([](NetworkBuilder& b, TensorId x) {
    b.output(b.max_pool(b.add(b.conv(x, same_size(16)), x, ElementType::kInt8), {2, 2}, {2, 2}));
  }));
  CHECK_FALSE(fused([](NetworkBuilder& b, TensorId x) {
    b.output(b.max_pool(x, {2, 2}, {2, 2}));
    b.output(b.conv(x, same_size(16)));
  }));
}

TEST_CASE("random convolutions with a pooling behind them have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 700);
      Random& r = b.random();
      ConvOptions o;
      o.channels = r.in(1, 40);
      o.clamp = r.chance(30);
      o.per_channel_scale = r.chance(50);
      o.output_type = r.chance(50) ? ElementType::kInt8 : ElementType::kUint8;
      for (int a = 0; a < 2; ++a) {
        o.kernel[a] = r.pick<std::int64_t>({1, 2, 3});
        o.stride[a] = r.pick<std::int64_t>({1, 1, 2});
        o.pad[a] = r.in(0, 1);
        o.pad[a + 2] = r.in(0, 1);
      }
      const TensorId x = b.input(ElementType::kInt8, {r.in(1, 2), r.in(1, 20), r.in(12, 20), r.in(12, 20)});
      const std::array<std::int64_t, 2> window = {r.in(1, 3), r.in(1, 4)};
      TensorId y = b.max_pool(b.conv(x, o), window, window);
      if (r.chance(50)) y = b.conv(y, same_size(8));  // the pooled tensor stays on the chip
      b.output(y);
      INFO("chip " << chip.name << " seed " << seed);
      CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
    }
}

}  // namespace systole::compiler_test
