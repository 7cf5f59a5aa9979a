// SPDX-License-Identifier: Apache-2.0
//
// What the host writes to DRAM before each chip step and reads after it.
#pragma once

#include <set>

#include "compiler/operators/operator_table.hpp"
#include "compiler/plan/free_nodes.hpp"
#include "compiler/plan/plan.hpp"

namespace systole::compiler {

class Transfers {
 public:
  // With `keep_tensors` everything that the chip writes to DRAM counts as written to stay.
  Transfers(const Plan& plan, const OperatorTable& nodes, bool keep_tensors);

  // A step without its program: inputs, outputs, written. Call it for the chip steps in their order: a tensor is
  // written by the host once.
  ChipStep next(const StepPlan& step);

 private:
  const Plan& plan_;
  const Network& network_;
  FreeNodes free_;
  bool keep_tensors_;
  std::set<TensorId> host_needs_;  // tensors that a host step or the caller reads
  std::set<TensorId> in_dram_;     // tensors whose bytes are in DRAM already
};

}  // namespace systole::compiler
