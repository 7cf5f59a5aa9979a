// SPDX-License-Identifier: Apache-2.0
#include "session/network_run.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

#include "support/error.hpp"
#include "support/work/memory.hpp"
#include "views/lockstep.hpp"
#include "views/onnx_comparison.hpp"
#include "views/stopwatch.hpp"

namespace systole::session {

using compiler::ChipStep;
using compiler::CompiledNetwork;
using runtime::Executor;
using views::ProgramRun;

namespace {

constexpr std::array<const char*, 5> kViewNames = {"reference", "model", "timing", "rtl", "all"};

// The node that an instruction belongs to; null for none.
const Node* node_of(const CompiledNetwork& network, std::size_t step, std::uint32_t index) {
  const auto node = views::node_of(network, std::get<ChipStep>(network.steps[step]).program, index);
  return node ? &network.network.nodes[*node] : nullptr;
}

std::vector<report::TraceLine> trace_of(const CompiledNetwork& network, const std::vector<ProgramRun>& runs) {
  std::vector<report::TraceLine> trace;
  for (const ProgramRun& run : runs)
    for (const Retired& retired : run.retired) {
      const Node* node = node_of(network, run.step, retired.index);
      trace.push_back({run.step, retired, node != nullptr ? node->name : ""});
    }
  return trace;
}

report::ViewReport view_report(const char* name, const std::vector<ProgramRun>& runs) {
  report::ViewReport view;
  view.name = name;
  for (const ProgramRun& run : runs) {
    view.wall_seconds += run.wall_seconds;
    if (run.has_timing) view.cycles = view.cycles.value_or(0) + run.cycles;
  }
  return view;
}

std::size_t program_count(const CompiledNetwork& network) {
  std::size_t count = 0;
  for (const auto& step : network.steps) count += std::holds_alternative<ChipStep>(step);
  return count;
}

class Run {
 public:
  Run(const CompiledNetwork& network, const std::vector<HostTensor>& inputs, const NetworkRunOptions& options,
      const NetworkRunProgress& progress)
      : network_(network), inputs_(inputs), options_(options), progress_(progress), model_(network, options.limits) {}

  NetworkRun run() {
    check_memory_of_run();
    const views::Stopwatch building;
    make_views();
    const double build_seconds = building.seconds();
    std::optional<views::Lockstep> lockstep;
    std::optional<Executor> alone;
    if (reference_) {
      lockstep.emplace(network_, *reference_, *main_, model_, options_.keep);
      lockstep->begin(inputs_);
    } else if (has_values()) {
      alone.emplace(network_, *main_, options_.keep);
      alone->begin(inputs_);
    }
    NetworkRun result;
    result.build_seconds = build_seconds;
    watch_ = views::Stopwatch();
    const Executor* executor = lockstep ? &lockstep->executor() : alone ? &*alone : nullptr;
    try {
      expect_cycles();
      watch_ = views::Stopwatch();
      for (std::size_t i = 0; i < network_.steps.size() && !result.divergence; ++i) {
        step_ = i;
        if (lockstep)
          result.divergence = lockstep->run_step(i);
        else if (alone)
          alone->run_step(i);
        else if (const auto* chip = std::get_if<ChipStep>(&network_.steps[i]))
          main_->run_program(i, chip->program);
        const bool has_run = !main_->runs().empty() && main_->runs().back().step == i;
        if (has_run && main_->runs().back().has_timing) cycles_before_ += main_->runs().back().cycles;
      }
      step_ = network_.steps.size();
      result.run_seconds = watch_.seconds();
      if (!result.divergence && checks_outputs())
        result.divergence =
            views::compare_with_onnx(network_.network, inputs_, *executor, main_->name(), progress_.working).divergence;
    } catch (const Interrupted& stop) {
      result.interrupted = stop;
      if (result.run_seconds == 0) result.run_seconds = watch_.seconds();
    }
    try {
      main_->finish();
    } catch (const UserError& error) {
      result.wave_trouble = error.what();
    }
    result.check_seconds = watch_.seconds() - result.run_seconds;
    fill_report(result);
    if (executor != nullptr) fill_tensors(result, *executor);
    return result;
  }

 private:
  bool has_values() const { return options_.view != ViewChoice::kTiming; }
  bool checks_outputs() const { return options_.check_outputs && has_values(); }

  // Asked before anything of it is taken: the images of the chip's DRAM, and every tensor that the host's check computes.
  void check_memory_of_run() const {
    if (!has_values()) return;
    std::uint64_t bytes = network_.dram_bytes * (options_.view == ViewChoice::kAll ? 2 : 1);
    if (options_.check_outputs)
      for (const Tensor& tensor : network_.network.tensors)
        if (!tensor.is_constant) bytes += tensor.size_bytes();
    check_memory(fmt::format("network '{}': the run{}", network_.network.name,
                             options_.check_outputs ? " with its check (see --no-check; --on timing takes none of it)"
                                                    : " (--on timing takes none of it)"),
                 bytes);
  }

