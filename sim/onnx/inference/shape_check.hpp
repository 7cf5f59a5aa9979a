// SPDX-License-Identifier: Apache-2.0
//
// What the library's inference leaves unchecked and a host operator relies on.
#pragma once

#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace systole {

// Errors (UserError, starting with `what`): shapes, axes and sizes that do not fit together.
void check_shapes(const OnnxNode& node, const std::vector<Tensor>& tensors, const std::string& what);

}  // namespace systole
