// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/shape_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "network/message_text.hpp"
#include "onnx/inference/operands.hpp"

namespace systole {
namespace {

using Tensors = std::vector<Tensor>;

void check_gemm(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  gemm_shape(node, required_input(node, tensors, 0, what), required_input(node, tensors, 1, what),
             input_or_null(node, tensors, 2), what);
}

void check_batch_normalization(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Shape& x = required_input(node, tensors, 0, what).shape;
  if (x.size() < 2) refuse(what, fmt::format("the input has the shape {}; rank 2 or more is needed", shape_text(x)));
  for (std::size_t i = 1; i < 5; ++i) {
    const Tensor& parameter = required_input(node, tensors, i, what);
    if (parameter.shape != Shape{x[1]}) {
      refuse(what, fmt::format("{} has the shape {}; {} is needed", in_quotes(parameter.name),
                               shape_text(parameter.shape), shape_text({x[1]})));
    }
  }
}

void check_global_pool(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Shape& x = required_input(node, tensors, 0, what).shape;
  if (x.size() < 3) refuse(what, fmt::format("the input has the shape {}; rank 3 or more is needed", shape_text(x)));
}

void check_prelu(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Shape &x = required_input(node, tensors, 0, what).shape, &slope = required_input(node, tensors, 1, what).shape;
  if (!broadcasts_to(slope, x))
    refuse(what, fmt::format("the slopes {} do not broadcast to the input {}", shape_text(slope), shape_text(x)));
}

void check_layer_normalization(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const auto rank = static_cast<std::int64_t>(required_input(node, tensors, 0, what).shape.size());
  const std::int64_t axis = node.integer("axis", -1);
  if (axis < -rank || axis >= rank)
    refuse(what, fmt::format("attribute axis is {}; allowed are {} to {}", axis, -rank, rank - 1));
}

void check_axis(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const auto rank = static_cast<std::int64_t>(required_input(node, tensors, 0, what).shape.size());
  const auto axis = node.ints.find("axis");
  if (rank == 0) refuse(what, "the input has no dimension");
  if (axis != node.ints.end() && (axis->second.at(0) < -rank || axis->second[0] >= rank))
    refuse(what, fmt::format("attribute axis is {}; allowed are {} to {}", axis->second[0], -rank, rank - 1));
}

// Every index stands for an element in the same place of the other dimensions.
void check_elements(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  check_axis(node, tensors, what);
  const Shape &x = required_input(node, tensors, 0, what).shape,
              &indices = required_input(node, tensors, 1, what).shape;
  bool fits = x.size() == indices.size();
  const auto rank = static_cast<std::int64_t>(x.size()), axis = node.integer("axis", 0);
  for (std::size_t d = 0; fits && d < x.size(); ++d)
    fits = static_cast<std::int64_t>(d) == (axis < 0 ? axis + rank : axis) || indices[d] <= x[d];
  if (!fits) refuse(what, fmt::format("indices {} do not fit the input {}", shape_text(indices), shape_text(x)));
  if (node.operator_name != "ScatterElements") return;
  if (const Shape& updates = required_input(node, tensors, 2, what).shape; updates != indices)
    refuse(what, fmt::format("updates {} and indices {} differ", shape_text(updates), shape_text(indices)));
}

// The last dimension of the indices stands for as many dimensions of the input, behind those of the batch.
void check_index_vectors(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Shape &x = required_input(node, tensors, 0, what).shape,
              &indices = required_input(node, tensors, 1, what).shape;
  const std::int64_t batch = node.integer("batch_dims", 0),
                     most =
                         std::min(static_cast<std::int64_t>(x.size()), static_cast<std::int64_t>(indices.size()) - 1);
  if (batch < 0 || batch > most)
    refuse(what, fmt::format("attribute batch_dims is {}; allowed are 0 to {}", batch, most));
  const std::int64_t depth = indices.back();
  if (depth < 1 || depth > static_cast<std::int64_t>(x.size()) - batch ||
      !std::equal(x.begin(), x.begin() + batch, indices.begin()))
    refuse(what, fmt::format("indices {} do not fit the input {}", shape_text(indices), shape_text(x)));
  if (node.operator_name != "ScatterND") return;
  Shape expected(indices.begin(), indices.end() - 1);
  expected.insert(expected.end(), x.begin() + depth, x.end());
  if (const Shape& updates = required_input(node, tensors, 2, what).shape; updates != expected)
    refuse(what, fmt::format("updates {} must be {}", shape_text(updates), shape_text(expected)));
}

void check_grid(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Shape &x = required_input(node, tensors, 0, what).shape, &grid = required_input(node, tensors, 1, what).shape;
  if (x.size() != 4 || grid.size() != 4 || grid[0] != x[0] || grid[3] != 2)
    refuse(what, fmt::format("the grid {} does not fit the images {}: [images, height, width, 2] is needed",
                             shape_text(grid), shape_text(x)));
}

void check_range(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  for (std::size_t i = 0; i < 3; ++i)
    if (element_count(required_input(node, tensors, i, what).shape) != 1)
      refuse(what, "every input must be one number");
  const Tensor& step = required_input(node, tensors, 2, what);
  if (step.is_constant && std::all_of(step.data.begin(), step.data.end(), [](std::uint8_t b) { return b == 0; }))
    refuse(what, "the step is 0");
}

void check_tile(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  const Shape &x = required_input(node, tensors, 0, what).shape,
              &repeats = required_input(node, tensors, 1, what).shape;
  if (repeats != Shape{static_cast<std::int64_t>(x.size())})
    refuse(what, "input 1 must have a number for each dimension");
}

void check_block_size(const OnnxNode& node, const Tensors&, const std::string& what) {
  const std::int64_t size = node.integer("blocksize", 0);
  constexpr std::int64_t kMost = 1 << 15;
  if (size < 1 || size > kMost)
    refuse(what, fmt::format("attribute blocksize is {}; allowed are 1 to {}", size, kMost));
}

void check_transpose(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  if (node.ints.count("perm") == 0) return;
  std::vector<std::int64_t> sorted = node.ints.at("perm");
  std::sort(sorted.begin(), sorted.end());
  bool permutation = sorted.size() == required_input(node, tensors, 0, what).shape.size();
  for (std::size_t i = 0; permutation && i < sorted.size(); ++i)
    permutation = sorted[i] == static_cast<std::int64_t>(i);
  if (!permutation) refuse(what, "attribute perm is not a permutation of the dimensions");
}

// Up to operator set 6 the second operand could lie anywhere in the first one.
void check_old_broadcast(const OnnxNode& node, const Tensors& tensors, const std::string& what) {
  if (node.ints.count("broadcast") == 0 || node.ints.count("axis") == 0 || node.inputs.size() != 2) return;
  const std::size_t a = required_input(node, tensors, 0, what).shape.size(),
                    b = required_input(node, tensors, 1, what).shape.size();
  const std::int64_t axis = node.integer("axis", 0);
  if (a < b || (axis != static_cast<std::int64_t>(a - b) && axis != -static_cast<std::int64_t>(b)))
    refuse(what, fmt::format("attribute axis is {}; supported is the last place, {}", axis, a < b ? 0 : a - b));
}

}  // namespace

void check_shapes(const OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what) {
  using Check = void (*)(const OnnxNode&, const Tensors&, const std::string&);
  static const std::map<std::string, Check> checks = {
      {"BatchNormalization", check_batch_normalization},
      {"CumSum", check_axis},
      {"DepthToSpace", check_block_size},
      {"GatherElements", check_elements},
      {"GatherND", check_index_vectors},
      {"Gemm", check_gemm},
      {"GlobalAveragePool", check_global_pool},
      {"GlobalMaxPool", check_global_pool},
      {"GridSample", check_grid},
      {"Hardmax", check_axis},
      {"LayerNormalization", check_layer_normalization},
      {"PRelu", check_prelu},
      {"Range", check_range},
      {"ScatterElements", check_elements},
      {"ScatterND", check_index_vectors},
      {"SpaceToDepth", check_block_size},
      {"Tile", check_tile},
      {"TopK", check_axis},
      {"Transpose", check_transpose},
  };
  const auto found = checks.find(node.operator_name);
  (found == checks.end() ? check_old_broadcast : found->second)(node, tensors, what);
}

}  // namespace systole
