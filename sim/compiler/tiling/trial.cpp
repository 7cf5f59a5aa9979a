// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/trial.hpp"

#include <utility>
#include <vector>

#include "compiler/emit/emit.hpp"
#include "compiler/emit/order.hpp"
#include "compiler/matrix/matrix_lowering.hpp"
#include "cycle/cycle_model.hpp"
#include "isa/program.hpp"
#include "support/work/interruption.hpp"

namespace systole::compiler {
namespace {

isa::Program program_of(const TilingKey& key, const TrialAddresses& addresses, const Chip& chip, const Tiling& tiling) {
  ConstantPool weights = ConstantPool(constant_alignment(chip)).sizes_only(), parameters = weights.sizes_only();
  ItemBuilder items(chip, weights, parameters);
  items.set_free_words({0, key.free_words});
  items.begin_node(0);
  const MatrixProblem problem = problem_of(key, addresses, chip);
  MatrixLowering(items, problem).lower(key.run(), tiling);
  std::vector<EmittedInstruction> emitted = emit(items.list(), {}, chip);
  // The bytes of two storages are apart: all of them are alive.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> storage_bytes;
  for (std::uint64_t storage = 0; storage < kKeyOperands; ++storage) storage_bytes.emplace_back(storage, storage + 1);
  order_engines(emitted, storage_bytes);
  isa::Program program;
  for (const EmittedInstruction& e : emitted) program.instructions.push_back(e.instruction);
  return program;
}

}  // namespace

std::optional<std::uint64_t> trial_cycles(const TilingKey& key, const TrialAddresses& addresses, const Chip& chip,
                                          const Tiling& tiling, std::uint64_t most) {
  const isa::Program program = program_of(key, addresses, chip, tiling);
  // Tensors, weights and parameters apart, as in the whole network.
  constexpr std::uint64_t kPage = 4096;
  isa::Bases bases = {};
  for (int k = 0; k < isa::kBases; ++k)
    bases[k] = chip.memory.size_bytes / 8 * static_cast<std::uint64_t>(k) / kPage * kPage;
  check_interruption();
  cycle::System system(chip, program, bases, chip.memory.size_bytes / 2 / kPage * kPage);
  if (!system.advance(most)) return std::nullopt;
  return system.result().cycles;
}

}  // namespace systole::compiler
