// SPDX-License-Identifier: Apache-2.0
//
// Does what is written in place of an operator compute what the operator means? Each is computed again here, from its
// definition, in double precision.
#include "onnx/expansion/expansion.hpp"

#include <cmath>
#include <random>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

std::vector<float> random_floats(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(uniform(random, -3000, 3000)) / 1000;
  return values;
}

std::vector<float> output_of(const ModelBuilder& model, const std::vector<HostTensor>& inputs, std::size_t number = 0) {
  return floats_of(run_network(model.load(), inputs).at(number));
}

void check_near(const std::vector<float>& values, const std::vector<double>& expected) {
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(expected[i]).epsilon(1e-4).margin(1e-5));
}

double erf_gelu(double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }
double tanh_gelu(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }

// A model with one node from x (and more inputs that are initializers) to y.
ModelBuilder one_node(int opset, const Shape& shape, const Shape& output) {
  ModelBuilder model(opset);
  model.input("x", ElementType::kFloat32, shape).output("y", ElementType::kFloat32, output);
  return model;
}

template <typename Function>
void check_elementwise(const ModelBuilder& model, Function function) {
  const std::vector<float> x = random_floats(24, 1);
  std::vector<double> expected;
  for (std::size_t i = 0; i < x.size(); ++i) expected.push_back(function(x[i], i % 4));
  check_near(output_of(model, {float_tensor({2, 3, 4}, x)}), expected);
}

}  // namespace

TEST_CASE("every kind of GELU is its formula") {
  const Shape shape = {2, 3, 4};
  const std::vector<float> bias = {0.5f, -1, 2, 0};
  for (const auto& [domain, opset] : {std::pair<std::string, int>{"", 20}, {"com.microsoft", 13}}) {
    ModelBuilder model = one_node(opset, shape, shape);
    model.node("Gelu", {"x"}, {"y"}, domain);
    check_elementwise(model, [](double x, std::size_t) { return erf_gelu(x); });
  }
  ModelBuilder tanh = one_node(20, shape, shape);
  tanh.node("Gelu", {"x"}, {"y"}).text("approximate", "tanh");
  check_elementwise(tanh, [](double x, std::size_t) { return tanh_gelu(x); });
  ModelBuilder fast = one_node(13, shape, shape);
  fast.floats("b", {4}, bias).node("FastGelu", {"x", "b"}, {"y"}, "com.microsoft");
  check_elementwise(fast, [&](double x, std::size_t i) { return tanh_gelu(x + bias[i]); });
  ModelBuilder biased = one_node(13, shape, shape);
  biased.floats("b", {4}, bias).node("BiasGelu", {"x", "b"}, {"y"}, "com.microsoft");
  check_elementwise(biased, [&](double x, std::size_t i) { return erf_gelu(x + bias[i]); });
  ModelBuilder quick = one_node(13, shape, shape);
  quick.node("QuickGelu", {"x"}, {"y"}, "com.microsoft").number("alpha", 1.5f);
  check_elementwise(quick, [](double x, std::size_t) { return x / (1 + std::exp(-1.5 * x)); });
}

TEST_CASE("Mish and Swish are their formulas") {
  const Shape shape = {2, 3, 4};
  ModelBuilder mish = one_node(18, shape, shape);
  mish.node("Mish", {"x"}, {"y"});
  check_elementwise(mish, [](double x, std::size_t) { return x * std::tanh(std::log1p(std::exp(x))); });
  for (const float alpha : {1.0f, 1.5f}) {
    ModelBuilder swish = one_node(24, shape, shape);
    swish.node("Swish", {"x"}, {"y"}).number("alpha", alpha);
    check_elementwise(swish, [&](double x, std::size_t) { return x / (1 + std::exp(-double{alpha} * x)); });
  }
}

TEST_CASE("LpNormalization divides by the norm, and leaves zeros") {
  const std::vector<float> x = {3, -4, 0, 0, 1, 2, 0, 0};
  for (const int power : {1, 2}) {
    ModelBuilder model = one_node(13, {4, 2}, {4, 2});
    model.node("LpNormalization", {"x"}, {"y"}).integer("p", power).integer("axis", 1);
    std::vector<double> expected;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double a = std::fabs(x[i / 2 * 2]), b = std::fabs(x[i / 2 * 2 + 1]);
      const double norm = power == 1 ? a + b : std::sqrt(a * a + b * b);
      expected.push_back(norm == 0 ? 0 : x[i] / norm);
    }
    check_near(output_of(model, {float_tensor({4, 2}, x)}), expected);
  }
  ModelBuilder odd = one_node(13, {4, 2}, {4, 2});
  odd.node("LpNormalization", {"x"}, {"y"}).integer("p", 3);
  CHECK_THROWS_WITH(odd.load(), Contains("attribute p is 3; allowed are 1, 2"));
}

