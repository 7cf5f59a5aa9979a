// SPDX-License-Identifier: Apache-2.0
//
// The values of a network's constants: in its file, in other files beside it, or drawn at random where these are missing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "network/host_tensor.hpp"
#include "network/onnx_proto.hpp"
#include "onnx/weights/weight_kind.hpp"

namespace systole {

class WeightSource {
 public:
  // `seed`: of values for constants whose file is missing; without it they are refused.
  explicit WeightSource(std::filesystem::path network_file, std::optional<std::uint32_t> seed = std::nullopt)
      : network_file_(std::move(network_file)), seed_(seed) {}

  // Tells what constants are for. Before the first read() of a graph's own.
  void add_readers(const onnx::GraphProto& graph);

  // `name`: of the constant in the graph. Errors (UserError, starting with `what`): as tensor_from_proto and with_external_data;
  // a missing file without a seed, or of a tensor whose values decide a shape.
  HostTensor read(const onnx::TensorProto& proto, const std::string& name, const std::string& what);

  const RandomWeights& random_weights() const { return random_weights_; }  // until now

 private:
  HostTensor draw(const onnx::TensorProto& proto, const std::string& name, const std::string& missing);

  std::filesystem::path network_file_;
  std::optional<std::uint32_t> seed_;
  WeightKinds kinds_;
  RandomWeights random_weights_;
};

}  // namespace systole
