// SPDX-License-Identifier: Apache-2.0
//
// Is every half float the float32 of its value, wherever it stands?
#include "onnx/expansion/half_floats.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "onnx/model_loader.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

onnx::TensorProto half(int type, const std::vector<int>& bits, bool raw) {
  onnx::TensorProto tensor;
  tensor.set_name("w");
  tensor.set_data_type(type);
  tensor.add_dims(static_cast<std::int64_t>(bits.size()));
  for (const int each : bits) {
    if (!raw) tensor.add_int32_data(each);
    if (raw) tensor.mutable_raw_data()->append({static_cast<char>(each & 255), static_cast<char>(each >> 8)});
  }
  return tensor;
}

// A node that computes with the tensor: only then it is a weight.
void read(onnx::GraphProto& graph) {
  auto& node = *graph.add_node();
  node.set_op_type("Neg");
  node.add_input("w");
}

std::vector<float> widened(int type, const std::vector<int>& bits, bool raw) {
  onnx::GraphProto graph;
  *graph.add_initializer() = half(type, bits, raw);
  read(graph);
  widen_half_floats(graph, "file");
  CHECK(graph.initializer(0).data_type() == onnx::TensorProto::FLOAT);
  return {graph.initializer(0).float_data().begin(), graph.initializer(0).float_data().end()};
}

bool has_note(const OnnxGraph& graph, int type) {
  const std::string name = type == onnx::TensorProto::BFLOAT16 ? "bfloat16" : "float16";
  return graph.note == name + " tensors of the file are float32 here";
}

}  // namespace

TEST_CASE("float16 has its values: zeros, subnormals, the largest, infinities and NaN") {
  for (const bool raw : {false, true}) {
    const auto v = widened(onnx::TensorProto::FLOAT16,
                           {0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x3555, 0xfc00, 0x7e00, 0x8000}, raw);
    const std::vector<float> expected = {1,     -2,          5.9604645e-8f, 6.0975552e-5f, 6.1035156e-5f,
                                         65504, 0.33325195f, -INFINITY};
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(v[i] == expected[i]);
    CHECK(std::isnan(v[8]));
    CHECK((v[9] == 0 && std::signbit(v[9])));
  }
}

TEST_CASE("bfloat16 is the upper half of a float32") {
  for (const bool raw : {false, true})
    CHECK(widened(onnx::TensorProto::BFLOAT16, {0x3f80, 0xc049, 0x0080}, raw) ==
          std::vector<float>{1, -3.140625f, 1.1754944e-38f});
}

TEST_CASE("a network of half floats is read as one of float32, and says so") {
  ModelBuilder model(13);
  model.input("x", ElementType::kFloat32, {2}).output("y", ElementType::kFloat32, {2});
  *model.graph().add_initializer() = half(onnx::TensorProto::FLOAT16, {0x3c00, 0xc000}, true);
  for (auto* value : {model.graph().mutable_input(0), model.graph().mutable_output(0)})
    value->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT16);
  model.node("Mul", {"x", "w"}, {"m"}).node("Cast", {"m"}, {"y"}).integer("to", onnx::TensorProto::FLOAT16);
  CHECK(model.load().note == "float16 tensors of the file are float32 here");
  CHECK(model.read().note == model.load().note);
  CHECK(floats_of(run_network(model.load(), {float_tensor({2}, {3, 4})}).at(0)) == std::vector<float>{3, -8});
}

TEST_CASE("a cast to half floats in a network of other weights is not touched: it rounds") {
  ModelBuilder model(13);
  model.input("x", ElementType::kFloat32, {2}).output("y", ElementType::kFloat32, {2});
  model.node("Cast", {"x"}, {"y"}).integer("to", onnx::TensorProto::FLOAT16);
  CHECK_THROWS_WITH(model.load(), Contains("FLOAT16"));
}

TEST_CASE("bits that are none are refused, and tensors in other files wait") {
  onnx::GraphProto graph;
  *graph.add_initializer() = half(onnx::TensorProto::FLOAT16, {0x10000}, false);
  read(graph);
  CHECK_THROWS_WITH(widen_half_floats(graph, "f.onnx"), Contains("f.onnx: tensor 'w' has the bits 65536"));
  graph.mutable_initializer(0)->set_raw_data("abc");
  CHECK_THROWS_WITH(widen_half_floats(graph, "f.onnx"), Contains("odd number of bytes"));
  graph.mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
  graph.mutable_initializer(0)->clear_raw_data();
  CHECK(widen_half_floats(graph, "f.onnx") == "float16");
  CHECK(graph.initializer(0).data_type() == onnx::TensorProto::FLOAT16);
}

TEST_CASE("half floats in another file are read as those in the network's own") {
  const TemporaryFolder folder;
  const std::string bits = {'\x00', '\x3c', '\x00', '\xc0'};  // as float16 1 and -2
  for (const auto& [type, expected] : {std::pair<int, std::vector<float>>{onnx::TensorProto::FLOAT16, {3, -8}},
                                       {onnx::TensorProto::BFLOAT16, {3 * 0.0078125f, 4 * -2.0f}}}) {
    for (const bool in_constant : {false, true}) {
      CAPTURE(type, in_constant);
      ModelBuilder model(13);
      model.input("x", ElementType::kFloat32, {2}).output("y", ElementType::kFloat32, {2});
      onnx::TensorProto w = half(type, {0, 0}, true);
      w.clear_raw_data();
      w.set_data_location(onnx::TensorProto::EXTERNAL);
      auto& entry = *w.add_external_data();
      entry.set_key("location");
      entry.set_value("w.bin");
      if (in_constant) {
        auto& value = *model.node("Constant", {}, {"w"}).last_node().add_attribute();
        value.set_name("value");
        value.set_type(onnx::AttributeProto::TENSOR);
        *value.mutable_t() = w;
      } else {
        *model.graph().add_initializer() = w;
      }
      model.node("Mul", {"x", "w"}, {"y"}).write(folder.file("net.onnx"));

      std::ofstream(folder.file("w.bin"), std::ios::binary) << bits;
      const OnnxGraph read = load_model(folder.file("net.onnx"));
      CHECK(has_note(read, type));
      CHECK(floats_of(run_network(read, {float_tensor({2}, {3, 4})}).at(0)) == expected);
      std::ofstream(folder.file("w.bin"), std::ios::binary) << bits << bits;
      CHECK_THROWS_WITH(load_model(folder.file("net.onnx")), Contains("8 bytes of 'w.bin', half float [2] needs 4"));

      std::filesystem::remove(folder.file("w.bin"));
      CHECK_THROWS_WITH(load_model(folder.file("net.onnx")), Contains("--random-weights"));
      LoadOptions options;
      options.random_weights = 1;
      CHECK(load_model(folder.file("net.onnx"), options).random_weights.bytes == 4);
    }
  }
}
