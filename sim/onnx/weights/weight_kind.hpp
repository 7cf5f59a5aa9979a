// SPDX-License-Identifier: Apache-2.0
//
// What a network computes with a constant, as far as that says which values make sense for it. For constants whose values are not
// known (random_weights.hpp).
#pragma once

#include <map>
#include <string>

#include "network/onnx_proto.hpp"

namespace systole {

// A constant that several nodes read has the last of its kinds.
enum class WeightKind {
  kOther,
  kFilter,     // of a convolution: [outputs][inputs][..]
  kRows,       // of a matrix product, summed over the last dimension but one
  kColumns,    // of a matrix product, summed over the last dimension
  kFactor,     // of a multiplication or normalization, or a variance
  kIndex,      // into a table of the file
  kScale,      // of a quantization
  kZeroPoint,  // of a quantization
  kDecides,    // a shape, which nodes there are, or what they are
};

// By name, of what nodes of the graph and of graphs in it read; kOther is left out.
using WeightKinds = std::map<std::string, WeightKind>;
void add_kinds_in(const onnx::GraphProto& graph, WeightKinds& kinds);

}  // namespace systole
