// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: nodes whose outputs are known before the run are computed once, by the host's operators.
#pragma once

#include <cstddef>
#include <string>

#include "onnx/onnx_graph.hpp"

namespace systole {

class ConstantFolder {
 public:
  // `file` starts error messages.
  explicit ConstantFolder(std::string file) : file_(std::move(file)) {}

  // Shape and Size always; others of which the host allows it, when all inputs are constants.
  static bool folds(const std::vector<Tensor>& tensors, const OnnxNode& node);

  // The node's outputs, which `tensors` has with their shapes, become constants. Errors (UserError, starting with
  // `what` or the file): the node's own, an operand without elements, more folded bytes than allowed (a small file
  // must not become a large network).
  void fold(std::vector<Tensor>& tensors, const OnnxNode& node, const std::string& what);

 private:
  std::string file_;
  std::size_t folded_bytes_ = 0;
};

}  // namespace systole
