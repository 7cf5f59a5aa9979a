// SPDX-License-Identifier: Apache-2.0
//
// A network's inputs: from files, or at random.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"

namespace systole::session {

// One random tensor per graph input: integers over their whole range, int64 in [-1, 1], float32 in [-1, 1), from std::mt19937 with
// this seed.
std::vector<HostTensor> random_inputs(const Network& network, std::uint32_t seed);

// A .npy or .pb file for each graph input, in their order. UserError for a number of files that is not that of the inputs, a file
// that cannot be read, or one whose tensor does not fit its input.
std::vector<HostTensor> read_inputs(const Network& network, const std::vector<std::filesystem::path>& files);

// The share, 0 to 1, of an input's values that the QuantizeLinear behind it cannot express and clips to its ends: what
// lies outside the range that the network was calibrated for. Nothing if no node quantizes this input with a constant
// scale for the whole tensor. With several such nodes, of the first.
std::optional<double> share_outside_range(const Network& network, TensorId input, const HostTensor& value);

}  // namespace systole::session
