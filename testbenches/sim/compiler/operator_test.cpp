// SPDX-License-Identifier: Apache-2.0
//
// Single operators of random shapes on odd chips.
#include "catch.hpp"
#include "compile_and_compare.hpp"
#include "network_builder.hpp"

namespace systole::compiler_test {
namespace {

const std::vector<ElementType> kBytes = {ElementType::kInt8, ElementType::kUint8};

ConvOptions random_conv(Random& r) {
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

void check(NetworkBuilder& b, TensorId y, const Chip& chip, std::uint32_t seed, bool must_be_on_chip) {
  b.output(y);
  INFO("chip " << chip.name << " seed " << seed);
  if (must_be_on_chip) CHECK(host_nodes(compiler::compile(b.network(), chip)) == "");
  CHECK(compile_and_compare(b.network(), chip, b.random_inputs()) == "");
}

}  // namespace

TEST_CASE("random convolutions have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed);
      Random& r = b.random();
      ConvOptions o = random_conv(r);
      for (int a = 0; a < 2; ++a) {
        o.kernel[a] = r.pick<std::int64_t>({1, 1, 2, 3, 3, 5});
        o.stride[a] = r.pick<std::int64_t>({1, 1, 2, 3, 7});
        o.dilation[a] = r.pick<std::int64_t>({1, 1, 2, 3});
        o.pad[a] = r.in(0, 3);
        o.pad[a + 2] = r.in(0, 3);
      }
      std::int64_t channels = r.in(1, 40);
      o.channels = r.in(1, 40);
      if (r.chance(30)) {  // groups
        o.group = r.pick<std::int64_t>({2, 3, 5, 12});
        const bool depthwise = r.chance(40);
        channels = o.group * (depthwise ? 1 : r.in(1, 5));
        o.channels = o.group * (depthwise ? 1 : r.in(1, 5));
      }
      const std::int64_t height =
          r.in(1, 12) + std::max<std::int64_t>(0, (o.kernel[0] - 1) * o.dilation[0] - o.pad[0] - o.pad[2]);
      const std::int64_t width =
          r.in(1, 20) + std::max<std::int64_t>(0, (o.kernel[1] - 1) * o.dilation[1] - o.pad[1] - o.pad[3]);
      const TensorId x = b.input(r.pick(kBytes), {r.in(1, 3), channels, height, width});
      const TensorId y = b.conv(x, o);
      // A per-column tile of 5 or 17 words does not fit a weight buffer of 16 rows' worth only on
      // the starved chips.
      check(b, y, chip, seed, !(o.per_channel_zero_point && chip.weight_words <= chip.array_rows));
    }
}

TEST_CASE("convolutions at the corners of tiling have the bits of the plain loops") {
  struct Corner {
    const char* name;
    Shape input;
    ConvOptions options;
  };
  const auto conv = [](std::int64_t channels, std::array<std::int64_t, 2> kernel,
                       std::array<std::int64_t, 2> stride = {1, 1}, std::array<std::int64_t, 4> pad = {0, 0, 0, 0},
                       std::array<std::int64_t, 2> dilation = {1, 1}, std::int64_t group = 1) {
    ConvOptions o;
    o.channels = channels;
    o.kernel = kernel;
    o.stride = stride;
    o.pad = pad;
    o.dilation = dilation;
    o.group = group;
    return o;
  };
  const std::vector<Corner> corners = {
      {"one pixel, one channel", {1, 1, 1, 1}, conv(1, {1, 1})},
      {"padding larger than the image", {1, 3, 2, 2}, conv(5, {3, 3}, {1, 1}, {9, 9, 9, 9})},
      {"a kernel larger than the image", {1, 2, 3, 3}, conv(3, {9, 9}, {1, 1}, {4, 4, 4, 4})},
      {"a stride larger than the kernel", {1, 5, 30, 30}, conv(4, {2, 2}, {13, 11})},
      {"a row longer than the activation buffer", {1, 2, 2, 700}, conv(3, {1, 3}, {1, 1}, {0, 1, 0, 1})},
      {"a sum deeper than every buffer", {1, 600, 2, 2}, conv(5, {3, 3}, {1, 1}, {1, 1, 1, 1})},
      {"a kernel as large as an image", {2, 6, 24, 24}, conv(7, {24, 24})},
      {"many output channels", {1, 3, 2, 2}, conv(300, {1, 1})},
      {"depthwise with a multiplier", {1, 10, 6, 6}, conv(30, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 10)},
      {"wide depthwise", {2, 70, 5, 5}, conv(70, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, 70)},
      {"dilation beyond the image", {1, 4, 7, 7}, conv(4, {3, 3}, {1, 1}, {6, 6, 6, 6}, {6, 6})},
      {"asymmetric padding", {1, 4, 5, 6}, conv(6, {3, 2}, {2, 1}, {0, 2, 3, 0})},
  };
  for (const Corner& c : corners)
    for (const Chip& chip : odd_chips()) {
      INFO(c.name);
      NetworkBuilder b(7);
      check(b, b.conv(b.input(ElementType::kInt8, c.input), c.options), chip, 7, true);
    }
}

TEST_CASE("random matrix products have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 1000);
      Random& r = b.random();
      const ConvOptions o = random_conv(r);
      const auto extent = [&] { return r.pick<std::int64_t>({1, 1, 2, 7, 16, 17, r.in(1, 90)}); };
      Shape shape = {extent(), extent()};
      if (r.chance(20)) shape.insert(shape.begin(), 3);
      const TensorId x = b.input(r.pick(kBytes), shape);
      check(b, b.gemm(x, extent(), o), chip, seed, !(o.per_channel_zero_point && chip.weight_words <= chip.array_rows));
    }
}

