// SPDX-License-Identifier: Apache-2.0
//
// SCALE-Sim's topology files: one line a layer, no network between them.
//
//   Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, [Stride Width,] [Sparsity,]
//   Layer, M, N, K, [Sparsity,] [Batch,]
//
// The header says which of the two a file is. Sparsity must be dense (1:1) and Batch 1; what else follows is refused. A
// convolution with DP in its name is depthwise, as in SCALE-Sim: Num Filter filters for each channel.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "network/network.hpp"

namespace systole::topology {

bool is_topology_file(const std::filesystem::path& file);  // by its name: .csv

// Of a convolution's output size, (IFMAP - Filter) / Strides + 1: Systole drops the rest at the end of the image, SCALE-Sim
// counts one more output. The zeros that this one needs are padding.
enum class Rounding { kDown, kUp };

// Each layer has its own input, output and weights (int8, random from the seed). It is a product of M x K by K x N, or
// a convolution without padding, or only with that of the rounding. Without a seed the weights have no values. Errors
// (UserError): file, line, column, value, allowed range; before any weight is drawn, that all of them take more than
// `most_weight_bytes`, as of a chip's DRAM, or more memory than is free.
Network read_topology(const std::filesystem::path& file, std::optional<std::uint32_t> seed,
                      Rounding rounding = Rounding::kDown, std::uint64_t most_weight_bytes = UINT64_MAX);

}  // namespace systole::topology
