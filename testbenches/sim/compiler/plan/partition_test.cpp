// SPDX-License-Identifier: Apache-2.0
//
// Concat, Split and Slice: where are they free, and are the bits right wherever their parts come from?
#include "compiler/plan/partition.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

const ElementType kType = ElementType::kInt8;

Chip chip_of_rows(std::uint32_t rows) { return make_chip("rows", rows, 8, 4, 64, 256, 64, 32); }

std::string host_nodes_of(const NetworkBuilder& b, const Chip& chip) {
  return host_nodes(compiler::compile(b.network(), chip));
}

std::string compared(NetworkBuilder& b, const Chip& chip) {
  return compile_and_compare(b.network(), chip, b.random_inputs());
}

}  // namespace

TEST_CASE("branches that are joined at channel blocks write into one tensor") {
  for (const bool fuse : {true, false}) {
    NetworkBuilder b(1);
    const TensorId x = b.input(kType, {1, 5, 6, 7});
    const TensorId joined = b.concat({b.conv(x, same_size(8)), b.conv(x, same_size(4)), b.conv(x, same_size(6))}, 1);
    b.output(b.conv(joined, same_size(9)));
    compiler::CompileOptions options;
    options.fuse = fuse;
    const compiler::CompiledNetwork compiled = compiler::compile(b.network(), chip_of_rows(4), options);
    CHECK(host_nodes(compiled) == "");
    CHECK(compiled.steps.size() == 1);
    CHECK(compile_and_compare(b.network(), chip_of_rows(4), b.random_inputs(), options) == "");
  }
}

TEST_CASE("parts that begin within a channel block, along another dimension or in a batch are joined by the host") {
  struct Case {
    Shape left, right;
    std::int64_t axis;
  };
  for (const Case& c : {Case{{1, 5, 3, 3}, {1, 4, 3, 3}, 1}, Case{{1, 4, 3, 3}, {1, 4, 2, 3}, 2},
                        Case{{2, 4, 3, 3}, {2, 4, 3, 3}, 1}}) {
    NetworkBuilder b(2);
    const TensorId joined = b.concat({b.input(kType, c.left), b.input(kType, c.right)}, c.axis);
    b.output(b.conv(joined, same_size(9)));
    CHECK(host_nodes_of(b, chip_of_rows(4)) == "Concat_0");
    CHECK(compared(b, chip_of_rows(4)) == "");
  }
}

TEST_CASE("a part in the middle need not be whole blocks if nothing begins behind it") {
  NetworkBuilder b(3);
  const TensorId x = b.input(kType, {1, 10, 4, 4});
  const auto parts = b.split(x, {4, 6}, 1);
  b.output(b.conv(parts[0], same_size(3)));
  b.output(b.conv(parts[1], same_size(3)));
  CHECK(host_nodes_of(b, chip_of_rows(4)) == "");
  CHECK(compared(b, chip_of_rows(4)) == "");
}

TEST_CASE("concatenations of concatenations, as in DenseNet, are one tensor") {
  NetworkBuilder b(4);
  TensorId x = b.conv(b.input(kType, {1, 3, 5, 5}), same_size(8));
  for (int layer = 0; layer < 4; ++layer) x = b.concat({x, b.conv(x, same_size(4))}, 1);
  b.output(b.average_pool(x, {5, 5}, {1, 1}, kType));
  CHECK(host_nodes_of(b, chip_of_rows(4)) == "");
  CHECK(compared(b, chip_of_rows(4)) == "");
}

