// SPDX-License-Identifier: Apache-2.0
//
// The quantized operators of network.hpp on row-major tensors, in plain loops: the host's
// implementation and a second opinion on the compiler and the reference model.
#pragma once

#include "host/call.hpp"

namespace systole {

// Each fills the data of `y`, whose type and shape are set. int32 `y` (an empty scale): the raw
// sums with bias.
void quantized_conv(const Conv& conv, const TensorView& x, const TensorView& w, HostTensor& y);
void quantized_gemm(const Gemm& gemm, const TensorView& x, const TensorView& w, HostTensor& y);
// Stacks of matrices by MatMul's rules for ranks, `gemm` as the product of two matrices.
void quantized_stacked_gemm(const Gemm& gemm, const TensorView& a, const TensorView& b, HostTensor& y);
void quantized_matmul(const MatMul& product, const TensorView& a, const TensorView& b, HostTensor& y);
void quantized_add(const Add& add, const TensorView& a, const TensorView& b,
                   HostTensor& y);  // broadcasts
void quantized_max_pool(const MaxPool& pool, const TensorView& x, HostTensor& y);
void quantized_average_pool(const AveragePool& pool, const TensorView& x, HostTensor& y);
void lookup(const Lookup& op, const TensorView& x, HostTensor& y);

}  // namespace systole
