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
Chip make_chip(const std::string& name, std::uint32_t rows, std::uint32_t cols, std::uint32_t lanes,
               std::uint32_t bank_words, std::uint32_t weight_words, std::uint32_t accumulator_rows,
               std::uint32_t parameter_words);

// Empty if all is well, otherwise what differs first.
std::string compile_and_compare(const Network& network, const Chip& chip, const std::vector<HostTensor>& inputs,
                                const compiler::CompileOptions& options = {});

// The nodes' names that run on the host, comma separated.
std::string host_nodes(const compiler::CompiledNetwork& compiled);

}  // namespace systole::compiler_test
