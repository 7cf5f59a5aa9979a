// SPDX-License-Identifier: Apache-2.0
//
// What the fuzzer knows of load instructions.
#pragma once

#include "fuzz/kinds/instruction_kind.hpp"

namespace systole::fuzz {

const InstructionKind& load_kind();

}  // namespace systole::fuzz
