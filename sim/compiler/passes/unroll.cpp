// SPDX-License-Identifier: Apache-2.0
#include "compiler/passes/unroll.hpp"

#include <algorithm>
#include <vector>

namespace systole::compiler {
namespace {

// The convolution that is the only one on the chip to read each tensor; none if there is no or another reader.
std::vector<const Conv*> only_readers(const Network& network, const Plan& plan) {
  std::vector<const Conv*> reader(network.tensors.size(), nullptr);
  std::vector<int> readers(network.tensors.size(), 0);
  std::vector<char> other_use(network.tensors.size(), 0);  // the chip writes it, or a fused addition reads it
  for (std::uint32_t n = 0; n < network.nodes.size(); ++n) {
    const Operation& operation = network.nodes[n].operation;
    if (plan.placement[n].place == Place::kHost) continue;
    for (TensorId t : inputs_of(operation)) {
      ++readers[plan.storage[t]];
      reader[plan.storage[t]] = plan.placement[n].place == Place::kChip ? std::get_if<Conv>(&operation) : nullptr;
    }
    for (TensorId t : outputs_of(operation)) other_use[plan.storage[t]] = 1;
  }
  for (const auto& fused : plan.fused_add)
    if (fused) other_use[plan.storage[fused->residual]] = 1;
  for (TensorId t = 0; t < network.tensors.size(); ++t)
    if (readers[t] != 1 || other_use[t]) reader[t] = nullptr;
  return reader;
}

}  // namespace

void unroll_inputs(Plan& plan, const Network& network, const Chip& chip) {
  const std::vector<const Conv*> readers = only_readers(network, plan);
  for (TensorId t = 0; t < network.tensors.size(); ++t) {
    const Conv* conv = readers[t];
    if (conv == nullptr || network.tensors[t].is_constant || conv->group != 1) continue;
    const ImageShape &x = plan.view[t], &y = plan.view[conv->output];
    const std::int64_t taps = network.tensors[conv->weight].shape.back(), rows = chip.array_rows;
    if (network.tensors[conv->weight].shape.size() < 3) continue;
    if (ceil_div(taps * x.channels, rows) >= taps * ceil_div(x.channels, rows)) continue;
    Unrolled u;
    u.channels = x.channels;
    u.width = x.width;
    u.taps = taps;
    u.stride = conv->stride[1];
    u.dilation = conv->dilation[1];
    u.pad = conv->pad[1];
    u.columns = y.width;
    u.pad_value = static_cast<std::uint8_t>(conv->input_zero_point);
    plan.unrolled[t] = u;
  }
}

}  // namespace systole::compiler
