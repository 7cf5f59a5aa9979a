// SPDX-License-Identifier: Apache-2.0
//
// SCALE-Sim's topology files: one line a layer, no network between them.
//
//   Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
//   Layer, M, N, K,
//
// The header says which of the two a file is; what follows the last column of either is not read.
#pragma once

#include <cstdint>
#include <filesystem>

#include "network/network.hpp"

namespace systole::topology {

bool is_topology_file(const std::filesystem::path& file);  // by its name: .csv

// Each layer has its own input, output and weights (int8, random from the seed). It is a product of M x K by K x N, or
// a convolution without padding, whose output size is floor((IFMAP - Filter) / Strides) + 1. Errors (UserError): file,
// line, column, value, allowed range.
Network read_topology(const std::filesystem::path& file, std::uint32_t seed);

}  // namespace systole::topology