  void make_views() {
    switch (options_.view) {
      case ViewChoice::kReference:
        main_ = std::make_unique<views::ReferenceView>(network_);
        break;
      case ViewChoice::kModel:
        main_ = std::make_unique<views::ModelView>(network_, options_.limits);
        break;
      case ViewChoice::kTiming:
        main_ = std::make_unique<views::TimingView>(network_, options_.limits, options_.races);
        break;
      case ViewChoice::kAll:
        reference_ = std::make_unique<views::ReferenceView>(network_);
        [[fallthrough]];
      case ViewChoice::kRtl:
        if (!options_.make_rtl)
          throw UserError("the view rtl is not part of this program, allowed: reference, model, timing");
        main_ = options_.make_rtl(network_, options_.rtl, options_.limits, {progress_.build, step_progress()});
        break;
    }
    const bool has_rtl = options_.view == ViewChoice::kRtl || options_.view == ViewChoice::kAll;
    if (!has_rtl) main_->report_work(progress_.working);
    if (reference_) reference_->report_work(progress_.working);
  }

  // The cycle model's runs: of `all` for comparison, of `rtl` for the time left, if anybody looks at it. Other views are
  // as fast. A program that hangs or is too long is the RTL's to report.
  void expect_cycles() {
    const bool has_rtl = options_.view == ViewChoice::kRtl || options_.view == ViewChoice::kAll;
    if (!progress_.running || !has_rtl) return;
    try {
      for (std::size_t i = 0; i < network_.steps.size(); ++i)
        if (std::holds_alternative<ChipStep>(network_.steps[i])) expected_cycles_ += model_.of(i).cycles;
    } catch (const DesignError&) {
      expected_cycles_ = 0;
    }
  }

  std::function<void(const views::StepProgress&)> step_progress() {
    if (!progress_.running) return {};
    return [this](const views::StepProgress& p) {
      NetworkProgress progress;
      progress.step = p.step;
      if (const Node* node = node_of(network_, p.step, p.newest_index)) progress.node = node->name;
      progress.cycles = cycles_before_ + p.cycle;
      progress.expected_cycles = expected_cycles_;
      progress.wall_seconds = watch_.seconds();
      progress_.running(progress);
    };
  }

  void fill_report(NetworkRun& result) const {
    report::RunReport& report = result.report;
    const bool is_whole = main_->runs().size() == program_count(network_) && !result.interrupted;
    const char* place = has_values() ? main_->name() : "model";  // of a node: timing is the model, too
    report = report::make_report(network_, place, main_->runs(),
                                 result.interrupted ? interruption_text(*result.interrupted) : "");
    if (!result.divergence && is_whole) report::add_accounts(report, reference_ ? model_.runs() : main_->runs());
    report.view = view_name(options_.view);
    report.views.push_back(view_report(main_->name(), main_->runs()));
    if (reference_) {
      report.views.push_back(view_report(reference_->name(), reference_->runs()));
      report.views.push_back(view_report("model", model_.runs()));
    }
    if (result.divergence) {
      report.outputs_match = false;
      report.difference = views::text(*result.divergence, network_);
    } else if (checks_outputs() && !result.interrupted) {
      report.outputs_match = true;
    }
    result.trace = trace_of(network_, main_->runs());
  }

  // "interrupted by SIGTERM in step 2 of 3"
  std::string interruption_text(const Interrupted& stop) const {
    if (step_ == network_.steps.size()) return stop.what() + " while the outputs were checked";
    return fmt::format("{} in step {} of {}", stop.what(), step_ + 1, network_.steps.size());
  }

  void fill_tensors(NetworkRun& result, const Executor& executor) const {
    const Network& network = network_.network;
    if (main_->runs().size() == program_count(network_)) {
      for (TensorId id : network.outputs)
        if (const auto tensor = executor.tensor(id)) result.outputs.push_back(*tensor);
    }
    if (options_.keep != runtime::Keep::kAll) return;
    for (const Tensor& tensor : network.tensors) {
      if (tensor.is_constant) continue;
      if (auto value = executor.tensor(static_cast<TensorId>(&tensor - network.tensors.data())))
        result.tensors.emplace(tensor.name, std::move(*value));
    }
  }

  const CompiledNetwork& network_;
  const std::vector<HostTensor>& inputs_;
  const NetworkRunOptions& options_;
  const NetworkRunProgress& progress_;
  views::ModelRuns model_;
  std::unique_ptr<views::View> main_, reference_;
  std::size_t step_ = 0;  // that runs; behind the last one: the check
  std::uint64_t expected_cycles_ = 0, cycles_before_ = 0;
  views::Stopwatch watch_;
};

}  // namespace

const char* view_name(ViewChoice choice) { return kViewNames[static_cast<std::size_t>(choice)]; }

ViewChoice view_choice(const std::string& name) {
  for (std::size_t i = 0; i < kViewNames.size(); ++i)
    if (name == kViewNames[i]) return static_cast<ViewChoice>(i);
  throw UserError(fmt::format("view \"{}\": allowed are {}", name, fmt::join(kViewNames, ", ")));
}

NetworkRun run_network(const CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                       const NetworkRunOptions& options, const NetworkRunProgress& progress) {
  return Run(network, inputs, options, progress).run();
}

}  // namespace systole::session
