// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/views.hpp"

namespace systole::compiler {

void choose_views(Plan& plan, const OperatorTable& nodes) {
  ViewVotes votes(nodes.network());
  for (std::uint32_t n = 0; n < nodes.size(); ++n) nodes[n].vote(votes);
  for (TensorId t = 0; t < plan.tensors.size(); ++t) plan.tensors[t].view = votes.view(t);
}

}  // namespace systole::compiler
