// SPDX-License-Identifier: Apache-2.0
//
// A network's inputs: from files, or at random.
#pragma once

#include <cstdint>
#include <filesystem>
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

}  // namespace systole::session
