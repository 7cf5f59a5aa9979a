// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: what lies before a QuantizeLinear node, back to the operator that computes.
//
//     source -> Relu -> Reshape -> QuantizeLinear -> y
//               step    reshape
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "normalize/raw_graph.hpp"

namespace systole {

// An operator that maps each element by itself.
struct Step {
  const OnnxNode* node;
  std::size_t position;  // of its run-time input
};

struct Chain {
  TensorId source = 0;                // the float tensor where it starts
  std::vector<Step> steps;            // in order of execution
  const OnnxNode* reshape = nullptr;  // the last operator of the chain that only changes the shape
  bool read_once = true;              // whether the source and every tensor of the chain have one reader

  // Whether all steps limit the values: Relu and Clip.
  bool only_limits() const;
  // "first+Relu+Clip": the operators of the chain behind `first`, which may be empty.
  std::string operators_behind(const std::string& first) const;
};

// The chain that ends in tensor `end`.
Chain chain_before(const RawGraph& graph, TensorId end);

}  // namespace systole
