// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/tensor_uses.hpp"

namespace systole::compiler {

TensorUses::TensorUses(const Network& network, const Plan& plan) : of_(network.tensors.size()) {
  for (std::uint32_t n = 0; n < network.nodes.size(); ++n) {
    if (plan.nodes[n].placement.place == Place::kFree) continue;
    for (TensorId t : inputs_of(network.nodes[n].operation)) of_[plan.read_storage(t)].readers.push_back(n);
  }
  for (TensorId t = 0; t < network.tensors.size(); ++t) {
    const TensorId storage = plan.tensors[t].storage;
    storage_.push_back(storage);
    ++of_[storage].names;
    of_[storage].has_parts |= plan.tensors[t].view.channels != plan.tensors[storage].view.channels;
  }
  for (TensorId t : network.outputs) of_[storage_[t]].is_output = true;
}

}  // namespace systole::compiler
