// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/arithmetic.hpp"

#include <algorithm>

#include "catch.hpp"

namespace systole::compiler_test {
namespace {

int sum(float source, float residual, const compiler::AddFactors& f) {
  const float v = std::fma(source, f.ra, std::fma(residual, f.rb, f.offset));
  return static_cast<int>(std::nearbyint(std::clamp(v, -128.0f, 127.0f)));
}

}  // namespace

TEST_CASE("swapped factors give every one of the 65536 sums, or there are none") {
  int found = 0;
  for (int i = 1; i <= 12; ++i) {
    Add op;
    op.qa = {0.011f * static_cast<float>(i), i};
    op.qb = {0.017f, -3 * i};
    op.qy = {0.023f, 2 * i};
    const auto swapped = compiler::swapped_add_factors(op, true, true, true);
    if (!swapped) continue;
    ++found;
    const compiler::AddFactors factors = compiler::add_factors(op);
    bool same = true;
    for (int a = -128; a <= 127; ++a)
      for (int b = -128; b <= 127; ++b)
        same = same && sum(static_cast<float>(a), static_cast<float>(b), factors) ==
                           sum(static_cast<float>(b), static_cast<float>(a), *swapped);
    CHECK(same);
  }
  CHECK(found > 0);
}

TEST_CASE("lines that no output needs are not counted") {
  CHECK(compiler::line_count(4, 2, 1, 1) == 4);  // every second line
  CHECK(compiler::line_count(4, 2, 3, 1) == 9);  // all lines between the first and the last
  CHECK(compiler::line_count(1, 2, 3, 4) == 3);  // every fourth line
  CHECK(compiler::line_count(3, 4, 2, 6) == 8);  // lines at a distance of 2, from 0 to 14
}

TEST_CASE("a vector with one value has it for all channels, and an empty one has what the caller says") {
  CHECK(compiler::per_channel(std::vector<int>{}, 3, 9) == 9);
  CHECK(compiler::per_channel(std::vector<int>{5}, 3, 9) == 5);
  CHECK(compiler::per_channel(std::vector<int>{5, 6, 7, 8}, 3, 9) == 8);
  CHECK(compiler::all_equal({}));
  CHECK_FALSE(compiler::all_equal({1, 2}));
}

}  // namespace systole::compiler_test
