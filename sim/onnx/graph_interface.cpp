// SPDX-License-Identifier: Apache-2.0
#include "onnx/graph_interface.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

constexpr std::int64_t kOpen = std::numeric_limits<std::int64_t>::min();  // a dimension without a value

struct DeclaredType {
  ElementType type;
  std::optional<Shape> shape;  // dimensions may be kOpen; empty when the file declares no shape
};

DeclaredType declared_type(const onnx::ValueInfoProto& info, const std::string& what) {
  const auto& type = info.type();
  if (!type.has_tensor_type()) throw UserError(what + " is not a tensor, which is not supported");
  const auto element = element_type_of(type.tensor_type().elem_type());
  if (!element) {
    throw UserError(
        fmt::format("{} has the element type {}; supported are int8, uint8, "
                    "int32, int64, float32, bool",
                    what, onnx_data_type_name(type.tensor_type().elem_type())));
  }
  if (!type.tensor_type().has_shape()) return {*element, std::nullopt};
  Shape shape;
  for (const auto& dimension : type.tensor_type().shape().dim()) {
    shape.push_back(dimension.has_dim_value() ? dimension.dim_value() : kOpen);
  }
  return {*element, shape};
}

// Whether `shape` is the declared one, where that is not open.
bool fits(const std::optional<Shape>& declared, const Shape& shape) {
  if (!declared) return true;
  if (declared->size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if ((*declared)[i] != kOpen && (*declared)[i] != shape[i]) return false;
  return true;
}

// Dimensions with commas, N for one that is open.
std::string open_shape_text(const Shape& shape) {
  std::string text;
  for (std::int64_t d : shape) text += (text.empty() ? "" : ",") + (d == kOpen ? std::string("N") : std::to_string(d));
  return text;
}

void check_no_open_dimension(const onnx::ValueInfoProto& info, const Shape& shape, const std::string& what) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != kOpen) continue;
    const auto& dimension = info.type().tensor_type().shape().dim(static_cast<int>(i));
    throw UserError(
        fmt::format("{}: dimension {} is dynamic ({}); Systole needs fixed "
                    "shapes, the batch size too: give it with "
                    "--shape {}={}",
                    what, i, dimension.has_dim_param() ? in_quotes(dimension.dim_param()) : "no value",
                    first_line(info.name()), open_shape_text(shape)));
  }
}

void add_input(const onnx::ValueInfoProto& info, const LoadOptions& options, GraphBuilder& builder) {
  const std::string what = builder.tensor_what("input", info.name());
  if (info.name().empty()) throw UserError(what + " has no name");
  auto [type, shape] = declared_type(info, what);
  if (const auto given = options.shapes.find(info.name()); given != options.shapes.end()) {
    if (!fits(shape, given->second))
      throw UserError(fmt::format("{}: --shape says {}, the file says {}", what, shape_text(given->second),
                                  open_shape_text(*shape)));
    shape = given->second;
  }
  if (!shape)
    throw UserError(fmt::format("{} has no shape; give it with --shape {}=N,..", what, first_line(info.name())));
  check_no_open_dimension(info, *shape, what);
  check_run_time_shape(what, type, *shape);
  builder.graph().inputs.push_back(builder.define(what, {info.name(), type, *shape, {}, false}));
}

std::string input_names(const OnnxGraph& graph) {
  std::string names;
  for (TensorId id : graph.inputs) names += (names.empty() ? "" : ", ") + in_quotes(graph.tensors[id].name);
  return names;
}

}  // namespace

void add_initializers(onnx::GraphProto& graph, GraphBuilder& builder) {
  if (graph.sparse_initializer_size() > 0) {
    throw UserError(fmt::format("{}: sparse initializer {} is not supported", builder.file(),
                                in_quotes(graph.sparse_initializer(0).values().name())));
  }
  builder.weights().add_readers(graph);
  for (auto& proto : *graph.mutable_initializer()) {
    const std::string what = builder.tensor_what("initializer", proto.name());
    if (proto.name().empty()) throw UserError(what + " has no name");
    HostTensor value = builder.weights().read(proto, proto.name(), what);
    builder.define(what, {proto.name(), value.type, value.shape, std::move(value.data), true});
    std::string().swap(*proto.mutable_raw_data());
  }
}

void add_inputs(const onnx::GraphProto& graph, const LoadOptions& options, GraphBuilder& builder) {
  std::set<std::string> listed;
  for (const auto& info : graph.input()) {
    // Old files list initializers among the inputs.
    const auto defined = builder.find(info.name());
    if (!defined || !builder.is_constant(*defined)) {
      add_input(info, options, builder);
    } else if (!listed.insert(info.name()).second) {
      throw UserError(builder.tensor_what("input", info.name()) + " is defined twice");
    }
  }
  for (const auto& [name, shape] : options.shapes) {
    const auto found = builder.find(name);
    if (!found || builder.is_constant(*found))
      throw UserError(
          fmt::format("{}: --shape names {}, which is no input of "
                      "the network; inputs are {}",
                      builder.file(), in_quotes(name), input_names(builder.graph())));
  }
}

void add_outputs(const onnx::GraphProto& graph, GraphBuilder& builder) {
  if (graph.output_size() == 0) throw UserError(builder.file() + ": the network has no output");
  std::set<std::string> seen;
  for (const auto& info : graph.output()) {
    const std::string what = builder.tensor_what("output", info.name());
    if (!seen.insert(info.name()).second) throw UserError(what + " is defined twice");
    const auto found = builder.find(info.name());
    if (!found) throw UserError(what + " is not computed by any node");
    const Tensor& tensor = builder.tensor(*found);
    if (info.has_type()) {
      const auto [type, shape] = declared_type(info, what);
      if (type != tensor.type || !fits(shape, tensor.shape)) {
        throw UserError(fmt::format("{} is declared as {}{}, the nodes compute {} {}", what, element_name(type),
                                    shape ? " " + shape_text(*shape) : "", element_name(tensor.type),
                                    shape_text(tensor.shape)));
      }
    }
    builder.graph().outputs.push_back(*found);
  }
}

}  // namespace systole
