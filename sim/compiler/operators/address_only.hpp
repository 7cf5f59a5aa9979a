// SPDX-License-Identifier: Apache-2.0
//
// Operators that the chip never computes: Reshape, Flatten and the like; Concat, Split and Slice; and every operator
// that the chip does not have. They are free if their tensors are names for the same bytes, and run on the host
// otherwise.
#pragma once

#include "compiler/operators/chip_operator.hpp"
#include "compiler/plan/partition.hpp"

namespace systole::compiler {

// A node without instructions.
class AddressOnlyOperator : public ChipOperator {
 public:
  using ChipOperator::ChipOperator;
  void lower(Lowering&) const final;  // must not be called
};

// Free if both shapes have the same order of bytes in DRAM, or if it flattens images that only matrix products on the
// chip read.
class ReshapeOperator : public AddressOnlyOperator {
 public:
  ReshapeOperator(const OperatorTable& nodes, std::uint32_t node, const Reshape& op)
      : AddressOnlyOperator(nodes, node), op_(op) {}
  std::string refusal(const Plan& plan) const override;
  void name_bytes(Plan& plan) const override;

 private:
  bool flattens_for_products(const Plan& plan) const;

  const Reshape& op_;
};

// A part of the channels that begins and ends at a channel block is a range of bytes: the parts become places in the
// whole.
class PartitionOperator : public AddressOnlyOperator {
 public:
  PartitionOperator(const OperatorTable& nodes, std::uint32_t node, Partition partition)
      : AddressOnlyOperator(nodes, node), partition_(std::move(partition)) {}
  void vote(ViewVotes& votes) const override;
  std::string refusal(const Plan& plan) const override;
  void name_bytes(Plan& plan) const override;

 private:
  std::string refusal_of_parts(const Plan& plan) const;
  bool can_move(const Plan& plan) const;

  Partition partition_;
};

class HostOnlyOperator : public AddressOnlyOperator {
 public:
  using AddressOnlyOperator::AddressOnlyOperator;
  std::string refusal(const Plan& plan) const override;
};

}  // namespace systole::compiler
