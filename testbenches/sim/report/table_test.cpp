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

TEST_CASE("a table that is too wide loses its least columns, then the middles of its first texts") {
  const std::vector<Column> columns = {{"node", true, 1, {"a_node_with_a_long_name", "b"}, {}},
                                       {"extra", true, 9, {"x", "y"}, {}},
                                       {"cycles", false, 2, {"1,000", "7"}, {}}};
  CHECK(fitted_table(columns, 0) ==
        "  node                    extra  cycles\n"
        "  a_node_with_a_long_name x       1,000\n"
        "  b                       y           7\n");
  CHECK(fitted_table(columns, 40) == fitted_table(columns, 0));
  CHECK(fitted_table(columns, 34) ==
        "  node               extra  cycles\n"
        "  a_node_w..ong_name x       1,000\n"
        "  b                  y           7\n");
  CHECK(fitted_table(columns, 30) ==
        "  node                  cycles\n"
        "  a_node_wi..long_name   1,000\n"
        "  b                          7\n");
  CHECK(fitted_table(columns, 5) == "  node\n  a_node_..ng_name\n  b\n");
  CHECK(fitted_table({{"node", true, 1, {"a"}, {}}, {"b", true, 2, {"x"}, {"\x1b[31m"}}}, 0) ==
        "  node b\n  a    \x1b[31mx\x1b[0m\n");
}

TEST_CASE("a paragraph is broken at blanks, its lines below its first word") {
  CHECK(paragraph("  busy  ", "load 1 %, matrix 2 %", 18) == "  busy  load 1 %,\n        matrix 2 %\n");
  CHECK(paragraph("  busy  ", "load 1 %, matrix 2 %", 0) == "  busy  load 1 %, matrix 2 %\n");
  CHECK(paragraph("x ", "averylongword", 5) == "x averylongword\n");
}

TEST_CASE("no cell moves the cursor") {
  CHECK(table({{"a\x1b[2J"}}, 1) == "  a\\x1b[2J\n");
  CHECK(fitted_table({{"n", true, 1, {"a\nb"}, {}}}, 0) == "  n\n  a\\x0ab\n");
  CHECK(paragraph("", "a\x07", 0) == "a\\x07\n");
}

TEST_CASE("a shortened text keeps its ends") {
  CHECK(shortened("abcdefgh", 8) == "abcdefgh");
  CHECK(shortened("abcdefgh", 7) == "ab..fgh");
}

TEST_CASE("a CSV field is quoted if it has a comma, a quote or a line end") {
  CHECK(csv_field("conv1") == "conv1");
  CHECK(csv_field("a b") == "a b");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("a\"b") == "\"a\"\"b\"");
  CHECK(csv_field("a\nb") == "\"a\nb\"");
  CHECK(csv_field("").empty());
  CHECK(csv_field("=1+1") == "'=1+1");
  CHECK(csv_field("@a,b") == "\"'@a,b\"");
}
