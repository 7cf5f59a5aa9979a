// SPDX-License-Identifier: Apache-2.0
//
// What a file declares around its nodes; shapes that it leaves open are in model_loader_test.
#include "onnx/graph_interface.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("initializers are constants, and their bytes leave the file's message") {
  ModelBuilder b;
  b.bytes("w", ElementType::kInt8, {2}, {1, -1});
  b.graph().mutable_initializer(0)->clear_int32_data();
  b.graph().mutable_initializer(0)->set_raw_data("\x01\xff");
  GraphBuilder builder("net.onnx");
  add_initializers(b.graph(), builder);
  const Tensor& w = builder.tensor(builder.find("w").value());
  CHECK(w.is_constant);
  CHECK(w.data == std::vector<std::uint8_t>{1, 255});
  CHECK(b.graph().initializer(0).raw_data().empty());
}

TEST_CASE("an initializer that old files list among the inputs is no input, but only once") {
  ModelBuilder b;
  b.input("x", kF32, {2}).input("w", kF32, {2}).floats("w", {2}, {1, 2});
  const auto inputs = [](ModelBuilder file) {  // a copy: reading takes the weights out of the file
    GraphBuilder builder("net.onnx");
    add_initializers(file.graph(), builder);
    add_inputs(file.graph(), {}, builder);
    return builder.graph().inputs.size();
  };
  CHECK(inputs(b) == 1);
  CHECK_THROWS_WITH(inputs(b.input("w", kF32, {2})), Contains("input 'w' is defined twice"));
}

TEST_CASE("an output has the declared type and shape, and is there once") {
  GraphBuilder builder("net.onnx");
  builder.define("x", {"x", kF32, {2, 3}, {}, false});
  const auto outputs = [&](const ModelBuilder& declared) {
    ModelBuilder b = declared;
    add_outputs(b.graph(), builder);
  };
  CHECK_NOTHROW(outputs(ModelBuilder().output("x", kF32, {2, 3})));
  CHECK_THROWS_WITH(outputs(ModelBuilder()), Contains("has no output"));
  CHECK_THROWS_WITH(outputs(ModelBuilder().output("z", kF32, {2, 3})), Contains("'z' is not computed"));
  CHECK_THROWS_WITH(outputs(ModelBuilder().output("x", kF32, {2, 4})), Contains("[2,4]") && Contains("[2,3]"));
  CHECK_THROWS_WITH(outputs(ModelBuilder().output("x", ElementType::kInt8, {2, 3})), Contains("int8"));
  CHECK_THROWS_WITH(outputs(ModelBuilder().output("x", kF32, {2, 3}).output("x", kF32, {2, 3})), Contains("twice"));
}
