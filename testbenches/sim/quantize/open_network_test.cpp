// SPDX-License-Identifier: Apache-2.0
//
// Float files on their way to the compiler, and written as QDQ files that read the same.
#include "quantize/open_network.hpp"

#include "catch.hpp"
#include "normalize/normalize.hpp"
#include "normalize/reader.hpp"
#include "onnx/writer.hpp"
#include "quantize/calibration.hpp"
#include "sim/onnx/run_network.hpp"
#include "sim/quantize/float_networks.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a quantized file that was written reads as the network that was quantized") {
  for (const int opset : {9, 13}) {
    const TemporaryFolder folder;
    small_resnet(2, opset).write(folder.file("net.onnx"));
    write_onnx(folder.file("q.onnx"), quantize::quantize_file(folder.file("net.onnx"), {}));
    const Network read = read_network(folder.file("q.onnx"));
    const quantize::OpenedNetwork opened = quantize::open_network(folder.file("net.onnx"), {});
    REQUIRE(opened.was_float);
    CHECK_FALSE(opened.float_network);
    CHECK(read.nodes.size() == opened.network.nodes.size());
    const auto inputs = quantize::seeded_samples(load_model(folder.file("q.onnx")), 5, 1)[0];
    const auto a = test::run_network(read, inputs), b = test::run_network(opened.network, inputs);
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].data == b[i].data);
    CHECK_FALSE(quantize::open_network(folder.file("q.onnx"), {}).was_float);
    CHECK_THROWS_WITH(quantize::quantize_file(folder.file("q.onnx"), {}), Contains("quantized already"));
  }
}

TEST_CASE("operators whose constants became attributes are written so that they read the same") {
  for (const int opset : {9, 10, 13}) {
    INFO("operator set " << opset);
    const bool inputs_since_11 = opset >= 11;
    ModelBuilder b(opset);
    b.input("x", ElementType::kFloat32, {1, 4, 6, 6});
    if (inputs_since_11) {
      b.floats("low", {}, {-0.5f})
          .floats("high", {}, {0.5f})
          .int64s("pads", {8}, {0, 0, 1, 1, 0, 0, 1, 0})
          .floats("fill", {}, {0.25f});
      b.node("Clip", {"x", "low", "high"}, {"clipped"}).node("Pad", {"clipped", "pads", "fill"}, {"padded"});
      b.int64s("axes", {1}, {2}).node("ReduceSum", {"padded", "axes"}, {"summed"}).integer("keepdims", 1);
    } else {
      b.node("Clip", {"x"}, {"clipped"}).number("min", -0.5f).number("max", 0.5f);
      b.node("Pad", {"clipped"}, {"padded"}).ints("pads", {0, 0, 1, 1, 0, 0, 1, 0}).number("value", 0.25f);
      b.node("ReduceSum", {"padded"}, {"summed"}).ints("axes", {2}).integer("keepdims", 1);
    }
    if (opset >= 10) {
      b.int64s("starts", {2}, {1, 0}).int64s("ends", {2}, {3, 6}).int64s("slice_axes", {2}, {1, 3});
      b.node("Slice", {"padded", "starts", "ends", "slice_axes"}, {"part"});
    } else {
      b.node("Slice", {"padded"}, {"part"}).ints("starts", {1, 0}).ints("ends", {3, 6}).ints("axes", {1, 3});
    }
    b.node("Softmax", {"part"}, {"soft"}).integer("axis", 1);
    b.int64s("shape", {2}, {2, -1}).node("Reshape", {"soft", "shape"}, {"y"});
    b.output("y", ElementType::kFloat32, {2, 48}).output("summed", ElementType::kFloat32, {1, 4, 1, 7});
    const OnnxGraph network = loaded(b);
    const TemporaryFolder folder;
    write_onnx(folder.file("again.onnx"), network);
    const Network again = read_network(folder.file("again.onnx"));
    const auto sample = quantize::seeded_samples(network, 6, 1)[0];
    const auto expected = quantize::run_float_outputs(network, sample), found = test::run_network(again, sample);
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(quantize::distance(found[i], expected[i]).maximum < 1e-6);
  }
}

TEST_CASE("operators that resample or repeat are written so that they read the same") {
  ModelBuilder b(17);
  b.input("x", ElementType::kFloat32, {1, 2, 4, 4});
  b.floats("scales", {4}, {1, 1, 2, 1.5f}).node("Resize", {"x", "", "scales"}, {"wide"}).text("mode", "linear");
  b.int64s("sizes", {4}, {1, 2, 2, 8}).node("Resize", {"x", "", "", "sizes"}, {"low"}).text("mode", "nearest");
  b.int64s("repeats", {4}, {1, 2, 1, 3}).node("Tile", {"x", "repeats"}, {"tiled"});
  b.int64s("k", {}, {-1}).node("Trilu", {"x", "k"}, {"triangle"}).integer("upper", 0);
  b.node("DepthToSpace", {"tiled"}, {"space"}).integer("blocksize", 2).text("mode", "CRD");
  b.output("wide", ElementType::kFloat32, {1, 2, 8, 6}).output("low", ElementType::kFloat32, {1, 2, 2, 8});
  b.output("triangle", ElementType::kFloat32, {1, 2, 4, 4}).output("space", ElementType::kFloat32, {1, 1, 8, 24});
  const OnnxGraph network = loaded(b);
  const TemporaryFolder folder;
  write_onnx(folder.file("again.onnx"), network);
  const Network again = read_network(folder.file("again.onnx"));
  const auto sample = quantize::seeded_samples(network, 8, 1)[0];
  const auto expected = quantize::run_float_outputs(network, sample), found = test::run_network(again, sample);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(found[i].data == expected[i].data);
}

TEST_CASE("a network that has nothing to quantize stays as it is") {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2}).node("Relu", {"x"}, {"y"}).output("y", ElementType::kFloat32, {2});
  const TemporaryFolder folder;
  b.write(folder.file("net.onnx"));
  CHECK_FALSE(quantize::open_network(folder.file("net.onnx"), {}).was_float);
  CHECK_THROWS_AS(quantize::quantize_file(folder.file("net.onnx"), {}), UserError);
}

TEST_CASE("a weight that is no number is named before calibration sees what comes out of it") {
  TemporaryFolder folder;
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 1, 4, 4})
      .floats("w", {1, 1, 1, 1}, {std::numeric_limits<float>::quiet_NaN()});
  b.node("Conv", {"x", "w"}, {"y"}).output("y", ElementType::kFloat32, {1, 1, 4, 4});
  b.write(folder.file("net.onnx"));
  CHECK_THROWS_WITH(quantize::open_network(folder.file("net.onnx"), {}), Contains("net.onnx") && Contains("'w'"));
}
