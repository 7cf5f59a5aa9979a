// SPDX-License-Identifier: Apache-2.0
//
// Is a constant taken for what its readers make of it, the strictest of them if there are several?
#include "onnx/weights/weight_kind.hpp"

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"

using namespace systole;
using namespace systole::test;

namespace {

WeightKind kind_in(ModelBuilder& builder, const std::string& name) {
  WeightKinds kinds;
  add_kinds_in(builder.graph(), kinds);
  return kinds.count(name) == 0 ? WeightKind::kOther : kinds.at(name);
}

}  // namespace

TEST_CASE("kinds follow operators and the places of their inputs") {
  ModelBuilder b;
  b.node("Conv", {"x", "filter", "bias"}, {"a"}).node("MatMul", {"a", "rows"}, {"b"});
  b.node("MatMul", {"columns", "b"}, {"c"})
      .node("BatchNormalization", {"c", "gamma", "beta", "mean", "variance"}, {"d"});
  b.node("QLinearConv", {"q", "xs", "xz", "wq", "ws", "wz", "ys", "yz", "bq"}, {"e"});
  b.node("DequantizeLinear", {"e", "es", "ez"}, {"f"}).node("Resize", {"f", "", "sizes"}, {"g"});
  for (const auto& [name, kind] : {std::pair<const char*, WeightKind>{"filter", WeightKind::kFilter},
                                   {"bias", WeightKind::kOther},
                                   {"rows", WeightKind::kRows},
                                   {"columns", WeightKind::kColumns},
                                   {"gamma", WeightKind::kFactor},
                                   {"beta", WeightKind::kOther},
                                   {"mean", WeightKind::kOther},
                                   {"variance", WeightKind::kFactor},
                                   {"xs", WeightKind::kScale},
                                   {"xz", WeightKind::kZeroPoint},
                                   {"wq", WeightKind::kOther},
                                   {"ws", WeightKind::kScale},
                                   {"ys", WeightKind::kScale},
                                   {"yz", WeightKind::kZeroPoint},
                                   {"bq", WeightKind::kOther},
                                   {"es", WeightKind::kScale},
                                   {"ez", WeightKind::kZeroPoint},
                                   {"sizes", WeightKind::kDecides}}) {
    INFO(name);
    CHECK(kind_in(b, name) == kind);
  }
}

TEST_CASE("the transpositions of a Gemm say over what it sums") {
  for (const int transposed : {0, 1}) {
    ModelBuilder b;
    b.node("Gemm", {"a", "w"}, {"y"}).integer("transA", transposed).integer("transB", transposed);
    CHECK(kind_in(b, "a") == (transposed != 0 ? WeightKind::kRows : WeightKind::kColumns));
    CHECK(kind_in(b, "w") == (transposed != 0 ? WeightKind::kColumns : WeightKind::kRows));
  }
}

TEST_CASE("indices into a table of the file are known, others may be of a shape") {
  ModelBuilder b;
  b.floats("table", {2, 2}, {1, 2, 3, 4}).floats("vector", {2}, {1, 2});
  b.node("Gather", {"table", "of_table"}, {"a"}).node("Gather", {"vector", "of_vector"}, {"b"});
  b.node("Shape", {"a"}, {"s"}).node("Gather", {"s", "of_shape"}, {"c"});
  CHECK(kind_in(b, "of_table") == WeightKind::kIndex);
  CHECK(kind_in(b, "of_vector") == WeightKind::kDecides);
  CHECK(kind_in(b, "of_shape") == WeightKind::kDecides);
  b.node("Reshape", {"a", "of_table"}, {"d"}).node("Slice", {"a", "of_table"}, {"e"});
  CHECK(kind_in(b, "of_table") == WeightKind::kDecides);
}

TEST_CASE("a reader in a branch counts") {
  ModelBuilder b;
  b.node("If", {"condition"}, {"y"});
  auto& branch = *b.last_node().add_attribute();
  branch.set_name("then_branch");
  auto& node = *branch.mutable_g()->add_node();
  node.set_op_type("Conv");
  for (const char* input : {"x", "w"}) node.add_input(input);
  CHECK(kind_in(b, "w") == WeightKind::kFilter);
  CHECK(kind_in(b, "condition") == WeightKind::kDecides);
}
