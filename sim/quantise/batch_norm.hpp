// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "onnx/network.hpp"

namespace systole::quantise {

// Every BatchNormalization with constant parameters goes into the convolution before it, if nobody else reads that one's output;
// otherwise it becomes a depthwise convolution of one tap:
//
//   y = (x - mean) * factor + bias,  factor = scale / sqrt(variance + epsilon),  a channel each
//
// `network` as load_model leaves it.
Network fold_batch_norms(Network network);

}  // namespace systole::quantise
