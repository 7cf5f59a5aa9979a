// SPDX-License-Identifier: Apache-2.0
#include "onnx/graph_builder.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

TEST_CASE("a tensor is found by its name once it is defined, an appended one is not") {
  GraphBuilder builder("net.onnx");
  CHECK_FALSE(builder.find("x"));
  const TensorId x = builder.define("input 'x'", {"x", ElementType::kFloat32, {2}, {}, false});
  const TensorId c = builder.append({"c", ElementType::kFloat32, {}, {0, 0, 0, 0}, true});
  CHECK(builder.find("x") == x);
  CHECK_FALSE(builder.find("c"));
  CHECK(builder.is_constant(c));
  CHECK_FALSE(builder.is_constant(x));
  CHECK_FALSE(builder.is_constant(kNoTensor));
  CHECK_THROWS_WITH(builder.define("input 'x'", {"x", ElementType::kInt8, {}, {}, false}),
                    Contains("input 'x' is defined twice"));
}

TEST_CASE("the sum of all tensors has a limit, constants and those of the run together") {
  GraphBuilder builder("net.onnx", {}, UINT64_MAX);
  const std::int64_t gib = std::int64_t{1} << 30;
  for (int i = 0; i < 31; ++i) builder.append({"t", ElementType::kFloat32, {gib / 2}, {}, false});
  builder.define("w", {"w", ElementType::kInt8, {2 * gib}, {}, true});
  CHECK_THROWS_WITH(
      builder.append({"one", ElementType::kInt8, {}, {}, false}),
      Contains("net.onnx: the tensors up to 'one' take 64.0 GiB in all; at most 64.0 GiB are allowed, on any machine"));
}

TEST_CASE("the sum of all tensors is held against the memory that is free") {
  GraphBuilder builder("net.onnx", {}, 100);
  builder.append({"t", ElementType::kFloat32, {25}, {}, false});
  CHECK_THROWS_WITH(
      builder.append({"one", ElementType::kInt8, {}, {}, false}),
      Contains("up to 'one' take 101 bytes in all; at most 100 bytes are allowed, the memory that is free"));
}

TEST_CASE("messages start with the file and what is wrong in it") {
  const GraphBuilder builder("net.onnx");
  CHECK(builder.tensor_what("input", "x") == "net.onnx: input 'x'");
  CHECK(builder.node_what("y", "Relu", 4) == "net.onnx: node 'y' (Relu)");
  CHECK(builder.node_what("", "Relu", 4) == "net.onnx: node number 4 (Relu)");
}

TEST_CASE("a tensor of the run has elements") {
  CHECK_NOTHROW(check_run_time_shape("x", ElementType::kInt8, {}));
  CHECK_THROWS_WITH(check_run_time_shape("x", ElementType::kInt8, {2, 0}), Contains("dimension of zero: [2,0]"));
}
