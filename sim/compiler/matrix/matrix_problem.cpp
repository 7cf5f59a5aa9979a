// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/matrix_problem.hpp"

#include "compiler/plan/arithmetic.hpp"
#include "support/error.hpp"

namespace systole::compiler {
namespace {

std::int32_t byte_value(const Tensor& t, std::int64_t index) {
  const std::uint8_t bits = t.data.at(static_cast<std::size_t>(index));
  return t.type == ElementType::kInt8 ? static_cast<std::int8_t>(bits) : bits;
}

// Output channels [m0, m1) read the input channels of their groups.
std::vector<BlockRange> grouped_ranges(std::int64_t channels_in, std::int64_t channels_out, std::int64_t group,
                                       const Chip& chip) {
  const std::int64_t rows = chip.array_rows, cols = chip.array_cols;
  const std::int64_t in_group = channels_in / group, out_group = channels_out / group;
  std::vector<BlockRange> ranges;
  for (std::int64_t m0 = 0; m0 < channels_out; m0 += cols) {
    const std::int64_t last = std::min(m0 + cols, channels_out) - 1;
    const std::int64_t c0 = m0 / out_group * in_group, c1 = (last / out_group + 1) * in_group;
    ranges.push_back({c0 / rows, ceil_div(c1, rows) - c0 / rows});
  }
  return ranges;
}

void set_io(MatrixProblem& p, const Network& net, TensorId input, TensorId output, const Plan& plan,
            const std::vector<std::optional<TensorLayout>>& layout, std::uint32_t node) {
  p.in = operand_of(net, plan, layout, input);
  p.output_signed = net.tensors[output].type != ElementType::kUint8;  // of the node itself, before a fused Add
  if (const auto& pool = plan.fused_pool[node]) {
    output = std::get<MaxPool>(net.nodes[pool->node].operation).output;
    p.window = pool->window;
  }
  if (const auto& fused = plan.fused_add[node]) {
    const Add& add = std::get<Add>(net.nodes[fused->node].operation);
    const auto is_signed = [&](TensorId t) { return net.tensors[t].type == ElementType::kInt8; };
    output = add.output;
    p.residual = {operand_of(net, plan, layout, fused->residual), is_signed(fused->residual), is_signed(add.output),
                  fused->factors, add.clamp};
  }
  p.out = operand_of(net, plan, layout, output);
  p.activation_signed = net.tensors[input].type == ElementType::kInt8;
}

// A 1x1 convolution without stride or padding does not see rows: one long row tiles without
// remainders.
void join_rows(MatrixProblem& p) {
  const bool pointwise = p.kernel == std::array<std::int64_t, 2>{1, 1} &&
                         p.stride == std::array<std::int64_t, 2>{1, 1} && p.pad == std::array<std::int64_t, 2>{0, 0};
  if (!pointwise || p.in.height != p.out.height || p.in.width != p.out.width) return;
  std::vector<Operand*> operands = {&p.in, &p.out};
  if (p.residual) operands.push_back(&p.residual->operand);
  for (const Operand* d : operands)
    if (!d->dense_rows()) return;
  for (Operand* d : operands) {
    d->width *= d->height;
    d->height = 1;
    d->row_stride = d->width * d->pixel_stride;
  }
}

MatrixProblem from_conv(const Conv& op, const Network& net, const Plan& plan,
                        const std::vector<std::optional<TensorLayout>>& layout, const Chip& chip, std::uint32_t node) {
  MatrixProblem p;
  set_io(p, net, op.input, op.output, plan, layout, node);
  const Tensor& w = net.tensors[op.weight];
  const ImageShape &x = plan.view[op.input], &y = plan.view[op.output];
  p.channels_out = y.channels;
  const std::int64_t in_group = x.channels / op.group, out_group = y.channels / op.group;
  p.kernel = {w.shape.size() == 4 ? w.shape[2] : 1, w.shape.size() >= 3 ? w.shape.back() : 1};
  p.stride = op.stride;
  p.dilation = op.dilation;
  p.pad = {op.pad[0], op.pad[1]};
  p.activation_zero_point = op.input_zero_point;
  p.weight_zero_point = op.weight_zero_point;
  p.weight_signed = w.type == ElementType::kInt8;
  p.bias = op.bias;
  p.scale = op.scale;
  p.output_zero_point = op.output_zero_point;
  p.clamp = op.clamp;
  const std::int64_t rows = chip.array_rows, area = p.kernel[0] * p.kernel[1], kx_count = p.kernel[1];
  if (const auto& unrolled = plan.unrolled[op.input]) {  // a kernel row is a column of more channels
    p.kernel[1] = p.stride[1] = p.dilation[1] = 1;
    p.pad[1] = 0;
    const std::int64_t channels = unrolled->channels, all = unrolled->taps * channels;
    p.column_block_inputs = grouped_ranges(all, y.channels, 1, chip);
    p.weight = [&w, zero = op.weight_zero_point, channels, all, rows, area, kx_count](
                   std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t) {
      const std::int64_t c = kb * rows + r;
      if (c >= all) return per_channel(zero, m, 0);
      return byte_value(w, (m * channels + c % channels) * area + ky * kx_count + c / channels);
    };
    return p;
  }
  p.column_block_inputs = grouped_ranges(x.channels, y.channels, op.group, chip);
  if (in_group == 1 && out_group == 1) p.diagonal = [rows](std::int64_t kb, std::int64_t r) { return kb * rows + r; };
  p.weight = [&w, zero = op.weight_zero_point, in_group, out_group, rows, area, kx_count](
                 std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx) {
    const std::int64_t c = kb * rows + r - m / out_group * in_group;
    if (c < 0 || c >= in_group) return per_channel(zero, m, 0);
    return byte_value(w, (m * in_group + c) * area + ky * kx_count + kx);
  };
  return p;
}

MatrixProblem from_gemm(const Gemm& op, const Network& net, const Plan& plan,
                        const std::vector<std::optional<TensorLayout>>& layout, const Chip& chip, std::uint32_t node) {
  MatrixProblem p;
  const TensorId input = plan.flattened[op.input].value_or(op.input);
  set_io(p, net, input, op.output, plan, layout, node);
  const Tensor& w = net.tensors[op.weight];
  const std::int64_t depth = w.shape.at(0), columns = w.shape.at(1), rows = chip.array_rows;
  p.channels_out = columns;
  p.activation_zero_point = op.input_zero_point;
  p.weight_zero_point = op.weight_zero_point;
  p.weight_signed = w.type == ElementType::kInt8;
  p.bias = op.bias;
  p.scale = op.scale;
  p.output_zero_point = op.output_zero_point;
  p.clamp = op.clamp;
  const std::int64_t products = matrix_shape(net.tensors[op.output].shape).width;
  see_as_matrices(p.out, 1, products);
  std::int64_t pixels = 1, channels = depth;
  if (plan.flattened[op.input]) {  // each image is a pixel with channel blocks (block, y, x)
    const ImageShape& v = plan.view[input];
    pixels = v.height * v.width;
    channels = v.channels;
    p.in.whole = true;
    p.in.pixel_stride = p.in.image_stride;
    p.in.block_stride = rows;
    p.in.width = p.in.images;
    p.in.blocks *= pixels;
    p.in.height = p.in.images = 1;
    p.in.row_stride = p.in.width * p.in.pixel_stride;
  } else {
    see_as_matrices(p.in, 1, products);
  }
  for (std::int64_t m0 = 0; m0 < columns; m0 += chip.array_cols) p.column_block_inputs.push_back({0, p.in.blocks});
  p.weight = [&w, zero = op.weight_zero_point, rows, pixels, channels, columns](
                 std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t, std::int64_t) {
    const std::int64_t c = kb / pixels * rows + r;
    if (c >= channels) return per_channel(zero, m, 0);
    return byte_value(w, (c * pixels + kb % pixels) * columns + m);
  };
  return p;
}

MatrixProblem from_matmul(const MatMul& op, const Network& net, const Plan& plan,
                          const std::vector<std::optional<TensorLayout>>& layout, const Chip& chip,
                          std::uint32_t node) {
  MatrixProblem p;
  set_io(p, net, op.a, op.output, plan, layout, node);
  const Shape &a = net.tensors[op.a].shape, &b = net.tensors[op.b].shape;
  const std::int64_t products = *stacked_products(a, b), depth = b[b.size() - 2];
  const std::int64_t rows = element_count(a) / depth / products;
  see_as_matrices(p.in, products, rows);
  see_as_matrices(p.out, products, rows);
  p.right = operand_of(net, plan, layout, op.b);
  see_as_matrices(*p.right, products, depth);
  p.channels_out = b.back();
  p.activation_zero_point = op.a_zero_point;
  p.weight_zero_point = {op.b_zero_point};
  p.weight_signed = net.tensors[op.b].type == ElementType::kInt8;
  p.scale = op.scale;
  p.output_zero_point = op.output_zero_point;
  p.clamp = op.clamp;
  for (std::int64_t m0 = 0; m0 < p.channels_out; m0 += chip.array_cols)
    p.column_block_inputs.push_back({0, p.in.blocks});
  return p;
}

MatrixProblem from_average(const AveragePool& op, const Network& net, const Plan& plan,
                           const std::vector<std::optional<TensorLayout>>& layout, const Chip& chip,
                           std::uint32_t node) {
  MatrixProblem p;
  set_io(p, net, op.input, op.output, plan, layout, node);
  const std::int64_t channels = plan.view[op.output].channels, rows = chip.array_rows;
  p.activation_zero_point = op.qx.zero_point;
  p.uniform_weights = true;
  p.weight_zero_point = {0};
  p.scale = {op.scale};
  p.output_zero_point = op.qy.zero_point;
  p.clamp = op.clamp;
  if (p.out.height == 1 && p.out.width == 1 && averages_whole_image(op, plan)) {
    // All channel blocks have the same weights, so they can be the positions of one pass instead of
    // column blocks of their own: a channel block of an image becomes a pixel, and its pixels
    // become the channel blocks of the sum.
    invariant(p.in.dense_rows(), "an image to average lies in one piece");
    const std::int64_t pixels = p.in.height * p.in.width;
    p.in.width = p.out.width = p.in.images * p.in.blocks;
    p.in.pixel_stride = p.in.block_stride;
    p.in.blocks = pixels;
    p.in.block_stride = rows;
    p.in.images = p.out.images = p.in.height = p.out.height = p.out.blocks = 1;
    p.in.row_stride = p.in.width * p.in.pixel_stride;
    p.out.row_stride = p.out.block_stride = p.out.width * p.out.pixel_stride;
    p.in.whole = p.out.whole = true;
    p.channels_out = rows;
    for (std::int64_t m0 = 0; m0 < rows; m0 += chip.array_cols) p.column_block_inputs.push_back({0, pixels});
    p.weight = [](std::int64_t m, std::int64_t, std::int64_t r, std::int64_t, std::int64_t) {
      return static_cast<std::int32_t>(r == m);
    };
    p.diagonal = [](std::int64_t, std::int64_t r) { return r; };
    return p;
  }
  p.channels_out = channels;
  p.kernel = op.kernel;
  p.stride = op.stride;
  p.column_block_inputs = grouped_ranges(channels, channels, channels, chip);
  p.weight = [rows](std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t, std::int64_t) {
    return static_cast<std::int32_t>(kb * rows + r == m);
  };
  p.diagonal = [rows](std::int64_t kb, std::int64_t r) { return kb * rows + r; };
  return p;
}

}  // namespace

bool averages_whole_image(const AveragePool& op, const Plan& plan) {
  const ImageShape& x = plan.view[op.input];
  return op.kernel[0] == x.height && op.kernel[1] == x.width;
}

MatrixProblem matrix_problem(const Network& network, std::uint32_t node, const Plan& plan,
                             const std::vector<std::optional<TensorLayout>>& layout, const Chip& chip) {
  const Operation& operation = network.nodes[node].operation;
  MatrixProblem p;
  if (const auto* conv = std::get_if<Conv>(&operation))
    p = from_conv(*conv, network, plan, layout, chip, node);
  else if (const auto* gemm = std::get_if<Gemm>(&operation))
    p = from_gemm(*gemm, network, plan, layout, chip, node);
  else if (const auto* product = std::get_if<MatMul>(&operation))
    p = from_matmul(*product, network, plan, layout, chip, node);
  else
    p = from_average(std::get<AveragePool>(operation), network, plan, layout, chip, node);
  p.node = node;
  if (const auto& pool = plan.fused_pool[node]) p.clamp = pool->clamp;
  join_rows(p);
  return p;
}

}  // namespace systole::compiler
