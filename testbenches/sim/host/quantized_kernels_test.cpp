// SPDX-License-Identifier: Apache-2.0
//
// The host's quantized arithmetic against the torture file, and its loops against loops that are
// written as the definition reads.
#include "host/quantized_kernels.hpp"

#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "host/operators.hpp"
#include "host/quantized_arithmetic.hpp"
#include "network/window.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

float from_bits(const std::string& hex) {
  const auto bits = static_cast<std::uint32_t>(std::stoul(hex, nullptr, 16));
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

ElementType type_of(const std::string& name) { return name == "int8" ? ElementType::kInt8 : ElementType::kUint8; }

// x with a frame of its zero point, so that a convolution needs no bounds.
std::vector<std::int64_t> framed(const HostTensor& x, const std::array<std::int64_t, 4>& pad, std::int64_t zero,
                                 Shape& shape) {
  const Shape& s = x.shape;
  shape = {s[0], s[1], s[2] + pad[0] + pad[2], s[3] + pad[1] + pad[3]};
  std::vector<std::int64_t> result(static_cast<std::size_t>(element_count(shape)), zero);
  for (std::int64_t p = 0; p < s[0] * s[1]; ++p) {
    for (std::int64_t y = 0; y < s[2]; ++y) {
      for (std::int64_t c = 0; c < s[3]; ++c) {
        result[static_cast<std::size_t>((p * shape[2] + y + pad[0]) * shape[3] + c + pad[1])] =
            integer_at(x, static_cast<std::size_t>((p * s[2] + y) * s[3] + c));
      }
    }
  }
  return result;
}

}  // namespace

TEST_CASE("the host's arithmetic gives every value of the torture file") {
  std::ifstream stream(SYSTOLE_TORTURE_FILE);
  REQUIRE(stream);
  std::string line, kind;
  ElementType type = ElementType::kInt8;
  int zero_point = 0;
  AddFactors factors{};
  std::size_t requantizations = 0, additions = 0, factor_sets = 0;
  while (std::getline(stream, line)) {
    std::istringstream words(line);
    std::string first, word;
    words >> first;
    if (first.empty() || first == "#") continue;
    if (first == "requantize") {
      kind = first;
      words >> word >> zero_point;
      type = type_of(word);
    } else if (first == "add") {
      kind = first;
      std::string a, b, y, ra, rb, f, sa, sb, sy;
      int za, zb, zy;
      words >> a >> b >> y >> ra >> rb >> f;
      type = type_of(y);
      factors = {from_bits(ra), from_bits(rb), from_bits(f)};
      if (words >> sa >> za >> sb >> zb >> sy >> zy) {
        const AddFactors computed = add_factors({from_bits(sa), za}, {from_bits(sb), zb}, {from_bits(sy), zy});
        INFO(line);
        CHECK(computed.ra == factors.ra);
        CHECK(computed.rb == factors.rb);
        CHECK(computed.offset == factors.offset);
        ++factor_sets;
      }
    } else if (kind == "requantize") {
      std::int64_t bias;
      int expected;
      words >> bias >> word >> expected;
      const std::int32_t v = wrap32(std::stoll(first) + bias);
      if (requantize(v, from_bits(word), zero_point, whole_range(type)) != expected) FAIL(line);
      ++requantizations;
    } else {
      int b, expected;
      words >> b >> expected;
      if (add_quantized(std::stoi(first), b, factors, whole_range(type)) != expected) FAIL(line);
      ++additions;
    }
  }
  CHECK(requantizations > 1000);
  CHECK(additions > 1000);
  CHECK(factor_sets > 0);
}

