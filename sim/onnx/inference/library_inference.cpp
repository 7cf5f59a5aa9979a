// SPDX-License-Identifier: Apache-2.0
#include "onnx/inference/library_inference.hpp"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/defs/data_type_utils.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <map>
#include <type_traits>
#include <unordered_map>

#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "onnx/inference/operands.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

const onnx::OpSchema& schema_of(const onnx::NodeProto& proto, int opset) {
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(proto.op_type(), opset, "");
  invariant(schema != nullptr, "a checked node has a schema");
  return *schema;
}

onnx::TensorProto tensor_proto(const Tensor& tensor) {
  onnx::TensorProto proto;
  proto.set_data_type(onnx_data_type_of(tensor.type));
  for (std::int64_t dimension : tensor.shape) proto.add_dims(dimension);
  proto.set_raw_data(tensor.data.data(), tensor.data.size());
  return proto;
}

using TypeMap = std::unordered_map<std::string, onnx::TypeProto*>;
using ValueMap = std::unordered_map<std::string, const onnx::TensorProto*>;

// ONNX 1.17 (Debian 13) wants options where 1.12 (Debian 12) takes none, and its headers do not say which version
// they are.
template <typename Context = onnx::shape_inference::InferenceContextImpl>
Context inference_context(onnx::NodeProto& node, const TypeMap& types, const ValueMap& values) {
  using SparseMap = std::unordered_map<std::string, const onnx::SparseTensorProto*>;
  using Options = onnx::ShapeInferenceOptions;
  if constexpr (std::is_constructible_v<Context, onnx::NodeProto&, TypeMap, ValueMap, SparseMap, Options>) {
    return Context(node, types, values, SparseMap{}, Options{});
  } else {
    return Context(node, types, values, SparseMap{});
  }
}

// What the library has inferred for output `i`.
TensorType inferred_output(onnx::InferenceContext& context, const onnx::NodeProto& proto, int i,
                           const std::string& what) {
  const onnx::TypeProto* type = context.getOutputType(static_cast<std::size_t>(i));
  const auto element = type->has_tensor_type() ? element_type_of(type->tensor_type().elem_type()) : std::nullopt;
  if (!element) {
    refuse(what, fmt::format("output {} has the element type {}, which is not supported", in_quotes(proto.output(i)),
                             onnx_data_type_name(type->tensor_type().elem_type())));
  }
  TensorType inferred{*element, {}};
  bool known = type->tensor_type().has_shape();
  for (const auto& dimension : type->tensor_type().shape().dim()) {
    known = known && dimension.has_dim_value();
    inferred.shape.push_back(dimension.dim_value());
  }
  if (!known)
    refuse(what, fmt::format("the shape of output {} is not known before the run", in_quotes(proto.output(i))));
  return inferred;
}

}  // namespace

onnx::TypeProto library_type(const Tensor& tensor) {
  onnx::TypeProto proto;
  proto.mutable_tensor_type()->set_elem_type(onnx_data_type_of(tensor.type));
  auto* shape = proto.mutable_tensor_type()->mutable_shape();
  for (std::int64_t dimension : tensor.shape) shape->add_dim()->set_dim_value(dimension);
  return proto;
}

void check_library_schema(const onnx::NodeProto& proto, int opset, const std::string& what) {
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(proto.op_type(), opset, "");
  if (schema == nullptr) refuse(what, fmt::format("operator set {} does not have this operator", opset));
  try {
    schema->Verify(proto);
  } catch (const std::exception& error) {
    refuse(what, first_line(error.what()));
  }
}

void check_library_inputs(const onnx::NodeProto& proto, int opset, const OnnxNode& node,
                          const std::vector<Tensor>& tensors, const std::string& what) {
  const onnx::OpSchema& schema = schema_of(proto, opset);
  std::map<std::string, ElementType> bound;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor* tensor = input_or_null(node, tensors, i);
    const auto& parameters = schema.inputs();
    invariant(!parameters.empty(), "a checked node has no more inputs than its schema");
    const auto& parameter = parameters[std::min(i, parameters.size() - 1)];
    if (tensor == nullptr) {
      if (parameter.GetOption() == onnx::OpSchema::Single) refuse(what, fmt::format("input {} is missing", i));
      continue;
    }
    const std::string spelled =
        "tensor(" + onnx::Utils::DataTypeUtils::ToDataTypeString(onnx_data_type_of(tensor->type)) + ")";
    if (parameter.GetTypes().count(onnx::Utils::DataTypeUtils::ToType(spelled)) == 0) {
      refuse(what, fmt::format("input {} is {}, which {} does not take", in_quotes(tensor->name),
                               element_name(tensor->type), proto.op_type()));
    }
    if (!parameter.GetIsHomogeneous()) continue;
    const auto inserted = bound.emplace(parameter.GetTypeStr(), tensor->type);
    if (inserted.first->second != tensor->type) {
      refuse(what, fmt::format("input {} is {} where {} is needed", in_quotes(tensor->name), element_name(tensor->type),
                               element_name(inserted.first->second)));
    }
  }
}

std::vector<TensorType> infer_with_library(onnx::NodeProto& proto, int opset, const OnnxNode& node,
                                           const std::vector<Tensor>& tensors, const std::string& what) {
  // Small constants only: shapes, axes and the like.
  constexpr std::size_t kMaxShapeBytes = 4096;
  std::unordered_map<std::string, onnx::TypeProto> types;
  std::unordered_map<std::string, onnx::TensorProto> values;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor* tensor = input_or_null(node, tensors, i);
    if (tensor == nullptr) continue;
    types.emplace(tensor->name, library_type(*tensor));
    if (tensor->is_constant && tensor->data.size() <= kMaxShapeBytes)
      values.emplace(tensor->name, tensor_proto(*tensor));
  }
  TypeMap type_map;
  ValueMap value_map;
  for (auto& [name, type] : types) type_map.emplace(name, &type);
  for (auto& [name, value] : values) value_map.emplace(name, &value);

  auto context = inference_context(proto, type_map, value_map);
  try {
    schema_of(proto, opset).GetTypeAndShapeInferenceFunction()(context);
  } catch (const std::exception& error) {
    refuse(what, first_line(error.what()));
  }
  std::vector<TensorType> result;
  for (int i = 0; i < proto.output_size(); ++i) result.push_back(inferred_output(context, proto, i, what));
  return result;
}

}  // namespace systole
