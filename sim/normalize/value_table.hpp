// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: tables of all 256 values of a byte, computed by the host's own operators.
#pragma once

#include "network/host_tensor.hpp"
#include "normalize/raw_graph.hpp"

namespace systole {

// All bit patterns 0 .. 255 as a tensor of `type`, int8 or uint8, with shape [256].
HostTensor all_bytes(ElementType type);

// Runs an element-wise node on `values` (shape [256]) as input `position`; its other inputs are constants with one
// element.
HostTensor run_on_values(const RawGraph& graph, const OnnxNode& node, std::size_t position, const HostTensor& values);

}  // namespace systole
