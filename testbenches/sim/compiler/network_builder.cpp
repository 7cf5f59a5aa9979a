// SPDX-License-Identifier: Apache-2.0
#include "network_builder.hpp"

#include <cmath>

namespace systole::compiler_test {

Clamp whole_range(ElementType type) { return type == ElementType::kUint8 ? Clamp{0, 255} : Clamp{-128, 127}; }

TensorId NetworkBuilder::tensor(ElementType type, const Shape& shape, const std::string& kind) {
  Tensor t;
  t.name = kind + std::to_string(network_.tensors.size());
  t.type = type;
  t.shape = shape;
  network_.tensors.push_back(std::move(t));
  return static_cast<TensorId>(network_.tensors.size() - 1);
}

TensorId NetworkBuilder::weight(ElementType type, const Shape& shape) {
  const TensorId id = tensor(type, shape, "weight");
  Tensor& t = network_.tensors[id];
  t.is_constant = true;
  t.data.resize(static_cast<std::size_t>(element_count(shape)));
  for (std::uint8_t& b : t.data) b = static_cast<std::uint8_t>(random_.in(0, 255));
  return id;
}

std::int32_t NetworkBuilder::zero_point(ElementType type) {
  const Clamp range = whole_range(type);
  return static_cast<std::int32_t>(random_.in(range.low, range.high));
}

Clamp NetworkBuilder::random_clamp(ElementType type) {
  const Clamp range = whole_range(type);
  const std::int64_t middle = random_.in(range.low, range.high);
  return {static_cast<std::int32_t>(random_.in(range.low, middle)),
          static_cast<std::int32_t>(random_.in(middle, range.high))};
}

std::vector<float> NetworkBuilder::scales(std::int64_t count, std::int64_t depth) {
  std::vector<float> s;
  const double spread = 1.0 / (60.0 * std::sqrt(static_cast<double>(depth)));
  for (std::int64_t i = 0; i < count; ++i)
    s.push_back(static_cast<float>(spread * static_cast<double>(random_.in(100, 1000)) / 500.0));
  return s;
}

void NetworkBuilder::node(const std::string& kind, Operation operation) {
  Node n;
  n.name = kind + "_" + std::to_string(network_.nodes.size());
  n.operator_name = kind;
  n.operation = std::move(operation);
  network_.nodes.push_back(std::move(n));
}

ConvOptions same_size(std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
  ConvOptions o;
  o.channels = channels;
  o.kernel = {kernel, kernel};
  o.stride = {stride, stride};
  o.pad = {kernel / 2, kernel / 2, kernel / 2, kernel / 2};
  return o;
}

TensorId NetworkBuilder::input(ElementType type, const Shape& shape) {
  const TensorId t = tensor(type, shape, "input");
  network_.inputs.push_back(t);
  return t;
}

TensorId NetworkBuilder::conv(TensorId x, const ConvOptions& o) {
  const Shape in = shape(x);
  Conv c;
  c.input = x;
  c.group = o.group;
  c.stride = o.stride;
  c.dilation = o.dilation;
  c.pad = o.pad;
  c.weight = weight(o.weight_type, {o.channels, in[1] / o.group, o.kernel[0], o.kernel[1]});
  const auto extent = [&](int axis) {
    return (in[2 + axis] + o.pad[axis] + o.pad[axis + 2] - (o.kernel[axis] - 1) * o.dilation[axis] - 1) /
               o.stride[axis] +
           1;
  };
  const ElementType type = o.raw ? ElementType::kInt32 : o.output_type;
  c.output = tensor(type, {in[0], o.channels, extent(0), extent(1)}, "conv");
  c.input_zero_point = zero_point(network_.tensors[x].type);
  for (std::int64_t i = 0; i < (o.per_channel_zero_point ? o.channels : 1); ++i)
    c.weight_zero_point.push_back(zero_point(o.weight_type));
  if (!o.raw) {
    const std::int64_t depth = in[1] / o.group * o.kernel[0] * o.kernel[1];
    c.scale = scales(o.per_channel_scale ? o.channels : 1, depth * 100);
    c.output_zero_point = zero_point(type);
    c.clamp = o.clamp ? random_clamp(type) : whole_range(type);
    if (o.bias)
      for (std::int64_t i = 0; i < o.channels; ++i)
        c.bias.push_back(static_cast<std::int32_t>(random_.in(-20000, 20000)));
  }
  const TensorId y = c.output;
  node("Conv", c);
  return y;
}

TensorId NetworkBuilder::gemm(TensorId x, std::int64_t columns, const ConvOptions& o) {
  Shape out = shape(x);
  const std::int64_t depth = out.back();
  Gemm g;
  g.input = x;
  g.weight = weight(o.weight_type, {depth, columns});
  out.back() = columns;
  const ElementType type = o.raw ? ElementType::kInt32 : o.output_type;
  g.output = tensor(type, out, "gemm");
  g.input_zero_point = zero_point(network_.tensors[x].type);
  for (std::int64_t i = 0; i < (o.per_channel_zero_point ? columns : 1); ++i)
    g.weight_zero_point.push_back(zero_point(o.weight_type));
  if (!o.raw) {
    g.scale = scales(o.per_channel_scale ? columns : 1, depth * 100);
    g.output_zero_point = zero_point(type);
    g.clamp = o.clamp ? random_clamp(type) : whole_range(type);
    if (o.bias)
      for (std::int64_t i = 0; i < columns; ++i) g.bias.push_back(static_cast<std::int32_t>(random_.in(-20000, 20000)));
  }
  const TensorId y = g.output;
  node("Gemm", g);
  return y;
}

TensorId NetworkBuilder::matmul(TensorId a, TensorId b, const ConvOptions& o) {
  Shape out = shape(a);
  const std::int64_t depth = out.back();
  out.back() = shape(b).back();
  MatMul m;
  m.a = a;
  m.b = b;
  m.a_zero_point = zero_point(network_.tensors[a].type);
  m.b_zero_point = zero_point(network_.tensors[b].type);
  const ElementType type = o.raw ? ElementType::kInt32 : o.output_type;
  m.output = tensor(type, out, "matmul");
  if (!o.raw) {
    m.scale = scales(1, depth * 100);
    m.output_zero_point = zero_point(type);
    m.clamp = o.clamp ? random_clamp(type) : whole_range(type);
  }
  const TensorId y = m.output;
  node("MatMul", m);
  return y;
}

TensorId NetworkBuilder::add(TensorId a, TensorId b, ElementType type, bool clamp) {
  Add op;
  op.a = a;
  op.b = b;
  op.output = tensor(type, shape(a), "add");
  const auto scale = [&] { return static_cast<float>(static_cast<double>(random_.in(100, 1000)) / 3000.0); };
  op.qa = {scale(), zero_point(network_.tensors[a].type)};
  op.qb = {scale(), zero_point(network_.tensors[b].type)};
  op.qy = {scale(), zero_point(type)};
  op.clamp = clamp ? random_clamp(type) : whole_range(type);
  node("Add", op);
  return op.output;
}

TensorId NetworkBuilder::max_pool(TensorId x, std::array<std::int64_t, 2> kernel, std::array<std::int64_t, 2> stride,
                                  std::array<std::int64_t, 4> pad, std::array<std::int64_t, 2> dilation) {
  const Shape in = shape(x);
  MaxPool op;
  op.input = x;
  op.kernel = kernel;
  op.stride = stride;
  op.pad = pad;
  op.dilation = dilation;
  const auto extent = [&](int axis) {
    return (in[2 + axis] + pad[axis] + pad[axis + 2] - (kernel[axis] - 1) * dilation[axis] - 1) / stride[axis] + 1;
  };
  const ElementType type = network_.tensors[x].type;
  op.output = tensor(type, {in[0], in[1], extent(0), extent(1)}, "pool");
  op.clamp = whole_range(type);
  node("MaxPool", op);
  return op.output;
}

TensorId NetworkBuilder::average_pool(TensorId x, std::array<std::int64_t, 2> kernel,
                                      std::array<std::int64_t, 2> stride, ElementType type) {
  const Shape in = shape(x);
  AveragePool op;
  op.input = x;
  op.kernel = kernel;
  op.stride = stride;
  op.output =
      tensor(type, {in[0], in[1], (in[2] - kernel[0]) / stride[0] + 1, (in[3] - kernel[1]) / stride[1] + 1}, "average");
  op.qx = {0.05f, zero_point(network_.tensors[x].type)};
  op.qy = {0.04f, zero_point(type)};
  op.scale = op.qx.scale / (op.qy.scale * static_cast<float>(kernel[0] * kernel[1]));
  op.clamp = whole_range(type);
  node("AveragePool", op);
  return op.output;
}

TensorId NetworkBuilder::lookup(TensorId x, std::vector<std::uint8_t> table, ElementType type) {
  Lookup op;
  op.input = x;
  op.output = tensor(type, shape(x), "lookup");
  op.table = std::move(table);
  const TensorId y = op.output;
  node("Lookup", op);
  return y;
}

TensorId NetworkBuilder::reshape(TensorId x, const Shape& new_shape) {
  Reshape op;
  op.input = x;
  op.output = tensor(network_.tensors[x].type, new_shape, "reshape");
  node("Reshape", op);
  return op.output;
}

TensorId NetworkBuilder::concat(const std::vector<TensorId>& parts, std::int64_t axis) {
  Shape out = shape(parts.at(0));
  std::int64_t& extent = out.at(static_cast<std::size_t>(axis));
  extent = 0;
  for (TensorId t : parts) extent += shape(t).at(static_cast<std::size_t>(axis));
  HostOperator op;
  op.inputs = parts;
  op.outputs = {tensor(network_.tensors[parts[0]].type, out, "concat")};
  op.ints["axis"] = {axis};
  node("Concat", op);
  return op.outputs[0];
}

std::vector<TensorId> NetworkBuilder::split(TensorId x, const std::vector<std::int64_t>& sizes, std::int64_t axis) {
  HostOperator op;
  op.inputs = {x};
  Shape part = shape(x);
  for (std::int64_t size : sizes) {
    part.at(static_cast<std::size_t>(axis)) = size;
    op.outputs.push_back(tensor(network_.tensors[x].type, part, "part"));
  }
  op.ints["axis"] = {axis};
  node("Split", op);
  return op.outputs;
}

TensorId NetworkBuilder::slice(TensorId x, std::int64_t first, std::int64_t count, std::int64_t axis) {
  HostOperator op;
  op.inputs = {x};
  Shape part = shape(x);
  part.at(static_cast<std::size_t>(axis)) = count;
  op.outputs = {tensor(network_.tensors[x].type, part, "slice")};
  op.ints = {{"starts", {first}}, {"ends", {first + count}}, {"axes", {axis}}};
  node("Slice", op);
  return op.outputs[0];
}

TensorId NetworkBuilder::transpose(TensorId x, const std::vector<std::int64_t>& permutation) {
  HostOperator op;
  op.inputs = {x};
  Shape out;
  for (std::int64_t d : permutation) out.push_back(shape(x).at(static_cast<std::size_t>(d)));
  op.outputs = {tensor(network_.tensors[x].type, out, "transposed")};
  op.ints["perm"] = permutation;
  node("Transpose", op);
  return op.outputs[0];
}

std::vector<HostTensor> NetworkBuilder::random_inputs() {
  std::vector<HostTensor> inputs;
  for (TensorId t : network_.inputs) {
    HostTensor h;
    h.type = network_.tensors[t].type;
    h.shape = network_.tensors[t].shape;
    h.data.resize(static_cast<std::size_t>(element_count(h.shape)) * element_bytes(h.type));
    for (std::uint8_t& b : h.data) b = static_cast<std::uint8_t>(random_.in(0, 255));
    inputs.push_back(std::move(h));
  }
  return inputs;
}

}  // namespace systole::compiler_test
