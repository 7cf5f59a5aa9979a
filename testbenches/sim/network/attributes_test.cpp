// SPDX-License-Identifier: Apache-2.0
#include "network/attributes.hpp"

#include "catch.hpp"

using namespace systole;

TEST_CASE("an attribute that is there is read, one that is absent or empty has the fallback") {
  Attributes a;
  a.ints = {{"axis", {-1, 7}}, {"empty", {}}};
  a.floats = {{"alpha", {0.5f}}, {"empty", {}}};
  a.strings = {{"mode", "linear"}};
  CHECK(a.integer("axis", 3) == -1);
  CHECK(a.integer("empty", 3) == 3);
  CHECK(a.integer("none", 3) == 3);
  CHECK(a.number("alpha", 2) == 0.5f);
  CHECK(a.number("empty", 2) == 2);
  CHECK(a.number("none", 2) == 2);
  CHECK(a.string("mode", "nearest") == "linear");
  CHECK(a.string("none", "nearest") == "nearest");
}

TEST_CASE("a flag is set by any value but 0") {
  Attributes a;
  a.ints = {{"off", {0}}, {"on", {1}}, {"odd", {-2}}};
  CHECK_FALSE(a.flag("off"));
  CHECK_FALSE(a.flag("none"));
  CHECK(a.flag("on"));
  CHECK(a.flag("odd"));
}
