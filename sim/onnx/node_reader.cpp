// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_reader.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "host/call.hpp"
#include "network/message_text.hpp"
#include "onnx/expansion/control_flow.hpp"
#include "onnx/expansion/expansion.hpp"
#include "onnx/expansion/function_body.hpp"
#include "onnx/graph_interface.hpp"
#include "onnx/inference/library_inference.hpp"
#include "onnx/inference/microsoft.hpp"
#include "onnx/inference/opset.hpp"
#include "onnx/inference/quantization_check.hpp"
#include "onnx/input_lowering.hpp"
#include "onnx/node_attributes.hpp"
#include "onnx/node_order.hpp"
#include "support/error.hpp"
#include "support/similar.hpp"

namespace systole {
namespace {

bool is_supported(const onnx::NodeProto& node) {
  if (node.domain() == kMicrosoftDomain) return is_microsoft_operator(node.op_type());
  return node.domain().empty() && !is_microsoft_operator(node.op_type()) &&
         (node.op_type() == "Constant" || find_host_operator(node.op_type()) != nullptr);
}

void check_supported(const onnx::NodeProto& node, const std::string& what) {
  if (is_supported(node)) return;
  const std::string name = node.domain().empty() ? node.op_type() : node.domain() + "." + node.op_type();
  static const std::map<std::string, std::string> reasons = {
      {"MatMulNBits", ": its weights have 4 bits or fewer, the chip's have 8; export the network with 8 bits"}};
  if (const auto reason = reasons.find(node.op_type()); reason != reasons.end())
    throw UserError(fmt::format("{}: operator {} is not supported{}", what, in_quotes(name), reason->second));
  throw UserError(fmt::format("{}: operator {} is not supported{} (docs/user/networks.md lists those that are)", what,
                              in_quotes(name), did_you_mean(node.op_type(), host_operator_names())));
}

bool has_several_outputs(const std::string& operator_name) {
  return operator_name == "Split" || operator_name == "DynamicQuantizeLinear" ||
         operator_name == "LayerNormalization" || operator_name == "TopK";
}

// A sum of two is an Add, of one it is the tensor itself.
std::string operator_name_of(const OnnxNode& node) {
  if (node.operator_name != "Sum" || node.inputs.size() > 2) return node.operator_name;
  return node.inputs.size() == 2 ? "Add" : "Identity";
}

}  // namespace

void NodeReader::add(const onnx::NodeProto& proto, int index) {
  onnx::NodeProto node_proto = proto;
  const std::string what = builder_.node_what(node_proto.name(), node_proto.op_type(), index);
  const bool is_expanded = node_proto.domain() == kExpandedDomain;
  if (is_expanded || node_proto.domain() == "ai.onnx") node_proto.clear_domain();
  add_node(std::move(node_proto), is_expanded ? kExpandedOpset : opset_, what, 0);
}

void NodeReader::add_node(onnx::NodeProto node_proto, std::int64_t file_opset, const std::string& what, int depth) {
  const std::string operator_name = node_proto.op_type();
  OnnxNode node;
  node.operator_name = operator_name;
  for (const auto& input : node_proto.input())
    node.inputs.push_back(input.empty() ? kNoTensor : builder_.find(input).value());
  if (is_control_flow(node_proto)) {
    const int opset = adapt_to_known_opset(node_proto, file_opset, what);
    check_node_schema(node_proto, opset, what);
    return control_flow_.replace(node_proto, what);
  }
  if (!is_supported(node_proto) && add_function(node_proto, file_opset, node, what, depth)) return;
  check_supported(node_proto, what);
  if (has_computed_limits(node)) return add_limits(node_proto, file_opset, node, what, depth);
  const InputLowering lowering(builder_.graph().tensors, file_opset);
  lowering.before_inference(node_proto, node, what);
  const int opset = adapt_to_known_opset(node_proto, file_opset, what);
  check_node_schema(node_proto, opset, what);
  static_cast<Attributes&>(node) = attributes_of(node_proto, what);
  if (operator_name == "Constant") return add_constant(node_proto, what);
  // What was a 2-D softmax over flattened dimensions is one over an axis since operator set 13.
  if (operator_name == "Softmax" || operator_name == "LogSoftmax" || operator_name == "Hardmax")
    node.ints["flattens"] = {file_opset < 13 ? 1 : 0};

  check_input_types(node, what);
  if (operator_name == "PRelu" && file_opset < 7) spread_slopes(node);
  drop_unread_outputs(node_proto);
  const std::vector<TensorType> types = infer_outputs(node_proto, opset, node, builder_.graph().tensors, what);
  if (operator_name == "ConstantOfShape") add_fill_value(node_proto, node, what);
  check_quantization(operator_name, node, builder_.graph().tensors, types.at(0).type, what);
  lowering.after_inference(node, what);
  add_outputs(node_proto, types, std::move(node), what);
}

// A node that is expanded asks for shapes of tensors outside of the graph.
void NodeReader::expand(onnx::GraphProto& graph) const {
  std::map<std::string, Shape> shapes;
  std::unordered_set<std::string> outside;
  for (const auto& node : graph.node())
    for (std::string& name : names_read_by(node)) outside.insert(std::move(name));
  const int own = graph.initializer_size();
  for (const std::string& name : outside) {
    const auto id = builder_.find(name);
    if (!id) continue;
    const Tensor& tensor = builder_.tensor(*id);
    if (!tensor.is_constant) {
      shapes[name] = tensor.shape;
      continue;
    }
    auto& constant = *graph.add_initializer();
    constant.set_name(name);
    for (const std::int64_t dimension : tensor.shape) constant.add_dims(dimension);
  }
  expand_operators(graph, opset_, shapes, builder_.file());
  while (graph.initializer_size() > own) graph.mutable_initializer()->RemoveLast();
}

void NodeReader::add_graph(onnx::GraphProto& graph, ControlFlow::Source source) {
  if (source == ControlFlow::Source::kFile) expand(graph);
  add_initializers(graph, builder_);
  for (const auto& node : graph.node())
    for (std::string& name : names_read_by(node)) read_names_.insert(std::move(name));
  for (const auto& output : graph.output()) read_names_.insert(output.name());
  for (const int node : execution_order(graph, builder_)) add(graph.node(node), node);
}

// False for an operator that ONNX does not define by others.
bool NodeReader::add_function(const onnx::NodeProto& proto, std::int64_t file_opset, const OnnxNode& inputs,
                              const std::string& what, int depth) {
  constexpr int kMaxDepth = 8;  // the library's own functions need 2
  if (!proto.domain().empty() || depth >= kMaxDepth) return false;
  onnx::NodeProto known = proto;
  const int opset = adapt_to_known_opset(known, file_opset, what);
  const FunctionBody body = function_body(known, opset, inputs, builder_.graph().tensors, what);
  for (const onnx::NodeProto& node : body.nodes) read_names_.insert(node.input().begin(), node.input().end());
  for (const onnx::NodeProto& node : body.nodes) add_node(node, body.opset, what, depth + 1);
  return !body.nodes.empty();
}

bool NodeReader::has_computed_limits(const OnnxNode& node) const {
  if (node.operator_name != "Clip" || node.inputs.empty() || node.inputs[0] == kNoTensor) return false;
  if (builder_.tensor(node.inputs[0]).type != ElementType::kFloat32) return true;
  return std::any_of(node.inputs.begin() + 1, node.inputs.end(),
                     [&](TensorId id) { return id != kNoTensor && !builder_.is_constant(id); });
}

// A Clip whose limits are computed during the run, and one of integers, is a Max and a Min. An input that is no
// number stays, a limit that is none does not limit, and of limits that cross the upper one holds.
void NodeReader::add_limits(const onnx::NodeProto& proto, std::int64_t file_opset, const OnnxNode& clip,
                            const std::string& what, int depth) {
  constexpr std::int64_t kTypesOfAllWidths = 13;  // the operator set of the two
  onnx::NodeProto known = proto;
  const int opset = adapt_to_known_opset(known, file_opset, what);
  check_node_schema(known, opset, what);
  check_library_inputs(known, opset, clip, builder_.graph().tensors, what);
  const Tensor x = builder_.tensor(clip.inputs[0]);
  std::string from = proto.input(0);
  for (const auto& [index, name] : {std::pair<std::size_t, const char*>{1, "Max"}, {2, "Min"}}) {
    const bool is_last = index == 2;
    const bool given = index < clip.inputs.size() && clip.inputs[index] != kNoTensor;
    std::string limit = given ? proto.input(static_cast<int>(index)) : fmt::format("{}/{}", proto.output(0), name);
    if (given) {
      const Tensor& tensor = builder_.tensor(clip.inputs[index]);
      if (element_count(tensor.shape) != 1 || tensor.shape.size() > x.shape.size())
        throw UserError(fmt::format("{}: input {} must be one number", what, in_quotes(tensor.name)));
    } else {
      HostTensor widest = make_host_tensor(x.type, {});
      for_element_type(x.type, [&](auto element) {
        using Limits = std::numeric_limits<decltype(element)>;
        elements<decltype(element)>(widest)[0] = is_last ? Limits::max() : Limits::lowest();
      });
      builder_.define(what, {limit, x.type, {}, std::move(widest.data), true});
    }
    onnx::NodeProto step;
    step.set_op_type(name);
    step.add_input(from);
    step.add_input(limit);
    from = is_last ? proto.output(0) : proto.output(0) + "/limited";
    step.add_output(from);
    step.set_name(is_last && !proto.name().empty() ? proto.name() : from);
    add_node(step, kTypesOfAllWidths, what, depth + 1);
  }
}

void NodeReader::add_constant(const onnx::NodeProto& node, const std::string& what) {
  HostTensor value = value_of_constant(node, what, builder_.weights());
  builder_.define(fmt::format("{}: output {}", what, in_quotes(node.output(0))),
                  {node.output(0), value.type, value.shape, std::move(value.data), true});
}

void NodeReader::check_input_types(const OnnxNode& node, const std::string& what) const {
  const HostEntry* entry = find_host_operator(node.operator_name);
  invariant(entry != nullptr, "a supported operator is in the table");
  if (node.inputs.empty() || node.inputs[0] == kNoTensor) throw UserError(what + ": input 0 is missing");
  const Tensor& first = builder_.tensor(node.inputs[0]);
  if (std::find(entry->types.begin(), entry->types.end(), first.type) == entry->types.end()) {
    throw UserError(fmt::format("{}: input {} is {}, which is not supported for this operator", what,
                                in_quotes(first.name), element_name(first.type)));
  }
}

// Up to operator set 6 the slopes of PRelu belonged to channels; since then they are broadcast.
void NodeReader::spread_slopes(OnnxNode& node) {
  const Shape& x = builder_.tensor(node.inputs.at(0)).shape;
  if (node.inputs.size() < 2 || node.inputs[1] == kNoTensor || x.size() < 2) return;
  Tensor slopes = builder_.tensor(node.inputs[1]);
  if (!slopes.is_constant || slopes.shape != Shape{x[1]}) return;
  slopes.shape.resize(x.size() - 1, 1);
  node.inputs[1] = builder_.append(std::move(slopes));
}

// The mask of Dropout and the like, whose type not every operator set tells.
void NodeReader::drop_unread_outputs(onnx::NodeProto& node) const {
  if (has_several_outputs(node.op_type()) && node.op_type() != "LayerNormalization") return;
  auto& outputs = *node.mutable_output();
  while (outputs.size() > 1 && !is_read(outputs.Get(outputs.size() - 1))) outputs.RemoveLast();
}

void NodeReader::add_fill_value(const onnx::NodeProto& proto, OnnxNode& node, const std::string& what) {
  std::optional<HostTensor> value = fill_value(proto, what);
  if (!value) return;
  node.inputs.push_back(
      builder_.append({proto.output(0) + ".value", value->type, value->shape, std::move(value->data), true}));
}

// Returns how many outputs the node has here. The mask of Dropout and the like is left undefined, and a reader of it
// is an error of its own.
int NodeReader::check_outputs(const onnx::NodeProto& proto, const std::string& what) const {
  const int outputs = has_several_outputs(proto.op_type()) ? proto.output_size() : std::min(proto.output_size(), 1);
  if (outputs == 0 || proto.output(0).empty()) throw UserError(what + ": output 0 has no name");
  for (int i = outputs; i < proto.output_size(); ++i) {
    if (!proto.output(i).empty() && is_read(proto.output(i)))
      throw UserError(fmt::format("{}: output {} is not supported", what, in_quotes(proto.output(i))));
  }
  return outputs;
}

void NodeReader::add_outputs(const onnx::NodeProto& proto, const std::vector<TensorType>& types, OnnxNode node,
                             const std::string& what) {
  const int outputs = check_outputs(proto, what);
  node.name = proto.name().empty() ? proto.output(0) : proto.name();
  node.operator_name = operator_name_of(node);
  const bool folds = ConstantFolder::folds(builder_.graph().tensors, node);
  for (int i = 0; i < outputs; ++i) {
    if (proto.output(i).empty()) throw UserError(fmt::format("{}: output {} has no name", what, i));
    const TensorType& type = types.at(static_cast<std::size_t>(i));
    const std::string output_what = fmt::format("{}: output {}", what, in_quotes(proto.output(i)));
    if (folds) {
      check_tensor_size(output_what, type.type, type.shape);
    } else {
      check_run_time_shape(output_what, type.type, type.shape);
    }
    node.outputs.push_back(builder_.define(output_what, {proto.output(i), type.type, type.shape, {}, false}));
  }
  if (folds) {
    folder_.fold(builder_.graph().tensors, node, what);
  } else {
    builder_.graph().nodes.push_back(std::move(node));
  }
}

}  // namespace systole
