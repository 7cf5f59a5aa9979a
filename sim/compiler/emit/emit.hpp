// SPDX-License-Identifier: Apache-2.0
//
// Stages (d) and (e): items become instructions in program order, with buffer addresses and with
// what each of them touches.
//
// The program order interleaves the engines so that every dependency points backwards: the loads of
// the next items go before the matrix instruction of this one as long as there is room for their
// pieces and the tensor bytes that they read are not still to be stored; the store of an item
// follows its matrix instruction. Semaphores are set afterwards (order.hpp).
#pragma once

#include <cstddef>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/emit/access.hpp"
#include "compiler/emit/items.hpp"

namespace systole::compiler {

// Items ahead of the one being computed for which pieces are loaded, if there is room.
inline constexpr std::size_t kLookahead = 8;

// `reservations`: the activation words of resident tensors.
std::vector<EmittedInstruction> emit(const std::vector<Item>& items, const std::vector<Reservation>& reservations,
                                     const Chip& chip);

}  // namespace systole::compiler
