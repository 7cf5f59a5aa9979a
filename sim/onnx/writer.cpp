// SPDX-License-Identifier: Apache-2.0
#include "onnx/writer.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <set>
#include <string>

#include "host/call.hpp"
#include "network/tensor_proto.hpp"
#include "onnx/node_inference.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {
namespace {

// The later one for networks with an operator that the first one does not have.
constexpr int kOpset = 13, kLaterOpset = 17, kIrVersion = 8;

class Writer {
 public:
  explicit Writer(const Network& network) : network_(network) {}

  onnx::ModelProto run() {
    model_.set_ir_version(kIrVersion);
    model_.set_producer_name("systole");
    const bool later = std::any_of(network_.nodes.begin(), network_.nodes.end(), [](const Node& node) {
      return node.operator_name == "LayerNormalization" || node.operator_name == "Trilu";
    });
    model_.add_opset_import()->set_version(later ? kLaterOpset : kOpset);
    graph().set_name(network_.name);
    for (TensorId id : network_.inputs) add_value(id, *graph().add_input());
    for (TensorId id : network_.outputs) add_value(id, *graph().add_output());
    for (const Node& node : network_.nodes) add_node(node, std::get<HostOperator>(node.operation));
    return std::move(model_);
  }

 private:
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  const Tensor& tensor(TensorId id) const { return network_.tensors.at(id); }

  void add_value(TensorId id, onnx::ValueInfoProto& info) {
    info.set_name(tensor(id).name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx_data_type_of(tensor(id).type));
    for (std::int64_t d : tensor(id).shape) type.mutable_shape()->add_dim()->set_dim_value(d);
    if (tensor(id).is_constant) use(id);
  }

  // The tensor's name; a constant becomes an initializer when it is first used.
  std::string use(TensorId id) {
    if (id == kNoTensor) return "";
    if (tensor(id).is_constant && written_.insert(id).second) {
      auto& proto = *graph().add_initializer();
      proto.set_name(tensor(id).name);
      proto.set_data_type(onnx_data_type_of(tensor(id).type));
      for (std::int64_t d : tensor(id).shape) proto.add_dims(d);
      proto.set_raw_data(tensor(id).data.data(), tensor(id).data.size());
    }
    return tensor(id).name;
  }

  std::string add_list(const std::string& name, const std::vector<std::int64_t>& values) {
    auto& proto = *graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(onnx::TensorProto::INT64);
    proto.add_dims(static_cast<std::int64_t>(values.size()));
    for (std::int64_t v : values) proto.add_int64_data(v);
    return name;
  }

  std::string add_number(const std::string& name, float value) {
    auto& proto = *graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(onnx::TensorProto::FLOAT);
    proto.add_float_data(value);
    return name;
  }

  std::string add_numbers(const std::string& name, const std::vector<float>& values) {
    auto& proto = *graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(onnx::TensorProto::FLOAT);
    proto.add_dims(static_cast<std::int64_t>(values.size()));
    for (float v : values) proto.add_float_data(v);
    return name;
  }

  std::string add_integer(const std::string& name, std::int64_t value) {
    auto& proto = *graph().add_initializer();
    proto.set_name(name);
    proto.set_data_type(onnx::TensorProto::INT64);
    proto.add_int64_data(value);
    return name;
  }

  static void set(onnx::NodeProto& node, const std::string& name, const std::vector<std::int64_t>& values, bool list) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(list ? onnx::AttributeProto::INTS : onnx::AttributeProto::INT);
    if (!list) attribute.set_i(values.at(0));
    for (std::size_t i = 0; list && i < values.size(); ++i) attribute.add_ints(values[i]);
  }

