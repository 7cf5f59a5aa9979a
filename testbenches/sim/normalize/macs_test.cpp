// SPDX-License-Identifier: Apache-2.0
//
// Multiply-accumulate operations.
#include "normalize/macs.hpp"

#include "catch.hpp"
#include "sim/network/element_types.hpp"

using namespace systole;
using namespace systole::test;

TEST_CASE("a convolution has the taps of one output for each output") {
  CHECK(convolution_macs({1, 8, 5, 5}, {8, 3, 3, 3}) == 8 * 25 * 27);
  CHECK(convolution_macs({2, 8, 5}, {8, 1, 3}) == 2 * 8 * 5 * 3);
  CHECK(product_macs({2, 4, 6}, 5) == 48 * 5);
}

TEST_CASE("nodes on the host are counted by their operator") {
  const std::vector<Tensor> tensors = {{"x", kI8, {4, 6}, {}, false},          {"w", kI8, {6, 5}, {}, true},
                                       {"y", kI8, {4, 5}, {}, false},          {"image", kI8, {1, 2, 4, 4}, {}, false},
                                       {"taps", kI8, {3, 2, 3, 3}, {}, false}, {"z", kI8, {1, 3, 2, 2}, {}, false},
                                       {"xt", kI8, {6, 4}, {}, false}};
  const auto macs = [&](const char* name, const std::vector<TensorId>& inputs, TensorId output,
                        bool transposed = false) {
    HostOperator op;
    op.inputs = inputs;
    op.outputs = {output};
    if (transposed) op.ints["transA"] = {1};
    return host_macs(tensors, name, op);
  };
  CHECK(macs("MatMul", {0, 1}, 2) == 4 * 5 * 6);
  CHECK(macs("Gemm", {0, 1}, 2) == 4 * 5 * 6);
  CHECK(macs("Gemm", {6, 1}, 2, true) == 4 * 5 * 6);
  CHECK(macs("ConvInteger", {3, 4}, 5) == 12 * 18);
  CHECK(macs("QLinearConv", {3, 0, 0, 4}, 5) == 12 * 18);
  CHECK(macs("Softmax", {0}, 2) == 0);
}
