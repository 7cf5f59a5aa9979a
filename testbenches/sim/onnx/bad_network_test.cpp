// SPDX-License-Identifier: Apache-2.0
//
// Networks that are wrong: one line that names the file and what is wrong in it.
#include <fstream>
#include <functional>
#include <limits>

#include "catch.hpp"
#include "normalize/reader.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto file = folder.file("bad.onnx");
  std::ofstream(file, std::ios::binary) << bytes;
  try {
    read_network(file);
  } catch (const UserError& error) {
    const std::string message = error.what();
    CHECK(message.rfind(file.string() + ": ", 0) == 0);
    CHECK(message.find('\n') == std::string::npos);
    return message;
  }
  return "accepted";
}

std::string refusal(ModelBuilder& builder) { return refusal(builder.model().SerializeAsString()); }

// A correct network with a convolution, for changes: x -> dx, weights w (initializer w_q), bias b,
// conv -> y.
ModelBuilder good() {
  ModelBuilder builder;
  builder.input("x", kI8, {1, 2, 4, 4}).dequantize("x", "dx", {0.1f, 0}, kI8);
  builder.quantized_constant("w", kI8, {3, 2, 1, 1}, {1, 2, 3, 4, 5, 6}, {0.1f}, {0}).floats("b", {3}, {1, 2, 3});
  builder.node("Conv", {"dx", "w", "b"}, {"conv"}).quantize("conv", "y", {0.5f, 0}, kI8).output("y", kI8, {1, 3, 4, 4});
  return builder;
}

onnx::TensorProto& initializer(ModelBuilder& builder, const std::string& name) {
  for (auto& tensor : *builder.graph().mutable_initializer()) {
    if (tensor.name() == name) return tensor;
  }
  throw std::runtime_error("no initializer " + name);
}

onnx::NodeProto& node(ModelBuilder& builder, const std::string& name) {
  for (auto& proto : *builder.graph().mutable_node()) {
    if (proto.name() == name) return proto;
  }
  throw std::runtime_error("no node " + name);
}

std::string changed(const std::function<void(ModelBuilder&)>& change) {
  ModelBuilder builder = good();
  change(builder);
  return refusal(builder);
}

onnx::TensorShapeProto::Dimension& dimension(ModelBuilder& builder, int index) {
  return *builder.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(index);
}

}  // namespace

TEST_CASE("the network that the other cases change is accepted") {
  ModelBuilder builder = good();
  CHECK(refusal(builder) == "accepted");
}

TEST_CASE("a file that is no network is refused") {
  CHECK_THAT(refusal(std::string()), Contains("not an ONNX network"));
  CHECK_THAT(refusal(std::string("PK\x03\x04 something else")), Contains("not an ONNX network: a ZIP archive"));
  CHECK_THAT(refusal(std::string()), Contains("an empty file"));
  CHECK_THAT(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), Contains("a pointer of Git LFS"));
  CHECK_THAT(refusal(std::string("\x1c\0\0\0TFL3\x14\0", 10)), Contains("a TensorFlow Lite file"));
  CHECK_THAT(refusal("\n<!DOCTYPE html><html>"), Contains("an HTML or XML page"));
  CHECK_THAT(refusal("{\"error\": 404}"), Contains("JSON text"));
  CHECK_THAT(refusal("  \n"), Contains("nothing but blanks"));
  CHECK_THAT(refusal(onnx::ModelProto().SerializeAsString() + std::string("\x08\x08", 2)), Contains("no graph"));
  CHECK_THROWS_WITH(read_network("/nonexistent/net.onnx"), Contains("/nonexistent/net.onnx: no such file"));
  CHECK_THROWS_WITH(read_network("/"), Contains("not a regular file"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.model().mutable_opset_import(0)->set_version(99); }),
             Contains("operator set 99"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.graph().clear_output(); }), Contains("no output"));
}

