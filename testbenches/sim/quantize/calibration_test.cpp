// SPDX-License-Identifier: Apache-2.0
//
// Calibration data from folders and seeds, and the ranges that come of it.
#include "quantize/calibration.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

#include "catch.hpp"
#include "network/tensor_file.hpp"
#include "sim/onnx/run_network.hpp"
#include "sim/quantize/float_networks.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

OnnxGraph relu_of_sum() {
  ModelBuilder b;
  b.input("a", ElementType::kFloat32, {3}).input("b", ElementType::kFloat32, {3});
  b.node("Add", {"a", "b"}, {"sum"}).node("Relu", {"sum"}, {"y"});
  b.output("y", ElementType::kFloat32, {3});
  return loaded(b);
}

TensorId id_of(const OnnxGraph& network, const std::string& name) {
  for (TensorId id = 0; id < network.tensors.size(); ++id)
    if (network.tensors[id].name == name) return id;
  throw std::runtime_error("no tensor " + name);
}

}  // namespace

TEST_CASE("ranges hold the least and the largest value over all samples, and zero") {
  const OnnxGraph network = relu_of_sum();
  const std::vector<quantize::Sample> samples = {{float_tensor({3}, {1, 2, 3}), float_tensor({3}, {0, 0, 1})},
                                                 {float_tensor({3}, {-5, 2, 3}), float_tensor({3}, {1, 1, 1})}};
  auto ranges = quantize::calibrate(network, samples);
  CHECK(ranges[id_of(network, "a")].low == -5);
  CHECK(ranges[id_of(network, "a")].high == 3);
  CHECK(ranges[id_of(network, "b")].low == 0);
  CHECK(ranges[id_of(network, "sum")].low == -4);
  CHECK(ranges[id_of(network, "y")].low == 0);
  CHECK(ranges[id_of(network, "y")].high == 4);
}

TEST_CASE("a range sees every place of a tensor, whatever its length") {
  for (const std::int64_t count : {1, 15, 16, 17, 40})
    for (std::int64_t place = 0; place < count; ++place) {
      ModelBuilder b;
      b.input("x", ElementType::kFloat32, {count})
          .node("Relu", {"x"}, {"y"})
          .output("y", ElementType::kFloat32, {count});
      const OnnxGraph network = loaded(b);
      std::vector<float> values(static_cast<std::size_t>(count), 0.5f);
      for (const float value : {-7.0f, 9.0f}) {
        values[static_cast<std::size_t>(place)] = value;
        const quantize::Range range =
            quantize::calibrate(network, {{float_tensor({count}, values)}})[id_of(network, "x")];
        CHECK((range.low == std::min(value, 0.0f) && range.high == std::max(value, count > 1 ? 0.5f : 0.0f)));
      }
      values[static_cast<std::size_t>(place)] = std::numeric_limits<float>::quiet_NaN();
      CHECK_THROWS_WITH(quantize::calibrate(network, {{float_tensor({count}, values)}}), Contains("'x'"));
    }
}

TEST_CASE("a value that is no number is reported with its tensor") {
  const OnnxGraph network = relu_of_sum();
  CHECK_THROWS_WITH(
      quantize::calibrate(network, {{float_tensor({3}, {1e38f, 0, 0}), float_tensor({3}, {3e38f, 0, 0})}}),
      Contains("'sum'"));
}

TEST_CASE("samples come from files for one input, from folders for several") {
  const TemporaryFolder folder;
  const OnnxGraph network = relu_of_sum();
  CHECK_THROWS_AS(quantize::read_samples(folder.file("nothing"), network), UserError);
  std::filesystem::create_directories(folder.file("data/first"));
  CHECK_THROWS_AS(quantize::read_samples(folder.file("data"), network), UserError);
  write_npy(folder.file("data/first/input_0.npy"), float_tensor({3}, {1, 2, 3}));
  write_npy(folder.file("data/first/input_1.npy"), float_tensor({3}, {4, 5, 6}));
  const auto samples = quantize::read_samples(folder.file("data"), network);
  REQUIRE(samples.size() == 1);
  CHECK(floats_of(samples[0].at(1)) == std::vector<float>{4, 5, 6});
  write_npy(folder.file("data/first/input_1.npy"), float_tensor({2}, {4, 5}));
  CHECK_THROWS_WITH(quantize::read_samples(folder.file("data"), network), Contains("input_1.npy"));
}

TEST_CASE("seeded samples are the same for the same seed") {
  const OnnxGraph network = relu_of_sum();
  const auto a = quantize::seeded_samples(network, 7, 2), b = quantize::seeded_samples(network, 7, 2),
             c = quantize::seeded_samples(network, 8, 2);
  CHECK(a[1][0].data == b[1][0].data);
  CHECK(a[0][0].data != a[1][0].data);
  CHECK(a[0][0].data != c[0][0].data);
}

TEST_CASE("the distance of two tensors") {
  const auto d = quantize::distance(float_tensor({2, 3}, {1, 2, 3, 4, 5, 6}), float_tensor({2, 3}, {1, 2, 4, 9, 5, 6}));
  CHECK(d.maximum == 5);
  CHECK(d.mean == Approx(1));
  CHECK(d.largest == 9);
  CHECK(d.rows == 2);
  CHECK(d.equal_top == 1);
  CHECK(quantize::distance(float_tensor({1, 4, 1, 1}, {0, 1, 2, 3}), float_tensor({1, 4, 1, 1}, {0, 1, 2, 3})).rows ==
        1);
}
