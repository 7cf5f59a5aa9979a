// SPDX-License-Identifier: Apache-2.0
//
// Which operators of a float graph compute in int8, and at which scales.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "quantize/calibration.hpp"
#include "quantize/float_graph.hpp"

namespace systole::quantize {

struct Int8Plan {
  std::vector<bool> integer;                              // per node: computes in int8
  std::vector<std::optional<Quantization>> quantization;  // per tensor: stored in int8, with this scale and zero point
};

// Operators that only move values have the same scale before and after (one range for all of them). What lies between
// an operator and the bias, Relu or Clip that it takes along is never stored. `ranges`: of all float tensors.
Int8Plan plan_int8(const FloatGraph& graph, const std::map<TensorId, Range>& ranges);

// int8: scale = (high - low) / 255, zero point = rne(-128 - low / scale); a range of zero has scale 1.
Quantization activation_quantization(const Range& range);

}  // namespace systole::quantize
