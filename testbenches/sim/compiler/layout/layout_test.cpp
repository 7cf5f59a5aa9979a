// SPDX-License-Identifier: Apache-2.0
#include "compiler/layout/layout.hpp"

#include "catch.hpp"
#include "compiler/compiled_network.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {

TEST_CASE("a tensor comes back from its layout in DRAM") {
  Random r(3);
  for (int i = 0; i < 50; ++i) {
    const Shape shape = {r.in(1, 3), r.in(1, 20), r.in(1, 5), r.in(1, 5)};
    for (const std::uint32_t bytes : {1u, 4u})
      for (const auto& view : {compiler::image_shape(shape), compiler::matrix_shape(shape)}) {
        const compiler::TensorLayout layout = compiler::make_layout(view, 8, bytes);
        std::vector<std::uint8_t> data(static_cast<std::size_t>(element_count(shape)) * bytes);
        for (auto& d : data) d = static_cast<std::uint8_t>(r.in(0, 255));
        const auto in_dram = compiler::to_layout(data, layout, 0);
        CHECK(in_dram.size() == layout.size_bytes());
        CHECK(compiler::from_layout(in_dram, layout) == data);
      }
  }
}

TEST_CASE("channel c of pixel (y, x) of image n lies where the reference page says") {
  const compiler::TensorLayout layout = compiler::make_layout(compiler::image_shape({2, 6, 3, 5}), 4, 1);
  std::vector<std::uint8_t> data(2 * 6 * 3 * 5);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  const auto bytes = compiler::to_layout(data, layout, 0xEE);
  const int n = 1, c = 5, y = 2, x = 3;
  CHECK(bytes[(((n * 2 + c / 4) * 3 + y) * 5 + x) * 4 + c % 4] == data[((n * 6 + c) * 3 + y) * 5 + x]);
  CHECK(bytes[4 * 3 * 5 + 2] == 0xEE);  // channel 6 of image 0 does not exist
}

TEST_CASE("a reshape is free exactly when no byte moves") {
  using compiler::image_shape;
  using compiler::matrix_shape;
  CHECK(compiler::same_bytes(image_shape({2, 9, 3, 4}), image_shape({2, 9, 12}), 4));
  CHECK(compiler::same_bytes(image_shape({1, 9, 1, 1}), matrix_shape({1, 9}), 4));
  CHECK(compiler::same_bytes(image_shape({5, 3, 1, 1}), matrix_shape({5, 3}), 4));
  CHECK_FALSE(compiler::same_bytes(image_shape({5, 9, 1, 1}), matrix_shape({5, 9}), 4));
  CHECK_FALSE(compiler::same_bytes(image_shape({1, 9, 2, 2}), matrix_shape({1, 36}), 4));
  CHECK_FALSE(compiler::same_bytes(image_shape({1, 4, 3, 3}), matrix_shape({9, 4}), 4));
}

}  // namespace systole::compiler_test
