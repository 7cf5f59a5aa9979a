// SPDX-License-Identifier: Apache-2.0
//
// A maximum over windows, computed by post-processing alone. It is fused into a convolution (passes/pool_fusion.hpp),
// or runs piece by piece while a convolution is computed (lower/interleave.hpp).
#pragma once

#include "compiler/operators/chip_operator.hpp"

namespace systole::compiler {

class MaxPoolOperator : public ChipOperator {
 public:
  MaxPoolOperator(const OperatorTable& nodes, std::uint32_t node, const MaxPool& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  std::optional<Frame> reads_in_place(const Plan& plan) const override;
  bool writes_into_frame() const override { return true; }
  std::optional<std::int64_t> words_beside() const override;
  void lower(Lowering& lowering) const override;

 private:
  const MaxPool& op_;
};

}  // namespace systole::compiler
