// SPDX-License-Identifier: Apache-2.0
#include "quantize/affine.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "quantize/float_graph.hpp"

namespace systole::quantize {
namespace {

struct Affine {  // y = x * factor + offset, a channel each
  std::vector<float> factor, offset;
};

Affine then(const Affine& first, const Affine& second) {
  Affine both = first;
  for (std::size_t c = 0; c < both.factor.size(); ++c) {
    both.factor[c] *= second.factor[c];
    both.offset[c] = both.offset[c] * second.factor[c] + second.offset[c];
  }
  return both;
}

class Folder {
 public:
  explicit Folder(OnnxGraph graph) : onnx_(std::move(graph)), graph_(onnx_), add_(onnx_) {}

  OnnxGraph run() {
    dropped_.resize(onnx_.nodes.size(), false);
    for (std::size_t n = 0; n < onnx_.nodes.size(); ++n) {
      if (dropped_[n]) continue;
      const std::string& name = onnx_.nodes[n].operator_name;
      if (takes_a_chain(n)) {
        if (const auto chain = chain_behind(n)) fold(n, *chain);
      } else if (name == "BatchNormalization") {
        const TensorId x = op(n).inputs[0];
        const std::size_t rank = graph_.tensor(x).shape.size();
        const auto first = rank == 3 || rank == 4 ? affine_of(n, x) : std::nullopt;
        if (first) become_convolution(n, *first, chain_behind(n));
      }
    }
    std::vector<OnnxNode> kept;
    for (std::size_t n = 0; n < dropped_.size(); ++n)
      if (!dropped_[n]) kept.push_back(std::move(onnx_.nodes[n]));
    onnx_.nodes = std::move(kept);
    return std::move(onnx_);
  }

 private:
  struct Chain {
    Affine affine;
    std::vector<TensorId> outputs;  // of its last node
  };

  OnnxNode& op(std::size_t n) { return onnx_.nodes[n]; }

  // A convolution or matrix product with constant weights, and a constant bias of one value for each channel or none.
  bool takes_a_chain(std::size_t n) {
    const std::string& name = onnx_.nodes[n].operator_name;
    const OnnxNode& product = op(n);
    if (name != "Conv" && name != "Gemm" && name != "MatMul") return false;
    const Shape& y = graph_.tensor(product.outputs.at(0)).shape;
    if (!graph_.is_constant(product.inputs.at(1)) ||
        (name == "MatMul" && (y.size() != 2 || graph_.tensor(product.inputs[1]).shape.size() != 2)))
      return false;
    if (product.inputs.size() < 3) return true;
    if (!graph_.is_constant(product.inputs[2])) return false;
    const Shape& bias = graph_.tensor(product.inputs[2]).shape;
    return element_count(bias) == 1 || (element_count(bias) == y[1] && bias.back() == y[1]);
  }

  // All that follows node n and is read by nobody else; its nodes are dropped. Nothing if there is none.
  std::optional<Chain> chain_behind(std::size_t n) {
    std::optional<Chain> chain;
    TensorId end = op(n).outputs[0];
    while (const auto next = graph_.only_reader(end)) {
      const auto affine = affine_of(*next, end);
      if (!affine) break;
      dropped_[*next] = true;
      chain = Chain{chain ? then(chain->affine, *affine) : *affine, op(*next).outputs};
      end = chain->outputs[0];
    }
    return chain;
  }

  // What node n does to each channel of x, if that is all it does.
  std::optional<Affine> affine_of(std::size_t n, TensorId x) {
    const std::string& name = onnx_.nodes[n].operator_name;
    if (name == "BatchNormalization") return of_batch_norm(op(n));
    if (name == "Mul" || name == "Div" || name == "Add" || name == "Sub") return of_constant(name, op(n), x);
    return std::nullopt;
  }

  std::optional<Affine> of_batch_norm(const OnnxNode& norm) const {
    const auto usable = [&](TensorId id) {
      return graph_.is_constant(id) &&
             element_count(graph_.tensor(id).shape) == element_count(graph_.tensor(norm.inputs[1]).shape);
    };
    if (norm.inputs.size() != 5 || !std::all_of(norm.inputs.begin() + 1, norm.inputs.end(), usable))
      return std::nullopt;
    const auto parameter = [&](std::size_t i) { return floats_of(graph_.tensor(norm.inputs[i])); };
    const std::vector<float> scale = parameter(1), bias = parameter(2), mean = parameter(3), variance = parameter(4);
    const double epsilon = norm.number("epsilon", 1e-5f);
    Affine affine;
    for (std::size_t c = 0; c < scale.size(); ++c) {
      const double factor = scale[c] / std::sqrt(variance[c] + epsilon);
      affine.factor.push_back(static_cast<float>(factor));
      affine.offset.push_back(static_cast<float>(bias[c] - mean[c] * factor));
    }
    return affine;
  }

