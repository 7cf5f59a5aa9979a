// SPDX-License-Identifier: Apache-2.0
#include "onnx/writer.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "network/tensor_proto.hpp"
#include "onnx/inference/microsoft.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {
namespace {

// The later one for networks with an operator that the first one does not have.
constexpr int kOpset = 13, kLaterOpset = 17, kIrVersion = 8;

// The file's graph while it is written, with initializers for what is no tensor of ours.
class FileGraph {
 public:
  FileGraph(const OnnxGraph& graph, onnx::GraphProto& proto) : graph_(graph), proto_(proto) {}

  const Tensor& tensor(TensorId id) const { return graph_.tensors.at(id); }

  // The tensor's name; a constant becomes an initializer when it is first used.
  std::string use(TensorId id) {
    if (id == kNoTensor) return "";
    if (tensor(id).is_constant && written_.insert(id).second) {
      auto& initializer = add_initializer(tensor(id).name, onnx_data_type_of(tensor(id).type));
      for (std::int64_t d : tensor(id).shape) initializer.add_dims(d);
      initializer.set_raw_data(tensor(id).data.data(), tensor(id).data.size());
    }
    return tensor(id).name;
  }

  void add_value(TensorId id, onnx::ValueInfoProto& info) {
    info.set_name(tensor(id).name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx_data_type_of(tensor(id).type));
    for (std::int64_t d : tensor(id).shape) type.mutable_shape()->add_dim()->set_dim_value(d);
    if (tensor(id).is_constant) use(id);
  }

  // Each returns the initializer's name.
  std::string add_integers(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& initializer = add_initializer(name, onnx::TensorProto::INT64);
    initializer.add_dims(static_cast<std::int64_t>(values.size()));
    for (std::int64_t v : values) initializer.add_int64_data(v);
    return name;
  }
  std::string add_integer(const std::string& name, std::int64_t value) {
    add_initializer(name, onnx::TensorProto::INT64).add_int64_data(value);
    return name;
  }
  std::string add_numbers(const std::string& name, const std::vector<float>& values) {
    auto& initializer = add_initializer(name, onnx::TensorProto::FLOAT);
    initializer.add_dims(static_cast<std::int64_t>(values.size()));
    for (float v : values) initializer.add_float_data(v);
    return name;
  }
  std::string add_number(const std::string& name, float value) {
    add_initializer(name, onnx::TensorProto::FLOAT).add_float_data(value);
    return name;
  }

  onnx::NodeProto& add_node(const std::string& name, const std::string& operator_name) {
    auto& node = *proto_.add_node();
    node.set_name(name);
    node.set_op_type(operator_name);
    return node;
  }

 private:
  onnx::TensorProto& add_initializer(const std::string& name, int data_type) {
    auto& initializer = *proto_.add_initializer();
    initializer.set_name(name);
    initializer.set_data_type(data_type);
    return initializer;
  }

  const OnnxGraph& graph_;
  onnx::GraphProto& proto_;
  std::set<TensorId> written_;
};

void set_integers(onnx::NodeProto& proto, const std::string& name, const std::vector<std::int64_t>& values,
                  bool is_list) {
  auto& attribute = *proto.add_attribute();
  attribute.set_name(name);
  attribute.set_type(is_list ? onnx::AttributeProto::INTS : onnx::AttributeProto::INT);
  if (!is_list) attribute.set_i(values.at(0));
  for (std::size_t i = 0; is_list && i < values.size(); ++i) attribute.add_ints(values[i]);
}

// One node while it is written: the attributes that are not written yet, and what is made of those that operator set
// 13 has as inputs.
struct NodeWriter {
  FileGraph& file;
  const OnnxNode& node;
  onnx::NodeProto& proto;
  Attributes rest;

  const Shape& output_shape() const { return file.tensor(node.outputs.at(0)).shape; }
  std::string input_name(const std::string& what) const { return file.tensor(node.outputs.at(0)).name + "." + what; }

  void list_input(const char* attribute) {
    const auto found = rest.ints.find(attribute);
    proto.add_input(found == rest.ints.end() ? "" : file.add_integers(input_name(attribute), found->second));
    rest.ints.erase(attribute);
  }

  void add_reshape() {
    proto.set_op_type("Reshape");
    proto.add_input(file.add_integers(input_name("shape"), output_shape()));
    rest.ints.clear();
  }

  void add_expand() { proto.add_input(file.add_integers(input_name("shape"), output_shape())); }

  void add_dropout() {
    proto.set_op_type("Identity");
    rest = {};
  }

