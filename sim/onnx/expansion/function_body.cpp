// SPDX-License-Identifier: Apache-2.0
#include "onnx/expansion/function_body.hpp"

#include <fmt/format.h>
#include <onnx/defs/schema.h>

#include <unordered_map>

#include "onnx/inference/library_inference.hpp"
#include "onnx/inference/operands.hpp"

namespace systole {
namespace {

onnx::FunctionProto body_of(const onnx::OpSchema& schema, const onnx::NodeProto& proto, const OnnxNode& node,
                            const std::vector<Tensor>& tensors) {
  onnx::FunctionProto function;
  if (schema.HasFunction()) {
    if (const onnx::FunctionProto* known = schema.GetFunction()) function = *known;
    return function;
  }
  if (!schema.HasContextDependentFunction()) return function;
  std::vector<onnx::TypeProto> types(node.inputs.size());
  for (std::size_t i = 0; i < types.size(); ++i)
    if (const Tensor* tensor = input_or_null(node, tensors, i)) types[i] = library_type(*tensor);
  const onnx::FunctionBodyBuildContextImpl context(proto, types);
  if (!schema.BuildContextDependentFunction(context, function)) function.clear_node();
  return function;
}

// An attribute of the body that the node, or its schema, gives the value of; dropped if neither does.
void bind_attributes(onnx::NodeProto& inner, const onnx::NodeProto& outer, const onnx::OpSchema& schema) {
  auto& attributes = *inner.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    const std::string reference = attributes.Get(i).ref_attr_name(), name = attributes.Get(i).name();
    if (reference.empty()) continue;
    const onnx::AttributeProto* value = nullptr;
    for (const auto& given : outer.attribute())
      if (given.name() == reference) value = &given;
    const auto declared = schema.attributes().find(reference);
    if (value == nullptr && declared != schema.attributes().end() && declared->second.default_value.has_type())
      value = &declared->second.default_value;
    if (value == nullptr) {
      attributes.DeleteSubrange(i, 1);
    } else {
      *attributes.Mutable(i) = *value;
      attributes.Mutable(i)->set_name(name);
    }
  }
}

}  // namespace

FunctionBody function_body(const onnx::NodeProto& proto, int opset, const OnnxNode& node,
                           const std::vector<Tensor>& tensors, const std::string& what) {
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(proto.op_type(), opset, "");
  if (schema == nullptr || (!schema->HasFunction() && !schema->HasContextDependentFunction())) return {};
  check_library_schema(proto, opset, what);
  check_library_inputs(proto, opset, node, tensors, what);
  const onnx::FunctionProto function = body_of(*schema, proto, node, tensors);

  std::string first_output;  // names what is inside
  std::unordered_map<std::string, std::string> names = {{"", ""}};
  for (int i = 0; i < function.input_size(); ++i)
    names[function.input(i)] = i < proto.input_size() ? proto.input(i) : "";
  for (int i = 0; i < proto.output_size() && i < function.output_size(); ++i) {
    if (proto.output(i).empty()) continue;
    if (first_output.empty()) first_output = proto.output(i);
    names[function.output(i)] = proto.output(i);
  }
  FunctionBody body;
  body.opset = opset;
  for (const auto& import : function.opset_import())
    if (import.domain().empty()) body.opset = import.version();
  const auto renamed = [&](const std::string& name) {
    return names.emplace(name, fmt::format("{}/{}", first_output, name)).first->second;
  };
  for (const onnx::NodeProto& inner : function.node()) {
    onnx::NodeProto& added = body.nodes.emplace_back(inner);
    for (std::string& input : *added.mutable_input()) input = renamed(input);
    for (std::string& output : *added.mutable_output()) output = renamed(output);
    bind_attributes(added, proto, *schema);
    added.set_name(added.output(0) == first_output && !proto.name().empty() ? proto.name() : added.output(0));
  }
  return body;
}

}  // namespace systole
