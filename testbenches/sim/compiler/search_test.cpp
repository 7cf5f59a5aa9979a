// SPDX-License-Identifier: Apache-2.0
//
// The search over tilings: that it changes no bit, makes nothing slower on the problem that it searches, and searches what is alike once.
#include "catch.hpp"
#include "compile_and_compare.hpp"
#include "cycle/cycle_model.hpp"
#include "network_builder.hpp"

namespace systole::compiler_test {
namespace {

using compiler::CompiledNetwork;
using compiler::Search;

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

}  // namespace

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
