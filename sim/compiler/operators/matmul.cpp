// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/matmul.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/refusals.hpp"
#include "compiler/tiling/lower_matrix.hpp"

namespace systole::compiler {

MatMulOperator::MatMulOperator(const OperatorTable& nodes, std::uint32_t node, const MatMul& op)
    : ChipOperator(nodes, node), op_(op) {}

void MatMulOperator::vote(ViewVotes& votes) const {
  for (TensorId t : {op_.a, op_.b, op_.output}) votes.matrix(t);
}

std::string MatMulOperator::refusal(const Plan&) const {
  if (std::string r = refuse_tensors({&tensor(op_.a), &tensor(op_.b)}); !r.empty()) return r;
  const ElementType type = tensor(op_.output).type;
  if (op_.scale.empty() ? type != ElementType::kInt32 : !is_byte(type))
    return fmt::format("its output is {}", element_name(type));
  if (std::string r = refuse_scales(op_.scale); !r.empty()) return r;
  return refuse_weight_tile(chip(), false);
}

std::string MatMulOperator::refusal_of_layout(Plan& plan) const {
  for (TensorId t : {op_.a, op_.b, op_.output})
    if (!lies_as_matrix(plan, t)) return kLaidOutAsImages;
  if (chip().array_rows == chip().array_cols) return "";
  // A word of the weight buffer is wider or narrower than one of the activation buffer: whoever writes the operand
  // writes such words. The host can.
  const auto loads_weights = [&](std::uint32_t reader) {
    return plan.nodes[reader].placement.place == Place::kHost || nodes()[reader].reads_weight_blocks(op_.b);
  };
  const auto writes_weights = [&](std::uint32_t writer) {
    return plan.nodes[writer].placement.place == Place::kHost || nodes()[writer].writes_weight_blocks();
  };
  const auto writer = nodes().writer(op_.b);
  const auto& readers = nodes().readers(op_.b);
  if ((!writer || writes_weights(*writer)) && std::all_of(readers.begin(), readers.end(), loads_weights)) {
    plan.tensors[op_.b].block = chip().array_cols;
    return "";
  }
  return fmt::format(
      "its right operand is laid out in words of array_rows = {} for another node, the array has {} columns",
      chip().array_rows, chip().array_cols);
}

void MatMulOperator::lower(Lowering& lowering) const { lower_matrix(lowering, problem(lowering)); }

MatrixProblem MatMulOperator::problem(const Lowering& lowering) const {
  MatrixProblem p = begin_problem(lowering, node(), op_.a, op_.output);
  const Shape &a = tensor(op_.a).shape, &b = tensor(op_.b).shape;
  const std::int64_t products = *stacked_products(a, b), depth = b[b.size() - 2];
  const std::int64_t rows = element_count(a) / depth / products;
  see_as_matrices(p.in, products, rows);
  see_as_matrices(p.out, products, rows);
  p.right = lowering.operand(op_.b);
  see_as_matrices(*p.right, products, depth);
  p.channels_out = b.back();
  p.activation_zero_point = op_.a_zero_point;
  p.weight_zero_point = {op_.b_zero_point};
  p.weight_signed = is_signed(tensor(op_.b));
  p.scale = op_.scale;
  p.output_zero_point = op_.output_zero_point;
  p.clamp = op_.clamp;
  p.column_block_inputs = whole_ranges(p.channels_out, p.in.blocks, chip());
  join_rows(p);
  return p;
}

}  // namespace systole::compiler
