// SPDX-License-Identifier: Apache-2.0
//
// Float networks for the tests of the quantizer.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "onnx/onnx_graph.hpp"
#include "sim/onnx/model_builder.hpp"

namespace systole::test {

std::vector<float> normal_values(std::mt19937& random, std::size_t count, float deviation);

// As load_model leaves it, through a temporary file.
OnnxGraph loaded(const ModelBuilder& builder);

// Conv, BatchNormalization, Relu, MaxPool, a residual Add, GlobalAveragePool, Flatten, Gemm, Softmax, with random
// weights.
ModelBuilder small_resnet(std::uint32_t seed, int opset = 13);

// A Conv node with random weights and bias; returns the output's name.
std::string add_conv(ModelBuilder& builder, std::mt19937& random, const std::string& input, const std::string& output,
                     std::int64_t channels_in, std::int64_t channels_out, std::int64_t kernel = 3);

}  // namespace systole::test
