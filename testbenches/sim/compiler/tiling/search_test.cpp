// SPDX-License-Identifier: Apache-2.0
//
// The search over tilings: that it changes no bit, makes nothing slower on the problem that it searches, and searches
// what is alike once.
#include "compiler/tiling/search.hpp"

#include <algorithm>

#include "catch.hpp"
#include "cycle/cycle_model.hpp"
#include "sim/compiler/compile_and_compare.hpp"
#include "sim/compiler/matrix/problems.hpp"
#include "sim/compiler/network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::CompiledNetwork;
using compiler::MatrixProblem;
using compiler::Search;
using compiler::Tiling;
using compiler::TilingKey;
using compiler::TilingSearch;

CompiledNetwork compiled(const NetworkBuilder& b, const Chip& chip, Search search) {
  compiler::CompileOptions options;
  options.search = search;
  return compiler::compile(b.network(), chip, options);
}

std::uint64_t cycles(const CompiledNetwork& network) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < network.steps.size(); ++i)
    if (const auto* step = std::get_if<compiler::ChipStep>(&network.steps[i]))
      sum +=
          cycle::CycleModel(network.chip).run(step->program, network.base_address, network.program_address[i]).cycles;
  return sum;
}

// A search whose trials all take `cycles` cycles, or what `cycles_of` says of the tiling.
struct FakeTrials {
  std::vector<Tiling> tried;
  std::vector<std::uint64_t> limits;
  std::function<std::uint64_t(const Tiling&)> cycles_of = [](const Tiling&) { return 1'000'000'000; };

  TilingSearch search(Search effort) {
    return TilingSearch(edge16(), effort,
                        [this](const TilingKey&, const compiler::TrialAddresses&, const Chip&, const Tiling& tiling,
                               std::uint64_t most) -> std::optional<std::uint64_t> {
                          tried.push_back(tiling);
                          limits.push_back(most);
                          const std::uint64_t cycles = cycles_of(tiling);
                          return cycles < most ? std::optional(cycles) : std::nullopt;
                        });
  }
};

Tiling choose(TilingSearch& search, const MatrixProblem& p) {
  return search.choose(p, whole_run(p), edge16().activation_words());
}

Tiling best_estimate(const MatrixProblem& p) {
  return compiler::rank_tilings(p, whole_run(p), edge16(),
                                compiler::buffer_share(p, edge16(), edge16().activation_words()).limits)
      .front()
      .tiling;
}

MatrixProblem layer() { return convolution({64, 64, 40, 40, {3, 3}}, edge16()); }

}  // namespace

TEST_CASE("without effort the best estimate is taken and nothing is tried") {
  FakeTrials trials;
  TilingSearch search = trials.search(Search::kNone);
  CHECK(choose(search, layer()) == best_estimate(layer()));
  CHECK(trials.tried.empty());
  CHECK(search.statistics().searched == 0);
}

