// SPDX-License-Identifier: Apache-2.0
#include "views/model_view.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "ordering/race_detector.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"
#include "views/stopwatch.hpp"

namespace systole::views {

namespace {

class EndsWhenInterrupted : public Observer {
 public:
  void on_retire(const Retired&) override { check_interruption(); }
};

// Counts the instructions that retire.
class SaysWorking : public Observer {
 public:
  explicit SaysWorking(std::function<void(std::uint32_t, std::size_t)> say) : say_(std::move(say)) {}
  void on_retire(const Retired& retired) override { say_(retired.index, ++number_); }

 private:
  std::function<void(std::uint32_t, std::size_t)> say_;
  std::size_t number_ = 0;
};

constexpr const char* kNoBytes = "nobody asks for the bytes of a view that only times";

}  // namespace

ProgramRun time_program(const compiler::CompiledNetwork& network, std::size_t step, const RunLimits& limits,
                        Observer* observer, Races races) {
  const Stopwatch watch;
  const isa::Program& program = std::get<compiler::ChipStep>(network.steps.at(step)).program;
  Recording trace;
  std::optional<ordering::RaceDetector> detector;
  EndsWhenInterrupted interruption;
  std::vector<Observer*> listeners = {&trace, &interruption};
  if (races == Races::kFind) listeners.push_back(&detector.emplace(network.chip, program, network.base_address));
  if (observer != nullptr) listeners.push_back(observer);
  Observers observers(std::move(listeners));
  const cycle::Result result =
      cycle::CycleModel(network.chip)
          .run(program, network.base_address, network.program_address[step], limits, &observers);
  if (detector && detector->count() != 0)
    throw DesignError(fmt::format("step {}: {}{}", step, ordering::text(detector->races().front(), network.chip),
                                  detector->count() > 1 ? fmt::format("; {} more", detector->count() - 1) : ""));
  ProgramRun run;
  run.step = step;
  run.has_timing = true;
  run.cycles = result.cycles;
  run.counters = result.counters;
  run.retired = std::move(trace.retired);
  run.accounts = result.accounts;
  run.accounts_by_node = result.accounts_by_tag;
  run.wall_seconds = watch.seconds();
  return run;
}

const ProgramRun& ModelRuns::of(std::size_t step) {
  for (const ProgramRun& run : runs_)
    if (run.step == step) return run;
  runs_.push_back(time_program(network_, step, limits_));
  return runs_.back();
}

ModelView::ModelView(const compiler::CompiledNetwork& network, const RunLimits& limits)
    : ReferenceView(network), limits_(limits) {}

void ModelView::run_program(std::size_t step, const isa::Program& program) {
  ReferenceView::run_program(step, program);
  SaysWorking working([&](std::uint32_t instruction, std::size_t number) {
    say_working("model", network_, program, instruction, number);
  });
  Observers observers(listeners(working));
  runs_.back() = time_program(network_, step, limits_, &observers);
}

void TimingView::run_program(std::size_t step, const isa::Program& program) {
  SaysWorking working([&](std::uint32_t instruction, std::size_t number) {
    say_working("timing", network_, program, instruction, number);
  });
  Observers observers(listeners(working));
  runs_.push_back(time_program(network_, step, limits_, &observers, races_));
}

void TimingView::write_dram(std::uint64_t, const std::vector<std::uint8_t>&) { throw InternalError(kNoBytes); }

std::vector<std::uint8_t> TimingView::read_dram(std::uint64_t, std::uint64_t) { throw InternalError(kNoBytes); }

const std::uint8_t* TimingView::dram(std::uint64_t) { throw InternalError(kNoBytes); }

}  // namespace systole::views
