// SPDX-License-Identifier: Apache-2.0
//
// The passes of the compiler, one after the other. What each decides stands in its header; docs/reference/compiler.md
// has the list.
#include <utility>

#include "compiler/compiled_network.hpp"
#include "compiler/dram/address_map.hpp"
#include "compiler/dram/dram_map.hpp"
#include "compiler/dram/transfers.hpp"
#include "compiler/emit/emit.hpp"
#include "compiler/emit/order.hpp"
#include "compiler/passes/add_fusion.hpp"
#include "compiler/passes/placement.hpp"
#include "compiler/passes/pool_fusion.hpp"
#include "compiler/passes/residency.hpp"
#include "compiler/passes/step_lowering.hpp"
#include "compiler/passes/step_order.hpp"
#include "compiler/passes/unroll.hpp"
#include "compiler/passes/views.hpp"
#include "compiler/tiling/search.hpp"
#include "cycle/cycle_model.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

namespace systole::compiler {
namespace {

Plan decide(const OperatorTable& nodes, bool fuse) {
  Plan plan(nodes.network(), nodes.chip());
  choose_views(plan, nodes);
  place_nodes(plan, nodes);
  order_steps(plan, nodes);
  if (!fuse) return plan;
  fuse_adds(plan, nodes);
  fuse_pools(plan, nodes);
  keep_residents(plan, nodes);
  unroll_inputs(plan, nodes);
  return plan;
}

isa::Program program_of(std::vector<EmittedInstruction>&& emitted, const Chip& chip) {
  isa::Program program;
  program.chip_name = chip.name;
  program.chip_fingerprint = chip.fingerprint();
  for (const EmittedInstruction& e : emitted) program.instructions.push_back(e.instruction);
  return program;
}

// Says at each node of the chip's steps how far the compiler is, and ends it at a signal.
class NodeProgress {
 public:
  NodeProgress(const Network& network, const Plan& plan, const WorkCallback& callback)
      : network_(network), callback_(callback) {
    for (const StepPlan& step : plan.steps)
      if (step.on_chip) count_ += step.nodes.size();
  }

  void begin(std::uint32_t node) {
    check_interruption();
    ++number_;
    if (callback_) callback_({"compile", network_.nodes[node].name, number_, count_});
  }

 private:
  const Network& network_;
  const WorkCallback& callback_;
  std::size_t number_ = 0, count_ = 0;
};

CompiledNetwork compile_once(Network network, const Chip& chip, const CompileOptions& options,
                             const WorkCallback& progress) {
  CompiledNetwork out;
  out.network = std::move(network);
  out.chip = chip;
  const OperatorTable nodes(out.network, out.chip);
  const Plan plan = decide(nodes, options.fuse);
  const DramMap map = map_tensors(plan, nodes, options.keep_tensors);
  check_tensor_bytes(out, map.size_bytes);
  out.layout = map.layout;
  out.placement = plan.placements();
  Transfers transfers(plan, nodes, options.keep_tensors);
  TilingSearch search(out.chip, options.search);
  ConstantPools pools(out.network, out.chip, options.values);
  NodeProgress node_progress(out.network, plan, progress);
  for (const StepPlan& step : plan.steps) {
    if (!step.on_chip) {
      out.steps.emplace_back(HostStep{step.nodes[0]});
      continue;
    }
    Lowering lowering(out.network, out.chip, plan, out.layout, search, pools.weights, pools.parameters);
    const std::vector<Reservation> reservations =
        lower_step(lowering, nodes, step, [&](std::uint32_t node) { node_progress.begin(node); });
    std::vector<EmittedInstruction> emitted = emit(lowering.items().list(), reservations, out.chip);
    order_engines(emitted, map.storage);
    ChipStep chip_step = transfers.next(step);
    chip_step.program = program_of(std::move(emitted), out.chip);
    out.steps.emplace_back(std::move(chip_step));
  }
  if (!options.values)
    for (Tensor& tensor : out.network.tensors) tensor.data = {};
  map_addresses(out, map.size_bytes, pools);
  out.search = search.statistics();
  return out;
}

std::uint64_t model_cycles(const CompiledNetwork& network) {
  std::uint64_t cycles = 0;
  for (std::size_t i = 0; i < network.steps.size(); ++i)
    if (const auto* step = std::get_if<ChipStep>(&network.steps[i]))
      cycles +=
          cycle::CycleModel(network.chip).run(step->program, network.base_address, network.program_address[i]).cycles;
  return cycles;
}

}  // namespace

const char* search_name(Search search) {
  switch (search) {
    case Search::kNone:
      return "none";
    case Search::kFast:
      return "fast";
    case Search::kFull:
      return "full";
  }
  throw InternalError("a search without a name");
}

CompiledNetwork compile(Network network, const Chip& chip, const CompileOptions& options,
                        const WorkCallback& progress) {
  if (options.search != Search::kFull) return compile_once(std::move(network), chip, options, progress);
  CompiledNetwork compiled = compile_once(network, chip, options, progress);
  CompileOptions fast_options = options;
  fast_options.search = Search::kFast;
  CompiledNetwork fast = compile_once(std::move(network), chip, fast_options, progress);
  return model_cycles(fast) < model_cycles(compiled) ? fast : compiled;
}

}  // namespace systole::compiler