  void add_split() {
    std::int64_t axis = node.integer("axis", 0);
    if (axis < 0) axis += static_cast<std::int64_t>(output_shape().size());
    std::vector<std::int64_t> sizes;
    for (TensorId id : node.outputs) sizes.push_back(file.tensor(id).shape.at(static_cast<std::size_t>(axis)));
    proto.add_input(file.add_integers(input_name("split"), sizes));
    rest.ints.erase("split");
  }

  void add_clip() {
    for (const char* limit : {"min", "max"}) {
      const auto found = rest.floats.find(limit);
      proto.add_input(found == rest.floats.end() ? "" : file.add_number(input_name(limit), found->second.at(0)));
      rest.floats.erase(limit);
    }
  }

  void add_pad() {
    list_input("pads");
    if (const auto found = rest.floats.find("value"); found != rest.floats.end())
      proto.add_input(file.add_number(input_name("value"), found->second.at(0)));
    rest.floats.erase("value");
  }

  void add_cumulative_sum() {
    proto.add_input(file.add_integer(input_name("axis"), node.integer("axis", 0)));
    rest.ints.erase("axis");
  }

  // Inputs: indices, depth, values.
  void add_one_hot() {
    const auto rank = static_cast<std::int64_t>(output_shape().size());
    const std::int64_t axis = node.integer("axis", -1);
    const std::int64_t depth = output_shape().at(static_cast<std::size_t>(axis < 0 ? axis + rank : axis));
    proto.add_input(proto.input(1));
    proto.set_input(1, file.add_integers(input_name("depth"), {depth}));
  }

  void add_top_k() {
    const auto rank = static_cast<std::int64_t>(output_shape().size());
    const std::int64_t axis = node.integer("axis", -1);
    proto.add_input(file.add_integers(input_name("k"),
                                      {output_shape().at(static_cast<std::size_t>(axis < 0 ? axis + rank : axis))}));
    rest.ints.erase("k");
  }

  // Inputs: x, the region of a mode that Systole does not have, scales, sizes.
  void add_resize() {
    proto.add_input("");
    if (const auto found = rest.floats.find("scales"); found != rest.floats.end()) {
      proto.add_input(file.add_numbers(input_name("scales"), found->second));
      rest.floats.erase(found);
    } else {
      proto.add_input("");
      proto.add_input(file.add_integers(input_name("sizes"), output_shape()));
    }
  }

  void add_tile() {
    const Shape& x = file.tensor(node.inputs.at(0)).shape;
    std::vector<std::int64_t> repeats;
    for (std::size_t d = 0; d < output_shape().size(); ++d)
      repeats.push_back(output_shape()[d] / std::max<std::int64_t>(x.at(d), 1));
    proto.add_input(file.add_integers(input_name("repeats"), repeats));
  }

  void add_trilu() {
    proto.add_input(file.add_integer(input_name("k"), node.integer("k", 0)));
    rest.ints.erase("k");
  }

  void add_slice() {
    for (const char* list : {"starts", "ends", "axes", "steps"}) list_input(list);
  }

  void add_reduce_sum() { list_input("axes"); }

  void refuse_fill() { throw InternalError("invariant broken: constants are folded before a network is written"); }

