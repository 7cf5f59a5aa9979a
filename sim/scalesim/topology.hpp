// SPDX-License-Identifier: Apache-2.0
//
// SCALE-Sim's topology files: one line a layer, no network between them.
//
//   Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
//   Layer, M, N, K,
//
// The header says which of the two a file is. A convolution may have a ninth column, the stride along the width, and
// both a sparsity, which must be none: N:N.
#pragma once

#include <cstdint>
#include <filesystem>

#include "network/network.hpp"

namespace systole::topology {

bool is_topology_file(const std::filesystem::path& file);  // by its name: .csv

// Of a convolution's output size: (IFMAP - Filter) / Strides + 1. Down, as ONNX and every network has it; or up, as
// SCALE-Sim does, whose last position then reads zeros behind the end of the IFMAP.
enum class Rounding { kDown, kUp };

// Each layer has its own input, output and weights (int8, random from the seed). It is a product of M x K by K x N, or
// a convolution without padding; with DP in its name a depthwise one, as in SCALE-Sim, with Num Filter filters for each
// channel. Errors (UserError): file, line, column, value, allowed range.
Network read_topology(const std::filesystem::path& file, std::uint32_t seed, Rounding rounding = Rounding::kDown);

}  // namespace systole::topology
