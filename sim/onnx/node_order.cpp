// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_order.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <unordered_map>

#include "network/message_text.hpp"
#include "onnx/expansion/control_flow.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

std::string node_what(const onnx::GraphProto& graph, const GraphBuilder& builder, int node) {
  return builder.node_what(graph.node(node).name(), graph.node(node).op_type(), node);
}

using Producers = std::unordered_map<std::string, int>;  // the node that writes a tensor

Producers producers(const onnx::GraphProto& graph, const GraphBuilder& builder) {
  Producers producer;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const auto& output : graph.node(i).output()) {
      if (output.empty()) continue;
      if (builder.find(output) || !producer.emplace(output, i).second) {
        throw UserError(fmt::format("{}: output {} is defined twice", node_what(graph, builder, i), in_quotes(output)));
      }
    }
  }
  return producer;
}

struct Dependences {
  std::vector<std::vector<int>> readers;  // of what a node writes
  std::vector<int> waiting;               // for how many tensors a node waits
};

Dependences dependences(const onnx::GraphProto& graph, const GraphBuilder& builder) {
  const Producers producer = producers(graph, builder);
  const auto count = static_cast<std::size_t>(graph.node_size());
  Dependences result{std::vector<std::vector<int>>(count), std::vector<int>(count, 0)};
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& input : names_read_by(graph.node(i))) {
      if (input.empty() || builder.find(input)) continue;
      const auto found = producer.find(input);
      if (found == producer.end()) {
        throw UserError(
            fmt::format("{}: input {} is neither an input of the network, an "
                        "initializer nor the output of a node",
                        node_what(graph, builder, i), in_quotes(input)));
      }
      result.readers[static_cast<std::size_t>(found->second)].push_back(i);
      ++result.waiting[static_cast<std::size_t>(i)];
    }
  }
  return result;
}

}  // namespace

std::vector<int> execution_order(const onnx::GraphProto& graph, const GraphBuilder& builder) {
  auto [readers, waiting] = dependences(graph, builder);
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (waiting[static_cast<std::size_t>(i)] == 0) ready.push(i);
  }
  std::vector<int> order;
  while (!ready.empty()) {
    const int node = ready.top();
    ready.pop();
    order.push_back(node);
    for (int reader : readers[static_cast<std::size_t>(node)]) {
      if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
    }
  }
  if (order.size() != waiting.size()) {
    const auto stuck =
        std::find_if(waiting.begin(), waiting.end(), [](int count) { return count > 0; }) - waiting.begin();
    const int node = static_cast<int>(stuck);
    throw UserError(node_what(graph, builder, node) + ": the network has a cycle through or before this node");
  }
  return order;
}

}  // namespace systole
