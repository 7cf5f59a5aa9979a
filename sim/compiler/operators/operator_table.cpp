// SPDX-License-Identifier: Apache-2.0
#include "compiler/operators/operator_table.hpp"

#include <variant>

#include "compiler/operators/add.hpp"
#include "compiler/operators/address_only.hpp"
#include "compiler/operators/average_pool.hpp"
#include "compiler/operators/conv.hpp"
#include "compiler/operators/gemm.hpp"
#include "compiler/operators/lookup.hpp"
#include "compiler/operators/matmul.hpp"
#include "compiler/operators/max_pool.hpp"

namespace systole::compiler {
namespace {

using Made = std::unique_ptr<ChipOperator>;

// One line for each operation of the network. There is no template and no default on purpose.
struct Registry {
  const OperatorTable& nodes;
  std::uint32_t node;

  Made operator()(const Conv& op) const { return std::make_unique<ConvOperator>(nodes, node, op); }
  Made operator()(const Gemm& op) const { return std::make_unique<GemmOperator>(nodes, node, op); }
  Made operator()(const MatMul& op) const { return std::make_unique<MatMulOperator>(nodes, node, op); }
  Made operator()(const Add& op) const { return std::make_unique<AddOperator>(nodes, node, op); }
  Made operator()(const MaxPool& op) const { return std::make_unique<MaxPoolOperator>(nodes, node, op); }
  Made operator()(const AveragePool& op) const { return std::make_unique<AveragePoolOperator>(nodes, node, op); }
  Made operator()(const Lookup& op) const { return std::make_unique<LookupOperator>(nodes, node, op); }
  Made operator()(const Reshape& op) const { return std::make_unique<ReshapeOperator>(nodes, node, op); }
  Made operator()(const HostOperator&) const {
    if (auto partition = partition_of(nodes.network(), nodes.network().nodes[node]))
      return std::make_unique<PartitionOperator>(nodes, node, *std::move(partition));
    return std::make_unique<HostOnlyOperator>(nodes, node);
  }
};

}  // namespace

const Tensor& ChipOperator::tensor(TensorId t) const { return nodes_.network().tensors[t]; }
const Chip& ChipOperator::chip() const { return nodes_.chip(); }

bool ChipOperator::lies_as_matrix(const Plan& plan, TensorId t) const {
  return same_bytes(plan.tensors[t].view, matrix_shape(tensor(t).shape), chip().array_rows);
}

OperatorTable::OperatorTable(const Network& network, const Chip& chip)
    : network_(network), chip_(chip), readers_(network.tensors.size()), writer_(network.tensors.size()) {
  for (std::uint32_t n = 0; n < network.nodes.size(); ++n) {
    const Operation& operation = network.nodes[n].operation;
    for (TensorId t : inputs_of(operation)) readers_.at(t).push_back(n);
    for (TensorId t : outputs_of(operation)) writer_.at(t) = n;
    operators_.push_back(std::visit(Registry{*this, n}, operation));
  }
}

}  // namespace systole::compiler
