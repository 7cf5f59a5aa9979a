// SPDX-License-Identifier: Apache-2.0
#include "onnx/node_inference.hpp"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/defs/data_type_utils.h>
#include <onnx/defs/schema.h>
#include <onnx/shape_inference/implementation.h>

#include <algorithm>
#include <map>
#include <set>
#include <type_traits>
#include <unordered_map>

#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "network/window.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

constexpr int kLibraryOpset = 17;

[[noreturn]] void fail(const std::string& what, const std::string& reason) { throw UserError(what + ": " + reason); }

// Operators of com.microsoft: the library has no schemas for them.
struct MicrosoftSchema {
  int min_inputs, max_inputs;
  std::map<std::string, onnx::AttributeProto::AttributeType> attributes;
};

const std::map<std::string, MicrosoftSchema>& microsoft_schemas() {
  using A = onnx::AttributeProto;
  static const std::map<std::string, MicrosoftSchema> schemas = {
      {"QLinearAdd", {7, 8, {}}},
      {"QLinearMul", {7, 8, {}}},
      {"QGemm", {6, 9, {{"alpha", A::FLOAT}, {"transA", A::INT}, {"transB", A::INT}}}},
      {"QLinearGlobalAveragePool", {5, 5, {{"channels_last", A::INT}}}},
      {"QLinearAveragePool",
       {4,
        5,
        {{"auto_pad", A::STRING},
         {"ceil_mode", A::INT},
         {"channels_last", A::INT},
         {"count_include_pad", A::INT},
         {"kernel_shape", A::INTS},
         {"pads", A::INTS},
         {"strides", A::INTS}}}},
      {"QLinearSigmoid", {4, 5, {}}},
      {"QLinearLeakyRelu", {4, 5, {{"alpha", A::FLOAT}}}},
  };
  return schemas;
}

void check_microsoft_node(const onnx::NodeProto& node, const std::string& what) {
  const auto found = microsoft_schemas().find(node.op_type());
  if (found == microsoft_schemas().end()) fail(what, "unknown operator of com.microsoft");
  const MicrosoftSchema& schema = found->second;
  if (node.input_size() < schema.min_inputs || node.input_size() > schema.max_inputs) {
    fail(what, fmt::format("{} inputs; allowed are {} to {}", node.input_size(), schema.min_inputs, schema.max_inputs));
  }
  if (node.output_size() != 1) fail(what, fmt::format("{} outputs; allowed is 1", node.output_size()));
  for (const auto& attribute : node.attribute()) {
    const auto known = schema.attributes.find(attribute.name());
    if (known == schema.attributes.end()) fail(what, "unknown attribute " + in_quotes(attribute.name()));
    if (attribute.type() != known->second)
      fail(what, "attribute " + in_quotes(attribute.name()) + " has the wrong type");
  }
}

const Tensor* input_or_null(const HostOperator& op, const std::vector<Tensor>& tensors, std::size_t index) {
  if (index >= op.inputs.size() || op.inputs[index] == kNoTensor) return nullptr;
  return &tensors.at(op.inputs[index]);
}

const Tensor& required_input(const HostOperator& op, const std::vector<Tensor>& tensors, std::size_t index,
                             const std::string& what) {
  const Tensor* tensor = input_or_null(op, tensors, index);
  if (tensor == nullptr) fail(what, fmt::format("input {} is missing", index));
  return *tensor;
}

void require_byte(const Tensor& tensor, const std::string& what) {
  if (!is_byte(tensor.type)) {
    fail(what,
         fmt::format("tensor {} is {}; int8 or uint8 is needed", in_quotes(tensor.name), element_name(tensor.type)));
  }
}

