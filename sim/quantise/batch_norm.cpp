// SPDX-License-Identifier: Apache-2.0
#include "quantise/batch_norm.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "quantise/float_graph.hpp"

namespace systole::quantise {
namespace {

struct Affine {  // y = x * factor + offset, a channel each
  std::vector<float> factor, offset;
};

Affine affine_of(const Network& network, const HostOperator& op) {
  const auto parameter = [&](std::size_t i) { return floats_of(network.tensors[op.inputs[i]]); };
  const std::vector<float> scale = parameter(1), bias = parameter(2), mean = parameter(3), variance = parameter(4);
  const auto found = op.floats.find("epsilon");
  const double epsilon = found == op.floats.end() ? 1e-5 : found->second.at(0);
  Affine affine;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double factor = scale[c] / std::sqrt(variance.at(c) + epsilon);
    affine.factor.push_back(static_cast<float>(factor));
    affine.offset.push_back(static_cast<float>(bias.at(c) - mean.at(c) * factor));
  }
  return affine;
}

class Folder {
 public:
  explicit Folder(Network network) : network_(std::move(network)), graph_(network_), add_(network_) {}

  Network run() {
    std::vector<bool> dropped(network_.nodes.size(), false);
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      const Node& node = network_.nodes[n];
      if (node.operator_name != "BatchNormalization" || !constant_parameters(node)) continue;
      const TensorId x = op(n).inputs[0];
      const auto before = graph_.producer(x);
      if (before && graph_.only_reader(x) && is_foldable_convolution(*before)) {
        fold(*before, n);
        dropped[n] = true;
      } else if (const std::size_t rank = network_.tensors[x].shape.size(); rank == 3 || rank == 4) {
        become_convolution(n);
      }
    }
    std::vector<Node> kept;
    for (std::size_t n = 0; n < dropped.size(); ++n)
      if (!dropped[n]) kept.push_back(std::move(network_.nodes[n]));
    network_.nodes = std::move(kept);
    return std::move(network_);
  }

 private:
  HostOperator& op(std::size_t n) { return std::get<HostOperator>(network_.nodes[n].operation); }

  bool constant_parameters(const Node& node) const {
    const HostOperator& op = FloatGraph::op(node);
    return op.inputs.size() == 5 && std::all_of(op.inputs.begin() + 1, op.inputs.end(), [&](TensorId id) {
             return graph_.is_constant(id) && element_count(graph_.tensor(id).shape) == element_count(graph_.tensor(op.inputs[1]).shape);
           });
  }

  bool is_foldable_convolution(std::size_t n) const {
    const Node& node = network_.nodes[n];
    const HostOperator& op = FloatGraph::op(node);
    return node.operator_name == "Conv" && graph_.is_constant(op.inputs.at(1)) &&
           (op.inputs.size() < 3 || graph_.is_constant(op.inputs[2]));
  }

  void fold(std::size_t convolution, std::size_t norm) {
    HostOperator& conv = op(convolution);
    const Affine affine = affine_of(network_, op(norm));
    const Tensor weight = network_.tensors[conv.inputs[1]];
    std::vector<float> w = floats_of(weight);
    const std::size_t channels = affine.factor.size(), per_channel = w.size() / channels;
    for (std::size_t i = 0; i < w.size(); ++i) w[i] *= affine.factor[i / per_channel];
    std::vector<float> b(channels, 0);
    std::string bias_name = weight.name + ".bias";
    if (conv.inputs.size() > 2) {
      b = floats_of(network_.tensors[conv.inputs[2]]);
      bias_name = network_.tensors[conv.inputs[2]].name;
    }
    for (std::size_t c = 0; c < channels; ++c) b[c] = b[c] * affine.factor[c] + affine.offset[c];
    conv.inputs.resize(1);
    conv.inputs.push_back(add_.floats(weight.name + ".folded", weight.shape, w));
    conv.inputs.push_back(add_.floats(bias_name + ".folded", {static_cast<std::int64_t>(channels)}, b));
    conv.outputs = op(norm).outputs;
  }

  void become_convolution(std::size_t n) {
    const Affine affine = affine_of(network_, op(n));
    const std::string& name = network_.nodes[n].name;
    const std::size_t dimensions = network_.tensors[op(n).inputs[0]].shape.size() - 2;
    const auto channels = static_cast<std::int64_t>(affine.factor.size());
    Shape shape(dimensions + 2, 1);
    shape[0] = channels;
    HostOperator conv;
    conv.inputs = {op(n).inputs[0], add_.floats(name + ".factor", shape, affine.factor), add_.floats(name + ".offset", {channels}, affine.offset)};
    conv.outputs = op(n).outputs;
    for (const char* ones : {"kernel_shape", "strides", "dilations"}) conv.ints[ones].assign(dimensions, 1);
    conv.ints["pads"].assign(2 * dimensions, 0);
    conv.ints["group"] = {channels};
    network_.nodes[n].operator_name = "Conv";
    network_.nodes[n].operation = std::move(conv);
  }

  Network network_;
  FloatGraph graph_;
  TensorAdder add_;
};

}  // namespace

Network fold_batch_norms(Network network) { return Folder(std::move(network)).run(); }

}  // namespace systole::quantise
