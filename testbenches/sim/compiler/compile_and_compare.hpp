// SPDX-License-Identifier: Apache-2.0
//
// The compiler's main check: compile, verify every program, run on the reference model, compare every tensor bit for bit with the
// arithmetic of ONNX on the host.
#pragma once

#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"

namespace systole::compiler_test {

// Chips small and odd enough to make every tiling happen, each with a name.
std::vector<Chip> odd_chips();
const Chip& edge16();  // the last of them, and the largest
Chip make_chip(const std::string& name, std::uint32_t rows, std::uint32_t cols, std::uint32_t lanes,
               std::uint32_t bank_words, std::uint32_t weight_words, std::uint32_t accumulator_rows,
               std::uint32_t parameter_words);

// Empty if all is well, otherwise what differs first.
std::string compile_and_compare(const Network& network, const Chip& chip, const std::vector<HostTensor>& inputs,
                                const compiler::CompileOptions& options = {});

// A 1x1 convolution of an image of `size` x `size`, with as many output channels as input channels.
compiler::CompiledNetwork compile_pointwise(const Chip& chip, std::int64_t size, std::int64_t channels);

// The program of the first step on the chip.
const isa::Program& first_program(const compiler::CompiledNetwork& compiled);
// What ordering::check_program says of a program in this network's DRAM.
std::vector<std::string> program_problems(const compiler::CompiledNetwork& compiled, const isa::Program& program);

// The nodes' names that run on the host, comma separated.
std::string host_nodes(const compiler::CompiledNetwork& compiled);

}  // namespace systole::compiler_test
