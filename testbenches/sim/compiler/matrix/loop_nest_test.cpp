// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/loop_nest.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"

namespace systole::compiler_test {

using compiler::BlockRange;
using compiler::Chunk;
using compiler::ColumnRun;
using compiler::Group;
using compiler::MatrixProblem;
using compiler::Tile;
using compiler::Tiling;

TEST_CASE("column blocks with equally many inputs at equal steps are one run") {
  const auto runs = [](const std::vector<BlockRange>& ranges) { return compiler::column_runs(ranges); };
  CHECK(runs({}).empty());
  SECTION("a dense layer reads all inputs in every column block") {
    const std::vector<ColumnRun> found = runs({{0, 3}, {0, 3}, {0, 3}});
    REQUIRE(found.size() == 1);
    CHECK(found[0].count == 3);
    CHECK(found[0].step == 0);
    CHECK(found[0].inputs.count == 3);
  }
  SECTION("a depthwise layer advances by one") {
    const std::vector<ColumnRun> found = runs({{0, 1}, {1, 1}, {2, 1}});
    REQUIRE(found.size() == 1);
    CHECK(found[0].step == 1);
  }
  SECTION("another step or another count begins a run") {
    const std::vector<ColumnRun> found = runs({{0, 1}, {1, 1}, {3, 1}, {3, 2}, {4, 2}});
    REQUIRE(found.size() == 3);
    CHECK(found[0].count == 2);
    CHECK(found[1].first == 2);
    CHECK(found[1].inputs.first == 3);
    CHECK(found[2].first == 3);
    CHECK(found[2].count == 2);
    CHECK(found[2].step == 1);
  }
}

TEST_CASE("the iterations of each loop cover everything once, in order") {
  const Chip chip = odd_chips().front();
  MatrixProblem p = convolution({20, 19, 7, 5, {3, 2}, {1, 1}, 2}, chip);
  const ColumnRun run = whole_run(p);
  Tiling t;
  t.rows = 3;
  t.columns = 2;
  t.column_blocks = 2;
  t.taps_y = 2;
  t.input_blocks = 3;

  std::int64_t positions = 0;
  for (const Tile& tile : compiler::tiles_of(p, t)) positions += tile.positions();
  CHECK(positions == 2 * 7 * 5);
  CHECK(compiler::tiles_of(p, t).size() == 2 * 3 * 3);
  CHECK(compiler::tiles_of(p, t).back().rows == 1);
  CHECK(compiler::tiles_of(p, t).back().columns == 1);

  const std::vector<Group> groups = compiler::groups_of(run, t);
  REQUIRE(groups.size() == 3);
  CHECK(groups[1].first == 2);
  CHECK(groups[2].count == 1);

  std::int64_t products = 0;
  for (const Chunk& c : compiler::chunks_of(p, run, t)) products += c.taps_y * c.taps_x * c.blocks;
  CHECK(products == 3 * 2 * 5);
  CHECK(compiler::chunks_of(p, run, t).size() == 2 * 2 * 2);
}

TEST_CASE("with a fused pooling tiles are of sums") {
  MatrixProblem p = convolution({4, 4, 6, 6}, odd_chips().front());
  p.window = {2, 3};
  Tiling t;
  t.rows = 12;
  t.columns = 18;
  REQUIRE(compiler::tiles_of(p, t).size() == 1);
  CHECK(compiler::tiles_of(p, t).front().positions() == 12 * 18);
}

TEST_CASE("the region of a tile holds its first and its last position") {
  const compiler::Region r = compiler::region_of({1, 4, 3, 8, 2}, 5, 2);
  CHECK(r.image == 1);
  CHECK(r.first_block == 5);
  CHECK(r.last_block == 6);
  CHECK(r.first_row == 4);
  CHECK(r.last_row == 6);
  CHECK(r.first_column == 8);
  CHECK(r.last_column == 9);
}

}  // namespace systole::compiler_test