TEST_CASE("a skipped layer normalization adds first, and shows the sum") {
  const std::vector<float> x = random_floats(12, 2), skip = random_floats(12, 3), gamma = {1, 2, -1, 0.5f},
                           beta = {0, 1, 2, 3}, bias = {0.25f, 0, -0.5f, 1};
  ModelBuilder model = one_node(12, {3, 4}, {3, 4});
  model.output("sum", ElementType::kFloat32, {3, 4});
  model.floats("skip", {3, 4}, skip).floats("gamma", {4}, gamma).floats("beta", {4}, beta).floats("bias", {4}, bias);
  model.node("SkipLayerNormalization", {"x", "skip", "gamma", "beta", "bias"}, {"y", "", "", "sum"}, "com.microsoft");
  model.number("epsilon", 1e-5f);
  std::vector<double> expected, sums;
  for (int r = 0; r < 3; ++r) {
    double s[4], mean = 0, variance = 0;
    for (int i = 0; i < 4; ++i) {
      s[i] = x[4 * r + i] + skip[4 * r + i] + bias[i];
      mean += s[i] / 4;
    }
    for (const double v : s) variance += (v - mean) * (v - mean) / 4;
    for (int i = 0; i < 4; ++i) {
      sums.push_back(s[i]);
      expected.push_back((s[i] - mean) / std::sqrt(variance + 1e-5) * gamma[i] + beta[i]);
    }
  }
  const HostTensor input = float_tensor({3, 4}, x);
  check_near(output_of(model, {input}), expected);
  check_near(output_of(model, {input}, 1), sums);
}

TEST_CASE("RMSNormalization divides by the root of the mean square") {
  const std::vector<float> x = random_floats(12, 4), scale = {1, 2, -1, 0.5f};
  std::vector<double> expected;
  for (int r = 0; r < 3; ++r) {
    double square = 0;
    for (int i = 0; i < 4; ++i) square += static_cast<double>(x[4 * r + i]) * x[4 * r + i] / 4;
    for (int i = 0; i < 4; ++i) expected.push_back(x[4 * r + i] / std::sqrt(square + 1e-5) * scale[i]);
  }
  for (const auto& [name, opset] :
       {std::pair<const char*, int>{"RMSNormalization", 23}, {"SimplifiedLayerNormalization", 13}}) {
    ModelBuilder model = one_node(opset, {3, 4}, {3, 4});
    model.floats("s", {4}, scale).node(name, {"x", "s"}, {"y"}).integer("axis", -1).number("epsilon", 1e-5f);
    check_near(output_of(model, {float_tensor({3, 4}, x)}), expected);
  }
}

TEST_CASE("GroupNormalization scales groups up to operator set 20, and channels since") {
  const std::vector<float> x = random_floats(2 * 4 * 3, 5), by_group = {2, -1}, by_channel = {1, 2, 3, 4};
  for (const int opset : {18, 21}) {
    CAPTURE(opset);
    const bool of_groups = opset < 21;
    const std::int64_t count = of_groups ? 2 : 4;
    ModelBuilder model = one_node(opset, {2, 4, 3}, {2, 4, 3});
    model.floats("s", {count}, of_groups ? by_group : by_channel)
        .floats("b", {count}, of_groups ? by_group : by_channel);
    model.node("GroupNormalization", {"x", "s", "b"}, {"y"}).integer("num_groups", 2).number("epsilon", 1e-5f);
    std::vector<double> expected;
    for (int n = 0; n < 2; ++n)
      for (int c = 0; c < 4; ++c)
        for (int i = 0; i < 3; ++i) {
          const int first = n * 12 + c / 2 * 6;  // of the group
          double mean = 0, variance = 0;
          for (int k = 0; k < 6; ++k) mean += x[first + k] / 6.0;
          for (int k = 0; k < 6; ++k) variance += (x[first + k] - mean) * (x[first + k] - mean) / 6;
          const double factor = of_groups ? by_group[c / 2] : by_channel[c];
          expected.push_back((x[n * 12 + c * 3 + i] - mean) / std::sqrt(variance + 1e-5) * factor + factor);
        }
    check_near(output_of(model, {float_tensor({2, 4, 3}, x)}), expected);
  }
}

