// SPDX-License-Identifier: Apache-2.0
#include "compiler/tiling/trial.hpp"

#include "catch.hpp"
#include "compiler/compiled_network.hpp"
#include "compiler/tiling/tiling.hpp"
#include "cycle/cycle_model.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::MatrixProblem;
using compiler::Tiling;
using compiler::TilingKey;

}  // namespace

TEST_CASE("a trial ends at the cycle from which on it is of no use") {
  const MatrixProblem p = convolution({32, 32, 12, 12, {3, 3}}, edge16());
  const TilingKey key = compiler::tiling_key(p, whole_run(p), edge16().activation_words());
  Tiling t = whole_tiling(p, whole_run(p));
  t.rows = 6;
  const auto trial = [&](std::uint64_t most) {
    return compiler::trial_cycles(key, compiler::trial_addresses(p), edge16(), t, most);
  };
  const auto cycles = trial(~0ull);
  REQUIRE(cycles);
  CHECK(*cycles > 12 * 12 * 9 * 2 * 2);  // the array's own
  CHECK(trial(*cycles + 1) == cycles);
  CHECK_FALSE(trial(*cycles - 1));
}

TEST_CASE("a trial of a network's only layer takes the network's cycles, but for the data") {
  NetworkBuilder b(3);
  b.output(b.conv(b.input(ElementType::kInt8, {1, 64, 20, 20}), same_size(64)));
  const compiler::CompiledNetwork network = compiler::compile(b.network(), edge16());
  const auto& step = std::get<compiler::ChipStep>(network.steps.at(0));
  const std::uint64_t whole =
      cycle::CycleModel(edge16()).run(step.program, network.base_address, network.program_address[0]).cycles;

  const MatrixProblem p = convolution({64, 64, 20, 20, {3, 3}}, edge16());
  const auto candidates = compiler::rank_tilings(
      p, whole_run(p), edge16(), compiler::buffer_share(p, edge16(), edge16().activation_words()).limits);
  const auto alone = compiler::trial_cycles(compiler::tiling_key(p, whole_run(p), edge16().activation_words()),
                                            compiler::trial_addresses(p), edge16(), candidates.front().tiling, ~0ull);
  REQUIRE(alone);
  CHECK(static_cast<double>(*alone) > 0.99 * static_cast<double>(whole));
  CHECK(static_cast<double>(*alone) < 1.01 * static_cast<double>(whole));
}

}  // namespace systole::compiler_test
