// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/conv.hpp"

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"
#include "compiler/tiling/lower_matrix.hpp"

namespace systole::compiler {

// Of rank 2 to 4: the window of a convolution of vectors is one tap, that of rows is one row.
ConvOperator::ConvOperator(const OperatorTable& nodes, std::uint32_t node, const Conv& op)
    : ChipOperator(nodes, node), op_(op), weight_(tensor(op.weight)) {
  const Shape& shape = weight_.shape;
  kernel_ = {shape.size() == 4 ? shape[2] : 1, shape.size() >= 3 ? shape.back() : 1};
}

void ConvOperator::vote(ViewVotes& votes) const {
  votes.images(op_.input);
  votes.images(op_.output);
}

std::string ConvOperator::refusal(const Plan& plan) const {
  if (!plan.is_images(op_.input) || !plan.is_images(op_.output)) return "its tensors are not of rank 2 to 4";
  return refuse_weighted_sum(
      {tensor(op_.input), weight_, tensor(op_.output), op_.weight_zero_point, op_.bias, op_.scale}, chip());
}

bool ConvOperator::can_add(const Plan&) const {
  return !op_.scale.empty() && is_whole_range(op_.clamp, tensor(op_.output));
}

// The smallest tile, one window, fits the accumulators and, with one tap of one channel block, half of the activation
// buffer.
bool ConvOperator::window_fits(const MaxPool& pool) const {
  const std::int64_t words = ((pool.kernel[0] - 1) * op_.stride[0] + 1) * ((pool.kernel[1] - 1) * op_.stride[1] + 1);
  return pool.kernel[0] * pool.kernel[1] <= chip().accumulator_rows && words <= chip().activation_words() / 2;
}

std::optional<Clamp> ConvOperator::can_pool(const MaxPool& pool) const {
  if (op_.scale.empty() || !window_fits(pool)) return std::nullopt;
  return op_.clamp;
}

std::optional<Frame> ConvOperator::reads_in_place(const Plan& plan) const {
  return frame_of_windows({kernel_, op_.stride, op_.dilation, {op_.pad[0], op_.pad[1]}}, plan.tensors[op_.input].view,
                          plan.tensors[op_.output].view, static_cast<std::uint8_t>(op_.input_zero_point));
}

std::optional<Unrolled> ConvOperator::unrolled_input(const Plan& plan) const {
  const ImageShape &x = plan.tensors[op_.input].view, &y = plan.tensors[op_.output].view;
  if (op_.group != 1 || weight_.shape.size() < 3) return std::nullopt;
  Unrolled u;
  u.channels = x.channels;
  u.width = x.width;
  u.taps = kernel_[1];
  u.stride = op_.stride[1];
  u.dilation = op_.dilation[1];
  u.pad = op_.pad[1];
  u.columns = y.width;
  u.pad_value = static_cast<std::uint8_t>(op_.input_zero_point);
  const std::int64_t rows = chip().array_rows;  // passes of the array for a kernel row: one for each block, and tap
  return ceil_div(u.taps * u.channels, rows) < u.taps * ceil_div(u.channels, rows) ? std::optional(u) : std::nullopt;
}

void ConvOperator::lower(Lowering& lowering) const { lower_matrix(lowering, problem(lowering)); }

MatrixProblem ConvOperator::problem(const Lowering& lowering) const {
  MatrixProblem p = begin_problem(lowering, node(), op_.input, op_.output);
  const ImageShape& x = lowering.plan().tensors[op_.input].view;
  const std::int64_t channels_out = lowering.plan().tensors[op_.output].view.channels;
  p.channels_out = channels_out;
  p.kernel = kernel_;
  p.stride = op_.stride;
  p.dilation = op_.dilation;
  p.pad = {op_.pad[0], op_.pad[1]};
  p.activation_zero_point = op_.input_zero_point;
  p.weight_zero_point = op_.weight_zero_point;
  p.weight_signed = is_signed(weight_);
  p.bias = op_.bias;
  p.scale = op_.scale;
  p.output_zero_point = op_.output_zero_point;
  const auto& fused_pool = lowering.plan().nodes[node()].fused_pool;
  p.clamp = fused_pool ? fused_pool->clamp : op_.clamp;
  if (const auto& unrolled = lowering.plan().tensors[op_.input].unrolled) {
    unroll(p, *unrolled);
  } else {
    const std::int64_t in_group = x.channels / op_.group, out_group = channels_out / op_.group;
    const std::int64_t rows = chip().array_rows, area = kernel_[0] * kernel_[1], kx_count = kernel_[1];
    p.column_block_inputs = grouped_ranges(x.channels, channels_out, op_.group, chip());
    if (in_group == 1 && out_group == 1) p.diagonal = [rows](std::int64_t kb, std::int64_t r) { return kb * rows + r; };
    p.weight = [&w = weight_, &zero = op_.weight_zero_point, in_group, out_group, rows, area, kx_count](
                   std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t kx) {
      const std::int64_t c = kb * rows + r - m / out_group * in_group;
      if (c < 0 || c >= in_group) return per_channel(zero, m, 0);
      return byte_value(w, (m * in_group + c) * area + ky * kx_count + kx);
    };
  }
  join_rows(p);
  return p;
}

void ConvOperator::unroll(MatrixProblem& p, const Unrolled& input) const {
  p.kernel[1] = p.stride[1] = p.dilation[1] = 1;
  p.pad[1] = 0;
  const std::int64_t channels = input.channels, all = input.taps * channels;
  const std::int64_t rows = chip().array_rows, area = kernel_[0] * kernel_[1], kx_count = kernel_[1];
  p.column_block_inputs = grouped_ranges(all, p.channels_out, 1, chip());
  p.weight = [&w = weight_, &zero = op_.weight_zero_point, channels, all, rows, area, kx_count](
                 std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t ky, std::int64_t) {
    const std::int64_t c = kb * rows + r;
    if (c >= all) return per_channel(zero, m, 0);
    return byte_value(w, (m * channels + c % channels) * area + ky * kx_count + c / channels);
  };
}

}  // namespace systole::compiler
