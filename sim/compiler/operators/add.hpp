// SPDX-License-Identifier: Apache-2.0
//
// A sum of two tensors of one shape, element by element, computed by post-processing alone. Usually it is fused into
// the node that computes one of them (passes/add_fusion.hpp).
#pragma once

#include "compiler/operators/chip_operator.hpp"

namespace systole::compiler {

class AddOperator : public ChipOperator {
 public:
  AddOperator(const OperatorTable& nodes, std::uint32_t node, const Add& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  void lower(Lowering& lowering) const override;

 private:
  const Add& op_;
};

}  // namespace systole::compiler
