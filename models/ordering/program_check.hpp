// SPDX-License-Identifier: Apache-2.0
//
// Checks a program without running it, and without relying on the code that made it.
//
// The race detector finds data races; it gets the instructions in program order. These rules are checked as well:
//
//  - every instruction is legal, and encoding and decoding it changes nothing;
//  - a semaphore has one posting and one taking engine, and is zero at the end;
//  - every take has its post earlier in the program, so that no timing ends in a deadlock;
//  - no semaphore can exceed its largest count, whatever the timing, given that the dispatcher stops at a full queue;
//  - every place of a buffer that is read was written in this program, and an accumulator row is set before it is added
//    to or stored;
//  - a store does not read what it wrote itself in an earlier step, nor source and residual from one bank in one step;
//  - the rows of a matrix instruction fit a bank of the accumulators, its weights the weight buffer;
//  - DRAM addresses stay at or above their base and below `dram_bytes`.
//
// These are rules for the compiler's programs, not for the chip: a program that breaks some of them still runs. The
// time of the check is proportional to the places that the program touches, so it is meant for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "isa/program.hpp"

namespace systole::ordering {

// The first problems, each a line that starts with "instruction N: "; empty if the program is sound.
std::vector<std::string> check_program(const isa::Program& program, const Chip& chip, const isa::Bases& bases,
                                       std::uint64_t dram_bytes);

}  // namespace systole::ordering
