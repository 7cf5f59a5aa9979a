// SPDX-License-Identifier: Apache-2.0
//
// A float network to a QDQ network: QuantizeLinear and DequantizeLinear around every operator that can compute in int8.
#pragma once

#include <map>

#include "network/network.hpp"
#include "quantize/calibration.hpp"

namespace systole::quantize {

struct QuantizeOptions {
  bool per_tensor = false;  // one scale for all weights of a node, instead of one for each output channel
};

// `network` as load_model leaves it, affine maps of channels folded; `ranges` of its tensors. The result has the same form, for normalize().
//
// Activations are int8 with one scale and zero point: scale = (high - low) / 255, zero point = rne(-128 - low / scale); a range of
// zero gets scale 1. Operators that only move values have the same scale before and after, so they cost nothing. Weights are int8,
// symmetric: scale = max |w| / 127. Biases are int32 in units of activation scale times weight scale; where one would not fit, its
// weights get a larger scale. What has no int8 form (Softmax, LayerNormalization) stays float.
// Errors: those of check_weights.
Network quantize(Network network, const std::map<TensorId, Range>& ranges, const QuantizeOptions& options = {});

// Errors (UserError): a weight or bias of a matrix product, a convolution or a batch norm that is infinite or no number, with the
// tensor's name. Before calibration, which would see no more than what comes out of it.
void check_weights(const Network& network);

// True if the network has matrix products in float and nothing quantized.
bool is_float_network(const Network& network);

}  // namespace systole::quantize
