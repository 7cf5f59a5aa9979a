// SPDX-License-Identifier: Apache-2.0
//
// Fused additions and resident tensors: that they happen, and that no bit changes.
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
void residual_block(NetworkBuilder& b, std::int64_t channels, std::int64_t size,
                    bool computed_first) {
  const TensorId x =
      b.conv(b.input(ElementType::kInt8, {1, channels, size, size}), same_size(channels));
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

TEST_CASE(
    "the second operand of an addition is computed in place of the first only with equal bits") {
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

}  // namespace systole::compiler_test
