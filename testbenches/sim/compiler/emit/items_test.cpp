// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/items.hpp"

#include "catch.hpp"

namespace systole::compiler_test {

using compiler::boxes_overlap;
using compiler::DramBox;

TEST_CASE("boxes overlap where planes and pixels of one storage do") {
  const DramBox box = {1, 2, 4, 10, 20};
  CHECK(boxes_overlap(box, box));
  CHECK(boxes_overlap(box, {1, 3, 5, 19, 30}));
  CHECK(boxes_overlap({1, 0, 100, 0, 100}, box));
  CHECK_FALSE(boxes_overlap(box, {1, 4, 6, 10, 20}));  // the next plane
  CHECK_FALSE(boxes_overlap(box, {1, 2, 4, 20, 30}));  // the next pixel
  CHECK_FALSE(boxes_overlap(box, {2, 2, 4, 10, 20}));  // another storage
}

}  // namespace systole::compiler_test
