// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/residency.hpp"

#include "catch.hpp"
#include "compiler/passes/add_fusion.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

const std::optional<compiler::Resident>& resident_of(Planned& p, TensorId t) {
  compiler::fuse_adds(p.with_steps().plan, p.nodes);
  compiler::keep_residents(p.plan, p.nodes);
  return p.plan.tensors[t].resident;
}

}  // namespace

TEST_CASE("a tensor lies in a frame as wide as its widest reader needs, at the top of the buffer") {
  NetworkBuilder b(1);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16));
  const TensorId near = b.conv(x, same_size(16)), far = b.conv(x, same_size(16, 5));
  b.output(near);
  b.output(far);
  Planned p(b, edge16());
  for (const std::uint32_t n : {1u, 2u}) std::get<Conv>(p.network.nodes[n].operation).input_zero_point = 3;
  const auto& r = resident_of(p, x);
  REQUIRE(r);
  CHECK(r->top == 2);
  CHECK(r->left == 2);
  CHECK(r->bottom == 2);
  CHECK(r->right == 2);
  CHECK(r->pad_value == 3);
  CHECK(r->fill);
  CHECK(r->words == 10 * 10);
  CHECK(r->base + r->words == p.chip.activation_words());
}

TEST_CASE("readers that need different padding cannot share a frame") {
  NetworkBuilder b(2);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16));
  b.output(b.conv(x, same_size(16)));
  b.output(b.conv(x, same_size(16)));
  for (const bool equal : {true, false}) {
    Planned p(b, edge16());
    std::get<Conv>(p.network.nodes[1].operation).input_zero_point = 3;
    std::get<Conv>(p.network.nodes[2].operation).input_zero_point = equal ? 3 : 4;
    CHECK(resident_of(p, x).has_value() == equal);
  }
}

TEST_CASE("a residual is read in place, without a frame of its own") {
  NetworkBuilder b(3);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16, 1));
  const TensorId y = b.conv(x, same_size(16, 1));
  b.output(b.add(y, x, ElementType::kInt8));
  Planned p(b, edge16());
  const auto& r = resident_of(p, x);
  REQUIRE(p.plan.nodes[1].fused_add);
  REQUIRE(r);
  CHECK(r->top + r->left + r->bottom + r->right == 0);
  CHECK_FALSE(r->fill);
}

TEST_CASE("an element-wise node cannot write into a frame, and reads nothing in place") {
  NetworkBuilder writes(4), reads(5);
  const TensorId x = writes.input(ElementType::kInt8, {1, 16, 6, 6});
  const TensorId sum = writes.add(x, writes.input(ElementType::kInt8, {1, 16, 6, 6}), ElementType::kInt8);
  writes.output(writes.conv(sum, same_size(16)));
  const TensorId y = reads.conv(reads.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16));
  reads.output(reads.add(y, y, ElementType::kInt8));
  Planned writer(writes, edge16()), reader(reads, edge16());
  CHECK_FALSE(resident_of(writer, sum));
  CHECK_FALSE(resident_of(reader, y));
}

TEST_CASE("a tensor of more than half of the buffer goes to DRAM") {
  NetworkBuilder b(6);
  const TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 8, 8}), same_size(16, 1));
  b.output(b.conv(x, same_size(16, 1)));
  Chip chip = edge16();
  for (const bool fits : {true, false}) {
    chip.activation_bank_words = fits ? 32 : 16;  // of four banks; the tensor has 64 words
    Planned p(b, chip);
    CHECK(resident_of(p, x).has_value() == fits);
  }
}

TEST_CASE("residents that live at the same time have words of their own, others may share them") {
  NetworkBuilder b(7);
  TensorId x = b.conv(b.input(ElementType::kInt8, {1, 16, 6, 6}), same_size(16, 1));
  std::vector<TensorId> chain = {x};
  for (int i = 0; i < 3; ++i) chain.push_back(x = b.conv(x, same_size(16, 1)));
  b.output(b.conv(x, same_size(16, 1)));
  Planned p(b, edge16());
  REQUIRE(resident_of(p, chain[0]));
  const auto base = [&](int i) { return p.plan.tensors[chain[static_cast<std::size_t>(i)]].resident.value().base; };
  CHECK(base(0) != base(1));
  CHECK(base(0) == base(2));
}

TEST_CASE("what the caller or the host reads does not stay") {
  NetworkBuilder b(8);
  const TensorId input = b.input(ElementType::kInt8, {1, 16, 6, 6});
  const TensorId output = b.conv(input, same_size(16, 1)), host = b.conv(input, same_size(16, 1));
  b.output(output);
  b.output(b.conv(output, same_size(16, 1)));
  b.output(b.transpose(host, {0, 1, 3, 2}));
  Planned p(b, edge16());
  CHECK_FALSE(resident_of(p, output));
  CHECK_FALSE(p.plan.tensors[host].resident);
}

}  // namespace systole::compiler_test