// The inputs of a com.microsoft operator, letter by letter: q int8/uint8, s float32 scale, z zero
// point, b int32 bias.
void check_microsoft_types(const HostOperator& op, const std::vector<Tensor>& tensors, const std::string& pattern,
                           const std::string& what) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const Tensor* tensor = input_or_null(op, tensors, i);
    if (tensor == nullptr) continue;
    if (pattern[i] == 'q' || pattern[i] == 'z') require_byte(*tensor, what);
    const ElementType type = tensor->type;
    if ((pattern[i] == 's' && type != ElementType::kFloat32) || (pattern[i] == 'b' && type != ElementType::kInt32)) {
      fail(what, fmt::format("tensor {} is {}; {} is needed", in_quotes(tensor->name), element_name(type),
                             pattern[i] == 's' ? "float32" : "int32"));
    }
  }
}

Shape broadcast(const Tensor& a, const Tensor& b, const std::string& what) {
  const std::size_t rank = std::max(a.shape.size(), b.shape.size());
  Shape result(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t da = i < a.shape.size() ? a.shape[a.shape.size() - 1 - i] : 1;
    const std::int64_t db = i < b.shape.size() ? b.shape[b.shape.size() - 1 - i] : 1;
    if (da != db && da != 1 && db != 1) {
      fail(what, fmt::format("the shapes {} and {} do not broadcast", shape_text(a.shape), shape_text(b.shape)));
    }
    result[rank - 1 - i] = da == 1 ? db : da;
  }
  return result;
}

// Whether `operand` can be repeated to `result`, without changing the latter.
bool broadcasts_to(const Shape& operand, const Shape& result) {
  if (operand.size() > result.size()) return false;
  for (std::size_t i = 0; i < operand.size(); ++i) {
    const std::int64_t dimension = operand[operand.size() - 1 - i];
    if (dimension != 1 && dimension != result[result.size() - 1 - i]) return false;
  }
  return true;
}

// A matrix product a*b + c, with the attributes transA and transB. Returns its shape. The library
// does not compare the operands.
Shape infer_gemm(const HostOperator& op, const Tensor& a, const Tensor& b, const Tensor* c, const std::string& what) {
  if (a.shape.size() != 2 || b.shape.size() != 2) fail(what, "both operands must be matrices");
  const auto flag = [&](const char* attribute) {
    return op.ints.count(attribute) != 0 && op.ints.at(attribute).at(0) != 0 ? std::size_t{1} : std::size_t{0};
  };
  const std::size_t ta = flag("transA"), tb = flag("transB");
  if (a.shape[1 - ta] != b.shape[tb]) {
    fail(what, fmt::format("the shapes {} and {} do not multiply", shape_text(a.shape), shape_text(b.shape)));
  }
  const Shape result = {a.shape[ta], b.shape[1 - tb]};
  if (c != nullptr && !broadcasts_to(c->shape, result)) {
    fail(what, fmt::format("the bias {} has the shape {}, the product {}", in_quotes(c->name), shape_text(c->shape),
                           shape_text(result)));
  }
  return result;
}

