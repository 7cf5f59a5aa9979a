// SPDX-License-Identifier: Apache-2.0
#include "session/network_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <random>
#include <utility>

#include "host/operators.hpp"
#include "support/error.hpp"
#include "views/trace_comparison.hpp"

namespace systole::report {

using compiler::ChipStep;
using compiler::CompiledNetwork;
using compiler::Executor;

namespace {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Every tensor of the network by ONNX's arithmetic, node by node on the host.
std::map<TensorId, HostTensor> onnx_values(const Network& network, const std::vector<HostTensor>& inputs) {
  std::map<TensorId, HostTensor> values;
  for (std::size_t i = 0; i < inputs.size(); ++i) values[network.inputs[i]] = inputs[i];
  for (const Node& node : network.nodes) {
    std::vector<HostTensor> operands;
    for (TensorId id : inputs_of(node.operation))
      operands.push_back(network.tensors[id].is_constant ? HostTensor{} : values.at(id));
    std::vector<HostTensor> results = run_node(network, node, operands);
    const std::vector<TensorId> ids = outputs_of(node.operation);
    for (std::size_t i = 0; i < ids.size(); ++i) values[ids[i]] = std::move(results[i]);
  }
  return values;
}

std::optional<Divergence> compare_with_onnx(const CompiledNetwork& compiled, const std::vector<HostTensor>& inputs,
                                            const Executor& executor, const char* view) {
  const Network& network = compiled.network;
  const std::map<TensorId, HostTensor> expected = onnx_values(network, inputs);
  for (std::uint32_t n = 0; n < network.nodes.size(); ++n)
    for (TensorId id : outputs_of(network.nodes[n].operation)) {
      const std::optional<HostTensor> got = executor.tensor(id);
      if (!got) continue;
      std::optional<Divergence> d =
          compare_tensor(network.tensors[id].name, expected.at(id), "ONNX arithmetic", *got, view);
      if (!d) continue;
      d->node = n;
      return d;
    }
  return {};
}

class Run {
 public:
  Run(const CompiledNetwork& network, const std::vector<HostTensor>& inputs, const NetworkRunOptions& options)
      : network_(network), inputs_(inputs), options_(options) {
    limits_.max_cycles = options.limits.max_cycles;
    limits_.max_idle_cycles = options.limits.max_quiet_cycles;
  }

  NetworkRun run() {
    switch (options_.view) {
      case ViewChoice::kReference:
        main_ = std::make_unique<ReferenceView>(network_);
        break;
      case ViewChoice::kModel:
        main_ = std::make_unique<ModelView>(network_, limits_);
        break;
      case ViewChoice::kAll:
        reference_ = std::make_unique<ReferenceView>(network_);
        [[fallthrough]];
      case ViewChoice::kRtl: {
        auto rtl = std::make_unique<RtlView>(network_, options_.platform, options_.limits, step_progress());
        if (reference_) rtl->compare_with_model();
        main_ = std::move(rtl);
        break;
      }
    }
    Executor executor(network_, *main_, options_.keep);
    executor.begin(inputs_);
    std::optional<Executor> reference;
    if (reference_) {
      reference.emplace(network_, *reference_, options_.keep);
      reference->begin(inputs_);
    }
    expect_cycles();

    NetworkRun result;
    begin_ = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < network_.steps.size() && !result.divergence; ++i) {
      if (reference) reference->run_step(i);
      try {
        executor.run_step(i);
      } catch (const TraceDifference& difference) {
        result.divergence = divergence_of(i, difference);
        break;
      }
      if (!std::holds_alternative<ChipStep>(network_.steps[i])) continue;
      if (main_->runs().back().has_timing) cycles_before_ += main_->runs().back().cycles;
      if (!reference_) continue;
      result.divergence = compare_dram(network_, i, *reference_, *main_);
      if (!result.divergence)
        result.divergence = compare_timing(network_, timing_of(i), "cycle model", main_->runs().back(), "rtl");
    }
    if (!result.divergence && options_.check_outputs)
      result.divergence = compare_with_onnx(network_, inputs_, executor, main_->name());
    finish(result, executor);
    return result;
  }

 private:
  // The cycle model's runs: of `all` for comparison, otherwise for the time left, if anybody looks
  // at it. A program that hangs or is too long is the RTL's to report.
  void expect_cycles() {
    if (!options_.progress) return;
    try {
      for (std::size_t i = 0; i < network_.steps.size(); ++i)
        if (std::holds_alternative<ChipStep>(network_.steps[i])) expected_cycles_ += timing_of(i).cycles;
    } catch (const DesignError&) {
      expected_cycles_ = 0;
    }
  }
  Divergence divergence_of(std::size_t step, const TraceDifference& difference) const {
    Divergence d;
    d.what = difference.what();
    d.step = step;
    d.cycle = difference.cycle;
    d.instruction = difference.instruction;
    if (!d.instruction) return d;
    const isa::Program& program = std::get<ChipStep>(network_.steps[step]).program;
    const std::uint32_t tag = isa::common_of(program.instructions.at(*d.instruction)).tag;
    if (tag < network_.network.nodes.size()) d.node = tag;
    return d;
  }
  const ProgramRun& timing_of(std::size_t step) {
    for (const ProgramRun& run : expected_)
      if (run.step == step) return run;
    expected_.push_back(time_program(network_, step, limits_));
    return expected_.back();
  }

