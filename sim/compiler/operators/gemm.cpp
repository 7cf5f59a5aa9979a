// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/gemm.hpp"

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"
#include "compiler/tiling/lower_matrix.hpp"

namespace systole::compiler {

GemmOperator::GemmOperator(const OperatorTable& nodes, std::uint32_t node, const Gemm& op)
    : ChipOperator(nodes, node), op_(op), weight_(tensor(op.weight)) {}

void GemmOperator::vote(ViewVotes& votes) const {
  votes.matrix(op_.input);
  votes.matrix(op_.output);
}

std::string GemmOperator::refusal(const Plan&) const {
  return refuse_weighted_sum(
      {tensor(op_.input), weight_, tensor(op_.output), op_.weight_zero_point, op_.bias, op_.scale}, chip());
}

std::string GemmOperator::refusal_of_bytes(const Plan& plan) const {
  if (plan.tensors[op_.input].flattened) return "";
  return lies_as_matrix(plan, op_.input) && lies_as_matrix(plan, op_.output) ? "" : kLaidOutAsImages;
}

bool GemmOperator::can_add(const Plan& plan) const {
  return !op_.scale.empty() && is_whole_range(op_.clamp, tensor(op_.output)) && !plan.is_images(op_.output);
}

std::optional<Frame> GemmOperator::reads_in_place(const Plan& plan) const {
  if (!plan.tensors[op_.input].flattened && plan.is_images(op_.input)) return std::nullopt;
  Frame none;
  none.dense = true;
  return none;
}

void GemmOperator::lower(Lowering& lowering) const { lower_matrix(lowering, problem(lowering)); }

MatrixProblem GemmOperator::problem(const Lowering& lowering) const {
  const TensorPlan& input_plan = lowering.plan().tensors[op_.input];
  const TensorId input = input_plan.read_as(op_.input);
  MatrixProblem p = begin_problem(lowering, node(), input, op_.output);
  const std::int64_t depth = weight_.shape.at(0), columns = weight_.shape.at(1), rows = chip().array_rows;
  p.channels_out = columns;
  p.activation_zero_point = op_.input_zero_point;
  p.weight_zero_point = op_.weight_zero_point;
  p.weight_signed = is_signed(weight_);
  p.bias = op_.bias;
  p.scale = op_.scale;
  p.output_zero_point = op_.output_zero_point;
  p.clamp = op_.clamp;
  const std::int64_t products = matrix_shape(tensor(op_.output).shape).width;
  see_as_matrices(p.out, 1, products);
  std::int64_t pixels = 1, channels = depth;
  if (input_plan.flattened) {  // each image is a pixel with channel blocks (block, y, x)
    const ImageShape& v = lowering.plan().tensors[input].view;
    pixels = v.height * v.width;
    channels = v.channels;
    p.in.whole = true;
    p.in.pixel_stride = p.in.image_stride;
    p.in.block_stride = chip().activation_word_bytes();
    p.in.width = p.in.images;
    p.in.blocks *= pixels;
    p.in.height = p.in.images = 1;
    p.in.row_stride = p.in.width * p.in.pixel_stride;
  } else {
    see_as_matrices(p.in, 1, products);
  }
  p.column_block_inputs = whole_ranges(columns, p.in.blocks, chip());
  p.weight = [&w = weight_, &zero = op_.weight_zero_point, rows, pixels, channels, columns](
                 std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t, std::int64_t) {
    const std::int64_t c = kb / pixels * rows + r;
    if (c >= channels) return per_channel(zero, m, 0);
    return byte_value(w, (c * pixels + kb % pixels) * columns + m);
  };
  join_rows(p);
  return p;
}

}  // namespace systole::compiler
