// SPDX-License-Identifier: Apache-2.0
#include "compiler/matrix/matrix_problem.hpp"

namespace systole::compiler {

MatrixProblem begin_problem(const Lowering& lowering, std::uint32_t node, TensorId input, TensorId output) {
  const auto is_signed = [&](TensorId t) { return lowering.network().tensors[t].type == ElementType::kInt8; };
  const NodePlan& plan = lowering.plan().nodes[node];
  MatrixProblem p;
  p.node = node;
  p.in = lowering.operand(input);
  p.activation_signed = is_signed(input);
  p.output_signed = lowering.network().tensors[output].type != ElementType::kUint8;  // of the node itself
  const std::vector<TensorId> written = chip_outputs(lowering.network(), lowering.plan(), node);
  p.out = lowering.operand(written.front());
  if (plan.fused_pool) p.window = plan.fused_pool->window;
  if (const auto& fused = plan.fused_add)
    p.residual = {lowering.operand(fused->residual), is_signed(fused->residual), is_signed(written.front()),
                  fused->factors, fused->clamp};
  return p;
}

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

std::vector<BlockRange> whole_ranges(std::int64_t channels_out, std::int64_t input_blocks, const Chip& chip) {
  return std::vector<BlockRange>(static_cast<std::size_t>(ceil_div(channels_out, chip.array_cols)), {0, input_blocks});
}

std::int32_t byte_value(const Tensor& t, std::int64_t index) {
  const std::uint8_t bits = t.data.at(static_cast<std::size_t>(index));
  return t.type == ElementType::kInt8 ? static_cast<std::int8_t>(bits) : bits;
}

}  // namespace systole::compiler