TEST_CASE("random products of activations have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 6000);
      Random& r = b.random();
      const ConvOptions o = random_conv(r);
      const auto extent = [&] { return r.pick<std::int64_t>({1, 1, 2, 7, 16, 17, 64, r.in(1, 90)}); };
      const std::int64_t rows = extent(), depth = extent(), columns = extent();
      Shape left = {rows, depth}, right = {depth, columns};
      if (r.chance(60)) {
        const Shape stack = {r.in(1, 2), r.in(1, 3)};
        left.insert(left.begin(), stack.begin(), stack.end());
        if (r.chance(70)) right.insert(right.begin(), stack.begin(), stack.end());
      }
      const TensorId a = b.input(r.pick(kBytes), left), c = b.input(r.pick(kBytes), right);
      check(b, b.matmul(a, c, o), chip, seed, true);
    }
}

TEST_CASE("a right operand can be what the chip computes, if nothing else reads it where the array is not square") {
  for (const bool read_twice : {false, true})
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(7);
      const TensorId x = b.input(ElementType::kInt8, {6, 10});
      const TensorId right = b.gemm(x, 9, {}), left = b.input(ElementType::kUint8, {5, 6});
      if (read_twice) b.output(b.gemm(right, 3, {}));
      const TensorId y = b.matmul(left, right, {});
      INFO("chip " << chip.name);
      check(b, y, chip, 7, !read_twice || chip.array_rows == chip.array_cols);
      CHECK((host_nodes(compiler::compile(b.network(), chip)) == "") ==
            (!read_twice || chip.array_rows == chip.array_cols));
    }
}

TEST_CASE("a tensor can be both operands of its product") {
  for (const Chip& chip : odd_chips()) {
    NetworkBuilder b(8);
    const TensorId x = b.input(ElementType::kInt8, {2, 17, 17});
    check(b, b.matmul(x, x, {}), chip, 8, chip.array_rows == chip.array_cols);
  }
}

TEST_CASE("a matrix product behind a flatten reads the image in place") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 2000);
      Random& r = b.random();
      const Shape image = {r.in(1, 3), r.in(1, 20), r.in(1, 5), r.in(1, 5)};
      const TensorId x = b.input(r.pick(kBytes), image);
      const TensorId flat = b.reshape(x, {image[0], image[1] * image[2] * image[3]});
      ConvOptions o = random_conv(r);
      o.per_channel_zero_point = false;
      check(b, b.gemm(flat, r.in(1, 30), o), chip, seed, true);
    }
}

TEST_CASE("random adds have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 15; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 3000);
      Random& r = b.random();
      const Shape shape = {r.in(1, 3), r.in(1, 40), r.in(1, 12), r.in(1, 12)};
      const TensorId a = b.input(r.pick(kBytes), shape), c = b.input(r.pick(kBytes), shape);
      check(b, b.add(a, r.chance(10) ? a : c, r.pick(kBytes), r.chance(30)), chip, seed, true);
    }
}

TEST_CASE("random poolings have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 4000);
      Random& r = b.random();
      std::array<std::int64_t, 2> kernel, stride, dilation;
      std::array<std::int64_t, 4> pad;
      for (int a = 0; a < 2; ++a) {
        kernel[a] = r.in(1, 4);
        stride[a] = r.in(1, 4);
        dilation[a] = r.pick<std::int64_t>({1, 1, 2});
        pad[a] = r.in(0, kernel[a] - 1);
        pad[a + 2] = r.in(0, kernel[a] - 1);
      }
      const TensorId x = b.input(r.pick(kBytes), {r.in(1, 2), r.in(1, 40), r.in(8, 20), r.in(8, 20)});
      check(b, b.max_pool(x, kernel, stride, pad, dilation), chip, seed, true);
    }
}

TEST_CASE("random average poolings have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 12; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 5000);
      Random& r = b.random();
      const Shape shape = {r.in(1, 2), r.in(1, 40), r.in(4, 12), r.in(4, 12)};
      const bool global = r.chance(50);
      const std::array<std::int64_t, 2> kernel = {global ? shape[2] : r.in(1, 4), global ? shape[3] : r.in(1, 4)};
      const TensorId x = b.input(r.pick(kBytes), shape);
      check(b, b.average_pool(x, kernel, {r.in(1, 3), r.in(1, 3)}, r.pick(kBytes)), chip, seed, true);
    }
}

}  // namespace systole::compiler_test