// What the library's inference leaves unchecked and a host operator relies on.
void check_shapes(const onnx::NodeProto& node, const HostOperator& op, const std::vector<Tensor>& tensors,
                  const std::string& what) {
  if (node.op_type() == "Gemm") {
    infer_gemm(op, required_input(op, tensors, 0, what), required_input(op, tensors, 1, what),
               input_or_null(op, tensors, 2), what);
  } else if (node.op_type() == "BatchNormalization") {
    const Shape& x = required_input(op, tensors, 0, what).shape;
    if (x.size() < 2) fail(what, fmt::format("the input has the shape {}; rank 2 or more is needed", shape_text(x)));
    for (std::size_t i = 1; i < 5; ++i) {
      const Tensor& parameter = required_input(op, tensors, i, what);
      if (parameter.shape != Shape{x[1]}) {
        fail(what, fmt::format("{} has the shape {}; {} is needed", in_quotes(parameter.name),
                               shape_text(parameter.shape), shape_text({x[1]})));
      }
    }
  } else if (node.op_type() == "GlobalAveragePool" || node.op_type() == "GlobalMaxPool") {
    const Shape& x = required_input(op, tensors, 0, what).shape;
    if (x.size() < 3) fail(what, fmt::format("the input has the shape {}; rank 3 or more is needed", shape_text(x)));
  } else if (op.ints.count("broadcast") != 0 && op.ints.count("axis") != 0 && op.inputs.size() == 2) {
    // Up to operator set 6 the second operand could lie anywhere in the first one.
    const std::size_t a = required_input(op, tensors, 0, what).shape.size(),
                      b = required_input(op, tensors, 1, what).shape.size();
    const std::int64_t axis = op.ints.at("axis").at(0);
    if (a < b || (axis != static_cast<std::int64_t>(a - b) && axis != -static_cast<std::int64_t>(b)))
      fail(what, fmt::format("attribute axis is {}; supported is the last place, {}", axis, a < b ? 0 : a - b));
  } else if (node.op_type() == "PRelu") {
    const Shape &x = required_input(op, tensors, 0, what).shape, &slope = required_input(op, tensors, 1, what).shape;
    if (!broadcasts_to(slope, x))
      fail(what, fmt::format("the slopes {} do not broadcast to the input {}", shape_text(slope), shape_text(x)));
  } else if (node.op_type() == "LayerNormalization") {
    const auto rank = static_cast<std::int64_t>(required_input(op, tensors, 0, what).shape.size());
    const std::int64_t axis = op.ints.count("axis") != 0 ? op.ints.at("axis").at(0) : -1;
    if (axis < -rank || axis >= rank)
      fail(what, fmt::format("attribute axis is {}; allowed are {} to {}", axis, -rank, rank - 1));
  } else if (node.op_type() == "Range") {
    for (std::size_t i = 0; i < 3; ++i)
      if (element_count(required_input(op, tensors, i, what).shape) != 1) fail(what, "every input must be one number");
    const Tensor& step = required_input(op, tensors, 2, what);
    if (step.is_constant && std::all_of(step.data.begin(), step.data.end(), [](std::uint8_t b) { return b == 0; }))
      fail(what, "the step is 0");
  } else if (node.op_type() == "Tile") {
    const Shape &x = required_input(op, tensors, 0, what).shape, &repeats = required_input(op, tensors, 1, what).shape;
    if (repeats != Shape{static_cast<std::int64_t>(x.size())})
      fail(what, "input 1 must have a number for each dimension");
  } else if (node.op_type() == "DepthToSpace" || node.op_type() == "SpaceToDepth") {
    const std::int64_t size = op.ints.count("blocksize") != 0 ? op.ints.at("blocksize").at(0) : 0;
    constexpr std::int64_t kMost = 1 << 15;
    if (size < 1 || size > kMost)
      fail(what, fmt::format("attribute blocksize is {}; allowed are 1 to {}", size, kMost));
  } else if (node.op_type() == "Transpose" && op.ints.count("perm") != 0) {
    std::vector<std::int64_t> sorted = op.ints.at("perm");
    std::sort(sorted.begin(), sorted.end());
    bool permutation = sorted.size() == required_input(op, tensors, 0, what).shape.size();
    for (std::size_t i = 0; permutation && i < sorted.size(); ++i)
      permutation = sorted[i] == static_cast<std::int64_t>(i);
    if (!permutation) fail(what, "attribute perm is not a permutation of the dimensions");
  }
}

void refuse_channels_last(const HostOperator& op, const std::string& what) {
  const auto found = op.ints.find("channels_last");
  if (found != op.ints.end() && found->second.at(0) != 0) fail(what, "attribute channels_last is 1; supported is 0");
}

