// SPDX-License-Identifier: Apache-2.0
//
// A table of 256 outputs, computed by post-processing alone. The chip has no tables, so it runs only those that equal a
// requantization and a clamp.
#pragma once

#include "compiler/operators/chip_operator.hpp"
#include "compiler/plan/lookup_match.hpp"

namespace systole::compiler {

class LookupOperator : public ChipOperator {
 public:
  LookupOperator(const OperatorTable& nodes, std::uint32_t node, const Lookup& op);

  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  void lower(Lowering& lowering) const override;

 private:
  const Lookup& op_;
  std::optional<UnaryArithmetic> arithmetic_;  // that gives exactly the table
};

}  // namespace systole::compiler