  std::optional<Affine> of_constant(const std::string& name, const OnnxNode& node, TensorId x) const {
    const bool x_first = node.inputs.at(0) == x;
    const TensorId other = node.inputs.at(x_first ? 1 : 0);
    if (!graph_.is_constant(other) || graph_.tensor(other).type != ElementType::kFloat32 || (name == "Div" && !x_first))
      return std::nullopt;
    const Shape &image = graph_.tensor(x).shape, &constant = graph_.tensor(other).shape;
    if (image.size() < 2 || graph_.tensor(node.outputs.at(0)).shape != image) return std::nullopt;
    // A constant of rank k lies at the last k dimensions; the channels are dimension 1.
    const std::size_t lead = image.size() - std::min(constant.size(), image.size());
    for (std::size_t d = 0; d < constant.size(); ++d)
      if (constant[d] != 1 && lead + d != 1) return std::nullopt;
    const std::vector<float> values = floats_of(graph_.tensor(other));
    Affine affine;
    for (std::size_t c = 0; c < static_cast<std::size_t>(image[1]); ++c) {
      const float v = values[values.size() == 1 ? 0 : c];
      const bool scales = name == "Mul" || name == "Div";
      affine.factor.push_back(name == "Mul" ? v : name == "Div" ? 1 / v : name == "Sub" && !x_first ? -1.0f : 1.0f);
      affine.offset.push_back(scales ? 0 : name == "Sub" && x_first ? -v : v);
    }
    return affine;
  }

  void fold(std::size_t n, const Chain& chain) {
    OnnxNode& product = op(n);
    const Affine& affine = chain.affine;
    const Tensor weight = onnx_.tensors[product.inputs[1]];
    std::vector<float> w = floats_of(weight);
    const std::size_t channels = affine.factor.size();
    const bool channels_first = onnx_.nodes[n].operator_name == "Conv" || product.flag("transB");
    const std::size_t neighbors =
        channels_first ? w.size() / channels : 1;  // weights of one channel that follow each other
    for (std::size_t i = 0; i < w.size(); ++i) w[i] *= affine.factor[i / neighbors % channels];
    std::vector<float> b(1, 0);
    std::string bias_name = weight.name + ".bias";
    if (product.inputs.size() > 2) {
      b = floats_of(onnx_.tensors[product.inputs[2]]);
      bias_name = onnx_.tensors[product.inputs[2]].name;
    }
    b.resize(channels, b[0]);  // a Gemm's bias may be one value for all
    const float beta = product.number("beta", 1);
    for (std::size_t c = 0; c < channels; ++c) b[c] = beta * b[c] * affine.factor[c] + affine.offset[c];
    product.floats.erase("beta");
    if (onnx_.nodes[n].operator_name == "MatMul") onnx_.nodes[n].operator_name = "Gemm";
    product.inputs.resize(1);
    product.inputs.push_back(add_.floats(weight.name + ".folded", weight.shape, w));
    product.inputs.push_back(add_.floats(bias_name + ".folded", {static_cast<std::int64_t>(channels)}, b));
    product.outputs = chain.outputs;
  }

  void become_convolution(std::size_t n, const Affine& first, const std::optional<Chain>& behind) {
    const Affine affine = behind ? then(first, behind->affine) : first;
    const std::string name = onnx_.nodes[n].name;
    const std::size_t dimensions = onnx_.tensors[op(n).inputs[0]].shape.size() - 2;
    const auto channels = static_cast<std::int64_t>(affine.factor.size());
    Shape shape(dimensions + 2, 1);
    shape[0] = channels;
    OnnxNode conv{{}, name, "Conv", {}, {}};
    conv.inputs = {op(n).inputs[0], add_.floats(name + ".factor", shape, affine.factor),
                   add_.floats(name + ".offset", {channels}, affine.offset)};
    conv.outputs = behind ? behind->outputs : op(n).outputs;
    for (const char* ones : {"kernel_shape", "strides", "dilations"}) conv.ints[ones].assign(dimensions, 1);
    conv.ints["pads"].assign(2 * dimensions, 0);
    conv.ints["group"] = {channels};
    onnx_.nodes[n] = std::move(conv);
  }

  OnnxGraph onnx_;
  FloatGraph graph_;
  TensorAdder add_;
  std::vector<bool> dropped_;  // per node: is part of another one now
};

}  // namespace

OnnxGraph fold_affine(OnnxGraph graph) { return Folder(std::move(graph)).run(); }

}  // namespace systole::quantize
