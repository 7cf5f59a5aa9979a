// SPDX-License-Identifier: Apache-2.0
#include "system/networks/random_network.hpp"

#include <algorithm>

#include "sim/compiler/network_builder.hpp"

namespace systole::test {

using compiler_test::ConvOptions;
using compiler_test::kBytes;
using compiler_test::NetworkBuilder;
using compiler_test::Random;

namespace {

ConvOptions random_options(Random& r) {
  ConvOptions o;
  o.weight_type = r.pick(kBytes);
  o.output_type = r.pick(kBytes);
  o.raw = r.chance(15);
  o.bias = r.chance(80);
  o.clamp = r.chance(30);
  o.per_channel_scale = r.chance(50);
  o.per_channel_zero_point = r.chance(25);
  return o;
}

TensorId convolution(NetworkBuilder& b, bool groups) {
  Random& r = b.random();
  ConvOptions o = random_options(r);
  for (int axis = 0; axis < 2; ++axis) {
    o.kernel[axis] = r.pick<std::int64_t>({1, 1, 1, 2, 3, 3, 5});
    o.stride[axis] = r.pick<std::int64_t>({1, 1, 1, 2, 3, 7});
    o.dilation[axis] = r.pick<std::int64_t>({1, 1, 1, 2, 3});
    o.pad[axis] = r.in(0, 3);
    o.pad[axis + 2] = r.in(0, 3);
  }
  std::int64_t channels = r.pick<std::int64_t>({1, 2, 3, 4, 5, 8, r.in(1, 24)});
  o.channels = r.pick<std::int64_t>({1, 2, 3, 4, 5, 8, r.in(1, 24)});
  if (groups) {
    const bool depthwise = r.chance(50);
    o.group = r.pick<std::int64_t>({2, 3, 4, 5, 9});
    channels = o.group * (depthwise ? 1 : r.in(1, 5));
    o.channels = o.group * (depthwise && r.chance(70) ? 1 : r.in(1, 4));
  }
  const bool pixel = r.chance(15);
  const auto extent = [&](int axis) {
    const std::int64_t least =
        std::max<std::int64_t>(0, (o.kernel[axis] - 1) * o.dilation[axis] - o.pad[axis] - o.pad[axis + 2]);
    return least + (pixel ? 1 : r.in(1, 11));
  };
  const std::int64_t height = extent(0), width = extent(1);
  return b.conv(b.input(r.pick(kBytes), {r.in(1, 3), channels, height, width}), o);
}

TensorId gemm(NetworkBuilder& b) {
  Random& r = b.random();
  const auto extent = [&] { return r.pick<std::int64_t>({1, 1, 2, 4, 5, 17, r.in(1, 70)}); };
  Shape shape = {extent(), extent()};
  if (r.chance(20)) shape.insert(shape.begin(), r.in(2, 3));
  const TensorId x = b.input(r.pick(kBytes), shape);
  return b.gemm(x, extent(), random_options(r));
}

// A product of two tensors, or of stacks of matrices; operands and result may be those of matrix products beside it.
TensorId matmul(NetworkBuilder& b) {
  Random& r = b.random();
  const auto extent = [&] { return r.pick<std::int64_t>({1, 1, 2, 4, 5, 16, 17, r.in(1, 70)}); };
  const std::int64_t depth = extent(), columns = extent();
  Shape stack;
  for (std::int64_t d = r.in(0, 2); d > 0; --d) stack.push_back(r.in(1, 3));
  const auto input = [&](bool of_stack, std::int64_t rows, std::int64_t last) {
    Shape shape = of_stack ? stack : Shape{};
    shape.insert(shape.end(), {rows, last});
    return b.input(r.pick(kBytes), shape);
  };
  ConvOptions product;  // of a matrix product beside it
  product.output_type = r.pick(kBytes);
  const TensorId left =
      r.chance(30) ? b.gemm(input(true, extent(), extent()), depth, product) : input(true, extent(), depth);
  const bool one_matrix = r.chance(30);
  const TensorId right =
      r.chance(30) ? b.gemm(input(!one_matrix, depth, extent()), columns, product) : input(!one_matrix, depth, columns);
  ConvOptions o = random_options(r);
  const TensorId y = b.matmul(left, right, o);
  return !o.raw && r.chance(30) ? b.gemm(y, extent(), product) : y;
}

TensorId add(NetworkBuilder& b) {
  Random& r = b.random();
  const Shape shape = {r.in(1, 3), r.in(1, 20), r.in(1, 11), r.in(1, 11)};
  const TensorId x = b.input(r.pick(kBytes), shape);
  const TensorId y = r.chance(15) ? x : b.input(r.pick(kBytes), shape);
  return b.add(x, y, r.pick(kBytes), r.chance(30));
}

TensorId max_pool(NetworkBuilder& b) {
  Random& r = b.random();
  std::array<std::int64_t, 2> kernel, stride, dilation;
  std::array<std::int64_t, 4> pad;
  for (int axis = 0; axis < 2; ++axis) {
    kernel[axis] = r.in(1, 4);
    stride[axis] = r.in(1, 4);
    dilation[axis] = r.pick<std::int64_t>({1, 1, 2});
    pad[axis] = r.in(0, kernel[axis] - 1);
    pad[axis + 2] = r.in(0, kernel[axis] - 1);
  }
  return b.max_pool(b.input(r.pick(kBytes), {r.in(1, 2), r.in(1, 14), r.in(7, 14), r.in(7, 14)}), kernel, stride, pad,
                    dilation);
}

TensorId average_pool(NetworkBuilder& b) {
  Random& r = b.random();
  const Shape shape = {r.in(1, 2), r.in(1, 14), r.in(4, 9), r.in(4, 9)};
  const bool global = r.chance(50);
  const std::array<std::int64_t, 2> kernel = {global ? shape[2] : r.in(1, 4), global ? shape[3] : r.in(1, 4)};
  return b.average_pool(b.input(r.pick(kBytes), shape), kernel, {r.in(1, 3), r.in(1, 3)}, r.pick(kBytes));
}

// Branches over parts of a tensor, joined layer by layer: places in one tensor that are written and read while neighbors are.
TensorId parts(NetworkBuilder& b) {
  Random& r = b.random();
  constexpr std::int64_t kBlock = 16;  // a multiple of array_rows of the chips tested
  const ElementType type = r.pick(kBytes);
  ConvOptions o;
  o.kernel = {3, 3};
  o.pad = {1, 1, 1, 1};
  o.output_type = type;
  const auto branch = [&](TensorId x) {
    if (r.chance(25)) return b.max_pool(x, {3, 3}, {1, 1}, {1, 1, 1, 1});
    o.channels = kBlock * r.in(1, 2);
    return b.conv(x, o);
  };
  TensorId x = branch(b.input(type, {1, kBlock * r.in(1, 2), r.in(1, 6), r.in(1, 6)}));
  if (b.shape(x)[1] > kBlock) {
    const auto halves = b.split(x, {kBlock, b.shape(x)[1] - kBlock}, 1);
    x = b.concat({branch(halves[0]), branch(halves[1])}, 1);
  }
  for (std::int64_t layer = r.in(1, 2); layer > 0; --layer) x = b.concat({x, branch(x)}, 1);
  return r.chance(50) ? x : b.conv(b.slice(x, kBlock, b.shape(x)[1] - kBlock, 1), o);
}

// A residual block as networks have it, with a pool and a matrix product behind: fusion and tensors that stay on the chip.
TensorId chain(NetworkBuilder& b) {
  Random& r = b.random();
  ConvOptions o;
  o.kernel = {3, 3};
  o.pad = {1, 1, 1, 1};
  o.channels = r.in(1, 12);
  o.output_type = r.pick(kBytes);
  TensorId x = b.conv(b.input(r.pick(kBytes), {r.in(1, 2), r.in(1, 6), r.in(2, 8), r.in(2, 8)}), o);
  o.per_channel_scale = r.chance(50);
  const TensorId branch = b.conv(x, o);
  x = r.chance(50) ? b.add(x, branch, r.pick(kBytes), r.chance(40)) : b.add(branch, x, r.pick(kBytes), r.chance(40));
  if (r.chance(30)) b.output(x);
  if (r.chance(60)) x = b.max_pool(x, {2, 2}, {2, 2});
  if (r.chance(30)) {
    const Shape s = b.shape(x);
    x = b.average_pool(x, {s[2], s[3]}, {1, 1}, r.pick(kBytes));
  }
  const Shape s = b.shape(x);
  o = random_options(r);
  o.per_channel_zero_point = false;
  return b.gemm(b.reshape(x, {s[0], s[1] * s[2] * s[3]}), r.in(1, 12), o);
}

TensorId huge(NetworkBuilder& b) {
  Random& r = b.random();
  ConvOptions o = random_options(r);
  switch (r.in(0, 4)) {
    case 0: {  // an image of 20 KiB and more
      o.channels = r.in(5, 12);
      o.kernel = {3, 3};
      o.pad = {1, 0, 1, 2};
      return b.conv(b.input(r.pick(kBytes), {1, r.in(33, 40), r.in(22, 26), r.in(22, 26)}), o);
    }
    case 1: {  // weights of 20 KiB and more
      o.channels = r.in(60, 70);
      o.kernel = {3, 3};
      return b.conv(b.input(r.pick(kBytes), {1, r.in(40, 50), r.in(3, 6), r.in(3, 6)}), o);
    }
    case 2: {  // a row longer than the activation buffer
      o.channels = r.in(3, 9);
      o.kernel = {1, 3};
      o.pad = {0, 1, 0, 1};
      return b.conv(b.input(r.pick(kBytes), {1, r.in(1, 4), 2, r.in(1100, 1500)}), o);
    }
    case 3: {  // sums over more than the weight buffer holds, more columns than the parameter buffer
      return b.gemm(b.input(r.pick(kBytes), {r.in(1, 3), r.in(1100, 1400)}), r.in(130, 150), o);
    }
    default: {  // more rows than the accumulators
      return b.gemm(b.input(r.pick(kBytes), {r.in(1500, 2000), r.in(5, 12)}), r.in(5, 12), o);
    }
  }
}

}  // namespace

const char* kind_name(Kind kind) {
  static const char* const kNames[kKinds] = {"convolution",
                                             "convolution in groups",
                                             "matrix product",
                                             "product of activations",
                                             "add",
                                             "max pool",
                                             "average pool",
                                             "parts of tensors",
                                             "chain",
                                             "huge"};
  return kNames[static_cast<int>(kind)];
}

RandomNetwork make_random_network(Kind kind, std::uint32_t seed) {
  NetworkBuilder b(seed);
  switch (kind) {
    case Kind::kConvolution:
      b.output(convolution(b, false));
      break;
    case Kind::kGroups:
      b.output(convolution(b, true));
      break;
    case Kind::kGemm:
      b.output(gemm(b));
      break;
    case Kind::kMatMul:
      b.output(matmul(b));
      break;
    case Kind::kAdd:
      b.output(add(b));
      break;
    case Kind::kMaxPool:
      b.output(max_pool(b));
      break;
    case Kind::kAveragePool:
      b.output(average_pool(b));
      break;
    case Kind::kParts:
      b.output(parts(b));
      break;
    case Kind::kChain:
      b.output(chain(b));
      break;
    case Kind::kHuge:
      b.output(huge(b));
      break;
  }
  return {b.network(), b.random_inputs()};
}

Chip with_random_memory(Chip chip, std::uint32_t seed) {
  Random r(seed);
  chip.memory.ideal().latency_cycles = static_cast<std::uint32_t>(r.in(1, 60));
  chip.memory.ideal().bytes_per_cycle =
      r.pick<std::uint32_t>({3, chip.axi_bytes() / 2, chip.axi_bytes(), 2 * chip.axi_bytes()});
  chip.memory.backpressure_permille = r.chance(33) ? static_cast<std::uint32_t>(r.in(1, 600)) : 0;
  chip.memory.backpressure_seed = seed;
  return chip;
}

}  // namespace systole::test
