// SPDX-License-Identifier: Apache-2.0
//
// A float graph to a QDQ graph: QuantizeLinear and DequantizeLinear around every operator that can compute in int8.
#pragma once

#include <map>

#include "onnx/onnx_graph.hpp"
#include "quantize/calibration.hpp"

namespace systole::quantize {

struct QuantizeOptions {
  bool per_tensor = false;  // one scale for all weights of a node, instead of one for each output channel
};

// `graph` as load_model leaves it, affine maps of channels folded; `ranges` of its tensors. The result has the same
// form, for normalize().
//
// Activations are int8 with one scale and zero point (int8_plan.hpp). Weights are int8 and symmetric, biases int32
// (weight_quantization.hpp). What has no int8 form (Softmax, LayerNormalization) stays float: the table of operators
// says which (normalize/operator_table.hpp). Errors: those of check_weights.
OnnxGraph quantize(OnnxGraph graph, const std::map<TensorId, Range>& ranges, const QuantizeOptions& options = {});

// Errors (UserError): a weight or bias of a matrix product, a convolution or a batch norm that is infinite or no
// number, with the tensor's name. Called before calibration, which would only find such values in later tensors.
void check_weights(const OnnxGraph& graph);

// True if the graph has matrix products in float and nothing quantized.
bool is_float_network(const OnnxGraph& graph);

}  // namespace systole::quantize
