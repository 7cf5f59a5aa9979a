// SPDX-License-Identifier: Apache-2.0
//
// Nodes that move no byte (Place::kFree): what they name is other tensors' bytes, in DRAM or, for the host, their
// values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/compiled_network.hpp"

namespace systole::compiler {

class FreeNodes {
 public:
  FreeNodes(const Network& network, const std::vector<NodePlacement>& placement);

  // The free node that names a tensor, if one does.
  std::optional<std::uint32_t> producer(TensorId tensor) const { return producer_.at(tensor); }

  // The tensors that must be written before `tensor` can be read: itself, or those that free nodes made it of.
  const std::vector<TensorId>& sources(TensorId tensor) const { return sources_.at(tensor); }

 private:
  std::vector<std::optional<std::uint32_t>> producer_;
  std::vector<std::vector<TensorId>> sources_;
};

}  // namespace systole::compiler
