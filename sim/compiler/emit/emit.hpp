// SPDX-License-Identifier: Apache-2.0
//
// Items become instructions in program order, with buffer addresses and with what each of them touches.
//
// The program order interleaves the engines so that an instruction depends only on earlier ones. The loads of the next
// items go before the matrix instruction of this one. Three conditions limit this: the buffers have room for the loads,
// the tensor bytes that they read are already stored, and the load engine's queue holds them. The dispatcher hands out
// instructions in program order, so a load that finds the queue full would hold up the matrix instruction behind it,
// whose data is there. The store of an item follows its matrix instruction.
// Semaphores are set afterwards (order.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/emit/emitted_instruction.hpp"
#include "compiler/emit/items.hpp"

namespace systole::compiler {

// Items ahead of the one being computed whose requests are loaded, if there is room.
inline constexpr std::size_t kLookahead = 8;

// `reservations`: the activation words of resident tensors.
std::vector<EmittedInstruction> emit(const std::vector<Item>& items, const std::vector<Reservation>& reservations,
                                     const Chip& chip);

}  // namespace systole::compiler
