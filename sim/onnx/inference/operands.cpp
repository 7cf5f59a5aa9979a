// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/operands.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {

void refuse(const std::string& what, const std::string& reason) { throw UserError(what + ": " + reason); }

const Tensor* input_or_null(const OnnxNode& node, const std::vector<Tensor>& tensors, std::size_t index) {
  if (index >= node.inputs.size() || node.inputs[index] == kNoTensor) return nullptr;
  return &tensors.at(node.inputs[index]);
}

const Tensor& required_input(const OnnxNode& node, const std::vector<Tensor>& tensors, std::size_t index,
                             const std::string& what) {
  const Tensor* tensor = input_or_null(node, tensors, index);
  if (tensor == nullptr) refuse(what, fmt::format("input {} is missing", index));
  return *tensor;
}

void require_byte(const Tensor& tensor, const std::string& what) {
  if (!is_byte(tensor.type)) {
    refuse(what,
           fmt::format("tensor {} is {}; int8 or uint8 is needed", in_quotes(tensor.name), element_name(tensor.type)));
  }
}

Shape broadcast_shape(const Tensor& a, const Tensor& b, const std::string& what) {
  const std::size_t rank = std::max(a.shape.size(), b.shape.size());
  Shape result(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t da = i < a.shape.size() ? a.shape[a.shape.size() - 1 - i] : 1;
    const std::int64_t db = i < b.shape.size() ? b.shape[b.shape.size() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1) {
      refuse(what, fmt::format("the shapes {} and {} do not broadcast", shape_text(a.shape), shape_text(b.shape)));
    }
    result[rank - 1 - i] = da == 1 ? db : da;
  }
  return result;
}

bool broadcasts_to(const Shape& operand, const Shape& result) {
  if (operand.size() > result.size()) return false;
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const std::int64_t dimension = operand[operand.size() - 1 - i];
    if (dimension != 1 && dimension != result[result.size() - 1 - i]) return false;
  }
  return true;
}

// The library does not compare the operands.
Shape gemm_shape(const OnnxNode& node, const Tensor& a, const Tensor& b, const Tensor* c, const std::string& what) {
  if (a.shape.size() != 2 || b.shape.size() != 2) refuse(what, "both operands must be matrices");
  const std::size_t ta = node.flag("transA") ? 1 : 0, tb = node.flag("transB") ? 1 : 0;
  if (a.shape[1 - ta] != b.shape[tb]) {
    refuse(what, fmt::format("the shapes {} and {} do not multiply", shape_text(a.shape), shape_text(b.shape)));
  }
  const Shape result = {a.shape[ta], b.shape[1 - tb]};
  if (c != nullptr && !broadcasts_to(c->shape, result)) {
    refuse(what, fmt::format("the bias {} has the shape {}, the product {}", in_quotes(c->name), shape_text(c->shape),
                             shape_text(result)));
  }
  return result;
}

}  // namespace systole
