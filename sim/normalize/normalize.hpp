// SPDX-License-Identifier: Apache-2.0
//
// Second half of the reader: ONNX nodes to the operators of network.hpp.
#pragma once

#include <string>

#include "network/network.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

// `graph` is what load_model or quantize returns, `file` starts error messages. Errors: UserError naming the node.
//
// Quantized operators are found in two ways. QLinear and Integer operators are translated one by one. For the QDQ
// spelling, every QuantizeLinear is followed backwards: through element-wise operators and reshapes to the operator
// that computes (Conv, Gemm, MatMul, Add, a pool) and to the DequantizeLinear before it:
//
//     x -> DequantizeLinear -> Conv -> Relu -> QuantizeLinear -> y      becomes    x -> Conv (clamped) -> y
//     x -> DequantizeLinear -> Sigmoid -> QuantizeLinear -> y           becomes    x -> Lookup -> y
//
// What is left keeps its ONNX form and runs on the host. Nodes that nothing reads any more, such as DequantizeLinear
// nodes whose readers were all translated, disappear.
Network normalize(OnnxGraph graph, const std::string& file);

}  // namespace systole
