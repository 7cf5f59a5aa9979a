// SPDX-License-Identifier: Apache-2.0
#include "session/inputs.hpp"

#include <fmt/format.h>

#include <random>
#include <string>
#include <utility>

#include "network/tensor_file.hpp"
#include "support/error.hpp"

namespace systole::session {

std::vector<HostTensor> random_inputs(const Network& network, std::uint32_t seed) {
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

}  // namespace systole::session