TEST_CASE("dynamic and impossible shapes are refused by name") {
  CHECK_THAT(changed([](ModelBuilder& b) { dimension(b, 0).set_dim_param("batch"); }),
             Contains("input 'x': dimension 0 is dynamic ('batch')"));
  CHECK_THAT(changed([](ModelBuilder& b) { dimension(b, 3).clear_value(); }),
             Contains("dimension 3 is dynamic (no value)"));
  CHECK_THAT(changed([](ModelBuilder& b) { dimension(b, 1).set_dim_value(0); }),
             Contains("input 'x' has a dimension of zero"));
  CHECK_THAT(changed([](ModelBuilder& b) { dimension(b, 1).set_dim_value(-5); }), Contains("negative dimension"));
  CHECK_THAT(changed([](ModelBuilder& b) { dimension(b, 1).set_dim_value(std::int64_t{1} << 40); }),
             Contains("too large"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               for (int i : {0, 1, 2, 3}) dimension(b, i).set_dim_value(std::int64_t{1} << 30);
             }),
             Contains("too large"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               b.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
             }),
             Contains("has no shape"));
  CHECK_THAT(
      changed([](ModelBuilder& b) {
        b.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::DOUBLE);
      }),
      Contains("DOUBLE"));
  CHECK_THAT(changed([](ModelBuilder& b) { dimension(b, 1).set_dim_value(3); }), Contains("do not fit together"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               b.graph()
                   .mutable_output(0)
                   ->mutable_type()
                   ->mutable_tensor_type()
                   ->mutable_shape()
                   ->mutable_dim(1)
                   ->set_dim_value(4);
             }),
             Contains("output 'y' is declared as int8 [1,4,4,4], the nodes compute int8 [1,3,4,4]"));
  CHECK_THAT(
      changed([](ModelBuilder& b) {
        b.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim()->RemoveLast();
      }),
      Contains("the weights 'w' have the shape"));
}

TEST_CASE("initializers whose data do not fit are refused by name") {
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "w_q").set_raw_data("abc"); }),
             Contains("initializer 'w_q' has 3 bytes of raw data"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "w_q").set_dims(0, std::int64_t{1} << 62); }),
             Contains("too large"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "w_q").set_dims(0, -1); }), Contains("negative dimension"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               initializer(b, "w_q").set_dims(0, 0);
               initializer(b, "w_q").set_raw_data("");
             }),
             Contains("dimension of zero"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "b").add_float_data(1); }),
             Contains("initializer 'b' has 4 values"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               initializer(b, "b").add_float_data(1);
               initializer(b, "b").set_dims(0, 4);
             }),
             Contains("bias 'b' has the shape [4]"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "b").set_data_type(onnx::TensorProto::DOUBLE); }),
             Contains("DOUBLE"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "b").set_data_location(onnx::TensorProto::EXTERNAL); }),
             Contains("external file"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "b").set_name("w_q"); }), Contains("defined twice"));
}

TEST_CASE("scales must be positive and finite, zero points of the right type") {
  const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  for (const char* name : {"dx_scale", "w_scale", "y_scale"}) {
    for (float scale : {0.0f, -0.1f, infinity, -infinity, nan}) {
      const std::string message = changed([&](ModelBuilder& b) { initializer(b, name).set_float_data(0, scale); });
      CHECK_THAT(message, Contains(std::string("scale '") + name + "'") && Contains("must be positive and finite"));
    }
  }
  CHECK_THAT(changed([](ModelBuilder& b) {
               initializer(b, "dx_scale").set_float_data(0, 1e30f);
               initializer(b, "w_scale").set_float_data(0, 1e30f);
             }),
             Contains("node 'conv'"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "y_zero").set_data_type(onnx::TensorProto::INT16); }),
             Contains("INT16"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "dx_zero").set_data_type(onnx::TensorProto::UINT8); }),
             Contains("node 'dx' (DequantizeLinear)"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               initializer(b, "w_scale").add_dims(2);
               initializer(b, "w_scale").add_float_data(1);
             }),
             Contains("'w_scale' has 2 values") || Contains("zero points and 2 scales"));
  CHECK_THAT(changed([](ModelBuilder& b) { initializer(b, "b").set_float_data(1, 1e30f); }),
             Contains("bias 'b' does not fit in int32"));
  CHECK_THAT(changed([&](ModelBuilder& b) { initializer(b, "b").set_float_data(1, nan); }),
             Contains("bias 'b' does not fit in int32"));
}

TEST_CASE("wiring that is wrong is refused by node and tensor") {
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").set_input(0, "absent"); }),
             Contains("node 'conv' (Conv): input 'absent' is neither an input of the network, an "
                      "initializer nor the output of a node"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").set_input(0, "y"); }), Contains("cycle"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").set_output(0, "dx"); }),
             Contains("output 'dx' is defined twice") || Contains("neither"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.node("Relu", {"dx"}, {"x"}); }), Contains("output 'x' is defined twice"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.input("x", kI8, {1}); }), Contains("input 'x' is defined twice"));
  CHECK_THAT(changed([](ModelBuilder& b) {
               b.output("y", kI8, {1, 3, 4, 4});
             }),
             Contains("output 'y' is defined twice"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.output("nobody", kI8, {1}); }),
             Contains("output 'nobody' is not computed by any node"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").clear_input(); }), Contains("node 'conv'"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").clear_output(); }), Contains("node"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").set_input(0, ""); }),
             Contains("node 'conv' (Conv)") && Contains("input 0"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").set_input(1, ""); }),
             Contains("node 'conv' (Conv)") && Contains("input 1"));
}