TensorType infer_microsoft(const onnx::NodeProto& node, const HostOperator& op, const std::vector<Tensor>& tensors,
                           const std::string& what) {
  const std::string& name = node.op_type();
  const Tensor& x = required_input(op, tensors, 0, what);
  if (name == "QLinearAdd" || name == "QLinearMul") {
    check_microsoft_types(op, tensors, "qszqszsz", what);
    return {x.type, broadcast(x, required_input(op, tensors, 3, what), what)};
  }
  if (name == "QGemm") {
    check_microsoft_types(op, tensors, "qszqszbsz", what);
    const Shape product = infer_gemm(op, x, required_input(op, tensors, 3, what), input_or_null(op, tensors, 6), what);
    const bool quantized = input_or_null(op, tensors, 7) != nullptr;
    const Tensor* zero_point = input_or_null(op, tensors, 8);
    const ElementType type = !quantized ? ElementType::kFloat32 : zero_point != nullptr ? zero_point->type : x.type;
    return {type, product};
  }
  check_microsoft_types(op, tensors, "qszsz", what);
  refuse_channels_last(op, what);
  Shape shape = x.shape;
  if (name == "QLinearGlobalAveragePool") {
    if (shape.size() < 3)
      fail(what, fmt::format("the input has the shape {}; rank 3 or 4 is needed", shape_text(shape)));
    std::fill(shape.begin() + 2, shape.end(), 1);
  }
  return {x.type, shape};
}

// Convolutions and pools, of either domain. The library's own inference divides by strides that it
// has not checked.
struct WindowOperator {
  int weight;  // input index, 0 for a pool
};
const std::map<std::string, WindowOperator>& window_operators() {
  static const std::map<std::string, WindowOperator> operators = {{"Conv", {1}},        {"ConvInteger", {1}},
                                                                  {"QLinearConv", {3}}, {"MaxPool", {0}},
                                                                  {"AveragePool", {0}}, {"QLinearAveragePool", {0}}};
  return operators;
}

TensorType infer_window(const onnx::NodeProto& node, const WindowOperator& kind, HostOperator& op,
                        const std::vector<Tensor>& tensors, const std::string& what) {
  const Tensor& x = required_input(op, tensors, 0, what);
  if (x.shape.size() < 3 || x.shape.size() > 4) {
    fail(what,
         fmt::format("the input {} has the shape {}; rank 3 or 4 is needed", in_quotes(x.name), shape_text(x.shape)));
  }
  if (node.op_type() == "QLinearAveragePool") {
    check_microsoft_types(op, tensors, "qszsz", what);
    refuse_channels_last(op, what);
  }
  const Shape spatial(x.shape.begin() + 2, x.shape.end());
  TensorType result{x.type, {x.shape[0], x.shape[1]}};
  Shape kernel;
  if (kind.weight != 0) {
    const Tensor& w = required_input(op, tensors, static_cast<std::size_t>(kind.weight), what);
    if (w.shape.size() != x.shape.size()) {
      fail(what, fmt::format("the weights {} have the shape {}, the input {}", in_quotes(w.name), shape_text(w.shape),
                             shape_text(x.shape)));
    }
    const std::int64_t group = op.ints.count("group") != 0 ? op.ints.at("group").at(0) : 1;
    if (group < 1 || group > x.shape[1] || w.shape[0] % group != 0 || x.shape[1] % group != 0 ||
        w.shape[1] != x.shape[1] / group) {
      fail(what, fmt::format("input {}, weights {} and group {} do not fit together", shape_text(x.shape),
                             shape_text(w.shape), group));
    }
    op.ints["group"] = {group};
    result.shape[1] = w.shape[0];
    kernel.assign(w.shape.begin() + 2, w.shape.end());
    if (node.op_type() == "ConvInteger") result.type = ElementType::kInt32;
    if (node.op_type() == "QLinearConv") {
      const Tensor& zero_point = required_input(op, tensors, 7, what);
      require_byte(zero_point, what);
      result.type = zero_point.type;
    }
    const std::size_t bias_index = node.op_type() == "Conv"          ? 2
                                   : node.op_type() == "QLinearConv" ? 8
                                                                     : op.inputs.size();
    const Tensor* bias = input_or_null(op, tensors, bias_index);
    if (bias != nullptr && bias->shape != Shape{w.shape[0]}) {
      fail(what, fmt::format("the bias {} has the shape {}; {} is needed", in_quotes(bias->name),
                             shape_text(bias->shape), shape_text({w.shape[0]})));
    }
  }
  const Shape output = resolve_window(op, spatial, kernel, what);
  result.shape.insert(result.shape.end(), output.begin(), output.end());
  return result;
}

