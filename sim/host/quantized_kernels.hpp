// SPDX-License-Identifier: Apache-2.0
//
// The quantized operators of network.hpp on row-major tensors, in plain loops: the host's implementation and a second
// opinion on the compiler and the reference model.
#pragma once

#include <vector>

#include "host/call.hpp"

namespace systole {

// What an operator reads: its run-time inputs in their order, and the tensors of the network for its constants.
struct Operands {
  const std::vector<TensorView>& inputs;
  const std::vector<Tensor>& tensors;
};

// Each fills the data of `y`, whose type and shape are set. run_quantized calls the overload for a node's operation,
// so an operator of network.hpp without one does not compile.
void compute(const Conv& op, const Operands& operands, HostTensor& y);
void compute(const Gemm& op, const Operands& operands, HostTensor& y);
void compute(const MatMul& op, const Operands& operands, HostTensor& y);
void compute(const Add& op, const Operands& operands, HostTensor& y);  // broadcasts
void compute(const MaxPool& op, const Operands& operands, HostTensor& y);
void compute(const AveragePool& op, const Operands& operands, HostTensor& y);
void compute(const Lookup& op, const Operands& operands, HostTensor& y);
void compute(const Reshape& op, const Operands& operands, HostTensor& y);

// The same arithmetic for operators whose weights or zero points are known at run time only. int32 `y` (an empty
// scale): the raw sums with bias.
void quantized_conv(const Conv& conv, const TensorView& x, const TensorView& w, HostTensor& y);
void quantized_gemm(const Gemm& gemm, const TensorView& x, const TensorView& w, HostTensor& y);
// Stacks of matrices by MatMul's rules for ranks, `gemm` as the product of two matrices.
void quantized_stacked_gemm(const Gemm& gemm, const TensorView& a, const TensorView& b, HostTensor& y);
void quantized_max_pool(const MaxPool& pool, const TensorView& x, HostTensor& y);
void quantized_average_pool(const AveragePool& pool, const TensorView& x, HostTensor& y);

}  // namespace systole
