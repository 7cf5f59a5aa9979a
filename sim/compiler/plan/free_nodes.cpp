// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/free_nodes.hpp"

#include <algorithm>

namespace systole::compiler {

FreeNodes::FreeNodes(const Network& network, const std::vector<NodePlacement>& placement)
    : producer_(network.tensors.size()), sources_(network.tensors.size()) {
  for (TensorId t = 0; t < sources_.size(); ++t) sources_[t] = {t};
  for (std::uint32_t n = 0; n < network.nodes.size(); ++n) {  // in execution order
    if (placement[n].place != Place::kFree) continue;
    std::vector<TensorId> sources;
    for (TensorId t : inputs_of(network.nodes[n].operation))
      sources.insert(sources.end(), sources_[t].begin(), sources_[t].end());
    std::sort(sources.begin(), sources.end());
    sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
    for (TensorId t : outputs_of(network.nodes[n].operation)) {
      producer_[t] = n;
      sources_[t] = sources;
    }
  }
}

}  // namespace systole::compiler
