// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/average_pool.hpp"

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"
#include "compiler/tiling/lower_matrix.hpp"
#include "support/error.hpp"

namespace systole::compiler {

AveragePoolOperator::AveragePoolOperator(const OperatorTable& nodes, std::uint32_t node, const AveragePool& op)
    : ChipOperator(nodes, node), op_(op) {}

void AveragePoolOperator::vote(ViewVotes& votes) const {
  votes.images(op_.input);
  votes.images(op_.output);
}

std::string AveragePoolOperator::refusal(const Plan& plan) const {
  if (op_.float_sums) return "its sums are to be rounded as ONNX Runtime does, in float32";
  if (std::string r = refuse_tensors({&tensor(op_.input), &tensor(op_.output)}); !r.empty()) return r;
  if (!plan.is_images(op_.input) || !plan.is_images(op_.output)) return "its tensors are not of rank 2 to 4";
  if (std::string r = refuse_scales({op_.scale}); !r.empty()) return r;
  return refuse_weight_tile(chip(), false);
}

bool AveragePoolOperator::averages_whole_image(const Plan& plan) const {
  const ImageShape& x = plan.tensors[op_.input].view;
  return op_.kernel[0] == x.height && op_.kernel[1] == x.width;
}

std::optional<Frame> AveragePoolOperator::reads_in_place(const Plan& plan) const {
  Frame frame = frame_of_windows({op_.kernel, op_.stride, {1, 1}, {0, 0}}, plan.tensors[op_.input].view,
                                 plan.tensors[op_.output].view, static_cast<std::uint8_t>(op_.qx.zero_point));
  frame.dense = averages_whole_image(plan);
  return frame;
}

void AveragePoolOperator::lower(Lowering& lowering) const { lower_matrix(lowering, problem(lowering)); }

MatrixProblem AveragePoolOperator::problem(const Lowering& lowering) const {
  MatrixProblem p = begin_problem(lowering, node(), op_.input, op_.output);
  p.activation_zero_point = op_.qx.zero_point;
  p.uniform_weights = true;
  p.weight_zero_point = {0};
  p.scale = {op_.scale};
  p.output_zero_point = op_.qy.zero_point;
  p.clamp = op_.clamp;
  if (p.out.height == 1 && p.out.width == 1 && averages_whole_image(lowering.plan())) {
    sum_images(p);
  } else {
    const std::int64_t channels = lowering.plan().tensors[op_.output].view.channels, rows = chip().array_rows;
    p.channels_out = channels;
    p.kernel = op_.kernel;
    p.stride = op_.stride;
    p.column_block_inputs = grouped_ranges(channels, channels, channels, chip());
    p.weight = [rows](std::int64_t m, std::int64_t kb, std::int64_t r, std::int64_t, std::int64_t) {
      return static_cast<std::int32_t>(kb * rows + r == m);
    };
    p.diagonal = [rows](std::int64_t kb, std::int64_t r) { return kb * rows + r; };
  }
  join_rows(p);
  return p;
}

// All channel blocks have the same weights. So they can be the positions of one pass, instead of each being a column
// block: a channel block of an image becomes a pixel, and its pixels become the channel blocks of the sum.
void AveragePoolOperator::sum_images(MatrixProblem& p) const {
  invariant(p.in.dense_rows(), "an image to average lies in one piece");
  const std::int64_t pixels = p.in.height * p.in.width, rows = chip().array_rows;
  p.in.width = p.out.width = p.in.images * p.in.blocks;
  p.in.pixel_stride = p.in.block_stride;
  p.in.blocks = pixels;
  p.in.block_stride = chip().activation_word_bytes();
  p.in.images = p.out.images = p.in.height = p.out.height = p.out.blocks = 1;
  p.in.row_stride = p.in.width * p.in.pixel_stride;
  p.out.row_stride = p.out.block_stride = p.out.width * p.out.pixel_stride;
  p.in.whole = p.out.whole = true;
  p.channels_out = rows;
  p.column_block_inputs = whole_ranges(rows, pixels, chip());
  p.weight = [](std::int64_t m, std::int64_t, std::int64_t r, std::int64_t, std::int64_t) {
    return static_cast<std::int32_t>(r == m);
  };
  p.diagonal = [](std::int64_t, std::int64_t r) { return r; };
}

}  // namespace systole::compiler
