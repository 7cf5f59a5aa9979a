// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/shape_check.hpp"

#include "catch.hpp"
#include "support/error.hpp"

using namespace systole;

namespace {

// Of a node whose inputs have these shapes; the last one may be a constant.
void check(const std::string& name, const std::vector<Shape>& shapes,
           const std::map<std::string, std::vector<std::int64_t>>& ints = {}) {
  std::vector<Tensor> tensors;
  OnnxNode node;
  node.operator_name = name;
  node.ints = ints;
  for (const Shape& shape : shapes) {
    node.inputs.push_back(static_cast<TensorId>(tensors.size()));
    tensors.push_back({"t" + std::to_string(tensors.size()), ElementType::kFloat32, shape, {}, false});
  }
  check_shapes(node, tensors, "what");
}

}  // namespace

TEST_CASE("a batch norm has a parameter for each channel") {
  CHECK_NOTHROW(check("BatchNormalization", {{1, 3, 2}, {3}, {3}, {3}, {3}}));
  CHECK_THROWS_WITH(check("BatchNormalization", {{1, 3, 2}, {3}, {3}, {2}, {3}}), Contains("'t3' has the shape [2]"));
  CHECK_THROWS_WITH(check("BatchNormalization", {{3}, {3}, {3}, {3}, {3}}), Contains("rank 2 or more"));
}

TEST_CASE("global pools need an image") {
  CHECK_THROWS_WITH(check("GlobalAveragePool", {{2, 3}}), Contains("rank 3 or more"));
  CHECK_NOTHROW(check("GlobalMaxPool", {{2, 3, 4}}));
}

TEST_CASE("slopes are repeated to the input, not the other way") {
  CHECK_NOTHROW(check("PRelu", {{2, 3, 4}, {3, 1}}));
  CHECK_THROWS_WITH(check("PRelu", {{2, 3, 4}, {5, 2, 3, 4}}), Contains("do not broadcast"));
}

TEST_CASE("axes, sizes and permutations are those of the input") {
  CHECK_THROWS_WITH(check("LayerNormalization", {{2, 3}}, {{"axis", {2}}}), Contains("axis is 2; allowed are -2 to 1"));
  CHECK_NOTHROW(check("LayerNormalization", {{2, 3}}, {{"axis", {-2}}}));
  CHECK_THROWS_WITH(check("Tile", {{2, 3}, {3}}), Contains("a number for each dimension"));
  CHECK_THROWS_WITH(check("DepthToSpace", {{1, 4, 1, 1}}, {{"blocksize", {0}}}), Contains("blocksize is 0"));
  CHECK_THROWS_WITH(check("SpaceToDepth", {{1, 4, 1, 1}}, {{"blocksize", {32769}}}), Contains("1 to 32768"));
  CHECK_THROWS_WITH(check("Transpose", {{2, 3}}, {{"perm", {0, 0}}}), Contains("not a permutation"));
  CHECK_THROWS_WITH(check("Transpose", {{2, 3}}, {{"perm", {0}}}), Contains("not a permutation"));
  CHECK_NOTHROW(check("Transpose", {{2, 3}}, {{"perm", {1, 0}}}));
}

TEST_CASE("indices fit the input that they point into, and updates the indices") {
  CHECK_NOTHROW(check("GatherElements", {{2, 3}, {2, 9}}, {{"axis", {1}}}));
  CHECK_NOTHROW(check("GatherElements", {{2, 3}, {1, 9}}, {{"axis", {-1}}}));
  CHECK_THROWS_WITH(check("GatherElements", {{2, 3}, {3, 3}}, {{"axis", {1}}}), Contains("[3,3] do not fit"));
  CHECK_THROWS_WITH(check("GatherElements", {{2, 3}, {6}}), Contains("do not fit the input [2,3]"));
  CHECK_THROWS_WITH(check("GatherElements", {{2, 3}, {2, 3}}, {{"axis", {2}}}), Contains("allowed are -2 to 1"));
  CHECK_THROWS_WITH(check("GatherElements", {{}, {}}), Contains("no dimension"));
  CHECK_NOTHROW(check("ScatterElements", {{2, 3}, {1, 3}, {1, 3}}));
  CHECK_THROWS_WITH(check("ScatterElements", {{2, 3}, {1, 3}, {3}}), Contains("updates [3] and indices [1,3] differ"));
  CHECK_NOTHROW(check("GatherND", {{2, 3, 4}, {2, 5, 2}}, {{"batch_dims", {1}}}));
  CHECK_THROWS_WITH(check("GatherND", {{2, 3, 4}, {3, 5, 2}}, {{"batch_dims", {1}}}), Contains("do not fit"));
  CHECK_THROWS_WITH(check("GatherND", {{2, 3, 4}, {2, 5, 3}}, {{"batch_dims", {1}}}), Contains("do not fit"));
  CHECK_THROWS_WITH(check("GatherND", {{2, 3}, {2, 0}}), Contains("do not fit"));
  CHECK_THROWS_WITH(check("GatherND", {{2, 3}, {2, 1}}, {{"batch_dims", {2}}}), Contains("allowed are 0 to 1"));
  CHECK_THROWS_WITH(check("GatherND", {{2, 3}, {}}), Contains("batch_dims"));
  CHECK_NOTHROW(check("ScatterND", {{4, 5}, {3, 1}, {3, 5}}));
  CHECK_THROWS_WITH(check("ScatterND", {{4, 5}, {3, 1}, {3, 4}}), Contains("updates [3,4] must be [3,5]"));
}

TEST_CASE("a grid has two coordinates for each element of the output") {
  CHECK_NOTHROW(check("GridSample", {{2, 3, 4, 5}, {2, 6, 7, 2}}));
  for (const Shape& grid : {Shape{1, 6, 7, 2}, Shape{2, 6, 7, 3}, Shape{2, 6, 2}})
    CHECK_THROWS_WITH(check("GridSample", {{2, 3, 4, 5}, grid}), Contains("does not fit the images [2,3,4,5]"));
}

TEST_CASE("axes of sums, sorting and maxima are those of the input") {
  for (const char* name : {"CumSum", "TopK", "Hardmax"}) {
    CHECK_NOTHROW(check(name, {{2, 3}}, {{"axis", {-2}}}));
    CHECK_THROWS_WITH(check(name, {{2, 3}}, {{"axis", {-3}}}), Contains("axis is -3; allowed are -2 to 1"));
  }
}

TEST_CASE("a range of numbers, with a step that is not zero") {
  CHECK_THROWS_WITH(check("Range", {{}, {2}, {}}), Contains("must be one number"));
  const std::vector<Tensor> tensors = {{"a", ElementType::kInt32, {}, {}, false},
                                       {"zero", ElementType::kInt32, {}, {0, 0, 0, 0}, true}};
  CHECK_THROWS_WITH(check_shapes({{}, "n", "Range", {0, 0, 1}, {}}, tensors, "what"), "what: the step is 0");
  CHECK_NOTHROW(check_shapes({{}, "n", "Range", {0, 0, 0}, {}}, tensors, "what"));
}

TEST_CASE("the second operand of old files lies at the end of the first") {
  CHECK_NOTHROW(check("Add", {{2, 3, 4}, {3, 4}}, {{"broadcast", {1}}, {"axis", {1}}}));
  CHECK_NOTHROW(check("Add", {{2, 3, 4}, {3, 4}}, {{"broadcast", {1}}, {"axis", {-2}}}));
  CHECK_THROWS_WITH(check("Add", {{2, 3, 4}, {2, 3}}, {{"broadcast", {1}}, {"axis", {0}}}),
                    Contains("the last place, 1"));
}
