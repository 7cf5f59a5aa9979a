// SPDX-License-Identifier: Apache-2.0
//
// Operators that Systole does not have, written with operators that it has: before the reader sees the file's nodes.
//
//   com.microsoft   Gelu, FastGelu, BiasGelu, QuickGelu, SkipLayerNormalization, SimplifiedLayerNormalization,
//                   SkipSimplifiedLayerNormalization: what ONNX Runtime's optimizer writes
//   ai.onnx         Gelu, GroupNormalization, RMSNormalization; ConvTranspose in two dimensions and Conv in three, by
//                   convolutions in two; LSTM, GRU and RNN, step by step; LayerNormalization below operator set 17, as the optimizer writes it;
//                   LpNormalization, Mish, Swish; Scatter and Upsample, which have newer names
//
// How each is written stands beside the function that writes it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "network/network.hpp"
#include "network/onnx_proto.hpp"

namespace systole {

// The domain of nodes that were written: they are of operator set kExpandedOpset, whatever the file's is.
inline constexpr const char* kExpandedDomain = "systole.expanded";
inline constexpr int kExpandedOpset = 17;

// In place; `opset`: of the file, `input_shapes`: of inputs that it leaves open. `file` starts error messages. Errors (UserError): an attribute or a number of inputs that the operator does
// not have, or a form of it that has no such writing; a node of kExpandedDomain.
void expand_operators(onnx::GraphProto& graph, std::int64_t opset, const std::map<std::string, Shape>& input_shapes,
                      const std::string& file);

}  // namespace systole
