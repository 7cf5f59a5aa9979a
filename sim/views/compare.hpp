// SPDX-License-Identifier: Apache-2.0
//
// The first difference between two views of the same network after a step: in DRAM, in time, or in a tensor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"
#include "views/view.hpp"

namespace systole::views {

// In what two views part: an event while the program runs, a byte of DRAM behind it, what a run left of its time, a tensor.
enum class Aspect { kEvent, kDram, kTiming, kTensor };
const char* aspect_name(Aspect aspect);  // "event", "dram", "timing", "tensor"

// Where two views part. What is not known is left out.
struct Divergence {
  explicit Divergence(Aspect where) : aspect(where) {}
  Aspect aspect;
  std::string what;                          // what is different, expected and got
  std::size_t step = 0;                      // of the compiled network
  std::optional<std::uint32_t> node;         // index into Network::nodes
  std::string tensor;                        // name; empty when the place is in no tensor
  std::string element;                       // "[0, 3, 1, 2]", as the network counts
  std::optional<std::uint64_t> address;      // of the byte in DRAM
  std::optional<std::uint32_t> instruction;  // index in its program
  std::optional<std::uint64_t> cycle;        // in which the instruction retired
};

// The divergence in words: node, tensor, element, instruction and cycle, a line each.
std::string text(const Divergence& divergence, const compiler::CompiledNetwork& network);

// The node whose instruction this is; nothing for an instruction that belongs to none.
std::optional<std::uint32_t> node_of(const compiler::CompiledNetwork& network, const isa::Program& program,
                                     std::uint32_t index);

// Compares every byte of DRAM after `step`. The divergence names the first retirement whose bytes differ.
// The two images must have been equal before the step.
std::optional<Divergence> compare_dram(const compiler::CompiledNetwork& network, std::size_t step, View& expected,
                                       View& got);

// Compares when every instruction of the newest run started and retired, the cycles and the
// counters.
std::optional<Divergence> compare_timing(const compiler::CompiledNetwork& network, const ProgramRun& expected,
                                         const char* expected_name, const ProgramRun& got, const char* got_name);

// The first element in which two tensors of one type and shape differ; `name` is for the message.
std::optional<Divergence> compare_tensor(const std::string& name, const HostTensor& expected, const char* expected_name,
                                         const HostTensor& got, const char* got_name);

}  // namespace systole::views