TEST_CASE("the tiling with the fewest cycles is taken, and each trial may take as many as the best so far") {
  FakeTrials trials;
  trials.cycles_of = [&](const Tiling&) { return 1'000'000'000 - 1000 * (trials.tried.size() % 3); };
  TilingSearch search = trials.search(Search::kFast);
  const Tiling chosen = choose(search, layer());
  REQUIRE(trials.tried.size() == 3);  // the few best of the estimate
  CHECK(trials.tried.front() == best_estimate(layer()));
  CHECK(chosen == trials.tried[1]);
  CHECK(trials.limits[1] == 1'000'000'000 - 1000);
  CHECK(trials.limits[2] == 1'000'000'000 - 2000);
  CHECK(search.statistics().tried == 3);
}

TEST_CASE("of a short layer more candidates are tried, as many as take few cycles together") {
  FakeTrials trials;
  TilingSearch search = trials.search(Search::kFast);
  const MatrixProblem p = convolution({64, 64, 6, 6, {1, 1}}, edge16());
  choose(search, p);
  CHECK(trials.tried.size() > 3);
  double cycles = 0;
  for (const Tiling& t : trials.tried)
    cycles += compiler::TilingCost(p, whole_run(p), edge16(),
                                   compiler::buffer_share(p, edge16(), edge16().activation_words()).limits)
                  .estimate(t)
                  .cycles;
  CHECK(cycles <= 60'000);
}

TEST_CASE("of equally fast tilings the one with the better estimate is taken") {
  FakeTrials trials;
  TilingSearch search = trials.search(Search::kFull);
  CHECK(choose(search, layer()) == best_estimate(layer()));
  CHECK(trials.tried.size() > 3);
}

TEST_CASE("nothing is tried whose lower bound is not below what was found") {
  FakeTrials trials;
  trials.cycles_of = [](const Tiling&) { return 1; };
  TilingSearch search = trials.search(Search::kFull);
  choose(search, layer());
  CHECK(trials.tried.size() == 1);
}

TEST_CASE("no program is tried twice: with one tile or one group the order of the loops makes no difference") {
  FakeTrials trials;
  TilingSearch search = trials.search(Search::kFull);
  const MatrixProblem p = convolution({64, 16, 40, 40, {3, 3}}, edge16());  // one column block
  choose(search, p);
  for (std::size_t a = 0; a < trials.tried.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) {
      Tiling other = trials.tried[b];
      other.columns_outer = trials.tried[a].columns_outer;
      CHECK_FALSE(trials.tried[a] == other);
    }
}

TEST_CASE("equal problems are searched once, and others are not taken for them") {
  FakeTrials trials;
  TilingSearch search = trials.search(Search::kFast);
  const Tiling first = choose(search, layer());
  const std::size_t tried = trials.tried.size();
  CHECK(choose(search, layer()) == first);
  CHECK(trials.tried.size() == tried);
  CHECK(search.statistics().searched == 1);
  CHECK(search.statistics().reused == 1);
  MatrixProblem other = layer();
  other.stride = {2, 2};
  choose(search, other);
  CHECK(search.statistics().searched == 2);
}

TEST_CASE("a problem whose weights are all alike is not tried, as a trial would load them again and again") {
  FakeTrials trials;
  TilingSearch search = trials.search(Search::kFull);
  MatrixProblem p = layer();
  p.uniform_weights = true;
  CHECK(choose(search, p) == best_estimate(p));
  CHECK(trials.tried.empty());
}

TEST_CASE("searched tilings have the bits of any others, on every chip") {
  std::uint64_t tried = 0;
  for (std::uint32_t seed = 1; seed <= 2; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 300);
      Random& r = b.random();
      ConvOptions o = same_size(r.in(1, 40));
      o.stride = {r.in(1, 2), r.in(1, 2)};
      o.per_channel_zero_point = r.chance(30);
      const TensorId x = b.conv(b.input(ElementType::kInt8, {1, r.in(1, 40), r.in(4, 12), r.in(4, 12)}), o);
      b.output(b.conv(x, same_size(r.in(1, 40))));
      for (const Search search : {Search::kFast, Search::kFull}) {
        INFO("chip " << chip.name << " seed " << seed << " search " << static_cast<int>(search));
        compiler::CompileOptions options;
        options.search = search;
        tried += compiled(b, chip, search).search.tried;
        CHECK(compile_and_compare(b.network(), chip, b.random_inputs(), options) == "");
      }
    }
  CHECK(tried > 20);
}

TEST_CASE("a layer alone is never slower with more search") {
  for (std::uint32_t seed = 1; seed <= 2; ++seed)
    for (const Chip& chip : odd_chips()) {
      NetworkBuilder b(seed + 400);
      Random& r = b.random();
      b.output(
          b.conv(b.input(ElementType::kInt8, {1, r.in(20, 60), r.in(4, 14), r.in(4, 14)}), same_size(r.in(1, 60))));
      const CompiledNetwork none = compiled(b, chip, Search::kNone), fast = compiled(b, chip, Search::kFast);
      INFO("chip " << chip.name << " seed " << seed);
      CHECK(fast.search.searched <= 1);
      CHECK(cycles(fast) <= cycles(none));
      CHECK(cycles(compiled(b, chip, Search::kFull)) <= cycles(fast));
    }
}

TEST_CASE("identical layers are searched once") {
  NetworkBuilder b(7);
  TensorId x = b.input(ElementType::kInt8, {1, 64, 40, 40});
  for (int layer = 0; layer < 4; ++layer) x = b.conv(x, same_size(64));
  b.output(x);
  const CompiledNetwork network = compiled(b, odd_chips().back(), Search::kFast);
  CHECK(network.search.searched + network.search.reused == 4);
  CHECK(network.search.reused >= 1);
  CHECK(compiled(b, odd_chips().back(), Search::kNone).search.tried == 0);
}

}  // namespace systole::compiler_test
