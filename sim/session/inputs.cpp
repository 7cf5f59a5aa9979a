// SPDX-License-Identifier: Apache-2.0
#include "session/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>

#include "network/tensor_file.hpp"
#include "support/error.hpp"
#include "support/work/memory.hpp"

namespace systole::session {

std::vector<HostTensor> random_inputs(const Network& network, std::uint32_t seed) {
  std::uint64_t bytes = 0;
  for (TensorId id : network.inputs) bytes += network.tensors[id].size_bytes();
  check_memory(fmt::format("network '{}': the random inputs", network.name), bytes);
  std::mt19937 random(seed);
  std::vector<HostTensor> tensors;
  for (TensorId id : network.inputs) {
    const Tensor& tensor = network.tensors[id];
    HostTensor value = make_host_tensor(tensor.type, tensor.shape);
    const std::size_t count = static_cast<std::size_t>(element_count(tensor.shape));
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t bits = static_cast<std::uint32_t>(random());
      switch (tensor.type) {
        case ElementType::kInt8:
        case ElementType::kUint8:
          value.data[i] = static_cast<std::uint8_t>(bits >> 24);
          break;
        case ElementType::kBool:
          value.data[i] = static_cast<std::uint8_t>(bits >> 31);
          break;
        case ElementType::kInt32:
          elements<std::uint32_t>(value)[i] = bits;
          break;
        case ElementType::kInt64:
          elements<std::int64_t>(value)[i] = static_cast<std::int64_t>(bits % 3) - 1;
          break;
        case ElementType::kFloat32:
          elements<float>(value)[i] = static_cast<float>(static_cast<std::int32_t>(bits) >> 8) * 0x1p-23f;
          break;
      }
    }
    tensors.push_back(std::move(value));
  }
  return tensors;
}

std::vector<HostTensor> read_inputs(const Network& network, const std::vector<std::filesystem::path>& files) {
  if (files.size() != network.inputs.size()) {
    std::string names;
    for (TensorId id : network.inputs) names += (names.empty() ? "" : ", ") + network.tensors[id].name;
    throw UserError(fmt::format("--input: {} files given, the network has {} inputs ({})", files.size(),
                                network.inputs.size(), names));
  }
  std::vector<HostTensor> inputs;
  for (std::size_t i = 0; i < files.size(); ++i)
    inputs.push_back(read_tensor_file(files[i], network.tensors[network.inputs[i]]));
  return inputs;
}

std::optional<double> share_outside_range(const Network& network, TensorId input, const HostTensor& value) {
  const auto constant = [&network](TensorId id) { return network.tensors[id].is_constant; };
  for (const Node& node : network.nodes) {
    const auto* host = std::get_if<HostOperator>(&node.operation);
    if (host == nullptr || node.operator_name != "QuantizeLinear" || host->inputs.at(0) != input) continue;
    if (value.type != ElementType::kFloat32 || !std::all_of(host->inputs.begin() + 1, host->inputs.end(), constant))
      continue;
    const Tensor& scale = network.tensors[host->inputs.at(1)];
    const Tensor& output = network.tensors[host->outputs.at(0)];
    if (element_count(scale.shape) != 1 || scale.type != ElementType::kFloat32) continue;
    const bool is_signed = output.type == ElementType::kInt8;
    float zero_point = 0;
    if (host->inputs.size() > 2) {
      const std::uint8_t bits = network.tensors[host->inputs[2]].data.at(0);
      zero_point = is_signed ? static_cast<float>(static_cast<std::int8_t>(bits)) : static_cast<float>(bits);
    }
    const float low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
    const std::size_t count = value.data.size() / sizeof(float);
    const float *x = elements<float>(value), step = *reinterpret_cast<const float*>(scale.data.data());
    const auto outside = std::count_if(x, x + count, [&](float v) {
      const float quantized = std::rint(v / step) + zero_point;
      return !(quantized >= low && quantized <= high);
    });
    return count == 0 ? 0 : static_cast<double>(outside) / static_cast<double>(count);
  }
  return std::nullopt;
}

}  // namespace systole::session
