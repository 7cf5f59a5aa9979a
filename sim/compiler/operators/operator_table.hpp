// SPDX-License-Identifier: Apache-2.0
//
// The nodes of a network with their operators, and who writes and reads each tensor. This is the registry of the chip's
// operators: an operation of the network that has no entry in operator_table.cpp is a compile error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "chip/chip.hpp"
#include "compiler/operators/chip_operator.hpp"
#include "network/network.hpp"

namespace systole::compiler {

class OperatorTable {
 public:
  // Network and chip must outlive the table.
  OperatorTable(const Network& network, const Chip& chip);
  OperatorTable(const OperatorTable&) = delete;
  OperatorTable& operator=(const OperatorTable&) = delete;

  const Network& network() const { return network_; }
  const Chip& chip() const { return chip_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(operators_.size()); }
  const ChipOperator& operator[](std::uint32_t node) const { return *operators_.at(node); }

  // Of the graph, whatever the plan decides. A reader is in the list once for each operand.
  const std::vector<std::uint32_t>& readers(TensorId t) const { return readers_.at(t); }
  std::optional<std::uint32_t> writer(TensorId t) const { return writer_.at(t); }

 private:
  const Network& network_;
  const Chip& chip_;
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<std::optional<std::uint32_t>> writer_;
  std::vector<std::unique_ptr<ChipOperator>> operators_;
};

}  // namespace systole::compiler
