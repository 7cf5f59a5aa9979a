// SPDX-License-Identifier: Apache-2.0
#include "quantize/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "network/message_text.hpp"
#include "network/tensor_file.hpp"
#include "quantize/float_graph.hpp"
#include "support/error.hpp"

namespace systole::quantize {

namespace fs = std::filesystem;

namespace {

bool is_tensor_file(const fs::path& file) { return file.extension() == ".npy" || file.extension() == ".pb"; }

Sample sample_in(const fs::path& folder, const OnnxGraph& graph) {
  Sample sample;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    fs::path file = folder / fmt::format("input_{}.npy", i);
    if (!fs::exists(file)) file.replace_extension(".pb");
    sample.push_back(read_tensor_file(file, graph.tensors[graph.inputs[i]]));
  }
  return sample;
}

// False if one of the values is infinite or no number. Side by side in lanes, which compilers turn into vector
// instructions: all values of all tensors pass here.
bool extend(Range& range, const float* x, std::size_t count) {
  constexpr std::size_t kLanes = 16;
  float low[kLanes], high[kLanes];
  std::fill_n(low, kLanes, range.low);
  std::fill_n(high, kLanes, range.high);
  std::uint32_t bad[kLanes] = {};
  const auto add = [&](std::size_t lane, float v) {
    low[lane] = v < low[lane] ? v : low[lane];
    high[lane] = v > high[lane] ? v : high[lane];
    bad[lane] |= std::fabs(v) <= std::numeric_limits<float>::max() ? 0u : 1u;
  };
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(lane, x[i + lane]);
  for (; i < count; ++i) add(0, x[i]);
  range.low = *std::min_element(low, low + kLanes);
  range.high = *std::max_element(high, high + kLanes);
  return std::all_of(bad, bad + kLanes, [](std::uint32_t b) { return b == 0; });
}

}  // namespace

std::vector<Sample> read_samples(const fs::path& folder, const OnnxGraph& graph) {
  std::error_code error;
  std::set<fs::path> entries;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.insert(entry.path());
  if (error) throw UserError(fmt::format("{}: cannot be read: {}", folder.string(), error.message()));
  std::vector<Sample> samples;
  for (const fs::path& entry : entries) {
    if (fs::is_directory(entry))
      samples.push_back(sample_in(entry, graph));
    else if (graph.inputs.size() == 1 && is_tensor_file(entry))
      samples.push_back({read_tensor_file(entry, graph.tensors[graph.inputs[0]])});
  }
  if (samples.empty()) {
    throw UserError(fmt::format(
        "{}: no calibration data; wanted: {}", folder.string(),
        graph.inputs.size() == 1 ? ".npy or .pb files" : "a folder for each sample with input_0.npy, input_1.npy, .."));
  }
  return samples;
}

Sample read_sample(const std::vector<fs::path>& files, const OnnxGraph& graph) {
  if (files.size() != graph.inputs.size()) {
    std::vector<std::string> names;
    for (const TensorId id : graph.inputs) names.push_back(graph.tensors[id].name);
    throw UserError(fmt::format("--input: {} files given, the network has {} inputs ({})", files.size(), names.size(),
                                fmt::join(names, ", ")));
  }
  Sample sample;
  for (std::size_t i = 0; i < files.size(); ++i)
    sample.push_back(read_tensor_file(files[i], graph.tensors[graph.inputs[i]]));
  return sample;
}

std::vector<Sample> seeded_samples(const OnnxGraph& graph, std::uint32_t seed, int count) {
  boost::random::mt19937 random(seed);
  boost::random::normal_distribution<float> normal;
  boost::random::uniform_int_distribution<std::int64_t> small(0, 1);
  std::vector<Sample> samples(static_cast<std::size_t>(count));
  for (Sample& sample : samples)
    for (TensorId id : graph.inputs) {
      const Tensor& tensor = graph.tensors[id];
      HostTensor value = make_host_tensor(tensor.type, tensor.shape);
      const std::size_t bytes = element_bytes(tensor.type);
      for (std::size_t i = 0; i < value.data.size() / bytes; ++i) {
        if (tensor.type == ElementType::kFloat32)
          elements<float>(value)[i] = normal(random);
        else
          value.data[i * bytes] = static_cast<std::uint8_t>(small(random));
      }
      sample.push_back(std::move(value));
    }
  return samples;
}

std::vector<HostTensor> run_float_outputs(const OnnxGraph& graph, const Sample& inputs) {
  std::map<TensorId, HostTensor> outputs;
  for (TensorId id : graph.outputs) outputs[id];
  run_float(graph, inputs, [&](TensorId id, const HostTensor& value) {
    if (const auto found = outputs.find(id); found != outputs.end()) found->second = value;
  });
  std::vector<HostTensor> list;
  for (TensorId id : graph.outputs) {
    const Tensor& tensor = graph.tensors[id];
    list.push_back(tensor.is_constant ? HostTensor{tensor.type, tensor.shape, tensor.data} : outputs[id]);
  }
  return list;
}

Distance distance(const HostTensor& found, const HostTensor& expected) {
  invariant(found.shape == expected.shape && found.type == expected.type, "tensors that are compared have one shape");
  const std::size_t count = expected.data.size() / sizeof(float);
  const auto last = std::find_if(expected.shape.rbegin(), expected.shape.rend(), [](std::int64_t d) { return d != 1; });
  const std::size_t row = last == expected.shape.rend() ? 1 : static_cast<std::size_t>(*last);
  const float *a = elements<float>(found), *b = elements<float>(expected);
  Distance d;
  for (std::size_t i = 0; i < count; ++i) {
    const double error = std::fabs(static_cast<double>(a[i]) - b[i]);
    d.maximum = std::max(d.maximum, error);
    d.mean += error / static_cast<double>(count);
    d.largest = std::max<double>(d.largest, std::fabs(b[i]));
  }
  d.rows = count / row;
  for (std::size_t r = 0; r < d.rows; ++r) {
    const auto top = [&](const float* x) { return std::max_element(x + r * row, x + (r + 1) * row) - (x + r * row); };
    d.equal_top += top(a) == top(b);
  }
  return d;
}

std::map<TensorId, Range> calibrate(const OnnxGraph& graph, const std::vector<Sample>& samples,
                                    const WorkCallback& progress) {
  std::map<TensorId, Range> ranges;
  const auto extend_range = [&](TensorId id, const HostTensor& value) {
    if (value.type != ElementType::kFloat32) return;
    if (!extend(ranges[id], elements<float>(value), value.data.size() / sizeof(float)))
      throw UserError(fmt::format("calibration: tensor {} has values that are infinite or no numbers",
                                  in_quotes(graph.tensors[id].name)));
  };
  std::size_t number = 0;
  const auto begin_node = [&](std::size_t node) {
    ++number;
    if (progress) progress({"calibrate", graph.nodes[node].name, number, graph.nodes.size() * samples.size()});
  };
  for (const Sample& sample : samples) run_float(graph, sample, extend_range, begin_node);
  return ranges;
}

}  // namespace systole::quantize
