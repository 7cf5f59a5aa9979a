// SPDX-License-Identifier: Apache-2.0
//
// Whole networks: random graphs, steps that alternate between chip and host, space of dead tensors
// used again.
#include "catch.hpp"
#include "compile_and_compare.hpp"
#include "network_builder.hpp"

namespace systole::compiler_test {
namespace {

// A table that no requantization gives: it goes down.
std::vector<std::uint8_t> host_table() {
  std::vector<std::uint8_t> table;
  for (int i = 0; i < 256; ++i) table.push_back(static_cast<std::uint8_t>(255 - i));
  return table;
}

std::vector<std::uint8_t> relu_table() {
  std::vector<std::uint8_t> table;
  for (int i = 0; i < 256; ++i)
    table.push_back(static_cast<std::uint8_t>(std::max<int>(static_cast<std::int8_t>(i), -3)));
  return table;
}

// A random directed graph of operators on images, ended by a flatten and a matrix product.
Network random_graph(NetworkBuilder& b) {
  Random& r = b.random();
  std::vector<TensorId> tensors = {b.input(ElementType::kInt8, {r.in(1, 2), r.in(1, 20), r.in(4, 10), r.in(4, 10)})};
  const auto type = [&](TensorId t) { return b.network().tensors[t].type; };
  const std::int64_t nodes = r.in(3, 12);
  for (std::int64_t n = 0; n < nodes; ++n) {
    const TensorId x = r.chance(60) ? tensors.back() : r.pick(tensors);
    const Shape s = b.shape(x);
    ConvOptions o;
    o.output_type = r.pick(kBytes);
    o.channels = r.in(1, 24);
    o.per_channel_scale = r.chance(50);
    switch (r.in(0, 7)) {
      case 0:
      case 1:
        o.kernel = {3, 3};
        o.pad = {1, 1, 1, 1};
        tensors.push_back(b.conv(x, o));
        break;
      case 2:
        tensors.push_back(b.conv(x, o));
        break;
      case 3: {
        o.channels = s[1];
        o.kernel = {3, 3};
        o.pad = {1, 1, 1, 1};
        o.group = s[1];
        const TensorId y = b.conv(x, o);
        tensors.push_back(b.add(x, y, r.pick(kBytes), r.chance(30)));
        break;
      }
      case 4: {
        std::vector<TensorId> same;
        for (TensorId t : tensors)
          if (b.shape(t) == s) same.push_back(t);
        tensors.push_back(b.add(x, r.pick(same), r.pick(kBytes)));
        break;
      }
      case 5:
        if (s[2] >= 2 && s[3] >= 2) tensors.push_back(b.max_pool(x, {2, 2}, {2, 2}));
        break;
      case 6:
        if (type(x) == ElementType::kInt8)
          tensors.push_back(b.lookup(x, r.chance(50) ? host_table() : relu_table(), ElementType::kInt8));
        break;
      case 7:
        if (s[2] >= 3 && s[3] >= 3) tensors.push_back(b.average_pool(x, {3, 3}, {2, 2}, r.pick(kBytes)));
        break;
    }
    if (r.chance(15)) b.output(tensors.back());
  }
  const Shape s = b.shape(tensors.back());
  const TensorId flat = b.reshape(tensors.back(), {s[0], s[1] * s[2] * s[3]});
  ConvOptions o;
  const TensorId hidden = b.gemm(flat, r.in(1, 20), o);
  o.raw = r.chance(50);
  b.output(b.gemm(hidden, 10, o));
  return b.network();
}

}  // namespace

TEST_CASE(
    "random networks have the bits of the plain loops, with and without the space of dead "
    "tensors") {
  for (std::uint32_t seed = 1; seed <= 15; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 100);
      const Network network = random_graph(b);
      const std::vector<HostTensor> inputs = b.random_inputs();
      for (const bool keep : {false, true})
        for (const bool fuse : {false, true}) {
          INFO("chip " << chip.name << " seed " << seed << " keep " << keep << " fuse " << fuse);
          compiler::CompileOptions options;
          options.keep_tensors = keep;
          options.fuse = fuse;
          CHECK(compile_and_compare(network, chip, inputs, options) == "");
        }
    }
}

TEST_CASE("a host operator between chip operators splits the network into steps") {
  NetworkBuilder b(5);
  ConvOptions o;
  o.channels = 6;
  const TensorId x = b.input(ElementType::kInt8, {1, 5, 4, 4});
  const TensorId y = b.lookup(b.conv(x, o), host_table(), ElementType::kInt8);
  b.output(b.conv(y, o));
  const compiler::CompiledNetwork compiled = compiler::compile(b.network(), odd_chips()[0]);
  REQUIRE(compiled.steps.size() == 3);
  CHECK(std::holds_alternative<compiler::ChipStep>(compiled.steps[0]));
  CHECK(std::get<compiler::HostStep>(compiled.steps[1]).node == 1);
  CHECK(std::holds_alternative<compiler::ChipStep>(compiled.steps[2]));
  CHECK(compile_and_compare(b.network(), odd_chips()[0], b.random_inputs()) == "");
}

TEST_CASE("a residual network fits in the space of its live tensors") {
  NetworkBuilder b(6);
  ConvOptions o;
  o.channels = 16;
  TensorId x = b.input(ElementType::kInt8, {1, 16, 16, 16});
  for (int i = 0; i < 10; ++i) x = b.conv(x, o);
  b.output(x);
  const Chip chip = odd_chips()[7];
  compiler::CompileOptions keep;
  keep.keep_tensors = true;
  keep.fuse = false;
  compiler::CompileOptions reuse;
  reuse.fuse = false;
  const std::uint64_t tensor = 16 * 16 * 16;
  const auto kept = compiler::compile(b.network(), chip, keep), reused = compiler::compile(b.network(), chip, reuse);
  CHECK(kept.dram_bytes - reused.dram_bytes == (11 - 2) * tensor);
  CHECK(compile_and_compare(b.network(), chip, b.random_inputs(), reuse) == "");
}

}  // namespace systole::compiler_test