TEST_CASE("random convolutions equal the definition") {
  const unsigned seed = 11;
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    Conv conv;
    conv.group = uniform(random, 1, 3);
    const std::int64_t cg = uniform(random, 1, 3), mg = uniform(random, 1, 3), kh = uniform(random, 1, 3),
                       kw = uniform(random, 1, 4);
    for (auto& s : conv.stride) s = uniform(random, 1, 3);
    for (auto& d : conv.dilation) d = uniform(random, 1, 2);
    for (auto& p : conv.pad) p = uniform(random, 0, 4);
    const ElementType x_type = uniform(random, 0, 1) ? ElementType::kInt8 : ElementType::kUint8;
    const ElementType w_type = uniform(random, 0, 1) ? ElementType::kInt8 : ElementType::kUint8;
    const ElementType y_type = uniform(random, 0, 1) ? ElementType::kInt8 : ElementType::kUint8;
    const HostTensor x = random_bytes(
        random, x_type, {uniform(random, 1, 2), cg * conv.group, uniform(random, 5, 8), uniform(random, 7, 9)});
    const HostTensor w = random_bytes(random, w_type, {mg * conv.group, cg, kh, kw});
    const std::int64_t outputs = mg * conv.group;
    conv.input_zero_point = uniform(random, lowest_of(x_type), highest_of(x_type));
    conv.output_zero_point = uniform(random, lowest_of(y_type), highest_of(y_type));
    conv.clamp = {uniform(random, lowest_of(y_type), 20), uniform(random, 20, highest_of(y_type))};
    const bool per_channel = uniform(random, 0, 1) != 0, raw = round % 5 == 0, biased = uniform(random, 0, 1) != 0;
    const std::size_t count = per_channel ? static_cast<std::size_t>(outputs) : 1;
    conv.weight_zero_point = uniform_list(random, count, lowest_of(w_type), highest_of(w_type));
    for (std::size_t i = 0; !raw && i < count; ++i)
      conv.scale.push_back(static_cast<float>(uniform(random, 1, 1000)) * 1e-5f);
    if (biased) conv.bias = uniform_list(random, static_cast<std::size_t>(outputs), -100000, 100000);

    Shape f;
    const auto xf = framed(x, conv.pad, conv.input_zero_point, f);
    const std::int64_t oh = (f[2] - (kh - 1) * conv.dilation[0] - 1) / conv.stride[0] + 1;
    const std::int64_t ow = (f[3] - (kw - 1) * conv.dilation[1] - 1) / conv.stride[1] + 1;
    HostTensor y = make_host_tensor(raw ? ElementType::kInt32 : y_type, {x.shape[0], outputs, oh, ow});
    quantized_conv(conv, x, w, y);

    std::size_t index = 0;
    for (std::int64_t n = 0; n < x.shape[0]; ++n)
      for (std::int64_t m = 0; m < outputs; ++m)
        for (std::int64_t oy = 0; oy < oh; ++oy)
          for (std::int64_t ox = 0; ox < ow; ++ox, ++index) {
            const std::size_t channel = per_channel ? static_cast<std::size_t>(m) : 0;
            std::int64_t sum = biased ? conv.bias[static_cast<std::size_t>(m)] : 0;
            for (std::int64_t c = 0; c < cg; ++c)
              for (std::int64_t ky = 0; ky < kh; ++ky)
                for (std::int64_t kx = 0; kx < kw; ++kx) {
                  const std::int64_t plane = n * x.shape[1] + m / mg * cg + c;
                  const std::int64_t at = (plane * f[2] + oy * conv.stride[0] + ky * conv.dilation[0]) * f[3] +
                                          ox * conv.stride[1] + kx * conv.dilation[1];
                  sum += (xf[static_cast<std::size_t>(at)] - conv.input_zero_point) *
                         (integer_at(w, static_cast<std::size_t>(((m * cg + c) * kh + ky) * kw + kx)) -
                          conv.weight_zero_point[channel]);
                }
            const std::int64_t expected = raw ? sum
                                              : requantize(static_cast<std::int32_t>(sum), conv.scale[channel],
                                                           conv.output_zero_point, conv.clamp);
            if (integer_at(y, index) != expected)
              FAIL("round " << round << ", element " << index << ": " << integer_at(y, index) << ", expected "
                            << expected);
          }
  }
}

TEST_CASE("int32 sums wrap, in the convolution and in the bias") {
  Gemm gemm;
  gemm.weight_zero_point = {0};
  gemm.bias = {std::numeric_limits<std::int32_t>::max()};
  HostTensor y = make_host_tensor(ElementType::kInt32, {1, 1});
  quantized_gemm(gemm, byte_tensor(ElementType::kUint8, {1, 2}, {255, 1}),
                 byte_tensor(ElementType::kUint8, {2, 1}, {1, 1}), y);
  CHECK(integers_of(y) == std::vector<int>{std::numeric_limits<std::int32_t>::min() + 255});
}

