// SPDX-License-Identifier: Apache-2.0
//
// Scales and zero points of quantized ONNX operators.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"

namespace systole {

// What input number `input` of a quantized operator is; of other operators it is none.
enum class QuantizationPart { kNone, kScale, kZeroPoint };
QuantizationPart quantization_part(const std::string& operator_name, std::size_t input);

// Of a quantized node: how many scales and zero points there are, their types, and, where they are constants, that
// each scale is a positive finite number. `operator_name`: the file's. `output_type`: of the node's first output.
// Errors: UserError, starting with `what`.
void check_quantization(const std::string& operator_name, const OnnxNode& node, const std::vector<Tensor>& tensors,
                        ElementType output_type, const std::string& what);

}  // namespace systole
