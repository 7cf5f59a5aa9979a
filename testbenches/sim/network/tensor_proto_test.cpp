// SPDX-License-Identifier: Apache-2.0
#include "network/tensor_proto.hpp"

#include <onnx/onnx_pb.h>

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

onnx::TensorProto proto_of(int type, const Shape& shape) {
  onnx::TensorProto proto;
  proto.set_data_type(type);
  for (std::int64_t d : shape) proto.add_dims(d);
  return proto;
}

}  // namespace

TEST_CASE("every element type has its number in ONNX, and no other number has one") {
  int known = 0;
  for (int number = -1; number < 40; ++number) {
    const auto type = element_type_of(number);
    if (!type) continue;
    ++known;
    CHECK(onnx_data_type_of(*type) == number);
  }
  CHECK(known == 6);
  CHECK(onnx_data_type_name(onnx::TensorProto::DOUBLE) == "DOUBLE");
  CHECK(onnx_data_type_name(99) == "number 99");
}

TEST_CASE("values are the same as raw bytes and one by one") {
  onnx::TensorProto typed = proto_of(onnx::TensorProto::INT8, {2, 1}), raw = typed;
  typed.add_int32_data(-128);
  typed.add_int32_data(5);
  raw.set_raw_data(std::string("\x80\x05", 2));
  const HostTensor a = tensor_from_proto(typed, "t"), b = tensor_from_proto(raw, "t");
  CHECK(a.type == ElementType::kInt8);
  CHECK(a.shape == Shape{2, 1});
  CHECK(a.data == b.data);
  CHECK(integer_at(a, 0) == -128);
}

TEST_CASE("a bool is 0 or 1, whatever its byte") {
  onnx::TensorProto raw = proto_of(onnx::TensorProto::BOOL, {3});
  raw.set_raw_data(std::string("\x00\x01\x40", 3));
  CHECK(tensor_from_proto(raw, "t").data == std::vector<std::uint8_t>{0, 1, 1});
}

TEST_CASE("a tensor that does not hold what its shape and type say is refused by name") {
  onnx::TensorProto few = proto_of(onnx::TensorProto::INT32, {2});
  few.add_int32_data(1);
  CHECK_THROWS_WITH(tensor_from_proto(few, "t"), Contains("t has 1 values, its shape [2] needs 2"));
  onnx::TensorProto cut = proto_of(onnx::TensorProto::FLOAT, {2});
  cut.set_raw_data("1234");
  CHECK_THROWS_WITH(tensor_from_proto(cut, "t"), Contains("4 bytes of raw data") && Contains("needs 8"));
  onnx::TensorProto large = proto_of(onnx::TensorProto::UINT8, {1});
  large.add_int32_data(256);
  CHECK_THROWS_WITH(tensor_from_proto(large, "t"), Contains("the value 256 at 0, outside uint8"));
  CHECK_THROWS_WITH(tensor_from_proto(proto_of(onnx::TensorProto::FLOAT16, {1}), "t"), Contains("FLOAT16"));
  CHECK_THROWS_WITH(tensor_from_proto(proto_of(onnx::TensorProto::FLOAT, {-1}), "t"), Contains("negative"));
  onnx::TensorProto external = proto_of(onnx::TensorProto::FLOAT, {1});
  external.set_data_location(onnx::TensorProto::EXTERNAL);
  CHECK_THROWS_WITH(tensor_from_proto(external, "t"), Contains("external file"));
}
