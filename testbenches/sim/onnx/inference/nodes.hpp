// SPDX-License-Identifier: Apache-2.0
//
// A node as the reader has it, for the tests of this folder.
#pragma once

#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace systole::test {

inline OnnxNode onnx_node(const std::string& operator_name, const std::vector<TensorId>& inputs,
                          const Attributes& attributes = {}) {
  return {attributes, "n", operator_name, inputs, {}};
}

}  // namespace systole::test
