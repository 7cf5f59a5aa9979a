// SPDX-License-Identifier: Apache-2.0
//
// AveragePool, GlobalAveragePool, ReduceMean over an image, and the pools of com.microsoft.
#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "host/quantized_arithmetic.hpp"
#include "network/window.hpp"
#include "normalize/operators/operands.hpp"
#include "normalize/operators/operators.hpp"
#include "normalize/quantization_parameters.hpp"

namespace systole {
namespace {

bool is_image(const Shape& shape) { return shape.size() == 3 || shape.size() == 4; }

// False for a window that AveragePool of network.hpp does not have.
bool set_window(AveragePool& pool, const OnnxNode& node) {
  const Window2d window = window_2d(node);
  if (window.pad != std::array<std::int64_t, 4>{0, 0, 0, 0} || window.dilation != std::array<std::int64_t, 2>{1, 1})
    return false;
  pool.kernel = window.kernel;
  pool.stride = window.stride;
  return true;
}

void set_quantization(AveragePool& pool, Quantization qx, Quantization qy, const std::string& what) {
  pool.qx = qx;
  pool.qy = qy;
  pool.scale = average_scale(qx.scale, qy.scale, pool.kernel[0] * pool.kernel[1]);
  checked_scales({pool.scale}, what);
}

// Whether a mean goes over all spatial dimensions, no others, and keeps them as ones.
bool keeps_image_axes(const OnnxNode& mean, std::size_t rank) {
  const auto axes = mean.ints.find("axes");
  if (axes == mean.ints.end() || mean.integer("keepdims", 1) == 0) return false;
  std::set<std::int64_t> reduced;
  for (std::int64_t axis : axes->second) reduced.insert(axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis);
  return reduced.size() == rank - 2 && *reduced.begin() == 2;
}

}  // namespace

bool direct_average_pool(RawGraph& graph, const OnnxNode& node, std::vector<Node>& nodes) {
  const auto qx = graph.one_quantization(node, 1, 2), qy = graph.one_quantization(node, 3, 4);
  if (!has_run_time_input(graph, node) || !qx || !qy) return false;
  AveragePool pool;
  pool.input = node.inputs[0];
  pool.output = node.outputs.at(0);
  const Shape& shape = graph.tensor(pool.input).shape;
  if (!is_image(shape)) return false;
  pool.kernel = {shape_nchw(shape)[2], shape_nchw(shape)[3]};
  if (node.operator_name == "QLinearAveragePool" && !set_window(pool, node)) return false;
  set_quantization(pool, *qx, *qy, graph.what(node));
  pool.clamp = whole_range(graph.tensor(pool.output).type);
  nodes.push_back({node.name, node.operator_name, 0, pool});
  return true;
}

void qdq_average_pool(QuantizedOutput& output, const OnnxNode& anchor) {
  const RawGraph& graph = output.graph();
  const auto x = graph.dequantized(anchor.inputs.at(0));
  if (!x) return;
  const Shape& shape = graph.tensor(x->tensor).shape;
  if (!is_image(shape)) return;
  AveragePool pool;
  pool.input = x->tensor;
  pool.kernel = {shape_nchw(shape)[2], shape_nchw(shape)[3]};
  if (anchor.operator_name == "AveragePool" && !set_window(pool, anchor)) return;
  if (anchor.operator_name == "ReduceMean" && !keeps_image_axes(anchor, shape.size())) return;
  set_quantization(pool, x->q, output.quantization(), graph.what(anchor));
  output.add_arithmetic(anchor, anchor.operator_name, 0, pool);
}

bool int8_average_pool(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  const auto& pads = node.ints.at("pads");
  return is_run_time_float(tensors, node.inputs.at(0)) &&
         std::all_of(pads.begin(), pads.end(), [](std::int64_t p) { return p == 0; });
}

bool int8_global_average_pool(const std::vector<Tensor>& tensors, const OnnxNode& node) {
  return is_run_time_float(tensors, node.inputs.at(0)) && is_image(tensors[node.inputs[0]].shape);
}

}  // namespace systole
