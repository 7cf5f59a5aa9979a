// SPDX-License-Identifier: Apache-2.0
#include "normalize/operators/run_time_zero_point.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "network/window.hpp"
#include "normalize/operators/operands.hpp"

namespace systole {
namespace {

using Sums = std::vector<std::uint32_t>;  // int32 that wrap

std::int32_t zero_of(const std::vector<std::int32_t>& zeros, std::size_t index) {
  return zeros.size() == 1 ? zeros[0] : zeros.at(index);
}

TensorId add_sums(RawGraph& graph, const OnnxNode& node, Shape shape, const Sums& sums) {
  std::vector<std::uint8_t> bytes(sums.size() * sizeof(sums[0]));
  std::memcpy(bytes.data(), sums.data(), bytes.size());
  return graph.add_constant(node.name + ".weight_sums", ElementType::kInt32, std::move(shape), std::move(bytes));
}

// output = product - int32(zero_point) * sums
void subtract(RawGraph& graph, const OnnxNode& node, TensorId product, TensorId zero_point, TensorId sums,
              std::vector<Node>& nodes) {
  const auto add = [&](const char* operator_name, std::vector<TensorId> inputs, TensorId output) {
    HostOperator op;
    op.inputs = std::move(inputs);
    op.outputs = {output};
    nodes.push_back({node.name + "." + operator_name, operator_name, 0, std::move(op)});
    return output;
  };
  const auto tensor = [&](const char* name, Shape shape) {
    return graph.add_tensor(node.name + name, ElementType::kInt32, std::move(shape));
  };
  const TensorId zero = add("Cast", {zero_point}, tensor(".zero_point", {}));
  const TensorId excess = add("Mul", {zero, sums}, tensor(".excess", graph.tensor(sums).shape));
  add("Sub", {product, excess}, node.outputs.at(0));
}

// Of weights [channels][depth][kernel]: their sums over the depth, by channel and place in the kernel.
Sums kernel_sums(const RawGraph& graph, const Conv& conv) {
  const std::vector<std::int32_t> weights = graph.integers(conv.weight);
  const Shape& shape = graph.tensor(conv.weight).shape;
  const auto channels = static_cast<std::size_t>(shape[0]), depth = static_cast<std::size_t>(shape[1]);
  const std::size_t kernel = weights.size() / (channels * depth);
  Sums sums(channels * kernel, 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t channel = i / (depth * kernel);
    sums[channel * kernel + i % kernel] +=
        static_cast<std::uint32_t>(weights[i] - zero_of(conv.weight_zero_point, channel));
  }
  return sums;
}

}  // namespace

std::optional<TensorId> run_time_zero_point(const RawGraph& graph, const OnnxNode& node) {
  const auto id = optional_input(node, 2);
  if (!id || graph.is_constant(*id) || !graph.tensor(*id).shape.empty()) return std::nullopt;
  return id;
}

TensorId uncorrected_product(RawGraph& graph, const OnnxNode& node) {
  return graph.add_tensor(node.name + ".product", ElementType::kInt32, graph.tensor(node.outputs.at(0)).shape);
}

void subtract_zero_point(RawGraph& graph, const OnnxNode& node, const Gemm& product, TensorId zero_point,
                         std::vector<Node>& nodes) {
  const std::vector<std::int32_t> weights = graph.integers(product.weight);
  const std::int64_t columns = graph.tensor(product.weight).shape.at(1);
  Sums sums(static_cast<std::size_t>(columns), 0);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t column = i % sums.size();
    sums[column] += static_cast<std::uint32_t>(weights[i] - zero_of(product.weight_zero_point, column));
  }
  subtract(graph, node, product.output, zero_point, add_sums(graph, node, {columns}, sums), nodes);
}

void subtract_zero_point(RawGraph& graph, const OnnxNode& node, const Conv& product, TensorId zero_point,
                         std::vector<Node>& nodes) {
  const Sums kernel = kernel_sums(graph, product);
  const auto x = shape_nchw(graph.tensor(product.input).shape), y = shape_nchw(graph.tensor(product.output).shape),
             w = shape_nchw(graph.tensor(product.weight).shape);
  const auto in_image = [&](std::int64_t at, std::int64_t tap, std::size_t side) {
    const std::int64_t place = at * product.stride[side] + tap * product.dilation[side] - product.pad[side];
    return place >= 0 && place < x[2 + side];
  };
  Sums sums;
  for (std::int64_t m = 0; m < y[1]; ++m)
    for (std::int64_t row = 0; row < y[2]; ++row)
      for (std::int64_t column = 0; column < y[3]; ++column) {
        std::uint32_t sum = 0;
        for (std::int64_t ky = 0; ky < w[2]; ++ky)
          for (std::int64_t kx = 0; kx < w[3]; ++kx)
            if (in_image(row, ky, 0) && in_image(column, kx, 1))
              sum += kernel[static_cast<std::size_t>((m * w[2] + ky) * w[3] + kx)];
        sums.push_back(sum);
      }
  Shape shape = graph.tensor(product.output).shape;
  shape[0] = 1;
  subtract(graph, node, product.output, zero_point, add_sums(graph, node, std::move(shape), sums), nodes);
}

}  // namespace systole