  // What is left, as attributes.
  void add_attributes() {
    static const std::set<std::string> lists = {"kernel_shape", "strides", "dilations", "pads", "perm", "axes"};
    for (const char* resolved :
         {"auto_pad", "ceil_mode", "storage_order", "spatial", "consumed_inputs", "training_mode", "is_test"}) {
      rest.ints.erase(resolved);
      rest.strings.erase(resolved);
    }
    // All 1: that operator set knows no others.
    if (node.operator_name == "AveragePool") rest.ints.erase("dilations");
    for (const auto& [key, values] : rest.ints) set_integers(proto, key, values, lists.count(key) != 0);
    for (const auto& [key, values] : rest.floats) {
      auto& attribute = *proto.add_attribute();
      attribute.set_name(key);
      attribute.set_type(onnx::AttributeProto::FLOAT);
      attribute.set_f(values.at(0));
    }
    for (const auto& [key, value] : rest.strings) {
      auto& attribute = *proto.add_attribute();
      attribute.set_name(key);
      attribute.set_type(onnx::AttributeProto::STRING);
      attribute.set_s(value);
    }
  }
};

// Operators whose inputs the reader has changed.
const std::map<std::string, void (NodeWriter::*)()>& restored_operators() {
  static const std::map<std::string, void (NodeWriter::*)()> table = {
      {"Clip", &NodeWriter::add_clip},
      {"ConstantOfShape", &NodeWriter::refuse_fill},
      {"CumSum", &NodeWriter::add_cumulative_sum},
      {"Dropout", &NodeWriter::add_dropout},
      {"Expand", &NodeWriter::add_expand},
      {"Flatten", &NodeWriter::add_reshape},
      {"OneHot", &NodeWriter::add_one_hot},
      {"Pad", &NodeWriter::add_pad},
      {"ReduceSum", &NodeWriter::add_reduce_sum},
      {"Reshape", &NodeWriter::add_reshape},
      {"Resize", &NodeWriter::add_resize},
      {"Slice", &NodeWriter::add_slice},
      {"Split", &NodeWriter::add_split},
      {"Squeeze", &NodeWriter::add_reshape},
      {"Tile", &NodeWriter::add_tile},
      {"TopK", &NodeWriter::add_top_k},
      {"Trilu", &NodeWriter::add_trilu},
      {"Unsqueeze", &NodeWriter::add_reshape},
  };
  return table;
}

void add_reshape(FileGraph& file, const std::string& from, const std::string& to, const std::string& shape) {
  auto& node = file.add_node(to, "Reshape");
  node.add_input(from);
  node.add_input(shape);
  node.add_output(to);
}

// Before operator set 13 a softmax went over all dimensions from the axis on: now over the last one of a matrix.
void add_softmax(FileGraph& file, const OnnxNode& node) {
  const bool flattens = node.flag("flattens");
  const Shape& shape = file.tensor(node.outputs[0]).shape;
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::int64_t axis = node.integer("axis", flattens ? 1 : -1);
  if (axis < 0) axis += rank;
  const std::string input = file.use(node.inputs[0]), output = file.tensor(node.outputs[0]).name;
  const auto softmax = [&](const std::string& from, const std::string& to, std::int64_t along) {
    auto& proto = file.add_node(node.name, node.operator_name);
    proto.add_input(from);
    proto.add_output(to);
    set_integers(proto, "axis", {along}, false);
  };
  if (!flattens || axis == rank - 1) return softmax(input, output, axis);
  std::int64_t outer = 1;
  for (std::int64_t d = 0; d < axis; ++d) outer *= shape[static_cast<std::size_t>(d)];
  add_reshape(file, input, output + ".matrix", file.add_integers(output + ".matrix_shape", {outer, -1}));
  softmax(output + ".matrix", output + ".matrix_softmax", 1);
  add_reshape(file, output + ".matrix_softmax", output, file.add_integers(output + ".shape", shape));
}

void add_node(FileGraph& file, const OnnxNode& node) {
  const std::string& name = node.operator_name;
  if (name == "Softmax" || name == "LogSoftmax" || name == "Hardmax") return add_softmax(file, node);
  auto& proto = file.add_node(node.name, name);
  if (is_microsoft_operator(name)) proto.set_domain(kMicrosoftDomain);
  for (TensorId id : node.inputs) proto.add_input(file.use(id));
  for (TensorId id : node.outputs) proto.add_output(file.tensor(id).name);
  NodeWriter writer{file, node, proto, node};
  const auto restored = restored_operators().find(name);
  if (restored != restored_operators().end()) (writer.*restored->second)();
  writer.add_attributes();
}

onnx::ModelProto model_of(const OnnxGraph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("systole");
  const bool later = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const OnnxNode& node) {
    static const std::set<std::string> since_then = {"LayerNormalization", "Trilu", "ScatterElements", "ScatterND"};
    static const std::set<std::string> more_types = {"Add", "Sub", "Mul", "Div", "Relu"};
    return since_then.count(node.operator_name) != 0 ||
           (more_types.count(node.operator_name) != 0 &&
            graph.tensors.at(node.inputs.at(0)).type != ElementType::kFloat32);
  });
  model.add_opset_import()->set_version(later ? kLaterOpset : kOpset);
  onnx::GraphProto& proto = *model.mutable_graph();
  proto.set_name(graph.name);
  FileGraph file(graph, proto);
  for (TensorId id : graph.inputs) file.add_value(id, *proto.add_input());
  for (TensorId id : graph.outputs) file.add_value(id, *proto.add_output());
  for (const OnnxNode& node : graph.nodes) add_node(file, node);
  return model;
}

}  // namespace

void write_onnx(OutputFile& file, const OnnxGraph& graph) {
  const onnx::ModelProto model = model_of(graph);
  constexpr std::size_t kMostBytes = (std::size_t{1} << 31) - 1;  // of a protobuf message
  if (model.ByteSizeLong() > kMostBytes)
    throw UserError(fmt::format("{}: the network has {} bytes, an ONNX file at most {}", file.path().string(),
                                model.ByteSizeLong(), kMostBytes));
  file.write(model.SerializeAsString());
}

void write_onnx(const std::filesystem::path& path, const OnnxGraph& graph) {
  OutputFile file(path);
  write_onnx(file, graph);
}

}  // namespace systole
