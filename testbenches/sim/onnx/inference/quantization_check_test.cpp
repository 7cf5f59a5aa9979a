// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/quantization_check.hpp"

#include <cstring>
#include <limits>

#include "catch.hpp"
#include "onnx/inference/microsoft.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

Tensor floats(const std::string& name, const std::vector<float>& values) {
  Tensor t{name, ElementType::kFloat32, {static_cast<std::int64_t>(values.size())}, {}, true};
  t.data.resize(values.size() * sizeof(float));
  std::memcpy(t.data.data(), values.data(), t.data.size());
  return t;
}

Tensor bytes(const std::string& name, ElementType type, std::int64_t count) {
  return {name, type, {count}, std::vector<std::uint8_t>(static_cast<std::size_t>(count), 0), true};
}

// x [2,3] -> DequantizeLinear with these.
void dequantize(const Tensor& scale, const Tensor& zero_point, std::int64_t axis = 1,
                ElementType type = ElementType::kInt8) {
  OnnxNode node{{}, "n", "DequantizeLinear", {0, 1, 2}, {}};
  node.ints["axis"] = {axis};
  check_quantization("DequantizeLinear", node, {{"x", type, {2, 3}, {}, false}, scale, zero_point},
                     ElementType::kFloat32, "what");
}

}  // namespace

TEST_CASE("one scale, or one for each element of the axis, and as many zero points") {
  const Tensor one = bytes("z", ElementType::kInt8, 1), three = bytes("z", ElementType::kInt8, 3);
  CHECK_NOTHROW(dequantize(floats("s", {1}), one));
  CHECK_NOTHROW(dequantize(floats("s", {1, 2, 3}), three));
  CHECK_NOTHROW(dequantize(floats("s", {1, 2}), bytes("z", ElementType::kInt8, 2), -2));
  CHECK_THROWS_WITH(dequantize(floats("s", {1, 2}), one), Contains("'s' has 2 values; 1 or 3 are needed"));
  CHECK_THROWS_WITH(dequantize(floats("s", {1, 2, 3}), one), Contains("1 zero points and 3 scales"));
  CHECK_NOTHROW(dequantize(floats("s", {1}), one, 7));  // not used
  CHECK_THROWS_WITH(dequantize(floats("s", {1, 2, 3}), three, 7), Contains("the axis 7 is not one of [2,3]"));
}

TEST_CASE("a scale is positive and finite") {
  const Tensor z = bytes("z", ElementType::kInt8, 1);
  for (float bad : {0.0f, -1.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    CHECK_THROWS_WITH(dequantize(floats("s", {bad}), z), Contains("must be positive and finite"));
}

TEST_CASE("a zero point has the type of its tensor, and is zero for int32") {
  CHECK_THROWS_WITH(dequantize(floats("s", {1}), bytes("z", ElementType::kUint8, 1)),
                    Contains("zero point 'z' is uint8"));
  Tensor z{"z", ElementType::kInt32, {1}, {0, 0, 0, 0}, true};
  CHECK_NOTHROW(dequantize(floats("s", {1}), z, 1, ElementType::kInt32));
  z.data[1] = 1;
  CHECK_THROWS_WITH(dequantize(floats("s", {1}), z, 1, ElementType::kInt32), Contains("must be 0"));
}

TEST_CASE("the scale of the first input is checked for every operator of com.microsoft") {
  for (const std::string& name : microsoft_operators()) {
    INFO(name);
    const OnnxNode node{{}, "n", name, {0, 1}, {}};
    const std::vector<Tensor> tensors = {{"x", ElementType::kInt8, {2, 3}, {}, false}, floats("s", {-1})};
    CHECK_THROWS_WITH(check_quantization(name, node, tensors, ElementType::kInt8, "what"), Contains("scale 's' is -1"));
  }
}
