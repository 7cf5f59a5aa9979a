// SPDX-License-Identifier: Apache-2.0
//
// Operators that only change the shape.
#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/normalize/qdq_networks.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("reshapes in one quantization become Reshape, in two a Lookup comes first") {
  const auto reshape = GENERATE(as<std::string>{}, "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity");
  const bool equal = GENERATE(true, false);
  ModelBuilder builder = start(kI8, {2, 1, 6}, {0.1f, 4});
  Shape output = {2, 6};
  if (reshape == "Reshape") {
    builder.int64s("shape", {3}, {3, -1, 2}).node("Reshape", {"dx", "shape"}, {"r"});
    output = {3, 2, 2};
  } else if (reshape == "Squeeze" || reshape == "Unsqueeze") {
    builder.int64s("axes", {1}, {1}).node(reshape, {"dx", "axes"}, {"r"});
    if (reshape == "Unsqueeze") output = {2, 1, 1, 6};
  } else {
    builder.node(reshape, {"dx"}, {"r"});
    if (reshape == "Identity") output = {2, 1, 6};
  }
  finish(builder, "r", kI8, output, equal ? Quantization{0.1f, 4} : Quantization{0.2f, 4});
  const Network network = read_and_compare(builder, Agreement::kExact);
  CHECK(network.nodes.size() == (equal || reshape == "Identity" ? 1 : 2));
  if (equal) only<Reshape>(network);
  if (!equal) only<Lookup>(network);
}