TEST_CASE("LayerNormalization is read below the operator set that brought it, as ONNX Runtime's optimizer writes it") {
  ModelBuilder model = one_node(12, {1, 4}, {1, 4});
  model.floats("s", {4}, {1, 1, 1, 1}).floats("b", {4}, {0, 0, 0, 0});
  model.node("LayerNormalization", {"x", "s", "b"}, {"y"}).integer("axis", -1).number("epsilon", 0.0f);
  check_near(output_of(model, {float_tensor({1, 4}, {1, 3, 1, 3})}), {-1, 1, -1, 1});
}

TEST_CASE("a transposed convolution puts each value's kernel where ONNX says") {
  struct Case {
    int group, stride_y, stride_x, dilation, more;
    std::vector<std::int64_t> pads;
  };
  const std::int64_t in = 4, out = 6, height = 3, width = 4, kernel_y = 3, kernel_x = 2;
  for (const Case& c :
       {Case{1, 1, 1, 1, 0, {0, 0, 0, 0}}, Case{1, 2, 2, 1, 1, {1, 0, 1, 0}}, Case{2, 2, 3, 1, 0, {0, 1, 1, 0}},
        Case{1, 2, 1, 2, 0, {1, 1, 0, 0}}, Case{2, 3, 2, 1, 0, {2, 1, 2, 1}}}) {
    CAPTURE(c.group, c.stride_y, c.stride_x, c.dilation);
    const std::int64_t rows =
                           (height - 1) * c.stride_y + (kernel_y - 1) * c.dilation + 1 + c.more - c.pads[0] - c.pads[2],
                       columns =
                           (width - 1) * c.stride_x + (kernel_x - 1) * c.dilation + 1 + c.more - c.pads[1] - c.pads[3];
    const std::int64_t per_group = out / c.group;
    const auto x = random_floats(static_cast<std::size_t>(in * height * width), 6),
               w = random_floats(static_cast<std::size_t>(in * per_group * kernel_y * kernel_x), 7),
               b = random_floats(static_cast<std::size_t>(out), 8);
    ModelBuilder model = one_node(13, {1, in, height, width}, {1, out, rows, columns});
    model.floats("w", {in, per_group, kernel_y, kernel_x}, w).floats("b", {out}, b);
    model.node("ConvTranspose", {"x", "w", "b"}, {"y"})
        .integer("group", c.group)
        .ints("strides", {c.stride_y, c.stride_x});
    model.ints("dilations", {c.dilation, c.dilation}).ints("pads", c.pads).ints("output_padding", {c.more, c.more});
    std::vector<double> expected(static_cast<std::size_t>(out * rows * columns));
    for (std::int64_t m = 0; m < out; ++m)
      for (std::int64_t i = 0; i < rows * columns; ++i)
        expected[static_cast<std::size_t>(m * rows * columns + i)] = b[static_cast<std::size_t>(m)];
    for (std::int64_t k = 0; k < in; ++k)
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t xx = 0; xx < width; ++xx)
          for (std::int64_t m = 0; m < per_group; ++m)
            for (std::int64_t ky = 0; ky < kernel_y; ++ky)
              for (std::int64_t kx = 0; kx < kernel_x; ++kx) {
                const std::int64_t at_y = y * c.stride_y + ky * c.dilation - c.pads[0],
                                   at_x = xx * c.stride_x + kx * c.dilation - c.pads[1];
                if (at_y < 0 || at_y >= rows || at_x < 0 || at_x >= columns) continue;
                const std::int64_t channel = k / (in / c.group) * per_group + m;
                expected[static_cast<std::size_t>((channel * rows + at_y) * columns + at_x)] +=
                    static_cast<double>(x[static_cast<std::size_t>((k * height + y) * width + xx)]) *
                    w[static_cast<std::size_t>(((k * per_group + m) * kernel_y + ky) * kernel_x + kx)];
              }
    check_near(output_of(model, {float_tensor({1, in, height, width}, x)}), expected);
  }
}

