// SPDX-License-Identifier: Apache-2.0
//
// A convolution with constant weights: a matrix problem whose sums are over channel blocks and taps. Its stores also
// compute a fused clamp, Add or MaxPool.
#pragma once

#include "compiler/matrix/matrix_problem.hpp"
#include "compiler/operators/chip_operator.hpp"

namespace systole::compiler {

class ConvOperator : public ChipOperator {
 public:
  ConvOperator(const OperatorTable& nodes, std::uint32_t node, const Conv& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  bool can_add(const Plan& plan) const override;
  std::optional<Clamp> can_pool(const MaxPool& pool) const override;
  std::optional<Frame> reads_in_place(const Plan& plan) const override;
  bool writes_into_frame() const override { return true; }
  std::optional<Unrolled> unrolled_input(const Plan& plan) const override;
  void lower(Lowering& lowering) const override;

 private:
  MatrixProblem problem(const Lowering& lowering) const;
  // The same with a kernel row as a column of more channels.
  void unroll(MatrixProblem& problem, const Unrolled& input) const;
  bool window_fits(const MaxPool& pool) const;

  const Conv& op_;
  const Tensor& weight_;
  std::array<std::int64_t, 2> kernel_;  // y, x
};

}  // namespace systole::compiler
