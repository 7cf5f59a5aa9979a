// SPDX-License-Identifier: Apache-2.0
//
// Concat, Split and Slice of a single dimension as what they are to the compiler: tensors that are ranges of another
// one.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "network/network.hpp"

namespace systole::compiler {

struct Part {
  TensorId tensor = 0;
  std::int64_t first = 0;  // element of the dimension where it begins
};

struct Partition {
  TensorId whole = 0;
  std::size_t axis = 0;
  bool joins = false;  // the parts come first, as in Concat; otherwise the whole does
  std::vector<Part> parts;
};

// Nothing for any other operator, and for a Slice with steps or of several dimensions.
std::optional<Partition> partition_of(const Network& network, const Node& node);

}  // namespace systole::compiler
