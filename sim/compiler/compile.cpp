// SPDX-License-Identifier: Apache-2.0
//
// The stages of the compiler, one after the other.
#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "compiler/compiled_network.hpp"
#include "compiler/dram/dram_map.hpp"
#include "compiler/emit/emit.hpp"
#include "compiler/emit/order.hpp"
#include "compiler/operators/lower.hpp"
#include "compiler/passes/placement.hpp"
#include "compiler/plan/free_nodes.hpp"
#include "compiler/tiling/search.hpp"
#include "cycle/cycle_model.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

class Compiler {
 public:
  Compiler(Network network, const Chip& chip, const CompileOptions& options)
      : options_(options),
        search_(out_.chip, options.search),
        weights_(constant_alignment(chip), weight_bytes(network)),
        parameters_(constant_alignment(chip)) {
    out_.network = std::move(network);
    out_.chip = chip;
  }

  CompiledNetwork run() {
    plan_ = place(out_.network, out_.chip, options_);
    free_.emplace(out_.network, plan_.placement);
    find_host_needs();
    map_ = map_tensors(out_.network, out_.chip, plan_, options_);
    out_.layout = map_.layout;
    for (const StepPlan& step : plan_.steps) {
      if (step.on_chip)
        out_.steps.push_back(chip_step(step));
      else
        out_.steps.emplace_back(HostStep{step.nodes[0]});
    }
    map_addresses();
    out_.placement = plan_.placement;
    out_.search = search_.statistics();
    return std::move(out_);
  }

 private:
  // Most weights take as many bytes in DRAM as in the network.
  static std::size_t weight_bytes(const Network& network) {
    std::size_t bytes = 0;
    for (const Tensor& t : network.tensors)
      if (t.is_constant && element_bytes(t.type) == 1) bytes += t.data.size();
    return bytes;
  }

  ChipStep chip_step(const StepPlan& plan) {
    Lowering lowering(out_.network, out_.chip, plan_, out_.layout, search_, weights_, parameters_);
    std::vector<Reservation> reservations;
    lower_step(lowering, plan, reservations);
    std::vector<EmittedInstruction> emitted = emit(lowering.items().list(), reservations, out_.chip);
    order_engines(emitted, map_.storage);

    ChipStep step;
    step.program.chip_name = out_.chip.name;
    step.program.chip_fingerprint = out_.chip.fingerprint();
    for (EmittedInstruction& e : emitted) step.program.instructions.push_back(std::move(e.instruction));
    transfers(plan, step);
    return step;
  }

  void find_host_needs() {
    const Network& net = out_.network;
    const auto host_reads = [&](TensorId t) { host_needs_.insert(free_->sources(t).begin(), free_->sources(t).end()); };
    for (const StepPlan& s : plan_.steps)
      if (!s.on_chip)
        for (TensorId t : inputs_of(net.nodes[s.nodes[0]].operation)) host_reads(t);
    for (TensorId t : net.outputs) host_reads(t);
  }

  // What the host writes before and reads after a step.
  void transfers(const StepPlan& plan, ChipStep& step) {
    const Network& net = out_.network;
    for (std::uint32_t n : plan.nodes) {
      for (TensorId t : chip_inputs(net, plan_, n))
        for (TensorId source : free_->sources(t))
          if (!plan_.resident[source] && !net.tensors[source].is_constant && in_dram_.insert(source).second)
            step.inputs.push_back(source);
      for (TensorId t : chip_outputs(net, plan_, n)) {
        if (plan_.resident[t]) continue;
        in_dram_.insert(t);
        if (host_needs_.count(t)) step.outputs.push_back(t);
        if (options_.keep_tensors || host_needs_.count(t)) step.written.push_back(t);
      }
    }
  }

  // Programs, weights, parameters, tensors, one after the other from address 0.
  void map_addresses() {
    const std::uint64_t align = std::max<std::uint64_t>(constant_alignment(out_.chip), isa::kInstructionBytes);
    std::uint64_t at = 0;
    const auto region = [&](std::uint64_t bytes) {
      const std::uint64_t begin = at;
      at = (at + bytes + align - 1) / align * align;
      return begin;
    };
    for (const Step& step : out_.steps) {
      const auto* chip = std::get_if<ChipStep>(&step);
      out_.program_address.push_back(chip ? region(chip->program.instructions.size() * isa::kInstructionBytes) : 0);
    }
    const std::uint64_t weights = region(weights_.bytes().size()), parameters = region(parameters_.bytes().size());
    const std::uint64_t tensors = region(map_.size_bytes);
    // Offsets have 32 bits; strides between tensor planes are signed.
    const auto limit = [&](const char* what, std::uint64_t bytes, std::uint64_t most) {
      if (bytes > most)
        throw UserError(fmt::format("network '{}': {} of {} bytes exceed the {} that instructions can address",
                                    out_.network.name, what, bytes, most));
    };
    limit("weights", weights_.bytes().size(), std::numeric_limits<std::uint32_t>::max());
    limit("parameters", parameters_.bytes().size(), std::numeric_limits<std::uint32_t>::max());
    limit("tensors", map_.size_bytes, std::numeric_limits<std::int32_t>::max());
    out_.base_address[static_cast<int>(isa::Base::kTensor)] = tensors;
    out_.base_address[static_cast<int>(isa::Base::kWeight)] = weights;
    out_.base_address[static_cast<int>(isa::Base::kParameter)] = parameters;
    out_.base_address[static_cast<int>(isa::Base::kScratch)] = at;
    out_.dram_bytes = at;
    if (at > out_.chip.memory.size_bytes)
      throw UserError(fmt::format("network '{}': needs {} bytes of DRAM, chip '{}' has memory.size_bytes = {}",
                                  out_.network.name, at, out_.chip.name, out_.chip.memory.size_bytes));
    if (!weights_.bytes().empty()) out_.constants.push_back({weights, weights_.take()});
    if (!parameters_.bytes().empty()) out_.constants.push_back({parameters, parameters_.take()});
    for (TensorId t = 0; t < out_.network.tensors.size(); ++t)
      if (const Tensor& x = out_.network.tensors[t]; x.is_constant && out_.layout[t])
        out_.constants.push_back({tensors + out_.layout[t]->offset, to_layout(x.data, *out_.layout[t], 0)});
  }

  CompileOptions options_;
  CompiledNetwork out_;
  Plan plan_;
  DramMap map_;
  TilingSearch search_;
  ConstantPool weights_, parameters_;
  std::optional<FreeNodes> free_;  // known behind placement
  std::set<TensorId> host_needs_;  // tensors that a host step or the caller reads
  std::set<TensorId> in_dram_;     // tensors whose bytes are in DRAM already
};

std::uint64_t model_cycles(const CompiledNetwork& network) {
  std::uint64_t cycles = 0;
  for (std::size_t i = 0; i < network.steps.size(); ++i)
    if (const auto* step = std::get_if<ChipStep>(&network.steps[i]))
      cycles +=
          cycle::CycleModel(network.chip).run(step->program, network.base_address, network.program_address[i]).cycles;
  return cycles;
}

}  // namespace

CompiledNetwork compile(Network network, const Chip& chip, const CompileOptions& options) {
  if (options.search != Search::kFull) return Compiler(std::move(network), chip, options).run();
  CompiledNetwork compiled = Compiler(network, chip, options).run();
  CompileOptions fast_options = options;
  fast_options.search = Search::kFast;
  CompiledNetwork fast = Compiler(std::move(network), chip, fast_options).run();
  return model_cycles(fast) < model_cycles(compiled) ? fast : compiled;
}

}  // namespace systole::compiler
