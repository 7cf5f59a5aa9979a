// SPDX-License-Identifier: Apache-2.0
//
// Multiply-accumulate operations of ONNX nodes, padding taps included.
#pragma once

#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace systole {

std::uint64_t convolution_macs(const Shape& output, const Shape& weight);
std::uint64_t product_macs(const Shape& output, std::int64_t depth);

// Of a node that runs on the host; 0 for operators that are no convolution or matrix product.
std::uint64_t host_macs(const std::vector<Tensor>& tensors, const std::string& operator_name, const HostOperator& op);

}  // namespace systole