TEST_CASE("a tensor that is joined twice, with itself or as a part of another is copied by the host") {
  NetworkBuilder twice(5), self(6), part(7);
  for (NetworkBuilder* b : {&twice, &self, &part}) {
    const TensorId x = b->conv(b->input(kType, {1, 4, 3, 3}), same_size(8)), y = b->conv(x, same_size(8));
    if (b == &twice)
      b->output(b->conv(b->concat({x, y}, 1), same_size(4))), b->output(b->conv(b->concat({y, x}, 1), same_size(4)));
    if (b == &self) b->output(b->conv(b->concat({x, x}, 1), same_size(4)));
    if (b == &part) b->output(b->conv(b->concat({b->slice(x, 4, 4, 1), y}, 1), same_size(4)));
    CHECK(host_nodes_of(*b, chip_of_rows(4)).find("Concat") == 0);
    CHECK(compared(*b, chip_of_rows(4)) == "");
  }
}

TEST_CASE("host and chip write and read parts of one tensor") {
  NetworkBuilder b(8);
  const TensorId x = b.input(kType, {1, 8, 4, 4});
  const TensorId by_host = b.transpose(x, {0, 1, 3, 2}), by_chip = b.conv(x, same_size(4));
  const TensorId joined = b.concat({x, by_host, by_chip}, 1);
  b.output(b.transpose(joined, {0, 2, 3, 1}));
  b.output(b.conv(b.slice(joined, 8, 12, 1), same_size(5)));
  b.output(b.slice(joined, 16, 3, 1));
  b.output(joined);
  CHECK(host_nodes_of(b, chip_of_rows(4)) == "Transpose_0,Transpose_3");
  CHECK(compared(b, chip_of_rows(4)) == "");
}

TEST_CASE("columns of a matrix are parts, too") {
  NetworkBuilder b(9);
  const TensorId x = b.input(kType, {2, 3, 8});
  const auto parts = b.split(b.gemm(x, 24, {}), {8, 8, 8}, 2);
  b.output(b.gemm(parts[1], 5, {}));
  b.output(b.gemm(b.concat({b.gemm(parts[0], 8, {}), b.gemm(parts[2], 7, {})}, 2), 6, {}));
  CHECK(host_nodes_of(b, chip_of_rows(8)) == "");
  CHECK(compared(b, chip_of_rows(8)) == "");
}

TEST_CASE("random networks with parts have the bits of the plain loops on every chip") {
  for (std::uint32_t seed = 1; seed <= 25; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 7000);
      Random& r = b.random();
      const std::int64_t rows = chip.array_rows;
      std::vector<TensorId> tensors = {b.input(kType, {1, r.in(1, 3) * rows, 6, 6})};
      for (int step = 0; step < 8; ++step) {
        const TensorId x = r.pick(tensors), y = r.pick(tensors);
        const std::int64_t channels = r.chance(80) ? r.in(1, 3) * rows : r.in(1, 2 * rows);
        switch (r.in(0, 5)) {
          case 0:
            tensors.push_back(b.concat({x, y}, 1));
            break;
          case 1:
            tensors.push_back(b.concat({x, y, b.conv(x, same_size(channels))}, 1));
            break;
          case 2: {
            const std::int64_t all = b.shape(x)[1], first = std::min(all, r.in(0, 2) * rows);
            if (first > 0 && first < all) {
              const auto parts = b.split(x, {first, all - first}, 1);
              tensors.insert(tensors.end(), parts.begin(), parts.end());
            }
            break;
          }
          case 3:
            tensors.push_back(b.shape(x) == b.shape(y) ? b.add(x, y, kType) : b.conv(x, same_size(channels)));
            break;
          case 4:
            tensors.push_back(b.max_pool(x, {3, 3}, {1, 1}, {1, 1, 1, 1}));
            break;
          default:
            tensors.push_back(r.chance(20) ? b.transpose(x, {0, 1, 3, 2}) : b.conv(x, same_size(channels)));
        }
      }
      for (std::size_t i = 1; i < tensors.size(); ++i)
        if (r.chance(40) || i + 1 == tensors.size()) b.output(tensors[i]);
      INFO("chip " << chip.name << " seed " << seed);
      CHECK(compared(b, chip) == "");
    }
}

}  // namespace systole::compiler_test
