// SPDX-License-Identifier: Apache-2.0
//
// What the operators answer to the passes, apart from refusals (placement_test.cpp) and its bits (the test of its name).
#include "catch.hpp"
#include "compiler/operators/operator_table.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {

TEST_CASE("the table knows who writes and reads each tensor, once for each operand") {
  NetworkBuilder b(1);
  const TensorId x = b.input(ElementType::kInt8, {1, 16, 4, 4});
  const TensorId y = b.conv(x, same_size(16));
  b.output(b.add(y, y, ElementType::kInt8));
  const Planned p(b, edge16());
  CHECK(p.nodes.size() == 2);
  CHECK_FALSE(p.nodes.writer(x));
  CHECK(p.nodes.writer(y) == 0u);
  CHECK(p.nodes.readers(y) == std::vector<std::uint32_t>{1, 1});
}

TEST_CASE("a convolution adds and pools if it requantizes, and adds only without a clamp of its own") {
  NetworkBuilder b(2);
  const TensorId x = b.input(ElementType::kInt8, {1, 16, 4, 4});
  ConvOptions plain = same_size(16), raw = plain;
  raw.raw = true;
  b.output(b.conv(x, plain));
  b.output(b.conv(x, plain));
  b.output(b.conv(x, raw));
  Planned p(b, edge16());
  std::get<Conv>(p.network.nodes[1].operation).clamp.low = 0;
  p.with_steps();
  MaxPool pool;
  pool.kernel = pool.stride = {2, 2};
  const auto adds = [&](std::uint32_t n) { return p.nodes[n].can_add(p.plan); };
  const auto pools = [&](std::uint32_t n) { return p.nodes[n].can_pool(pool).has_value(); };
  CHECK((adds(0) && pools(0)));
  CHECK((!adds(1) && pools(1)));
  CHECK((!adds(2) && !pools(2)));
}

TEST_CASE("only windows write into a frame, only matrix products write what the array holds") {
  NetworkBuilder b(3);
  const TensorId image = b.input(ElementType::kInt8, {1, 16, 4, 4}), rows = b.input(ElementType::kInt8, {16, 16});
  std::vector<std::uint8_t> table(256);
  b.conv(image, same_size(16));                                  // 0
  b.max_pool(image, {3, 3}, {1, 1}, {1, 1, 1, 1});               // 1
  b.average_pool(image, {2, 2}, {2, 2}, ElementType::kInt8);     // 2
  b.add(image, image, ElementType::kInt8);                       // 3
  b.lookup(image, table, ElementType::kInt8);                    // 4
  b.gemm(rows, 16, ConvOptions{});                               // 5
  const TensorId product = b.matmul(rows, rows, ConvOptions{});  // 6
  b.output(product);
  const Planned p(b, edge16());
  std::string frames, weights, beside;
  for (std::uint32_t n = 0; n < p.nodes.size(); ++n) {
    frames += p.nodes[n].writes_into_frame() ? '1' : '0';
    weights += p.nodes[n].writes_weight_blocks() ? '1' : '0';
    beside += p.nodes[n].words_beside() ? '1' : '0';
  }
  CHECK(frames == "1100000");
  CHECK(weights == "0000011");
  CHECK(beside == "0100000");
}

TEST_CASE("a right operand is read as weights unless it is the left one as well") {
  NetworkBuilder b(4);
  const TensorId x = b.input(ElementType::kInt8, {16, 16}), y = b.input(ElementType::kInt8, {16, 16});
  b.output(b.matmul(x, y, ConvOptions{}));
  b.output(b.matmul(y, y, ConvOptions{}));
  const Planned p(b, edge16());
  CHECK(p.nodes[0].reads_weight_blocks(y));
  CHECK_FALSE(p.nodes[0].reads_weight_blocks(x));
  CHECK_FALSE(p.nodes[1].reads_weight_blocks(y));
}

TEST_CASE("an average over whole images reads its input as one dense piece, one over windows does not") {
  NetworkBuilder b(5);
  const TensorId x = b.input(ElementType::kInt8, {1, 16, 4, 4});
  b.output(b.average_pool(x, {4, 4}, {1, 1}, ElementType::kInt8));
  b.output(b.average_pool(x, {2, 2}, {2, 2}, ElementType::kInt8));
  Planned p(b, edge16());
  p.with_steps();
  CHECK(p.nodes[0].reads_in_place(p.plan)->dense);
  CHECK_FALSE(p.nodes[1].reads_in_place(p.plan)->dense);
}

TEST_CASE("a max-pooling reads the minimum of its type around an image") {
  for (const ElementType type : {ElementType::kInt8, ElementType::kUint8}) {
    NetworkBuilder b(6);
    b.output(b.max_pool(b.input(type, {1, 16, 4, 4}), {3, 3}, {1, 1}, {1, 1, 1, 1}));
    Planned p(b, edge16());
    p.with_steps();
    const auto frame = p.nodes[0].reads_in_place(p.plan);
    REQUIRE(frame);
    CHECK(frame->top == 1);
    CHECK(frame->pad_value == (type == ElementType::kInt8 ? 0x80 : 0));
  }
}

TEST_CASE("a convolution gains from an unrolled input only where its channels leave rows of the array empty") {
  for (const std::int64_t channels : {3, 16}) {
    NetworkBuilder b(7);
    b.output(b.conv(b.input(ElementType::kInt8, {1, channels, 8, 8}), same_size(16)));
    Planned p(b, edge16());
    p.with_steps();
    const auto unrolled = p.nodes[0].unrolled_input(p.plan);
    CHECK(unrolled.has_value() == (channels == 3));
    if (unrolled) CHECK(unrolled->taps == 3);
  }
}

TEST_CASE("an operator that the chip does not know says so, and why if it computes in float") {
  NetworkBuilder b(8);
  b.output(b.transpose(b.input(ElementType::kInt8, {1, 2, 3, 4}), {0, 1, 3, 2}));
  Planned p(b, edge16());
  CHECK(p.nodes[0].refusal(p.plan) == "the chip has no such operator");
  p.network.tensors[p.output_of(0)].type = ElementType::kFloat32;
  CHECK(p.nodes[0].refusal(p.plan) == "it computes in float32");
}

}  // namespace systole::compiler_test
