// SPDX-License-Identifier: Apache-2.0
//
// What values the tensors of a float graph take.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "network/host_tensor.hpp"
#include "onnx/onnx_graph.hpp"
#include "support/work/work_progress.hpp"

namespace systole::quantize {

using Sample = std::vector<HostTensor>;  // a tensor for each input of the network

// Samples from a folder. A graph with one input takes every .npy and .pb file in it as one; any number of inputs, a
// folder for each sample with files input_0.npy (or .pb), input_1.npy, .. In the order of their names. Errors
// (UserError): none there, a file that does not fit its input.
std::vector<Sample> read_samples(const std::filesystem::path& folder, const OnnxGraph& graph);

// One sample of a file for each input of the graph, in their order. Errors (UserError): another number of files, a file
// that does not fit its input.
Sample read_sample(const std::vector<std::filesystem::path>& files, const OnnxGraph& graph);

// `count` samples that are the same everywhere: float inputs normally distributed (mean 0, deviation 1), integers
// small.
std::vector<Sample> seeded_samples(const OnnxGraph& graph, std::uint32_t seed, int count);

// The outputs of a float graph.
std::vector<HostTensor> run_float_outputs(const OnnxGraph& graph, const Sample& inputs);

// Between two float tensors of one shape. A row goes along the last dimension that is not 1.
struct Distance {
  double maximum = 0, mean = 0;  // absolute error
  double largest = 0;            // absolute value of `expected`
  std::size_t rows = 0,
              equal_top = 0;  // rows whose largest element is at the same place
};
Distance distance(const HostTensor& found, const HostTensor& expected);

struct Range {
  float low = 0, high = 0;  // 0 is always inside
};

// Of every float tensor over all samples. Calls `progress` with the stage "calibrate" at each node of each sample. Errors
// (UserError): a value that is infinite or no number, with the tensor's name.
std::map<TensorId, Range> calibrate(const OnnxGraph& graph, const std::vector<Sample>& samples,
                                    const WorkCallback& progress = {});

}  // namespace systole::quantize
