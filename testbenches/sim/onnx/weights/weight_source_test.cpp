// SPDX-License-Identifier: Apache-2.0
//
// Are the weights of missing files drawn if that is asked for, and only those?
#include "onnx/weights/weight_source.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "onnx/model_loader.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

namespace {

void set_external(onnx::TensorProto& tensor, const std::string& file) {
  tensor.clear_float_data();
  tensor.clear_int64_data();
  tensor.clear_raw_data();
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value(file);
}

// Two products; the weights of the first are in a.bin, those of the second in b.bin.
struct Products {
  TemporaryFolder folder;
  fs::path net = folder.file("net.onnx");

  Products() {
    ModelBuilder b;
    b.input("x", ElementType::kFloat32, {1, 2}).output("y", ElementType::kFloat32, {1, 2});
    b.floats("a", {2, 2}, {0, 0, 0, 0}).floats("b", {2, 2}, {0, 0, 0, 0});
    b.node("MatMul", {"x", "a"}, {"h"}).node("MatMul", {"h", "b"}, {"y"});
    set_external(*b.graph().mutable_initializer(0), "a.bin");
    set_external(*b.graph().mutable_initializer(1), "b.bin");
    b.write(net);
  }

  OnnxGraph load(std::optional<std::uint32_t> seed) const {
    LoadOptions options;
    options.random_weights = seed;
    return load_model(net, options);
  }
  void write(const std::string& file, const std::vector<float>& values) const {
    std::ofstream(folder.file(file), std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * 4));
  }
};

std::vector<std::uint8_t> bytes_of(const OnnxGraph& graph, const std::string& name) {
  for (const Tensor& tensor : graph.tensors)
    if (tensor.name == name) return tensor.data;
  FAIL("no tensor " << name);
  return {};
}

}  // namespace

TEST_CASE("missing weights are drawn by seed and name, and counted") {
  const Products products;
  const OnnxGraph first = products.load(1);
  CHECK(first.random_weights.tensors == 2);
  CHECK(first.random_weights.bytes == 32);
  CHECK(bytes_of(first, "a") != bytes_of(first, "b"));
  CHECK(bytes_of(products.load(1), "a") == bytes_of(first, "a"));
  CHECK(bytes_of(products.load(2), "a") != bytes_of(first, "a"));
}

TEST_CASE("a file that is there is read, and the others are drawn as if it were not") {
  const Products products;
  const OnnxGraph before = products.load(1);
  products.write("a.bin", {1, 2, 3, 4});
  const OnnxGraph graph = products.load(1);
  CHECK(graph.random_weights.tensors == 1);
  CHECK(bytes_of(graph, "a")[3] == 0x3f);  // of 1.0f
  CHECK(bytes_of(graph, "b") == bytes_of(before, "b"));
  products.write("b.bin", {1, 2, 3, 4});
  CHECK(products.load(1).random_weights.tensors == 0);
  CHECK(products.load(std::nullopt).random_weights.tensors == 0);
}

TEST_CASE("without a seed the message names the option") {
  CHECK_THROWS_WITH(Products().load(std::nullopt),
                    Contains("net.onnx: initializer 'a' is stored in 'a.bin': no such file; --random-weights draws the "
                             "values (cycles hardly depend on them)"));
}

TEST_CASE("what is there but no file of the right size is refused, with a seed too") {
  const Products products;
  products.write("b.bin", {1, 2, 3, 4});
  const auto refused = [&](const std::string& why) {
    INFO(why);
    CHECK_THROWS_WITH(products.load(1), Contains("'a'") && Contains(why));
    fs::remove(products.folder.file("a.bin"));
  };
  products.write("a.bin", {1, 2, 3});
  refused("12 bytes of 'a.bin', float32 [2,2] needs 16");
  fs::create_symlink("nowhere.bin", products.folder.file("a.bin"));
  refused("no such file");
  fs::create_symlink("../nowhere.bin", products.folder.file("a.bin"));
  refused("outside of the network's folder");
  REQUIRE(::mkfifo(products.folder.file("a.bin").c_str(), 0600) == 0);
  refused("no regular file");
  fs::create_directory(products.folder.file("a.bin"));
  refused("no regular file");
  fs::create_hard_link(products.folder.file("b.bin"), products.folder.file("a.bin"));
  refused("hard links");
}

TEST_CASE("a missing tensor that decides a shape is refused by name") {
  const TemporaryFolder folder;
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2, 2}).int64s("shape", {1}, {4}).output("y", ElementType::kFloat32, {4});
  b.node("Reshape", {"x", "shape"}, {"y"});
  set_external(*b.graph().mutable_initializer(0), "w.bin");
  b.write(folder.file("net.onnx"));
  LoadOptions options;
  for (const bool is_random : {false, true}) {
    if (is_random) options.random_weights = 1;
    CHECK_THROWS_WITH(load_model(folder.file("net.onnx"), options),
                      Contains("'shape' is stored in 'w.bin': no such file; its values decide shapes"));
  }
}

TEST_CASE("indices into a table are drawn, and lie in it") {
  const TemporaryFolder folder;
  ModelBuilder b;
  b.floats("table", {1, 4}, {1, 2, 3, 4}).int64s("rows", {3}, {0, 0, 0}).input("x", ElementType::kFloat32, {3, 4});
  b.node("Gather", {"table", "rows"}, {"g"}).node("Add", {"x", "g"}, {"y"}).output("y", ElementType::kFloat32, {3, 4});
  set_external(*b.graph().mutable_initializer(1), "w.bin");
  b.write(folder.file("net.onnx"));
  LoadOptions options;
  options.random_weights = 1;
  CHECK(load_model(folder.file("net.onnx"), options).random_weights.bytes == 24);
}

TEST_CASE("the value of a Constant may be in another file, or be drawn") {
  const TemporaryFolder folder;
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2}).output("y", ElementType::kFloat32, {2});
  b.node("Constant", {}, {"c"});
  auto& value = *b.last_node().add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  value.mutable_t()->add_dims(2);
  set_external(*value.mutable_t(), "w.bin");
  b.node("Div", {"x", "c"}, {"y"});
  b.write(folder.file("net.onnx"));
  CHECK_THROWS_WITH(load_model(folder.file("net.onnx")), Contains("Constant") && Contains("--random-weights"));
  LoadOptions options;
  options.random_weights = 1;
  const OnnxGraph drawn = load_model(folder.file("net.onnx"), options);
  CHECK(drawn.random_weights.tensors == 1);
  CHECK(reinterpret_cast<const float*>(bytes_of(drawn, "c").data())[0] >= 0.5f);  // a divisor
  const float values[2] = {3, 4};
  std::ofstream(folder.file("w.bin"), std::ios::binary).write(reinterpret_cast<const char*>(values), sizeof values);
  CHECK(reinterpret_cast<const float*>(bytes_of(load_model(folder.file("net.onnx")), "c").data())[1] == 4);
}

TEST_CASE("a missing tensor that is too large is refused before its values are drawn") {
  const TemporaryFolder folder;
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2}).output("y", ElementType::kFloat32, {2});
  b.floats("w", {1 << 16, 1 << 14}, {}).node("Add", {"x", "w"}, {"y"});
  set_external(*b.graph().mutable_initializer(0), "w.bin");
  b.write(folder.file("net.onnx"));
  LoadOptions options;
  options.random_weights = 1;
  CHECK_THROWS_WITH(load_model(folder.file("net.onnx"), options), Contains("'w' is too large"));
}
