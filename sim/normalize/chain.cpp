// SPDX-License-Identifier: Apache-2.0
#include "normalize/chain.hpp"

#include <algorithm>
#include <optional>

#include "normalize/operator_table.hpp"

namespace systole {
namespace {

// Longer chains than this stay in float32 on the host; the limit keeps the reader's time linear in the size of a
// hostile file.
constexpr int kMaxChain = 64;

ChainRole role_of(const OnnxNode& node) {
  const OperatorRule* rule = find_operator_rule(node.operator_name);
  return rule == nullptr ? ChainRole::kNone : rule->chain_role;
}

// The run-time input of a node that maps each element by itself, if it is one.
std::optional<std::size_t> elementwise_input(const RawGraph& graph, const OnnxNode& node) {
  const ChainRole role = role_of(node);
  if (role == ChainRole::kUnary || role == ChainRole::kLimit) return 0;
  if (role != ChainRole::kBinary || node.inputs.size() != 2) return std::nullopt;
  for (std::size_t i : {0u, 1u}) {
    const TensorId other = node.inputs[1 - i];
    if (graph.is_constant(other) && element_count(graph.tensor(other).shape) == 1 &&
        !graph.is_constant(node.inputs[i]) &&
        graph.tensor(node.inputs[i]).shape == graph.tensor(node.outputs.at(0)).shape) {
      return i;
    }
  }
  return std::nullopt;
}

}  // namespace

bool Chain::only_limits() const {
  return std::all_of(steps.begin(), steps.end(),
                     [](const Step& step) { return role_of(*step.node) == ChainRole::kLimit; });
}

std::string Chain::operators_behind(const std::string& first) const {
  std::string name = first;
  for (const Step& step : steps) name += (name.empty() ? "" : "+") + step.node->operator_name;
  return name;
}

Chain chain_before(const RawGraph& graph, TensorId end) {
  Chain chain;
  chain.source = end;
  for (int length = 0; length < kMaxChain; ++length) {
    chain.read_once = chain.read_once && graph.read_once(chain.source);
    const OnnxNode* node = graph.producer(chain.source);
    if (node == nullptr) break;
    const std::optional<std::size_t> position = elementwise_input(graph, *node);
    const ChainRole role = role_of(*node);
    if (position) {
      chain.steps.insert(chain.steps.begin(), {node, *position});
    } else if (role == ChainRole::kReshape) {
      if (chain.reshape == nullptr) chain.reshape = node;
    } else if (role != ChainRole::kCopy) {
      break;
    }
    chain.source = node->inputs.at(position.value_or(0));
  }
  return chain;
}

}  // namespace systole
