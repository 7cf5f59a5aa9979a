// SPDX-License-Identifier: Apache-2.0
//
// Catch2, version 2 (Debian 12) or 3 (newer distributions), with the names that the tests use of it: all macros, and
// `Approx` and `Contains` without a namespace in what is or uses namespace systole.
#pragma once

#include <string>

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace systole {
using Catch::Approx;
inline auto Contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
}  // namespace systole
#else
#include <catch2/catch.hpp>

namespace systole {
using Catch::Matchers::Contains;
}  // namespace systole
#endif
