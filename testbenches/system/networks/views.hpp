// SPDX-License-Identifier: Apache-2.0
//
// The views of a chip as system tests compare them: the RTL at its pins (without SystemC, for many short programs) or in its
// platform, in lockstep with the reference and the cycle model (views/lockstep.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"
#include "rtl_view/pin_view.hpp"
#include "rtl_view/platform_view.hpp"
#include "verilated/chip_pins.hpp"
#include "views/lockstep.hpp"

namespace systole::test {

using rtl_view::PinView;
using rtl_view::PlatformView;

// No program of these tests is longer.
inline constexpr RunLimits kLimits{20'000'000, 1'000'000};

// The value of an environment variable as a number, or `otherwise`.
std::uint64_t setting(const char* name, std::uint64_t otherwise);

// What a comparison has seen, so that a test can demand that there was something to see.
struct Seen : views::Compared {
  std::uint64_t tensors = 0;
  std::vector<HostTensor> outputs;
};

// Runs the network on `reference` and `rtl` and the cycle model in lockstep, then holds every tensor that the host sees against what
// ONNX's arithmetic makes of the inputs. Empty if all are equal; otherwise the first difference in words. Adds to `seen`.
std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          views::View& reference, views::View& rtl, Seen& seen);

// The same with a reference of its own.
std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          views::View& rtl, Seen& seen);

// The chip's library with the RTL's assertions, and a chip of it whose registers and memories start random.
std::shared_ptr<platform::VerilatedChip> make_verilated(const Chip& chip, std::uint32_t seed, bool assertions);

}  // namespace systole::test
