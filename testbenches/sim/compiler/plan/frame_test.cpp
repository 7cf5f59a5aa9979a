// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/frame.hpp"

#include "catch.hpp"

namespace systole::compiler_test {

using compiler::Frame;
using compiler::frame_of_windows;
using compiler::image_shape;
using compiler::WindowSteps;

TEST_CASE("a window that stays inside of the image needs no frame") {
  const WindowSteps window = {{2, 2}, {2, 2}, {1, 1}, {0, 0}};
  // The last row is not used: nothing is read behind it.
  CHECK(frame_of_windows(window, image_shape({1, 4, 9, 8}), image_shape({1, 4, 4, 4}), 7).empty());
}

TEST_CASE("a frame holds all that windows read over each edge, by its own distance") {
  // 3 taps at distance 2 in y, 3 at distance 1 in x; 2 rows above and 1 column to the left.
  const WindowSteps window = {{3, 3}, {1, 2}, {2, 1}, {2, 1}};
  const Frame frame = frame_of_windows(window, image_shape({1, 4, 6, 7}), image_shape({1, 4, 6, 4}), 0x80);
  CHECK(frame.top == 2);
  CHECK(frame.left == 1);
  CHECK(frame.bottom == 2);  // row 5 of the output reads rows 3, 5 and 7
  CHECK(frame.right == 1);   // column 3 of the output reads columns 5, 6 and 7
  CHECK(frame.pad_value == 0x80);
  CHECK_FALSE(frame.empty());
}

}  // namespace systole::compiler_test
