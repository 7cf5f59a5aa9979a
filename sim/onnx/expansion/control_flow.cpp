// SPDX-License-Identifier: Apache-2.0
#include "onnx/expansion/control_flow.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "onnx/expansion/expansion.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

using Names = std::unordered_map<std::string, std::string>;

template <typename Visit>
void visit_graphs(const onnx::NodeProto& node, Visit visit) {
  for (const auto& attribute : node.attribute()) {
    if (attribute.has_g()) visit(attribute.g());
    for (const auto& graph : attribute.graphs()) visit(graph);
  }
}

template <typename Visit>
void visit_graphs(onnx::NodeProto& node, Visit visit) {
  for (auto& attribute : *node.mutable_attribute()) {
    if (attribute.has_g()) visit(*attribute.mutable_g());
    for (auto& graph : *attribute.mutable_graphs()) visit(graph);
  }
}

// Calls visit(name) for inputs, initializers and outputs of nodes.
template <typename Visit>
void visit_definitions(const onnx::GraphProto& graph, Visit visit) {
  for (const auto& input : graph.input()) visit(input.name());
  for (const auto& initializer : graph.initializer()) visit(initializer.name());
  for (const auto& node : graph.node())
    for (const auto& output : node.output())
      if (!output.empty()) visit(output);
}

// Names that the graph does not define itself; its depth is limited by graphs_in.
void add_outer_names(const onnx::GraphProto& graph, std::unordered_set<std::string>& names) {
  std::unordered_set<std::string> used, defined;
  visit_definitions(graph, [&](const std::string& name) { defined.insert(name); });
  for (const auto& node : graph.node()) {
    used.insert(node.input().begin(), node.input().end());
    visit_graphs(node, [&](const onnx::GraphProto& inner) { add_outer_names(inner, used); });
  }
  for (const auto& output : graph.output()) used.insert(output.name());
  for (const std::string& name : used)
    if (!name.empty() && defined.count(name) == 0) names.insert(name);
}

// How many graphs around a place define a name.
using Definitions = std::unordered_map<std::string, int>;

// In a graph inside of the one that is copied; what it, or a graph around it, defines itself stays.
void rename_inside(onnx::GraphProto& graph, const Names& names, Definitions& own) {
  visit_definitions(graph, [&](const std::string& name) { ++own[name]; });
  const auto rename = [&](std::string& name) {
    if (const auto shadow = own.find(name); shadow != own.end() && shadow->second > 0) return;
    if (const auto found = names.find(name); found != names.end()) name = found->second;
  };
  for (auto& node : *graph.mutable_node()) {
    for (std::string& input : *node.mutable_input()) rename(input);
    visit_graphs(node, [&](onnx::GraphProto& inner) { rename_inside(inner, names, own); });
  }
  for (auto& output : *graph.mutable_output()) rename(*output.mutable_name());
  visit_definitions(graph, [&](const std::string& name) { --own[name]; });
}

