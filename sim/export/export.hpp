// SPDX-License-Identifier: Apache-2.0
//
// A compiled network as files for a chip team's own testbench. For each program (step N of the
// network):
//
//   stepN.prog           the program container (`systole disasm` reads it)
//   stepN_memory.hex     DRAM before the doorbell: constants, inputs, the program itself
//   stepN_expected.hex   every byte that the program writes, as the reference model has it
//   ..._words.hex        the same in words as wide as the AXI bus, one a line; bytes not written are xx
//   ..._memory.bin       all of DRAM before the doorbell
//   ..._expected.bin     all of DRAM after the interrupt
//
// and for all of them
//
//   manifest.json        per step: registers to write, the values of the doorbell, cycles by the cycle model,
//                        where each input and output lies
//   parameters.svh       the RTL parameters of the chip as `define SYSTOLE_PARAMETERS for an instance
//   rtl.f                the RTL files in compile order, below $(SYSTOLE_RTL)
//   systole_registers.h  the registers for C; systole_registers.rdl is SystemRDL
//   testbench.sv         a testbench with a memory, which checks every byte and the cycles of every step;
//                        testbench.svh and testbench_steps.hex are what it knows of network and chip
//
// The .hex files are for $readmemh into an array of bytes indexed by the DRAM address. Bytes that
// stepN_memory.hex does not name are zero.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"

namespace systole::exporting {

// Returns the files' names, in the order above. UserError when one cannot be written.
std::vector<std::string> export_network(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                                        const std::filesystem::path& directory);

}  // namespace systole::exporting
