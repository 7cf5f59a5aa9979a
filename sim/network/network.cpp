// SPDX-License-Identifier: Apache-2.0
#include "network/network.hpp"

#include <fmt/format.h>

#include <limits>

#include "support/error.hpp"

namespace systole {
namespace {

std::vector<TensorId> tensors_with(TensorRole wanted, const Operation& operation) {
  std::vector<TensorId> ids;
  std::visit(
      [&](const auto& op) {
        op.visit_tensors(op, [&](TensorRole role, TensorId id) {
          if (role == wanted) ids.push_back(id);
        });
      },
      operation);
  return ids;
}

}  // namespace

std::size_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kBool:
      return 1;
    case ElementType::kInt32:
    case ElementType::kFloat32:
      return 4;
    case ElementType::kInt64:
      return 8;
  }
  throw InternalError("invariant broken: an element type has a size");
}

const char* element_name(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return "int8";
    case ElementType::kUint8:
      return "uint8";
    case ElementType::kInt32:
      return "int32";
    case ElementType::kFloat32:
      return "float32";
    case ElementType::kInt64:
      return "int64";
    case ElementType::kBool:
      return "bool";
  }
  throw InternalError("invariant broken: an element type has a name");
}

// The reader admits no shape whose count overflows, so an overflow here is a bug.
std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (std::int64_t dimension : shape) {
    invariant(dimension >= 0, "a dimension is not negative");
    invariant(dimension == 0 || count <= std::numeric_limits<std::int64_t>::max() / dimension,
              "an element count fits in 63 bits");
    count *= dimension;
  }
  return count;
}

std::optional<std::int64_t> stacked_products(const Shape& a, const Shape& b) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const Shape a_stack(a.begin(), a.end() - 2), b_stack(b.begin(), b.end() - 2);
  if (a_stack == b_stack) return element_count(a_stack);
  if (b_stack.size() <= a_stack.size() && element_count(b_stack) == 1) return 1;
  return std::nullopt;
}

void sum_average_pools_in_float(Network& network) {
  for (Node& node : network.nodes) {
    auto* pool = std::get_if<AveragePool>(&node.operation);
    if (pool == nullptr) continue;
    const Shape& image = network.tensors[pool->input].shape;  // rank 3 or 4
    pool->float_sums = image.back() != pool->kernel[1] || (image.size() == 4 && image[2] != pool->kernel[0]);
  }
}

std::string random_weights_text(const RandomWeights& weights) {
  if (weights.tensors == 0) return "";
  return fmt::format("random weights ({} tensor{}, {} bytes)", weights.tensors, weights.tensors == 1 ? "" : "s",
                     weights.bytes);
}

std::vector<TensorId> inputs_of(const Operation& operation) { return tensors_with(TensorRole::kInput, operation); }
std::vector<TensorId> outputs_of(const Operation& operation) { return tensors_with(TensorRole::kOutput, operation); }

std::vector<TensorId*> tensors_of(Operation& operation) {
  std::vector<TensorId*> ids;
  std::visit([&](auto& op) { op.visit_tensors(op, [&](TensorRole, TensorId& id) { ids.push_back(&id); }); }, operation);
  return ids;
}

Clamp* output_clamp_of(Operation& operation) {
  return std::visit([](auto& op) { return op.output_clamp(); }, operation);
}

}  // namespace systole