TEST_CASE("nodes in any order are sorted") {
  ModelBuilder builder = good();
  auto& nodes = *builder.graph().mutable_node();
  for (int i = 0; i < nodes.size() / 2; ++i) nodes.SwapElements(i, nodes.size() - 1 - i);
  CHECK(builder.read().nodes.size() == 1);
}

TEST_CASE("an operator that is not supported is refused by name, with what is") {
  const std::string message = changed([](ModelBuilder& b) { b.node("Sigmoyd", {"dx"}, {"l"}).output("l", kF32, {1}); });
  CHECK_THAT(message, Contains("node 'l' (Sigmoyd): operator 'Sigmoyd' is not supported, did you mean \"Sigmoid\"?"));
  CHECK(message.size() < 250);
  CHECK_THAT(changed([](ModelBuilder& b) { b.node("MatMulNBits", {"dx"}, {"l"}, "com.microsoft"); }),
             Contains("its weights have 4 bits or fewer"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.node("Attention", {"dx"}, {"l"}, "com.microsoft"); }),
             Contains("'com.microsoft.Attention' is not supported"));
  CHECK_THAT(changed([](ModelBuilder& b) { b.node("Conv", {"dx"}, {"l"}, "my.domain"); }),
             Contains("'my.domain.Conv' is not supported"));
  CHECK_THAT(changed([](ModelBuilder& b) { node(b, "conv").set_op_type("Co\nnv"); }), Contains("Co\\x0anv"));
}

TEST_CASE("attributes that are wrong are refused by node") {
  CHECK_THAT(changed([](ModelBuilder& b) {
               node(b, "conv").set_name("c"), b.graph().mutable_node(2)->add_attribute()->set_name("color");
             }),
             Contains("node 'c' (Conv)") && Contains("color"));
  const auto conv = [](const char* name, const std::vector<std::int64_t>& values) {
    return changed([&](ModelBuilder& b) {
      auto& attribute = *node(b, "conv").add_attribute();
      attribute.set_name(name);
      attribute.set_type(onnx::AttributeProto::INTS);
      for (std::int64_t value : values) attribute.add_ints(value);
    });
  };
  CHECK_THAT(conv("strides", {0, 0}), Contains("node 'conv' (Conv): attribute strides holds 0"));
  CHECK_THAT(conv("strides", {std::numeric_limits<std::int64_t>::min(), 1}), Contains("strides"));
  CHECK_THAT(conv("dilations", {1, 1, 1}), Contains("3 values, 2 are needed"));
  CHECK_THAT(conv("pads", {std::numeric_limits<std::int64_t>::max(), 0, 0, 0}), Contains("pads"));
  CHECK_THAT(conv("kernel_shape", {2, 2}), Contains("the weights have [1,1]"));
  CHECK_THAT(conv("group", {2}), Contains("node 'conv'"));  // a list where a number is needed
  CHECK_THAT(changed([](ModelBuilder& b) {
               for (std::int64_t group : {0, 3}) {
                 auto& attribute = *node(b, "conv").add_attribute();
                 attribute.set_name("group");
                 attribute.set_type(onnx::AttributeProto::INT);
                 attribute.set_i(group);
               }
             }),
             Contains("attribute 'group' appears twice"));
}

