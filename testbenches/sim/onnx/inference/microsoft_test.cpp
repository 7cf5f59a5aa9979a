// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/microsoft.hpp"

#include "catch.hpp"
#include "host/call.hpp"
#include "sim/onnx/inference/nodes.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

const std::vector<Tensor> kMicrosoftTensors = {
    {"x", ElementType::kUint8, {1, 3, 4, 5}, {}, false}, {"s", ElementType::kFloat32, {}, {}, false},
    {"z", ElementType::kUint8, {}, {}, false},           {"m", ElementType::kInt8, {2, 3}, {}, false},
    {"n", ElementType::kInt8, {3, 4}, {}, false},        {"zi", ElementType::kInt8, {}, {}, false}};
enum Id : TensorId { kX, kS, kZ, kM, kN, kZi };

}  // namespace

TEST_CASE("every operator of com.microsoft runs on the host, and is known by that name only") {
  for (const std::string& name : microsoft_operators()) {
    INFO(name);
    CHECK(is_microsoft_operator(name));
    CHECK(find_host_operator(name) != nullptr);
  }
  CHECK_FALSE(is_microsoft_operator("QLinearConv"));
}

TEST_CASE("numbers of inputs and outputs and attributes are those of the operator") {
  const auto checked = [](ModelBuilder& b) { check_microsoft_schema(b.last_node(), "what"); };
  ModelBuilder good, few, outputs, attribute, type, unknown;
  CHECK_NOTHROW(checked(good.node("QLinearSigmoid", {"x", "s", "z", "s"}, {"y"})));
  CHECK_THROWS_WITH(checked(few.node("QLinearSigmoid", {"x", "s", "z"}, {"y"})),
                    Contains("3 inputs; allowed are 4 to 5"));
  CHECK_THROWS_WITH(checked(outputs.node("QLinearSigmoid", {"x", "s", "z", "s"}, {"y", "w"})), Contains("2 outputs"));
  CHECK_THROWS_WITH(checked(attribute.node("QLinearSigmoid", {"x", "s", "z", "s"}, {"y"}).integer("k", 1)),
                    Contains("unknown attribute 'k'"));
  CHECK_THROWS_WITH(checked(type.node("QLinearLeakyRelu", {"x", "s", "z", "s"}, {"y"}).integer("alpha", 1)),
                    Contains("'alpha' has the wrong type"));
  CHECK_THROWS_WITH(checked(unknown.node("QAttention", {"x"}, {"y"})), Contains("unknown operator"));
}

TEST_CASE("each input has the type of its place") {
  const auto checked = [](const OnnxNode& n) { check_microsoft_inputs(n, kMicrosoftTensors, "what"); };
  CHECK_NOTHROW(checked(onnx_node("QLinearSigmoid", {kX, kS, kZ, kS, kZ})));
  CHECK_NOTHROW(checked(onnx_node("QLinearSigmoid", {kX, kS, kNoTensor, kS})));
  CHECK_THROWS_WITH(checked(onnx_node("QLinearSigmoid", {kS, kS, kZ, kS})), Contains("'s' is float32; int8 or uint8"));
  CHECK_THROWS_WITH(checked(onnx_node("QLinearSigmoid", {kX, kZ, kZ, kS})),
                    Contains("'z' is uint8; float32 is needed"));
  CHECK_THROWS_WITH(checked(onnx_node("QGemm", {kM, kS, kZi, kN, kS, kZi, kM})), Contains("int32 is needed"));
  OnnxNode last = onnx_node("QLinearGlobalAveragePool", {kX, kS, kZ, kS, kZ});
  last.ints["channels_last"] = {1};
  CHECK_THROWS_WITH(checked(last), Contains("channels_last"));
}

TEST_CASE("types and shapes of what the operators compute") {
  const auto inferred = [](const OnnxNode& n) { return infer_microsoft(n, kMicrosoftTensors, "what"); };
  CHECK(inferred(onnx_node("QLinearGlobalAveragePool", {kX, kS, kZ, kS, kZ})).shape == Shape{1, 3, 1, 1});
  CHECK(inferred(onnx_node("QLinearSigmoid", {kX, kS, kZ, kS, kZ})).shape == Shape{1, 3, 4, 5});
  CHECK(inferred(onnx_node("QLinearAdd", {kX, kS, kZ, kZ, kS, kZ, kS, kZ})).shape == Shape{1, 3, 4, 5});
  const OnnxNode raw = onnx_node("QGemm", {kM, kS, kZi, kN, kS, kZi}),
                 quantized = onnx_node("QGemm", {kM, kS, kZi, kN, kS, kZi, kNoTensor, kS, kZ});
  CHECK(inferred(raw).shape == Shape{2, 4});
  CHECK(inferred(raw).type == ElementType::kFloat32);
  CHECK(inferred(quantized).type == ElementType::kUint8);
  CHECK_THROWS_WITH(inferred(onnx_node("QLinearGlobalAveragePool", {kM, kS, kZi, kS, kZi})), Contains("rank 3 or 4"));
}
