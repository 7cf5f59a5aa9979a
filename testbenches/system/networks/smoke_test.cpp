// SPDX-License-Identifier: Apache-2.0
//
// A few networks of each kind on `tiny`, in seconds: what random_networks_test.cpp does at length.
#include "catch.hpp"
#include "system/networks/random_networks.hpp"

using namespace systole::test;

TEST_CASE("a few random networks of each kind agree in every byte and every cycle on tiny") {
  for (int kind = 0; kind < kKinds; ++kind)
    if (static_cast<Kind>(kind) != Kind::kHuge) run_random_networks("tiny", {static_cast<Kind>(kind), 5, false});
}

TEST_CASE("a random residual block agrees in every byte and every cycle in the platform of tiny") {
  run_random_networks("tiny", {Kind::kChain, 2, true});
}
