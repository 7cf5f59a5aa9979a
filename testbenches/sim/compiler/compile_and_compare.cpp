// SPDX-License-Identifier: Apache-2.0
#include "compile_and_compare.hpp"

#include <fmt/core.h>

#include "cycle/cycle_model.hpp"
#include "network_builder.hpp"
#include "ordering/program_check.hpp"
#include "ordering/race_detector.hpp"
#include "runtime/executor.hpp"
#include "support/error.hpp"
#include "views/onnx_comparison.hpp"
#include "views/reference_view.hpp"

namespace systole::compiler_test {

Chip make_chip(const std::string& name, std::uint32_t rows, std::uint32_t cols, std::uint32_t lanes,
               std::uint32_t bank_words, std::uint32_t weight_words, std::uint32_t accumulator_rows,
               std::uint32_t parameter_words) {
  Chip c;
  c.name = name;
  c.array_rows = rows;
  c.array_cols = cols;
  c.post_lanes = lanes;
  c.activation_banks = 4;
  c.activation_bank_words = bank_words;
  c.weight_words = weight_words;
  c.accumulator_rows = accumulator_rows;
  c.parameter_words = parameter_words;
  return c;
}

namespace {

// What is wrong with a program, or with a tensor that host and chip hand over in DRAM.
std::string check(const compiler::CompiledNetwork& compiled) {
  for (std::size_t i = 0; i < compiled.steps.size(); ++i) {
    const auto* step = std::get_if<compiler::ChipStep>(&compiled.steps[i]);
    if (step == nullptr) continue;
    for (const std::string& problem : program_problems(compiled, step->program))
      return fmt::format("step {}, {}", i, problem);
    for (const auto* tensors : {&step->inputs, &step->outputs}) {
      for (const TensorId t : *tensors) {
        const auto& layout = compiled.layout[t];
        const std::uint64_t base = compiled.base_address[static_cast<std::size_t>(isa::Base::kTensor)];
        if (!layout || base + layout->offset + layout->size_bytes() > compiled.dram_bytes)
          return fmt::format("step {}: tensor '{}' has no place in DRAM", i, compiled.network.tensors[t].name);
      }
    }
  }
  return "";
}

// A deadlock, a semaphore overflow or a bank conflict that the cycle model finds, with queues as
// short as they can be.
std::string run_in_cycle_model(const compiler::CompiledNetwork& compiled) {
  Chip chip = compiled.chip;
  chip.queue_depth = chip.fetch_depth = 1;
  constexpr std::size_t kMostInstructions = 400;  // the cycle model is the slowest check
  for (std::size_t i = 0; i < compiled.steps.size(); ++i)
    if (const auto* step = std::get_if<compiler::ChipStep>(&compiled.steps[i])) {
      if (step->program.instructions.size() > kMostInstructions) continue;
      ordering::RaceDetector races(chip, step->program, compiled.base_address);
      try {
        cycle::CycleModel(chip).run(step->program, compiled.base_address, compiled.program_address[i], {}, &races);
        if (races.count() != 0) return fmt::format("step {}: {}", i, ordering::text(races.races().front(), chip));
      } catch (const DesignError& error) {
        return fmt::format("step {}: {}", i, error.what());
      }
    }
  return "";
}

}  // namespace

std::vector<Chip> odd_chips() {
  return {
      make_chip("tiny", 4, 4, 2, 256, 1024, 64, 64),        make_chip("starved", 4, 4, 4, 16, 16, 4, 4),
      make_chip("one_lane", 4, 8, 1, 16, 32, 8, 8),         make_chip("wide", 4, 16, 2, 32, 64, 16, 16),
      make_chip("few_parameters", 8, 8, 1, 64, 128, 16, 4), make_chip("tall", 8, 4, 2, 32, 64, 16, 8),
      make_chip("very_tall", 16, 4, 4, 16, 64, 8, 4),       make_chip("square", 16, 16, 4, 64, 128, 32, 32),
      make_chip("edge16", 16, 16, 4, 2048, 4096, 256, 512),
  };
}

const Chip& edge16() {
  static const Chip chip = odd_chips().back();
  return chip;
}

std::string compile_and_compare(const Network& network, const Chip& chip, const std::vector<HostTensor>& inputs,
                                const compiler::CompileOptions& options) {
  const compiler::CompiledNetwork compiled = compiler::compile(network, chip, options);
  if (std::string problem = check(compiled); !problem.empty()) return problem;
  if (options.fuse && !options.keep_tensors)
    if (std::string problem = run_in_cycle_model(compiled); !problem.empty()) return problem;

  views::ReferenceView reference(compiled);
  runtime::Executor executor(compiled, reference, runtime::Keep::kAll);
  executor.run(inputs);
  const views::OnnxComparison onnx = views::compare_with_onnx(network, inputs, executor, reference.name());
  if (onnx.divergence) return views::text(*onnx.divergence, compiled);
  for (TensorId t : network.outputs)
    if (!executor.tensor(t)) return network.tensors[t].name + ": an output is missing";
  return "";
}

compiler::CompiledNetwork compile_pointwise(const Chip& chip, std::int64_t size, std::int64_t channels) {
  NetworkBuilder b(1);
  ConvOptions o;
  o.channels = channels;
  b.output(b.conv(b.input(ElementType::kInt8, {1, channels, size, size}), o));
  return compiler::compile(b.network(), chip);
}

const isa::Program& first_program(const compiler::CompiledNetwork& compiled) {
  for (const compiler::Step& step : compiled.steps)
    if (const auto* chip = std::get_if<compiler::ChipStep>(&step)) return chip->program;
  throw InternalError("no chip step");
}

std::vector<std::string> program_problems(const compiler::CompiledNetwork& compiled, const isa::Program& program) {
  return ordering::check_program(program, compiled.chip, compiled.base_address, compiled.dram_bytes);
}

std::string host_nodes(const compiler::CompiledNetwork& compiled) {
  std::string names;
  for (std::size_t n = 0; n < compiled.placement.size(); ++n)
    if (compiled.placement[n].place == compiler::Place::kHost)
      names += (names.empty() ? "" : ",") + compiled.network.nodes[n].name;
  return names;
}

}  // namespace systole::compiler_test
