// SPDX-License-Identifier: Apache-2.0
//
// A product of two tensors that are computed at run time: the right one is loaded as weights.
#pragma once

#include "compiler/matrix/matrix_problem.hpp"
#include "compiler/operators/chip_operator.hpp"

namespace systole::compiler {

class MatMulOperator : public ChipOperator {
 public:
  MatMulOperator(const OperatorTable& nodes, std::uint32_t node, const MatMul& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  std::string refusal_of_layout(Plan& plan) const override;
  bool writes_weight_blocks() const override { return true; }
  bool reads_weight_blocks(TensorId t) const override { return op_.b == t && op_.a != t; }
  void lower(Lowering& lowering) const override;

 private:
  MatrixProblem problem(const Lowering& lowering) const;

  const MatMul& op_;
};

}  // namespace systole::compiler
