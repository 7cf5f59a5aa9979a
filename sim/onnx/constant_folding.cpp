// SPDX-License-Identifier: Apache-2.0
#include "onnx/constant_folding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "host/call.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

constexpr std::size_t kMaxFoldedBytes = std::size_t{256} << 20;

bool reads_shape_only(const OnnxNode& node) { return node.operator_name == "Shape" || node.operator_name == "Size"; }

void check_operands(const std::vector<Tensor>& tensors, const OnnxNode& node, const std::string& what) {
  static const std::set<std::string> take_empty = {"Shape",   "Size",     "ConstantOfShape", "Concat",   "Cast",
                                                   "Reshape", "Identity", "Squeeze",         "Unsqueeze"};
  for (TensorId id : node.inputs) {
    if (element_count(tensors[id].shape) == 0 && take_empty.count(node.operator_name) == 0) {
      throw UserError(fmt::format("{}: input {} has no elements", what, in_quotes(tensors[id].name)));
    }
  }
}

}  // namespace

bool ConstantFolder::folds(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  if (reads_shape_only(node)) return true;
  const HostEntry* entry = find_host_operator(node.operator_name);
  return entry != nullptr && entry->folding == Folding::kAllowed &&
         std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](TensorId id) { return id != kNoTensor && tensors[id].is_constant; });
}

void ConstantFolder::fold(std::vector<Tensor>& tensors, const OnnxNode& node, const std::string& what) {
  for (TensorId id : node.outputs)
    folded_bytes_ += static_cast<std::size_t>(element_count(tensors[id].shape)) * element_bytes(tensors[id].type);
  if (folded_bytes_ > kMaxFoldedBytes) {
    throw UserError(fmt::format("{}: the constants computed up to here exceed {} bytes", what, kMaxFoldedBytes));
  }
  check_operands(tensors, node, what);
  std::vector<HostTensor> inputs(node.inputs.size());
  if (reads_shape_only(node)) {
    // No elements are read, so the input need not be a constant.
    inputs[0].type = tensors[node.inputs[0]].type;
    inputs[0].shape = tensors[node.inputs[0]].shape;
  }
  try {
    std::vector<HostTensor> values = run_on_host(tensors, node, inputs);
    for (std::size_t i = 0; i < values.size(); ++i) {
      Tensor& tensor = tensors[node.outputs[i]];
      tensor.data = std::move(values[i].data);
      tensor.is_constant = true;
    }
  } catch (const UserError& error) {
    throw UserError(fmt::format("{}: {}", file_, error.what()));
  }
}

}  // namespace systole
