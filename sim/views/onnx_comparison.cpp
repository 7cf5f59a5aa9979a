// SPDX-License-Identifier: Apache-2.0
#include "views/onnx_comparison.hpp"

#include <fmt/format.h>

#include <map>

#include "host/network_values.hpp"

namespace systole::views {

namespace {

std::optional<Divergence> difference(const std::string& name, const HostTensor& expected, const HostTensor& got,
                                     const char* view) {
  if (got.type == expected.type && got.shape == expected.shape)
    return compare_tensor(name, expected, "ONNX arithmetic", got, view);
  Divergence d(Aspect::kTensor);
  d.tensor = name;
  d.what = fmt::format("ONNX arithmetic and {} differ in the type or the shape of a tensor", view);
  return d;
}

}  // namespace

OnnxComparison compare_with_onnx(const Network& network, const std::vector<HostTensor>& inputs,
                                 const runtime::Executor& executor, const char* view, const WorkCallback& progress) {
  OnnxComparison comparison;
  const std::map<TensorId, HostTensor> expected = host::network_values(network, inputs, progress);
  for (std::uint32_t n = 0; n < network.nodes.size(); ++n)
    for (TensorId id : outputs_of(network.nodes[n].operation)) {
      const std::optional<HostTensor> got = executor.tensor(id);
      if (!got) continue;
      ++comparison.tensors;
      comparison.divergence = difference(network.tensors[id].name, expected.at(id), *got, view);
      if (!comparison.divergence) continue;
      comparison.divergence->node = n;
      return comparison;
    }
  return comparison;
}

}  // namespace systole::views
