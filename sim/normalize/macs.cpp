// SPDX-License-Identifier: Apache-2.0
#include "normalize/macs.hpp"

namespace systole {

std::uint64_t convolution_macs(const Shape& output, const Shape& weight) {
  const Shape taps(weight.begin() + 1, weight.end());
  return static_cast<std::uint64_t>(element_count(output)) * static_cast<std::uint64_t>(element_count(taps));
}

std::uint64_t product_macs(const Shape& output, std::int64_t depth) {
  return static_cast<std::uint64_t>(element_count(output)) * static_cast<std::uint64_t>(depth);
}

std::uint64_t host_macs(const std::vector<Tensor>& tensors, const std::string& name, const HostOperator& op) {
  const auto shape = [&](TensorId id) { return tensors.at(id).shape; };
  const Shape output = shape(op.outputs.at(0));
  if (name == "Conv" || name == "ConvInteger") return convolution_macs(output, shape(op.inputs.at(1)));
  if (name == "QLinearConv") return convolution_macs(output, shape(op.inputs.at(3)));
  if (name == "MatMul" || name == "MatMulInteger" || name == "QLinearMatMul")
    return product_macs(output, shape(op.inputs.at(0)).back());
  if (name == "Gemm" || name == "QGemm") {
    return product_macs(output, shape(op.inputs.at(0)).at(op.flag("transA") ? 0 : 1));
  }
  return 0;
}

}  // namespace systole
