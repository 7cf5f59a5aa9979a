// SPDX-License-Identifier: Apache-2.0
//
// Runs random networks on a chip against reference, cycle model and ONNX arithmetic. Shared by the fast and the long test.
#pragma once

#include <cstdint>

#include "chip/chip.hpp"
#include "system/networks/random_network.hpp"

namespace systole::test {

struct RandomRun {
  Kind kind = Kind::kConvolution;
  std::uint32_t networks = 1;
  bool platform = false;  // in SystemC, otherwise at the pins
};

// Fails the test at the first difference, naming the network's seed. All networks run on one Verilated chip. `chip` is a shipped
// chip's name. SYSTOLE_SEED is the first seed.
void run_random_networks(const char* chip, const RandomRun& run);

}  // namespace systole::test
