// SPDX-License-Identifier: Apache-2.0
//
// Are columns as wide as their widest text, and CSV fields quoted only where they must be?
#include "report/table.hpp"

#include "catch.hpp"

using namespace systole::report;

TEST_CASE("columns are as wide as their widest text, the first ones to the left") {
  CHECK(table({{"node", "cycles"}, {"a", "1,000,000"}, {"long_name", "7"}}, 1) ==
        "  node          cycles\n"
        "  a          1,000,000\n"
        "  long_name          7\n");
}

TEST_CASE("no line ends in blanks, and a table without rows is empty") {
  CHECK(table({{"a", "b"}, {"long", ""}}, 2) == "  a    b\n  long\n");
  CHECK(table({}, 1).empty());
}

TEST_CASE("a CSV field is quoted if it has a comma, a quote or a line end") {
  CHECK(csv_field("conv1") == "conv1");
  CHECK(csv_field("a b") == "a b");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("a\"b") == "\"a\"\"b\"");
  CHECK(csv_field("a\nb") == "\"a\nb\"");
  CHECK(csv_field("").empty());
}