  StepProgress step_progress() {
    if (!options_.progress) return {};
    return [this](std::size_t step, const platform::Progress& p) {
      NetworkProgress progress;
      progress.step = step;
      const isa::Program& program = std::get<ChipStep>(network_.steps[step]).program;
      const std::uint32_t tag = isa::common_of(program.instructions.at(p.newest_index)).tag;
      if (tag < network_.network.nodes.size()) progress.node = network_.network.nodes[tag].name;
      progress.cycles = cycles_before_ + p.cycle;
      progress.expected_cycles = expected_cycles_;
      progress.wall_seconds = seconds_since(begin_);
      options_.progress(progress);
    };
  }

  void finish(NetworkRun& result, const Executor& executor) {
    static constexpr const char* kNames[] = {"reference", "model", "rtl", "all"};
    RunReport& report = result.report;
    report = make_report(network_, main_->name(), main_->runs());
    if (!result.divergence) report.accounts = total_accounts(reference_ ? expected_ : main_->runs());
    add_trace(result);
    report.view = kNames[static_cast<int>(options_.view)];
    const auto add_view = [&report](const char* name, const std::vector<ProgramRun>& runs) {
      ViewReport view;
      view.name = name;
      for (const ProgramRun& run : runs) {
        view.wall_seconds += run.wall_seconds;
        if (run.has_timing) view.cycles = view.cycles.value_or(0) + run.cycles;
      }
      report.views.push_back(view);
    };
    add_view(main_->name(), main_->runs());
    if (reference_) {
      add_view("reference", reference_->runs());
      add_view("model", expected_);
    }
    if (result.divergence) {
      report.outputs_match = false;
      report.difference = text(*result.divergence, network_);
    } else if (options_.check_outputs) {
      report.outputs_match = true;
    }
    if (main_->runs().size() == expected_program_count()) {
      for (TensorId id : network_.network.outputs)
        if (const auto tensor = executor.tensor(id)) result.outputs.push_back(*tensor);
    }
    for (TensorId id = 0; options_.keep == compiler::Keep::kAll && id < network_.network.tensors.size(); ++id) {
      if (network_.network.tensors[id].is_constant) continue;
      if (auto tensor = executor.tensor(id))
        result.tensors.emplace(network_.network.tensors[id].name, std::move(*tensor));
    }
  }
  void add_trace(NetworkRun& result) const {
    for (const ProgramRun& run : main_->runs()) {
      const isa::Program& program = std::get<ChipStep>(network_.steps[run.step]).program;
      for (const Retired& retired : run.retired) {
        const std::uint32_t tag = isa::common_of(program.instructions[retired.index]).tag;
        const bool known = tag < network_.network.nodes.size();
        result.trace.push_back({run.step, retired, known ? network_.network.nodes[tag].name : ""});
      }
    }
  }
  std::size_t expected_program_count() const {
    std::size_t count = 0;
    for (const auto& step : network_.steps) count += std::holds_alternative<ChipStep>(step);
    return count;
  }

  const CompiledNetwork& network_;
  const std::vector<HostTensor>& inputs_;
  const NetworkRunOptions& options_;
  cycle::Limits limits_;
  std::unique_ptr<View> main_, reference_;
  std::vector<ProgramRun> expected_;
  std::uint64_t expected_cycles_ = 0, cycles_before_ = 0;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace

NetworkRun run_network(const CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                       const NetworkRunOptions& options) {
  return Run(network, inputs, options).run();
}

std::vector<HostTensor> random_inputs(const Network& network, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<HostTensor> tensors;
  for (TensorId id : network.inputs) {
    const Tensor& tensor = network.tensors[id];
    HostTensor value = make_host_tensor(tensor.type, tensor.shape);
    const std::size_t count = static_cast<std::size_t>(element_count(tensor.shape));
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t bits = static_cast<std::uint32_t>(random());
      switch (tensor.type) {
        case ElementType::kInt8:
        case ElementType::kUint8:
          value.data[i] = static_cast<std::uint8_t>(bits >> 24);
          break;
        case ElementType::kBool:
          value.data[i] = static_cast<std::uint8_t>(bits >> 31);
          break;
        case ElementType::kInt32:
          elements<std::uint32_t>(value)[i] = bits;
          break;
        case ElementType::kInt64:
          elements<std::int64_t>(value)[i] = static_cast<std::int64_t>(bits % 3) - 1;
          break;
        case ElementType::kFloat32:
          elements<float>(value)[i] = static_cast<float>(static_cast<std::int32_t>(bits) >> 8) * 0x1p-23f;
          break;
      }
    }
    tensors.push_back(std::move(value));
  }
  return tensors;
}

}  // namespace systole::report
