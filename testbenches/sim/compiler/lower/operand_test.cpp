// SPDX-License-Identifier: Apache-2.0
//
// Does an operand address each element where the layout, or the frame in the activation buffer, has it? And does what its boxes and
// spans cover begin and end with the region?
#include "compiler/lower/operand.hpp"

#include <limits>
#include <tuple>

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "support/error.hpp"

namespace systole::compiler_test {
namespace {

using compiler::DramBox;
using compiler::Operand;
using compiler::Region;
using compiler::Resident;
using compiler::TensorLayout;
using compiler::WordSpan;

constexpr std::uint64_t kPlace = 4096;  // of the tensor in DRAM

// One tensor with a plan, and an operand of it.
struct Fixture {
  Chip chip = make_chip("test", 4, 4, 2, 256, 64, 64, 64);
  Network network;

  compiler::Plan plan_of(const Shape& shape, ElementType type) {
    network.tensors = {{"t", type, shape, {}, false}};
    compiler::Plan plan(network, chip);
    plan.tensors[0].view = compiler::image_shape(shape);
    return plan;
  }
  Operand in_dram(const compiler::Plan& plan) {
    TensorLayout layout = compiler::layout_of(network, plan, 0);
    layout.offset = kPlace;
    return compiler::operand_of(network, plan, {layout}, 0);
  }
};

Region pixels(std::int64_t image, std::int64_t block, std::int64_t first_row, std::int64_t first_column,
              std::int64_t last_row, std::int64_t last_column) {
  return {image, block, block, first_row, last_row, first_column, last_column};
}

bool is(const DramBox& box, TensorId storage, std::int64_t plane_low, std::int64_t plane_high, std::int64_t pixel_low,
        std::int64_t pixel_high) {
  CAPTURE(box.storage, box.plane_low, box.plane_high, box.pixel_low, box.pixel_high);
  const auto all = [](const DramBox& b) {
    return std::tuple(b.storage, b.plane_low, b.plane_high, b.pixel_low, b.pixel_high);
  };
  const bool same = all(box) == all({storage, plane_low, plane_high, pixel_low, pixel_high});
  CHECK(same);
  return same;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "an operand in DRAM has each element where the host writes it") {
  const auto [images, channels, height, width] = std::tuple(2, 6, 3, 5);
  for (const ElementType type : {ElementType::kInt8, ElementType::kInt32}) {
    const compiler::Plan plan = plan_of({images, channels, height, width}, type);
    const Operand d = in_dram(plan);
    const TensorLayout layout = compiler::layout_of(network, plan, 0);
    const std::size_t size = element_bytes(type);
    // The element number i is in the tensor's bytes as its own first byte.
    std::vector<std::uint8_t> elements(images * channels * height * width * size);
    for (std::size_t i = 0; i < elements.size() / size; ++i) elements[i * size] = static_cast<std::uint8_t>(i);
    const std::vector<std::uint8_t> dram = compiler::to_layout(elements, layout, 0xFF);
    std::uint8_t element = 0;
    for (int n = 0; n < images; ++n)
      for (int c = 0; c < channels; ++c)
        for (int y = 0; y < height; ++y)
          for (int x = 0; x < width; ++x, ++element) {
            const std::int64_t at = d.at(n, c / d.block_channels, y, x) - static_cast<std::int64_t>(kPlace);
            CHECK(dram.at(at + c % d.block_channels * size) == element);
          }
    CHECK_FALSE(d.on_chip);
    CHECK(d.dense_rows());
    CHECK(std::tuple(d.images, d.blocks, d.height, d.width) == std::tuple(2, 2, 3, 5));
  }
}

TEST_CASE_METHOD(Fixture, "an operand in the activation buffer lies inside of its frame") {
  compiler::Plan plan = plan_of({1, 6, 3, 5}, ElementType::kInt8);
  Resident frame;
  frame.base = 100;
  frame.top = 1;
  frame.left = 2;
  frame.bottom = 1;
  frame.right = 3;
  plan.tensors[0].resident = frame;
  const Operand d = compiler::operand_of(network, plan, {std::nullopt}, 0);
  CHECK(d.on_chip);
  // A word is a pixel; a row of the frame has 2 + 5 + 3 of them, a channel block 1 + 3 + 1 rows.
  CHECK(d.at(0, 0, 0, 0) == 4 * (100 + 10 + 2));
  CHECK(d.at(0, 0, 0, 4) == 4 * (100 + 10 + 2 + 4));
  CHECK(d.at(0, 0, 2, 0) == 4 * (100 + 30 + 2));
  CHECK(d.at(0, 1, 0, 0) == 4 * (100 + 50 + 10 + 2));
  CHECK_FALSE(d.dense_rows());
  frame.left = frame.right = 0;
  plan.tensors[0].resident = frame;
  CHECK(compiler::operand_of(network, plan, {std::nullopt}, 0).dense_rows());
}

TEST_CASE_METHOD(Fixture, "an operand without a place is a broken invariant") {
  const compiler::Plan plan = plan_of({1, 4, 3, 5}, ElementType::kInt8);
  CHECK_THROWS_AS(compiler::operand_of(network, plan, {std::nullopt}, 0), InternalError);
}

TEST_CASE_METHOD(Fixture, "a part of a storage depends on its own planes of it") {
  network.tensors = {{"whole", ElementType::kInt8, {2, 16, 3, 5}, {}, false},
                     {"part", ElementType::kInt8, {2, 8, 3, 5}, {}, false}};
  compiler::Plan plan(network, chip);
  for (TensorId t : {0, 1}) plan.tensors[t].view = compiler::image_shape(network.tensors[t].shape);
  plan.tensors[1].storage = 0;
  plan.tensors[1].first_block = 2;
  const auto layout = compiler::layout_of(network, plan, 1);
  const Operand d = compiler::operand_of(network, plan, {std::nullopt, layout}, 1);
  CHECK(is(compiler::dram_box(d, pixels(0, 1, 0, 0, 0, 0)), 0, 3, 4, 0, 1));
}

TEST_CASE_METHOD(Fixture, "a box runs from the region's first pixel to its last, in the planes of its blocks") {
  const Operand d = in_dram(plan_of({2, 12, 3, 5}, ElementType::kInt8));
  CHECK(is(compiler::dram_box(d, pixels(0, 0, 0, 0, 2, 4)), 0, 0, 1, 0, 15));
  CHECK(is(compiler::dram_box(d, pixels(0, 2, 1, 3, 2, 1)), 0, 2, 3, 8, 12));
  CHECK(is(compiler::dram_box(d, pixels(1, 0, 0, 0, 0, 0)), 0, 3, 4, 0, 1));
  Region blocks = pixels(1, 0, 2, 4, 2, 4);
  blocks.last_block = 2;
  CHECK(is(compiler::dram_box(d, blocks), 0, 3, 6, 14, 15));
}

TEST_CASE_METHOD(Fixture, "the words of a region are counted from the word of its first byte to that of its last") {
  compiler::Plan plan = plan_of({1, 8, 3, 5}, ElementType::kInt8);
  Resident frame;
  frame.base = 100;
  frame.left = frame.right = 1;
  plan.tensors[0].resident = frame;
  const Operand d = compiler::operand_of(network, plan, {std::nullopt}, 0);
  const auto span = [&](const Region& region) {
    const WordSpan words = compiler::word_span(d, region, chip);
    return std::pair(words.low, words.high);
  };
  CHECK(span(pixels(0, 0, 0, 0, 0, 0)) == std::pair(101u, 102u));
  CHECK(span(pixels(0, 0, 1, 2, 2, 4)) == std::pair(100u + 7 + 3, 100u + 14 + 5 + 1));
  Region blocks = pixels(0, 0, 0, 0, 2, 4);
  blocks.last_block = 1;
  CHECK(span(blocks) == std::pair(101u, 100u + 21 + 14 + 5 + 1));
}

TEST_CASE_METHOD(Fixture, "the rows of a matrix are seen as the rows of several, at the same bytes") {
  network.tensors = {{"m", ElementType::kInt8, {6, 10}, {}, false}};
  compiler::Plan plan(network, chip);
  plan.tensors[0].view = compiler::matrix_shape({6, 10});
  const Operand matrix = in_dram(plan);
  Operand several = matrix;
  compiler::see_as_matrices(several, 3, 2);
  CHECK(std::tuple(several.images, several.blocks, several.height, several.width) == std::tuple(3, 3, 1, 2));
  for (std::int64_t block = 0; block < 3; ++block)
    for (std::int64_t row = 0; row < 6; ++row) {
      CHECK(several.at(row / 2, block, 0, row % 2) == matrix.at(0, block, 0, row));
      // One row of a block, seen this way or that, is one box.
      const DramBox box = compiler::dram_box(matrix, pixels(0, block, 0, row, 0, row));
      CHECK(is(compiler::dram_box(several, pixels(row / 2, block, 0, row % 2, 0, row % 2)), box.storage, box.plane_low,
               box.plane_high, box.pixel_low, box.pixel_high));
    }
  CHECK(several.dense_rows());
}

TEST_CASE_METHOD(Fixture, "images of one pixel are seen as a matrix, which depends on the whole tensor") {
  const compiler::Plan plan = plan_of({6, 4, 1, 1}, ElementType::kInt8);
  const Operand images = in_dram(plan);
  Operand matrix = images;
  compiler::see_as_matrices(matrix, 1, 6);
  for (std::int64_t row = 0; row < 6; ++row) CHECK(matrix.at(0, 0, 0, row) == images.at(row, 0, 0, 0));
  constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
  CHECK(is(compiler::dram_box(matrix, pixels(0, 0, 0, 2, 0, 3)), 0, 0, kAll, 0, kAll));
}

}  // namespace systole::compiler_test
