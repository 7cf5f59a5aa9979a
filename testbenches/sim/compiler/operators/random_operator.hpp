// SPDX-License-Identifier: Apache-2.0
//
// Single operators of random shapes, for tests on odd chips.
#pragma once

#include <cstdint>
#include <vector>

#include "chip/chip.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {

// Types, zero points, bias, clamp and scales at random; shape and kernel are the caller's.
ConvOptions random_conv(Random& random);

// Checks the network with this output: compiled for the chip it has the bits of the plain loops.
void check_on(NetworkBuilder& network, TensorId output, const Chip& chip, std::uint32_t seed, bool must_be_on_chip);

}  // namespace systole::compiler_test
