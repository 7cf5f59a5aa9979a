// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: operands of operators that are quantized by themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "normalize/raw_graph.hpp"

namespace systole {

// Input `index`, if it is there.
std::optional<TensorId> optional_input(const OnnxNode& node, std::size_t index);

// Absent or constant: then its values, zero for an absent one.
std::optional<std::vector<std::int32_t>> zero_points(const RawGraph& graph, const OnnxNode& node, std::size_t index);

// Whether input 0 is computed at run time.
bool has_run_time_input(const RawGraph& graph, const OnnxNode& node);

}  // namespace systole
