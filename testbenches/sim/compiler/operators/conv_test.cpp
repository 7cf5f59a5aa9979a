// SPDX-License-Identifier: Apache-2.0
#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"
#include "sim/compiler/operators/random_operator.hpp"

namespace systole::compiler_test {

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
      check_on(b, y, chip, seed, !(o.per_channel_zero_point && chip.weight_words <= chip.array_rows));
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
      check_on(b, b.conv(b.input(ElementType::kInt8, c.input), c.options), chip, 7, true);
    }
}

}  // namespace systole::compiler_test
