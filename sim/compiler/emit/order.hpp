// SPDX-License-Identifier: Apache-2.0
//
// Semaphores between the engines.
//
// Problem. Each engine takes its instructions in program order and retires them in order, but starts the next one
// before the earlier one has retired, and nothing but semaphores orders two engines. Every read after write, write
// after read and write after write between engines, on buffer words and on DRAM bytes, needs a wait and a post. Within
// an engine only one hazard is left: a store that reads from the activation buffer what an earlier store wrote.
//
// Method. There is one semaphore for each ordered pair of engines (from, to), used as a queue of tokens. For an
// instruction X on engine `to`, only the youngest instruction Y on `from` that X conflicts with matters, because
// retirement is in order. X needs no wait if a vector clock shows that `to` already knows that Y has retired. It knows
// this if an earlier instruction of `to` waited for Y or for a younger instruction, directly or by way of a third
// engine. The remaining pairs (Y1, X1), (Y2, X2), .. of one semaphore grow strictly on both sides, so the k-th token
// posted is the k-th taken: a counting semaphore is exact.
//
// Invariants (ordering/program_check.hpp checks them on every program):
//  1. A semaphore is posted by one engine only and taken by one engine only.
//  2. The k-th take of a semaphore stands after its k-th post in program order. The dispatcher hands instructions out
//     in program order, so by induction the oldest instruction that has not retired can always run: no deadlock, at any
//     queue depth.
//  3. Posts and takes are equally many: every semaphore is zero at the end.
//  4. No semaphore can exceed 255. While the next take waits, the dispatcher does not pass the program position D at
//     which the queue of the waiting engine is full. The tokens that are there then are of two kinds. At most
//     queue_depth + 2 of them are taken before D. The others are taken from D on, and are posted by the kFarthest
//     instructions of the posting engine before D. This holds because an instruction that needs an older one waits for
//     the one kFarthest before itself instead, which orders it after the older one as well. That instruction retired
//     long ago, because the emitter looks ahead a few items only, so the wait takes no cycles.
//
// Cost: for each instruction a scan back over the instructions whose retirement is not known, which the waits keep
// short.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/emit/emitted_instruction.hpp"

namespace systole::compiler {

// Semaphore from one engine to another (store to store included; load to load and matrix to matrix do not occur).
int semaphore_of(isa::Engine from, isa::Engine to);

// Sets wait_mask and post_mask of all instructions. `storage_bytes` is the half open byte range in DRAM of each
// storage.
void order_engines(std::vector<EmittedInstruction>& program,
                   const std::vector<std::pair<std::uint64_t, std::uint64_t>>& storage_bytes);

}  // namespace systole::compiler