TEST_CASE("padding of a max-pool is minus infinity, not the zero point") {
  MaxPool pool;
  pool.kernel = {2, 2};
  pool.pad = {1, 1, 0, 0};
  pool.clamp = whole_range(ElementType::kInt8);
  HostTensor y = make_host_tensor(ElementType::kInt8, {1, 1, 2, 2});
  quantized_max_pool(pool, byte_tensor(ElementType::kInt8, {1, 1, 2, 2}, {-100, -101, -102, -99}), y);
  CHECK(integers_of(y) == std::vector<int>{-100, -100, -100, -99});
  pool.clamp = {-100, -100};
  quantized_max_pool(pool, byte_tensor(ElementType::kInt8, {1, 1, 2, 2}, {-100, -101, -102, -99}), y);
  CHECK(integers_of(y) == std::vector<int>{-100, -100, -100, -100});
}

TEST_CASE("an average pool adds what lies under the window and rounds half to even") {
  AveragePool pool;
  pool.kernel = {1, 2};
  pool.stride = {1, 2};
  pool.qx = {1, 10};
  pool.qy = {1, 3};
  pool.scale = average_scale(1, 1, 2);
  pool.clamp = whole_range(ElementType::kUint8);
  HostTensor y = make_host_tensor(ElementType::kUint8, {1, 1, 2, 2});
  quantized_average_pool(pool, byte_tensor(ElementType::kUint8, {1, 1, 2, 4}, {10, 11, 10, 13, 0, 0, 255, 255}), y);
  CHECK(integers_of(y) == std::vector<int>{3, 5, 0, 248});  // 0.5 -> 0, 1.5 -> 2
}

TEST_CASE(
    "an average pool with float sums adds, divides twice and adds the zero point in float32, as ONNX Runtime does") {
  // 0.1 * {1, 0, 8} / 3 / 0.2 is 1.5 step by step in float32; the integers' product is a little less.
  AveragePool pool;
  pool.kernel = {1, 3};
  pool.stride = {1, 3};
  pool.qx = {0.1f, 0};
  pool.scale = average_scale(0.1f, 0.2f, 3);
  pool.clamp = whole_range(ElementType::kInt8);
  const HostTensor x = byte_tensor(ElementType::kInt8, {1, 1, 1, 6}, {1, 0, 8, 2, 1, 0});
  const auto result = [&](bool float_sums, std::int32_t zero_point) {
    pool.qy = {0.2f, zero_point};
    pool.float_sums = float_sums;
    HostTensor y = make_host_tensor(ElementType::kInt8, {1, 1, 1, 2});
    quantized_average_pool(pool, x, y);
    return integers_of(y);
  };
  CHECK(result(false, 0) == std::vector<int>{1, 0});
  CHECK(result(true, 0) == std::vector<int>{2, 0});
  // A tie is rounded with its zero point: 0.5 + 3 to 4, where 0.5 to 0 and then 3 would be 3.
  CHECK(result(true, 3) == std::vector<int>{4, 4});
}

TEST_CASE("only average pools smaller than their image get float sums") {
  for (const bool whole : {false, true}) {
    Network network;
    network.tensors = {{"x", ElementType::kInt8, {1, 2, 4, 4}, {}, false},
                       {"y", ElementType::kInt8, {1, 2, 1, 1}, {}, false}};
    AveragePool pool;
    pool.output = 1;
    pool.kernel = {whole ? 4 : 3, 4};
    network.nodes = {{"pool", "AveragePool", 0, pool}};
    sum_average_pools_in_float(network);
    CHECK(std::get<AveragePool>(network.nodes[0].operation).float_sums != whole);
  }
}

TEST_CASE("an input of the wrong type, shape or number is refused") {
  Network network;
  network.tensors = {{"x", ElementType::kInt8, {2}, {}, false}, {"y", ElementType::kInt8, {1, 2}, {}, false}};
  const Node node{"r", "Reshape", 0, Reshape{0, 1}};
  CHECK(run_node(network, node, {byte_tensor(ElementType::kInt8, {2}, {1, 2})})[0].shape == Shape{1, 2});
  CHECK_THROWS_AS(run_node(network, node, {byte_tensor(ElementType::kUint8, {2}, {1, 2})}), UserError);
  CHECK_THROWS_AS(run_node(network, node, {byte_tensor(ElementType::kInt8, {1, 2}, {1, 2})}), UserError);
  CHECK_THROWS_AS(run_node(network, node, {}), UserError);
  HostTensor cut = byte_tensor(ElementType::kInt8, {2}, {1, 2});
  cut.data.pop_back();
  CHECK_THROWS_AS(run_node(network, node, {cut}), UserError);
}