  void add_node(const Node& node, const HostOperator& op) {
    static const std::set<std::string> lists = {"kernel_shape", "strides", "dilations", "pads", "perm", "axes"};
    static const std::set<std::string> reshapes = {"Reshape", "Flatten", "Squeeze", "Unsqueeze"};
    const std::string& name = node.operator_name;
    if (name == "Softmax" || name == "LogSoftmax") return add_softmax(node, op);
    auto& proto = *graph().add_node();
    proto.set_name(node.name);
    proto.set_op_type(name);
    if (name.rfind("QLinear", 0) == 0 && name != "QLinearConv" && name != "QLinearMatMul")
      proto.set_domain(kMicrosoftDomain);
    for (TensorId id : op.inputs) proto.add_input(use(id));
    for (TensorId id : op.outputs) proto.add_output(tensor(id).name);
    const std::string base = tensor(op.outputs.at(0)).name;
    HostOperator rest = op;
    const auto list_input = [&](const char* attribute) {
      const auto found = rest.ints.find(attribute);
      proto.add_input(found == rest.ints.end() ? "" : add_list(base + "." + attribute, found->second));
      if (found != rest.ints.end()) rest.ints.erase(found);
    };
    if (reshapes.count(name) != 0) {
      proto.set_op_type("Reshape");
      proto.add_input(add_list(base + ".shape", tensor(op.outputs[0]).shape));
      rest.ints.clear();
    } else if (name == "Expand") {
      proto.add_input(add_list(base + ".shape", tensor(op.outputs[0]).shape));
    } else if (name == "Dropout") {
      proto.set_op_type("Identity");
      rest = {};
    } else if (name == "Split") {
      const auto axis = op.ints.count("axis") != 0 ? op.ints.at("axis").at(0) : 0;
      std::vector<std::int64_t> sizes;
      for (TensorId id : op.outputs) {
        const Shape& shape = tensor(id).shape;
        sizes.push_back(
            shape.at(static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis)));
      }
      proto.add_input(add_list(base + ".split", sizes));
      rest.ints.erase("split");
    } else if (name == "Clip") {
      for (const char* limit : {"min", "max"}) {
        const auto found = rest.floats.find(limit);
        proto.add_input(found == rest.floats.end() ? "" : add_number(base + "." + limit, found->second.at(0)));
        rest.floats.erase(limit);
      }
    } else if (name == "Pad") {
      list_input("pads");
      if (const auto found = rest.floats.find("value"); found != rest.floats.end())
        proto.add_input(add_number(base + ".value", found->second.at(0)));
      rest.floats.erase("value");
    } else if (name == "Resize") {
      // Inputs: x, the region of a mode that Systole does not have, scales, sizes.
      proto.add_input("");
      if (const auto found = rest.floats.find("scales"); found != rest.floats.end()) {
        proto.add_input(add_numbers(base + ".scales", found->second));
        rest.floats.erase(found);
      } else {
        proto.add_input("");
        proto.add_input(add_list(base + ".sizes", tensor(op.outputs[0]).shape));
      }
    } else if (name == "Tile") {
      std::vector<std::int64_t> repeats;
      for (std::size_t d = 0; d < tensor(op.outputs[0]).shape.size(); ++d)
        repeats.push_back(tensor(op.outputs[0]).shape[d] / std::max<std::int64_t>(tensor(op.inputs[0]).shape.at(d), 1));
      proto.add_input(add_list(base + ".repeats", repeats));
    } else if (name == "Trilu") {
      proto.add_input(add_integer(base + ".k", rest.ints.count("k") != 0 ? rest.ints.at("k").at(0) : 0));
      rest.ints.erase("k");
    } else if (name == "Slice") {
      for (const char* list : {"starts", "ends", "axes", "steps"}) list_input(list);
    } else if (name == "ReduceSum") {
      list_input("axes");
    } else if (name == "ConstantOfShape") {
      throw InternalError("invariant broken: constants are folded before a network is written");
    }
    for (const char* resolved :
         {"auto_pad", "ceil_mode", "storage_order", "spatial", "consumed_inputs", "training_mode", "is_test"}) {
      rest.ints.erase(resolved);
      rest.strings.erase(resolved);
    }
    if (name == "AveragePool") rest.ints.erase("dilations");  // all 1: that operator set knows no others
    for (const auto& [key, values] : rest.ints) set(proto, key, values, lists.count(key) != 0);
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

  // Before operator set 13 a softmax went over all dimensions from the axis on: now over the last one of a matrix.
  void add_softmax(const Node& node, const HostOperator& op) {
    const bool flattens = op.ints.count("flattens") != 0 && op.ints.at("flattens").at(0) != 0;
    const Shape& shape = tensor(op.outputs[0]).shape;
    const auto rank = static_cast<std::int64_t>(shape.size());
    std::int64_t axis = op.ints.count("axis") != 0 ? op.ints.at("axis").at(0) : flattens ? 1 : -1;
    if (axis < 0) axis += rank;
    const std::string input = use(op.inputs[0]), output = tensor(op.outputs[0]).name;
    const auto softmax = [&](const std::string& from, const std::string& to, std::int64_t along) {
      auto& proto = *graph().add_node();
      proto.set_name(node.name);
      proto.set_op_type(node.operator_name);
      proto.add_input(from);
      proto.add_output(to);
      set(proto, "axis", {along}, false);
    };
    if (!flattens || axis == rank - 1) return softmax(input, output, axis);
    std::int64_t outer = 1;
    for (std::int64_t d = 0; d < axis; ++d) outer *= shape[static_cast<std::size_t>(d)];
    reshape(input, output + ".matrix", add_list(output + ".matrix_shape", {outer, -1}));
    softmax(output + ".matrix", output + ".matrix_softmax", 1);
    reshape(output + ".matrix_softmax", output, add_list(output + ".shape", shape));
  }

  void reshape(const std::string& from, const std::string& to, const std::string& shape) {
    auto& node = *graph().add_node();
    node.set_name(to);
    node.set_op_type("Reshape");
    node.add_input(from);
    node.add_input(shape);
    node.add_output(to);
  }

  const Network& network_;
  onnx::ModelProto model_;
  std::set<TensorId> written_;
};

}  // namespace

void write_onnx(const std::filesystem::path& file, const Network& network) {
  const onnx::ModelProto model = Writer(network).run();
  constexpr std::size_t kMostBytes = (std::size_t{1} << 31) - 1;  // of a protobuf message
  if (model.ByteSizeLong() > kMostBytes)
    throw UserError(fmt::format("{}: the network has {} bytes, an ONNX file at most {}", file.string(),
                                model.ByteSizeLong(), kMostBytes));
  write_whole_file(file, model.SerializeAsString());
}

}  // namespace systole
