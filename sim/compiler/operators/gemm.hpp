// SPDX-License-Identifier: Apache-2.0
//
// A product of a tensor and a constant matrix. Behind a Flatten of images it reads each image as one pixel of many
// channel blocks, so that nothing is moved.
#pragma once

#include "compiler/matrix/matrix_problem.hpp"
#include "compiler/operators/chip_operator.hpp"

namespace systole::compiler {

class GemmOperator : public ChipOperator {
 public:
  GemmOperator(const OperatorTable& nodes, std::uint32_t node, const Gemm& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  std::string refusal_of_bytes(const Plan& plan) const override;
  bool reads_flattened(const Plan& plan) const override { return lies_as_matrix(plan, op_.output); }
  bool writes_weight_blocks() const override { return true; }
  bool can_add(const Plan& plan) const override;
  std::optional<Frame> reads_in_place(const Plan& plan) const override;
  void lower(Lowering& lowering) const override;

 private:
  MatrixProblem problem(const Lowering& lowering) const;

  const Gemm& op_;
  const Tensor& weight_;
};

}  // namespace systole::compiler