void check_input_types(const onnx::NodeProto& node, const onnx::OpSchema& schema, const HostOperator& op,
                       const std::vector<Tensor>& tensors, const std::string& what) {
  std::map<std::string, ElementType> bound;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const Tensor* tensor = input_or_null(op, tensors, i);
    const auto& parameters = schema.inputs();
    invariant(!parameters.empty(), "a checked node has no more inputs than its schema");
    const auto& parameter = parameters[std::min(i, parameters.size() - 1)];
    if (tensor == nullptr) {
      if (parameter.GetOption() == onnx::OpSchema::Single) fail(what, fmt::format("input {} is missing", i));
      continue;
    }
    const std::string spelled =
        "tensor(" + onnx::Utils::DataTypeUtils::ToDataTypeString(onnx_data_type_of(tensor->type)) + ")";
    if (parameter.GetTypes().count(onnx::Utils::DataTypeUtils::ToType(spelled)) == 0) {
      fail(what, fmt::format("input {} is {}, which {} does not take", in_quotes(tensor->name),
                             element_name(tensor->type), node.op_type()));
    }
    if (!parameter.GetIsHomogeneous()) continue;
    const auto inserted = bound.emplace(parameter.GetTypeStr(), tensor->type);
    if (inserted.first->second != tensor->type) {
      fail(what, fmt::format("input {} is {} where {} is needed", in_quotes(tensor->name), element_name(tensor->type),
                             element_name(inserted.first->second)));
    }
  }
}

onnx::TypeProto type_proto(const Tensor& tensor) {
  onnx::TypeProto proto;
  proto.mutable_tensor_type()->set_elem_type(onnx_data_type_of(tensor.type));
  auto* shape = proto.mutable_tensor_type()->mutable_shape();
  for (std::int64_t dimension : tensor.shape) shape->add_dim()->set_dim_value(dimension);
  return proto;
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

// ONNX 1.17 (Debian 13) wants options where 1.12 (Debian 12) takes none, and its headers do not say
// which version they are.
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

std::vector<TensorType> infer_with_library(onnx::NodeProto& node, const onnx::OpSchema& schema, const HostOperator& op,
                                           const std::vector<Tensor>& tensors, const std::string& what) {
  // Small constants only: shapes, axes and the like.
  constexpr std::size_t kMaxShapeBytes = 4096;
  std::unordered_map<std::string, onnx::TypeProto> types;
  std::unordered_map<std::string, onnx::TensorProto> values;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const Tensor* tensor = input_or_null(op, tensors, i);
    if (tensor == nullptr) continue;
    types.emplace(tensor->name, type_proto(*tensor));
    if (tensor->is_constant && tensor->data.size() <= kMaxShapeBytes)
      values.emplace(tensor->name, tensor_proto(*tensor));
  }
  TypeMap type_map;
  ValueMap value_map;
  for (auto& [name, type] : types) type_map.emplace(name, &type);
  for (auto& [name, value] : values) value_map.emplace(name, &value);

  auto context = inference_context(node, type_map, value_map);
  try {
    schema.GetTypeAndShapeInferenceFunction()(context);
  } catch (const std::exception& error) {
    fail(what, first_line(error.what()));
  }
  std::vector<TensorType> result;
  for (int i = 0; i < node.output_size(); ++i) {
    const onnx::TypeProto* type = context.getOutputType(static_cast<std::size_t>(i));
    const auto element = type->has_tensor_type() ? element_type_of(type->tensor_type().elem_type()) : std::nullopt;
    if (!element) {
      fail(what, fmt::format("output {} has the element type {}, which is not supported", in_quotes(node.output(i)),
                             onnx_data_type_name(type->tensor_type().elem_type())));
    }
    TensorType inferred{*element, {}};
    bool known = type->tensor_type().has_shape();
    for (const auto& dimension : type->tensor_type().shape().dim()) {
      known = known && dimension.has_dim_value();
      inferred.shape.push_back(dimension.dim_value());
    }
    if (!known)
      fail(what, fmt::format("the shape of output {} is not known before the run", in_quotes(node.output(i))));
    result.push_back(std::move(inferred));
  }
  return result;
}

}  // namespace