TEST_CASE("shapes that do not fit together are refused by node") {
  const auto gemm = [](const Shape& w, const Shape& c) {
    ModelBuilder builder;
    builder.input("x", kF32, {2, 3}).floats("w", w, std::vector<float>(static_cast<std::size_t>(element_count(w)), 1));
    builder.floats("c", c, std::vector<float>(static_cast<std::size_t>(element_count(c)), 1))
        .node("Gemm", {"x", "w", "c"}, {"y"});
    builder.output("y", kF32, {2, 4});
    return refusal(builder);
  };
  CHECK(gemm({3, 4}, {4}) == "accepted");
  CHECK_THAT(gemm({5, 4}, {4}), Contains("node 'y' (Gemm): the shapes [2,3] and [5,4] do not multiply"));
  CHECK_THAT(gemm({3, 4}, {3}), Contains("the bias 'c' has the shape [3], the product [2,4]"));
  CHECK_THAT(gemm({3, 4}, {1, 2, 4}), Contains("the bias 'c'"));
  const auto one = [](const std::string& op, const Shape& x, const std::vector<std::string>& more,
                      const std::function<void(ModelBuilder&)>& attributes) {
    ModelBuilder builder;
    builder.input("x", kF32, x).floats("p", {2}, {1, 1});
    std::vector<std::string> inputs = {"x"};
    inputs.insert(inputs.end(), more.begin(), more.end());
    builder.node(op, inputs, {"y"}).output("y", kF32, x);
    attributes(builder);
    return refusal(builder);
  };
  const auto nothing = [](ModelBuilder&) {};
  CHECK(one("BatchNormalization", {1, 2, 3}, {"p", "p", "p", "p"}, nothing) == "accepted");
  CHECK_THAT(one("BatchNormalization", {1, 3, 2}, {"p", "p", "p", "p"}, nothing),
             Contains("'p' has the shape [2]; [3] is needed"));
  CHECK_THAT(one("Transpose", {2, 2}, {},
                 [](ModelBuilder& b) {
                   b.ints("perm", {0, 0});
                 }),
             Contains("node 'y' (Transpose)") && Contains("perm"));
  CHECK_THAT(one("Transpose", {2, 2}, {},
                 [](ModelBuilder& b) {
                   b.ints("perm", {0, 2});
                 }),
             Contains("node 'y' (Transpose)"));
  CHECK_THAT(one("MatMul", {2, 3}, {"p"}, nothing), Contains("node 'y' (MatMul)"));
  CHECK_THAT(one("Add", {2, 3}, {"p"}, nothing), Contains("node 'y' (Add)"));
}

TEST_CASE("operators outside ONNX's own set are checked too") {
  const auto added = [](const std::vector<std::string>& inputs, ElementType scale_type = kF32) {
    ModelBuilder builder;
    builder.input("a", kI8, {2, 3}).input("b", kI8, {2, 3}).input("u", kU8, {2, 3}).input("c", kI8, {4});
    if (scale_type == kF32) {
      builder.floats("s", {}, {1});
    } else {
      builder.int32s("s", {}, {1});
    }
    builder.bytes("z", kI8, {}, {0}).bytes("uz", kU8, {}, {0}).floats("zero", {}, {0}).floats("two", {2}, {1, 1});
    builder.node("QLinearAdd", inputs, {"y"}, "com.microsoft").output("y", kI8, {2, 3});
    return refusal(builder);
  };
  CHECK(added({"a", "s", "z", "b", "s", "z", "s", "z"}) == "accepted");
  CHECK_THAT(added({"a", "s", "z", "b", "s", "z"}), Contains("6 inputs; allowed are 7 to 8"));
  CHECK_THAT(added({"a", "s", "z", "c", "s", "z", "s", "z"}), Contains("[2,3] and [4] do not broadcast"));
  CHECK_THAT(added({"a", "zero", "z", "b", "s", "z", "s", "z"}), Contains("scale 'zero' is 0"));
  CHECK_THAT(added({"a", "two", "z", "b", "s", "z", "s", "z"}), Contains("'two' has 2 values; 1 is needed"));
  CHECK_THAT(added({"a", "s", "uz", "b", "s", "z", "s", "z"}), Contains("zero point 'uz' is uint8, its tensor int8"));
  CHECK_THAT(added({"a", "s", "z", "", "s", "z", "s", "z"}), Contains("input 3 is missing"));
  CHECK_THAT(added({"s", "s", "z", "b", "s", "z", "s", "z"}), Contains("QLinearAdd"));
  CHECK_THAT(added({"a", "s", "z", "b", "s", "z", "s", "z"}, ElementType::kInt32),
             Contains("'s' is int32; float32 is needed"));
}

TEST_CASE("a small file does not become a large network") {
  ModelBuilder builder;
  builder.input("x", kF32, {1})
      .floats("one", {1}, {1})
      .int64s("shape", {2}, {20000, 20000})
      .node("Expand", {"one", "shape"}, {"big"});
  builder.node("ReduceSum", {"big"}, {"sum"})
      .integer("keepdims", 0)
      .node("Add", {"x", "sum"}, {"y"})
      .output("y", kF32, {1});
  CHECK_THAT(refusal(builder), Contains("the constants computed up to here exceed"));
}