std::string name_in(const Names& names, const std::string& name) {
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

// A copy of the graph; `names`: what its names become, with those of its inputs. Others that it defines get `prefix`.
// Initializers and constants come with `shared` in front instead, and with the first copy only.
onnx::GraphProto copy_of(const onnx::GraphProto& graph, Names& names, const std::string& prefix,
                         const std::string& shared, bool is_first) {
  for (const auto& initializer : graph.initializer())
    names.emplace(initializer.name(), shared + "/" + initializer.name());
  const auto is_shared = [](const onnx::NodeProto& node) { return node.op_type() == "Constant"; };
  for (const auto& node : graph.node())
    for (const auto& output : node.output())
      if (!output.empty()) names.emplace(output, (is_shared(node) ? shared : prefix) + "/" + output);
  onnx::GraphProto copy;
  for (const auto& initializer : graph.initializer())
    if (is_first) {
      *copy.add_initializer() = initializer;
      copy.mutable_initializer()->rbegin()->set_name(name_in(names, initializer.name()));
    }
  *copy.mutable_sparse_initializer() = graph.sparse_initializer();
  for (const auto& node : graph.node()) {
    if (is_shared(node) && !is_first) continue;
    onnx::NodeProto& added = *copy.add_node();
    added = node;
    if (!node.name().empty()) added.set_name(prefix + "/" + node.name());
    for (std::string& input : *added.mutable_input()) input = name_in(names, input);
    for (std::string& output : *added.mutable_output()) output = name_in(names, output);
    Definitions own;
    visit_graphs(added, [&](onnx::GraphProto& inner) { rename_inside(inner, names, own); });
  }
  for (const auto& output : graph.output()) copy.add_output()->set_name(name_in(names, output.name()));
  return copy;
}

onnx::NodeProto& add_step(onnx::GraphProto& graph, const char* operator_name, const std::vector<std::string>& inputs,
                          const std::string& output) {
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type(operator_name);
  node.set_domain(kExpandedDomain);
  node.set_name(output);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

const onnx::GraphProto& graph_attribute(const onnx::NodeProto& node, const char* name, const std::string& what) {
  for (const auto& attribute : node.attribute())
    if (attribute.name() == name && attribute.has_g()) return attribute.g();
  throw UserError(fmt::format("{}: attribute {} is missing, or is no graph", what, in_quotes(name)));
}

std::size_t nodes_in(const onnx::GraphProto& graph) {
  std::size_t count = static_cast<std::size_t>(graph.node_size());
  for (const auto& node : graph.node())
    visit_graphs(node, [&](const onnx::GraphProto& inner) { count += nodes_in(inner); });
  return count;
}

const std::string& first_output(const onnx::NodeProto& node, const std::string& what) {
  for (const std::string& output : node.output())
    if (!output.empty()) return output;
  throw UserError(what + ": no output has a name");
}

}  // namespace

std::vector<onnx::GraphProto*> graphs_in(onnx::GraphProto& graph, const std::string& file) {
  std::vector<onnx::GraphProto*> all, level = {&graph};
  for (int depth = 0; !level.empty(); ++depth) {
    if (depth > kMaxNesting)
      throw UserError(fmt::format("{}: more than {} graphs are nested in each other", file, kMaxNesting));
    std::vector<onnx::GraphProto*> inner;
    for (onnx::GraphProto* each : level)
      for (auto& node : *each->mutable_node())
        visit_graphs(node, [&](onnx::GraphProto& found) { inner.push_back(&found); });
    all.insert(all.end(), level.begin(), level.end());
    level = std::move(inner);
  }
  return all;
}

std::vector<std::string> names_read_by(const onnx::NodeProto& node) {
  std::vector<std::string> names(node.input().begin(), node.input().end());
  std::unordered_set<std::string> outer;
  visit_graphs(node, [&](const onnx::GraphProto& graph) { add_outer_names(graph, outer); });
  names.insert(names.end(), outer.begin(), outer.end());
  return names;
}

bool is_control_flow(const onnx::NodeProto& node) {
  return node.domain().empty() && (node.op_type() == "If" || node.op_type() == "Loop");
}

void ControlFlow::replace(const onnx::NodeProto& node, const std::string& what) {
  node.op_type() == "If" ? replace_if(node, what) : replace_loop(node, what);
}

bool ControlFlow::condition(const std::string& name, const std::string& what) const {
  const auto id = builder_.find(name);
  if (!id || !builder_.is_constant(*id))
    throw UserError(
        fmt::format("{}: the condition {} is computed during the run; supported are constants", what, in_quotes(name)));
  const Tensor& tensor = builder_.tensor(*id);
  if (tensor.type != ElementType::kBool || tensor.data.size() != 1)
    throw UserError(fmt::format("{}: the condition {} must be one bool", what, in_quotes(name)));
  return tensor.data[0] != 0;
}

void ControlFlow::count(const onnx::GraphProto& graph, const std::string& what) {
  made_ += std::max<std::size_t>(nodes_in(graph), 1);
  made_bytes_ += graph.ByteSizeLong();
  if (made_ > kMaxUnrolled || made_bytes_ > kMaxUnrolledBytes)
    throw UserError(fmt::format("{}: branches and iterations of the network make more than {} nodes or {} bytes", what,
                                kMaxUnrolled, kMaxUnrolledBytes));
}

void ControlFlow::define_scalar(const std::string& what, const std::string& name, ElementType type,
                                std::int64_t value) {
  HostTensor scalar = make_host_tensor(type, {});
  std::memcpy(scalar.data.data(), &value, scalar.data.size());
  builder_.define(what, {name, type, {}, std::move(scalar.data), true});
}

void ControlFlow::replace_if(const onnx::NodeProto& node, const std::string& what) {
  const bool holds = condition(node.input(0), what);
  const onnx::GraphProto& branch = graph_attribute(node, holds ? "then_branch" : "else_branch", what);
  if (branch.output_size() != node.output_size() || branch.input_size() != 0)
    throw UserError(fmt::format("{}: the branch has {} inputs and {} outputs, needed are 0 and {}", what,
                                branch.input_size(), branch.output_size(), node.output_size()));
  const std::string prefix = first_output(node, what);
  Names names;
  onnx::GraphProto copy = copy_of(branch, names, prefix, prefix, true), results;
  count(copy, what);
  add_(copy, Source::kFile);
  for (int i = 0; i < node.output_size(); ++i)
    if (!node.output(i).empty()) add_step(results, "Identity", {copy.output(i).name()}, node.output(i));
  add_(results, Source::kWritten);
}

// Inputs: trip count (or none), condition (or none), values that are carried from one iteration to the next. The body
// has the number of the iteration, the condition and the values; its outputs are condition, values, scanned values.
void ControlFlow::replace_loop(const onnx::NodeProto& node, const std::string& what) {
  const onnx::GraphProto& body = graph_attribute(node, "body", what);
  const int carried = std::max(node.input_size() - 2, 0), scanned = body.output_size() - 1 - carried;
  if (body.input_size() != carried + 2 || scanned < 0 || node.output_size() != carried + scanned)
    throw UserError(fmt::format("{}: the body has {} inputs and {} outputs, which do not fit the node's {} and {}",
                                what, body.input_size(), body.output_size(), node.input_size(), node.output_size()));
  std::int64_t trips = std::numeric_limits<std::int64_t>::max();
  if (node.input_size() > 0 && !node.input(0).empty()) {
    const auto id = builder_.find(node.input(0));
    if (!id || !builder_.is_constant(*id))
      throw UserError(fmt::format("{}: the trip count {} is computed during the run; supported are constants", what,
                                  in_quotes(node.input(0))));
    const Tensor& tensor = builder_.tensor(*id);
    if (tensor.type != ElementType::kInt64 || element_count(tensor.shape) != 1)
      throw UserError(fmt::format("{}: the trip count {} must be one int64", what, in_quotes(node.input(0))));
    trips = integer_at(tensor, 0);
  }
  bool goes_on = node.input_size() < 2 || node.input(1).empty() || condition(node.input(1), what);

  const std::string shared = first_output(node, what);
  std::vector<std::string> values(node.input().begin() + std::min(node.input_size(), 2), node.input().end());
  std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(scanned));
  for (std::int64_t trip = 0; trip < trips && goes_on; ++trip) {
    const std::string prefix = fmt::format("{}/{}", shared, trip);
    Names names = {{body.input(0).name(), prefix + "/iteration"}, {body.input(1).name(), prefix + "/condition"}};
    define_scalar(what, prefix + "/iteration", ElementType::kInt64, trip);
    define_scalar(what, prefix + "/condition", ElementType::kBool, 1);
    for (std::size_t i = 0; i < values.size(); ++i) names[body.input(static_cast<int>(i) + 2).name()] = values[i];
    onnx::GraphProto copy = copy_of(body, names, prefix, shared, trip == 0), scans;
    count(copy, what);
    add_(copy, Source::kFile);
    auto& axes = *add_step(scans, "Constant", {}, prefix + "/axes").add_attribute();
    axes.set_name("value_ints");
    axes.set_type(onnx::AttributeProto::INTS);
    axes.add_ints(0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].push_back(fmt::format("{}/row{}", prefix, i));
      add_step(scans, "Unsqueeze", {copy.output(1 + carried + static_cast<int>(i)).name(), prefix + "/axes"},
               rows[i].back());
    }
    if (!rows.empty()) add_(scans, Source::kWritten);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = copy.output(static_cast<int>(i) + 1).name();
    goes_on = condition(copy.output(0).name(), what);
  }
  onnx::GraphProto results;
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    if (i < carried) {
      add_step(results, "Identity", {values[static_cast<std::size_t>(i)]}, node.output(i));
      continue;
    }
    const auto& all = rows[static_cast<std::size_t>(i - carried)];
    if (all.empty())
      throw UserError(
          fmt::format("{}: output {} is empty: the loop has no iteration", what, in_quotes(node.output(i))));
    auto& axis = *add_step(results, "Concat", all, node.output(i)).add_attribute();
    axis.set_name("axis");
    axis.set_type(onnx::AttributeProto::INT);
    axis.set_i(0);
  }
  add_(results, Source::kWritten);
}

}  // namespace systole
