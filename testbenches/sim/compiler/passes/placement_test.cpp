// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/placement.hpp"

#include <cmath>

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

std::string placement_reason(NetworkBuilder& b, const Chip& chip) {
  const auto compiled = compiler::compile(b.network(), chip);
  return compiled.placement[0].place == compiler::Place::kHost ? compiled.placement[0].reason : "";
}

}  // namespace

TEST_CASE("scales that the post-processing does not accept put a node on the host") {
  for (const float scale : {1e-39f, -0.5f, std::nanf(""), INFINITY}) {
    NetworkBuilder b(9);
    ConvOptions o;
    b.output(b.conv(b.input(ElementType::kInt8, {1, 2, 3, 3}), o));
    Network network = b.network();
    std::get<Conv>(network.nodes[0].operation).scale = {scale};
    const auto compiled = compiler::compile(network, odd_chips()[0]);
    CHECK(compiled.placement[0].place == compiler::Place::kHost);
    CHECK(compiled.placement[0].reason.find("scale") != std::string::npos);
  }
}

TEST_CASE("a pooling window that the chip cannot hold runs on the host with the same bits") {
  NetworkBuilder b(10);
  b.output(b.max_pool(b.input(ElementType::kInt8, {1, 3, 12, 12}), {9, 9}, {1, 1}));
  const Chip starved = odd_chips()[1];
  CHECK(placement_reason(b, starved).find("patch") != std::string::npos);
  CHECK(compile_and_compare(b.network(), starved, b.random_inputs()) == "");
}

TEST_CASE("a Flatten is looked through if only matrix products on the chip read it") {
  for (const bool output_too : {false, true}) {
    NetworkBuilder b(11);
    const TensorId x = b.conv(b.input(ElementType::kInt8, {2, 16, 3, 3}), same_size(16));
    const TensorId flat = b.reshape(x, {2, 144});
    b.output(b.gemm(flat, 4, ConvOptions{}));
    if (output_too) b.output(flat);
    Planned p(b, edge16());
    p.with_steps();
    CHECK(p.plan.tensors[flat].flattened.has_value() != output_too);
    CHECK(p.plan.nodes[1].placement.place == (output_too ? compiler::Place::kHost : compiler::Place::kFree));
    if (output_too) CHECK(p.reason(1) == "its bytes have to be moved");
  }
}

TEST_CASE("a matrix product of a tensor that a convolution sees as images runs on the host") {
  NetworkBuilder b(12);
  const TensorId x = b.input(ElementType::kInt8, {2, 16, 3, 5});
  b.output(b.conv(x, same_size(16)));
  b.output(b.gemm(x, 4, ConvOptions{}));
  Planned p(b, edge16());
  p.with_steps();
  CHECK(p.plan.on_chip(0));
  CHECK_FALSE(p.plan.on_chip(1));
  CHECK(p.reason(1) == "its tensor is laid out as images for another node");
}

TEST_CASE("a right operand has blocks of array_cols if whoever writes and reads it can do that") {
  for (const bool read_as_rows_too : {false, true}) {
    NetworkBuilder b(13);
    const TensorId x = b.input(ElementType::kInt8, {8, 8});
    const TensorId y = b.gemm(x, 8, ConvOptions{});
    b.output(b.matmul(x, y, ConvOptions{}));
    if (read_as_rows_too) b.output(b.gemm(y, 8, ConvOptions{}));
    Planned p(b, odd_chips()[2]);
    REQUIRE(p.chip.array_rows != p.chip.array_cols);
    p.with_steps();
    CHECK(p.plan.on_chip(1) != read_as_rows_too);
    CHECK(p.plan.tensors[y].block == (read_as_rows_too ? p.chip.array_rows : p.chip.array_cols));
  }
}

TEST_CASE("places of parts of parts add up") {
  NetworkBuilder b(14);
  const TensorId x = b.input(ElementType::kInt8, {1, 4, 3, 3});
  const TensorId a = b.conv(x, same_size(4)), c = b.conv(x, same_size(4)), d = b.conv(x, same_size(4));
  const TensorId inner = b.concat({a, c}, 1), all = b.concat({d, inner}, 1);
  b.output(b.conv(all, same_size(4)));
  Planned p(b, odd_chips()[0]);
  p.with_steps();
  for (TensorId t : {a, c, d, inner}) CHECK(p.plan.tensors[t].storage == all);
  CHECK(p.plan.tensors[d].first_block == 0);
  CHECK(p.plan.tensors[a].first_block == 1);
  CHECK(p.plan.tensors[c].first_block == 2);
}

}  // namespace systole::compiler_test
