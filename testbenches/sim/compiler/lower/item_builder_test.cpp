// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/item_builder.hpp"

#include "catch.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/item_bench.hpp"

namespace systole::compiler_test {
namespace {

struct NewItemBench : ItemBench {
  NewItemBench() : ItemBench(make_chip("test", 4, 4, 2, 64, 1024, 32, 64)) {}
};

}  // namespace

TEST_CASE_METHOD(NewItemBench, "items carry the node that they are made for") {
  items.begin_node(4);
  items.add(items.new_item());
  items.begin_node(2);
  items.add(items.new_item());
  REQUIRE(items.list().size() == 2);
  CHECK(items.list()[0].node == 4);
  CHECK(items.list()[1].node == 2);
}

TEST_CASE_METHOD(NewItemBench, "keys of two nodes differ, and no node's is that of constants") {
  items.begin_node(7);
  const compiler::AllocationKey first = items.key({1, 2});
  CHECK(first == items.key({1, 2}));
  CHECK_FALSE(first == items.key({1, 3}));
  CHECK(first.owner != compiler::AllocationKey{}.owner);
  items.begin_node(7);  // the same node once more is another one
  CHECK_FALSE(first == items.key({1, 2}));
}

TEST_CASE_METHOD(NewItemBench, "accumulator banks alternate across nodes") {
  items.begin_node(0);
  CHECK(items.next_accumulator_rows() == 0);
  CHECK(items.next_accumulator_rows() == 32);
  items.begin_node(1);
  CHECK(items.next_accumulator_rows() == 0);
}

TEST_CASE_METHOD(NewItemBench, "the whole activation buffer is free until somebody says otherwise") {
  CHECK(items.free_words().low == 0);
  CHECK(items.free_words().high == 4 * 64);
  items.set_free_words({64, 128});
  CHECK(items.free_words().low == 64);
  CHECK(items.free_words().high == 128);
}

}  // namespace systole::compiler_test
