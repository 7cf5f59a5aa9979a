// SPDX-License-Identifier: Apache-2.0
//
// An average over windows: a convolution by channel whose weights are all one, with the division in the scale.
#pragma once

#include "compiler/matrix/matrix_problem.hpp"
#include "compiler/operators/chip_operator.hpp"

namespace systole::compiler {

class AveragePoolOperator : public ChipOperator {
 public:
  AveragePoolOperator(const OperatorTable& nodes, std::uint32_t node, const AveragePool& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  std::optional<Frame> reads_in_place(const Plan& plan) const override;
  void lower(Lowering& lowering) const override;

 private:
  MatrixProblem problem(const Lowering& lowering) const;
  // All channel blocks of a whole image at once.
  void sum_images(MatrixProblem& problem) const;
  // A pooling of whole images reads its input as one dense piece.
  bool averages_whole_image(const Plan& plan) const;

  const AveragePool& op_;
};

}  // namespace systole::compiler