int adapt_to_known_opset(onnx::NodeProto& node, std::int64_t opset, const std::string& what) {
  if (opset <= kLibraryOpset) return static_cast<int>(opset);
  static const std::map<std::string, std::set<std::string>> neutral_when_zero = {
      {"QuantizeLinear", {"block_size", "output_dtype"}}, {"DequantizeLinear", {"block_size"}}};
  auto& attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    const auto& attribute = attributes.Get(i);
    const auto zero = neutral_when_zero.find(node.op_type());
    const bool drop_zero = zero != neutral_when_zero.end() && zero->second.count(attribute.name()) != 0;
    const bool saturate =
        attribute.name() == "saturate" && (node.op_type() == "QuantizeLinear" || node.op_type() == "Cast");
    const bool dilations = attribute.name() == "dilations" && node.op_type() == "AveragePool";
    if (drop_zero && attribute.i() != 0) {
      fail(what, fmt::format("attribute {} is {}; supported is 0", attribute.name(), attribute.i()));
    }
    if (dilations && std::any_of(attribute.ints().begin(), attribute.ints().end(), [](auto d) { return d != 1; })) {
      fail(what, "attribute dilations of AveragePool is not 1, which is not supported");
    }
    // `saturate` has a meaning for 8-bit floats only.
    if (drop_zero || saturate || dilations) attributes.DeleteSubrange(i, 1);
  }
  return kLibraryOpset;
}

void check_node_schema(const onnx::NodeProto& node, int opset, const std::string& what) {
  std::set<std::string> seen;
  for (const auto& attribute : node.attribute()) {
    if (!seen.insert(attribute.name()).second)
      fail(what, "attribute " + in_quotes(attribute.name()) + " appears twice");
  }
  if (node.domain() == kMicrosoftDomain) {
    check_microsoft_node(node, what);
    return;
  }
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(node.op_type(), opset, "");
  if (schema == nullptr) fail(what, fmt::format("operator set {} does not have this operator", opset));
  try {
    schema->Verify(node);
  } catch (const std::exception& error) {
    fail(what, first_line(error.what()));
  }
}

std::vector<TensorType> infer_outputs(onnx::NodeProto& node, int opset, HostOperator& op,
                                      const std::vector<Tensor>& tensors, const std::string& what) {
  const onnx::OpSchema* schema = nullptr;
  if (node.domain() != kMicrosoftDomain) {
    schema = onnx::OpSchemaRegistry::Schema(node.op_type(), opset, "");
    invariant(schema != nullptr, "a checked node has a schema");
    check_input_types(node, *schema, op, tensors, what);
  }
  const auto window = window_operators().find(node.op_type());
  if (window != window_operators().end()) return {infer_window(node, window->second, op, tensors, what)};
  if (schema == nullptr) return {infer_microsoft(node, op, tensors, what)};
  check_shapes(node, op, tensors, what);
  return infer_with_library(node, *schema, op, tensors, what);
}

}  // namespace systole
