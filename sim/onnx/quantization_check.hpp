// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "network/network.hpp"

namespace systole {

// Scales and zero points of a quantized ONNX node: how many there are, their types, and, where they
// are constants, that each scale is a positive finite number. `output_type`: of the node's first
// output. Errors: UserError, starting with `what`.
void check_quantization(const std::string& operator_name, const HostOperator& op, const std::vector<Tensor>& tensors,
                        ElementType output_type, const std::string& what);

}  // namespace systole
