// SPDX-License-Identifier: Apache-2.0
//
// Checks a program without trusting the compiler: semaphores, and data races between the engines.
//
// What each instruction touches is computed again from its fields, word by word. Semaphores are
// matched first in, first out, which needs one posting and one taking engine for each. From the
// takes follow vector clocks, and with them for each word of each memory whether its last writer
// and its readers are ordered before the instruction that touches it now. In detail:
//
//  - every take has its post earlier in program order; no semaphore is left above zero; none can
//  exceed 255 whatever the
//    timing, given that the dispatcher stops at a full queue;
//  - engines are ordered on every word that one of them writes, buffers and DRAM; a store is
//  ordered after an earlier store whose
//    words it reads from the activation buffer;
//  - no buffer word is read that nobody wrote in this program, and no accumulator row is added to
//  or stored before it is set;
//  - source and residual of a store lie in different banks, step by step; the rows of a matrix
//  instruction fit one bank;
//  - DRAM addresses stay inside `dram_bytes`, and encoded fields survive encode and decode.
//
// Cost: proportional to the words that the program touches. Meant for tests and for `--verify`
// runs, not for every compile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"

namespace systole::compiler {

// Problems found, each a line that starts with "instruction N: "; empty if the program is sound.
// Stops after a few.
std::vector<std::string> verify_program(const isa::Program& program, const Chip& chip, const isa::Bases& base_address,
                                        std::uint64_t dram_bytes);

// All programs of a network, and that tensors of one step that the host writes lie inside the
// memory.
std::vector<std::string> verify(const CompiledNetwork& network);

}  // namespace systole::compiler