TEST_CASE("a convolution in three dimensions is the sum over its depth") {
  const std::int64_t in = 2, out = 4, size = 5, kernel = 3;
  struct Case {
    int group, stride, dilation, pad;
  };
  for (const Case& c : {Case{1, 1, 1, 0}, Case{2, 2, 1, 1}, Case{1, 1, 2, 2}}) {
    CAPTURE(c.group, c.stride, c.dilation, c.pad);
    const std::int64_t result = (size + 2 * c.pad - (kernel - 1) * c.dilation - 1) / c.stride + 1;
    const auto x = random_floats(static_cast<std::size_t>(2 * in * size * size * size), 9),
               w = random_floats(static_cast<std::size_t>(out * in / c.group * kernel * kernel * kernel), 10),
               b = random_floats(static_cast<std::size_t>(out), 11);
    ModelBuilder model = one_node(13, {2, in, size, size, size}, {2, out, result, result, result});
    model.floats("w", {out, in / c.group, kernel, kernel, kernel}, w).floats("b", {out}, b);
    model.node("Conv", {"x", "w", "b"}, {"y"})
        .integer("group", c.group)
        .ints("strides", {c.stride, c.stride, c.stride});
    model.ints("dilations", {c.dilation, c.dilation, c.dilation}).ints("pads", std::vector<std::int64_t>(6, c.pad));
    std::vector<double> expected;
    for (std::int64_t n = 0; n < 2; ++n)
      for (std::int64_t m = 0; m < out; ++m)
        for (std::int64_t p = 0; p < result * result * result; ++p) {
          const std::int64_t at[3] = {p / result / result, p / result % result, p % result};
          double sum = b[static_cast<std::size_t>(m)];
          for (std::int64_t k = 0; k < in / c.group; ++k)
            for (std::int64_t q = 0; q < kernel * kernel * kernel; ++q) {
              const std::int64_t tap[3] = {q / kernel / kernel, q / kernel % kernel, q % kernel};
              std::int64_t place = n * in + m / (out / c.group) * (in / c.group) + k;
              bool inside = true;
              for (int d = 0; d < 3; ++d) {
                const std::int64_t i = at[d] * c.stride + tap[d] * c.dilation - c.pad;
                inside = inside && i >= 0 && i < size;
                place = place * size + i;
              }
              if (inside)
                sum += static_cast<double>(x[static_cast<std::size_t>(place)]) *
                       w[static_cast<std::size_t>((m * (in / c.group) + k) * kernel * kernel * kernel + q)];
            }
          expected.push_back(sum);
        }
    check_near(output_of(model, {float_tensor({2, in, size, size, size}, x)}), expected);
  }
}

TEST_CASE("a form that cannot be written is refused with node and attribute") {
  const auto refused = [](const ModelBuilder& model, const std::string& part) {
    CHECK_THROWS_WITH(model.load(), Contains("node 'y'") && Contains(part));
  };
  ModelBuilder odd = one_node(20, {4}, {4});
  odd.node("Gelu", {"x"}, {"y"}).text("approximate", "cubic");
  refused(odd, "allowed are none, tanh");
  ModelBuilder wrong = one_node(20, {4}, {4});
  wrong.node("Gelu", {"x"}, {"y"}).integer("approximate", 1);
  refused(wrong, "wrong type");
  ModelBuilder open = one_node(13, {1, 1, 4, 4}, {1, 1, 4, 4});
  open.input("w", ElementType::kFloat32, {1, 1, 3, 3}).node("ConvTranspose", {"x", "w"}, {"y"});
  refused(open, "'w' must be a constant");
  ModelBuilder same = one_node(13, {1, 1, 4, 4}, {1, 1, 4, 4});
  same.floats("w", {1, 1, 3, 3}, random_floats(9, 1))
      .node("ConvTranspose", {"x", "w"}, {"y"})
      .text("auto_pad", "SAME_UPPER");
  refused(same, "auto_pad");
  ModelBuilder huge = one_node(13, {1, 1, 4, 4}, {1, 1, 4, 4});
  huge.floats("w", {1, 1, 3, 3}, random_floats(9, 1)).node("ConvTranspose", {"x", "w"}, {"y"});
  huge.ints("strides", {std::int64_t{1} << 40, 1});
  refused(huge, "attribute strides has the value 1099511627776");
  ModelBuilder missing = one_node(13, {4}, {4});
  missing.node("BiasGelu", {"x"}, {"y"}, "com.microsoft");
  refused(missing, "input 1 is missing");
  ModelBuilder foreign = one_node(13, {4}, {4});
  foreign.node("Relu", {"x"}, {"y"}, kExpandedDomain);
  refused(foreign, "no file has operators of the domain");
}
