// SPDX-License-Identifier: Apache-2.0
#include "onnx/model_loader.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <new>
#include <optional>
#include <queue>
#include <set>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "host/call.hpp"
#include "host/operators.hpp"
#include "network/message_text.hpp"
#include "network/tensor_proto.hpp"
#include "onnx/external_data.hpp"
#include "onnx/input_lowering.hpp"
#include "onnx/node_inference.hpp"
#include "onnx/quantization_check.hpp"
#include "support/error.hpp"
#include "support/file.hpp"

namespace systole {
namespace {

// What folding may add to the constants of the file; a small file must not become a large network.
constexpr std::size_t kMaxFoldedBytes = std::size_t{256} << 20;

class Loader {
 public:
  // `file` starts error messages.
  Loader(std::istream& in, const std::filesystem::path& file, LoadOptions options)
      : file_(file.string()), options_(std::move(options)) {
    constexpr int kBlockBytes = 1 << 20;
    const bool empty = in.peek() == std::istream::traits_type::eof();
    google::protobuf::io::IstreamInputStream blocks(
        &in, kBlockBytes);  // networks are hundreds of megabytes, so none is held twice
    if (empty || !model_.ParseFromZeroCopyStream(&blocks))
      throw UserError(file_ + ": not an ONNX network (it does not parse)");
    if (!model_.has_graph() || model_.opset_import_size() == 0) {
      throw UserError(file_ + ": not an ONNX network (it has no graph or no operator set)");
    }
    network_.name = model_.graph().name().empty() ? file.stem().string() : model_.graph().name();
  }

  Network load() {
    read_opset();
    if (model_.graph().sparse_initializer_size() > 0) {
      throw UserError(file_ + ": sparse initializer " +
                      in_quotes(model_.graph().sparse_initializer(0).values().name()) + " is not supported");
    }
    for (auto& initializer : *model_.mutable_graph()->mutable_initializer()) {
      add_initializer(initializer);
      std::string().swap(*initializer.mutable_raw_data());  // the same bytes are a tensor now
    }
    for (const auto& input : model_.graph().input()) add_input(input);
    for (const auto& [name, shape] : options_.shapes) {
      const auto found = by_name_.find(name);
      if (found == by_name_.end() || network_.tensors[found->second].is_constant)
        throw UserError(fmt::format("{}: --shape names {}, which is no input of the network; inputs are {}", file_,
                                    in_quotes(name), input_names()));
    }
    for (const auto& node : model_.graph().node()) read_names_.insert(node.input().begin(), node.input().end());
    for (const auto& output : model_.graph().output()) read_names_.insert(output.name());
    for (int node : sorted_nodes()) add_node(node);
    add_outputs();
    return std::move(network_);
  }

 private:
  std::string input_names() const {
    std::string names;
    for (TensorId id : network_.inputs) names += (names.empty() ? "" : ", ") + in_quotes(network_.tensors[id].name);
    return names;
  }

  void read_opset() {
    for (const auto& import : model_.opset_import()) {
      if (import.domain().empty() || import.domain() == "ai.onnx") opset_ = import.version();
    }
    if (opset_ < kMinOpset || opset_ > kMaxOpset) {
      throw UserError(
          fmt::format("{}: ONNX operator set {}; supported are {} to {}", file_, opset_, kMinOpset, kMaxOpset));
    }
  }

  std::string tensor_what(const char* kind, const std::string& name) const {
    return fmt::format("{}: {} {}", file_, kind, in_quotes(name));
  }

  std::string node_what(const onnx::NodeProto& node, int index) const {
    const std::string name = node.name().empty() ? fmt::format("number {}", index) : in_quotes(node.name());
    return fmt::format("{}: node {} ({})", file_, name, first_line(node.op_type()));
  }

  TensorId define(const std::string& what, Tensor tensor) {
    const auto id = static_cast<TensorId>(network_.tensors.size());
    if (!by_name_.emplace(tensor.name, id).second) throw UserError(what + " is defined twice");
    network_.tensors.push_back(std::move(tensor));
    return id;
  }

  void add_initializer(const onnx::TensorProto& proto) {
    const std::string what = tensor_what("initializer", proto.name());
    if (proto.name().empty()) throw UserError(what + " has no name");
    HostTensor value = is_external(proto) ? tensor_from_proto(with_external_data(proto, file_, what), what)
                                          : tensor_from_proto(proto, what);
    define(what, {proto.name(), value.type, value.shape, std::move(value.data), true});
  }

  // The declared type; shape empty when the file does not declare one.
  std::pair<ElementType, std::optional<Shape>> declared_type(const onnx::ValueInfoProto& info,
                                                             const std::string& what) const {
    const auto& type = info.type();
    if (!type.has_tensor_type()) throw UserError(what + " is not a tensor, which is not supported");
    const auto element = element_type_of(type.tensor_type().elem_type());
    if (!element) {
      throw UserError(fmt::format("{} has the element type {}; supported are int8, uint8, int32, int64, float32, bool",
                                  what, onnx_data_type_name(type.tensor_type().elem_type())));
    }
    if (!type.tensor_type().has_shape()) return {*element, std::nullopt};
    Shape shape;
    for (const auto& dimension : type.tensor_type().shape().dim()) {
      shape.push_back(dimension.has_dim_value() ? dimension.dim_value() : kUnknown);
    }
    return {*element, shape};
  }

  void add_input(const onnx::ValueInfoProto& info) {
    if (by_name_.count(info.name()) != 0 && network_.tensors[by_name_.at(info.name())].is_constant) {
      // Old files list initializers among the inputs.
      if (!initializer_inputs_.insert(info.name()).second)
        throw UserError(tensor_what("input", info.name()) + " is defined twice");
      return;
    }
    const std::string what = tensor_what("input", info.name());
    if (info.name().empty()) throw UserError(what + " has no name");
    auto [type, shape] = declared_type(info, what);
    if (const auto given = options_.shapes.find(info.name()); given != options_.shapes.end()) {
      bool fits = !shape || shape->size() == given->second.size();
      for (std::size_t i = 0; fits && shape && i < shape->size(); ++i)
        fits = (*shape)[i] == kUnknown || (*shape)[i] == given->second[i];
      if (!fits)
        throw UserError(fmt::format("{}: --shape says {}, the file says {}", what, shape_text(given->second),
                                    open_shape_text(*shape)));
      shape = given->second;
    }
    if (!shape)
      throw UserError(fmt::format("{} has no shape; give it with --shape {}=N,..", what, first_line(info.name())));
    for (std::size_t i = 0; i < shape->size(); ++i) {
      if ((*shape)[i] != kUnknown) continue;
      const auto& dimension = info.type().tensor_type().shape().dim(static_cast<int>(i));
      throw UserError(
          fmt::format("{}: dimension {} is dynamic ({}); Systole needs fixed shapes, the batch size too: give it with "
                      "--shape {}={}",
                      what, i, dimension.has_dim_param() ? in_quotes(dimension.dim_param()) : "no value",
                      first_line(info.name()), open_shape_text(*shape)));
    }
    check_run_time_shape(what, type, *shape);
    network_.inputs.push_back(define(what, {info.name(), type, *shape, {}, false}));
  }

  // Dimensions with commas, N for one that is open.
  static std::string open_shape_text(const Shape& shape) {
    std::string text;
    for (std::int64_t d : shape)
      text += (text.empty() ? "" : ",") + (d == kUnknown ? std::string("N") : std::to_string(d));
    return text;
  }

  void check_run_time_shape(const std::string& what, ElementType type, const Shape& shape) const {
    check_tensor_size(what, type, shape);
    for (std::int64_t dimension : shape) {
      if (dimension == 0) throw UserError(fmt::format("{} has a dimension of zero: {}", what, shape_text(shape)));
    }
  }

  // Indices of the graph's nodes so that every node comes after those that it reads from, otherwise
  // in the file's order.
  std::vector<int> sorted_nodes() const {
    const auto& nodes = model_.graph().node();
    std::unordered_map<std::string, int> producer;
    for (int i = 0; i < nodes.size(); ++i) {
      for (const auto& output : nodes[i].output()) {
        if (output.empty()) continue;
        if (by_name_.count(output) != 0 || !producer.emplace(output, i).second) {
          throw UserError(fmt::format("{}: output {} is defined twice", node_what(nodes[i], i), in_quotes(output)));
        }
      }
    }
    std::vector<std::vector<int>> readers(static_cast<std::size_t>(nodes.size()));
    std::vector<int> waiting(static_cast<std::size_t>(nodes.size()), 0);
    for (int i = 0; i < nodes.size(); ++i) {
      for (const auto& input : nodes[i].input()) {
        if (input.empty() || by_name_.count(input) != 0) continue;
        const auto found = producer.find(input);
        if (found == producer.end()) {
          throw UserError(
              fmt::format("{}: input {} is neither an input of the network, an initializer nor the "
                          "output of a node",
                          node_what(nodes[i], i), in_quotes(input)));
        }
        readers[static_cast<std::size_t>(found->second)].push_back(i);
        ++waiting[static_cast<std::size_t>(i)];
      }
    }
    std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
    for (int i = 0; i < nodes.size(); ++i) {
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
    if (order.size() != static_cast<std::size_t>(nodes.size())) {
      const auto stuck =
          std::find_if(waiting.begin(), waiting.end(), [](int count) { return count > 0; }) - waiting.begin();
      throw UserError(node_what(nodes[static_cast<int>(stuck)], static_cast<int>(stuck)) +
                      ": the network has a cycle through or before this node");
    }
    return order;
  }

  void add_attributes(const onnx::NodeProto& node, HostOperator& op, const std::string& what) {
    using A = onnx::AttributeProto;
    for (const auto& attribute : node.attribute()) {
      switch (attribute.type()) {
        case A::INT:
          op.ints[attribute.name()] = {attribute.i()};
          break;
        case A::INTS:
          op.ints[attribute.name()].assign(attribute.ints().begin(), attribute.ints().end());
          break;
        case A::FLOAT:
          op.floats[attribute.name()] = {attribute.f()};
          break;
        case A::FLOATS:
          op.floats[attribute.name()].assign(attribute.floats().begin(), attribute.floats().end());
          break;
        case A::STRING:
          op.strings[attribute.name()] = attribute.s();
          break;
        case A::TENSOR:
          break;  // of Constant and ConstantOfShape, read where those are
        default:
          throw UserError(
              fmt::format("{}: attribute {} has a type that is not supported", what, in_quotes(attribute.name())));
      }
    }
  }

  void add_constant(const onnx::NodeProto& node, const HostOperator& op, const std::string& what) {
    HostTensor value;
    if (node.attribute_size() != 1) throw UserError(what + ": exactly one attribute is needed");
    const auto& attribute = node.attribute(0);
    const auto fill = [&](ElementType type, Shape shape, const void* data) {
      value = make_host_tensor(type, shape);
      if (!value.data.empty()) std::memcpy(value.data.data(), data, value.data.size());
    };
    if (attribute.name() == "value") {
      value = tensor_from_proto(attribute.t(), what + ": the value");
    } else if (attribute.name() == "value_int" || attribute.name() == "value_ints") {
      const auto& ints = op.ints.at(attribute.name());
      fill(ElementType::kInt64,
           attribute.name() == "value_int" ? Shape{} : Shape{static_cast<std::int64_t>(ints.size())}, ints.data());
    } else if (attribute.name() == "value_float" || attribute.name() == "value_floats") {
      const auto& floats = op.floats.at(attribute.name());
      fill(ElementType::kFloat32,
           attribute.name() == "value_float" ? Shape{} : Shape{static_cast<std::int64_t>(floats.size())},
           floats.data());
    } else {
      throw UserError(fmt::format("{}: attribute {} is not supported", what, in_quotes(attribute.name())));
    }
    define(fmt::format("{}: output {}", what, in_quotes(node.output(0))),
           {node.output(0), value.type, value.shape, std::move(value.data), true});
  }

  void add_node(int index) {
    onnx::NodeProto node = model_.graph().node(index);
    const std::string what = node_what(node, index);
    if (node.domain() == "ai.onnx") node.clear_domain();
    if (!is_supported(node)) {
      throw UserError(
          fmt::format("{}: operator {} is not supported; supported are {}", what,
                      in_quotes(node.domain().empty() ? node.op_type() : node.domain() + "." + node.op_type()),
                      supported_operators()));
    }
    HostOperator op;
    for (const auto& input : node.input()) op.inputs.push_back(input.empty() ? kNoTensor : by_name_.at(input));
    const InputLowering inputs(network_.tensors, opset_);
    inputs.before_inference(node, op, what);
    const int opset = adapt_to_known_opset(node, opset_, what);
    check_node_schema(node, opset, what);
    add_attributes(node, op, what);
    if (node.op_type() == "Constant") return add_constant(node, op, what);
    // What was a 2-D softmax over flattened dimensions is one over an axis since operator set 13.
    if (node.op_type() == "Softmax" || node.op_type() == "LogSoftmax") op.ints["flattens"] = {opset_ < 13 ? 1 : 0};

    const HostEntry* entry = find_host_operator(node.op_type());
    invariant(entry != nullptr, "a supported operator is in the table");
    if (op.inputs.empty() || op.inputs[0] == kNoTensor) throw UserError(what + ": input 0 is missing");
    const ElementType first_type = network_.tensors[op.inputs[0]].type;
    if (std::find(entry->types.begin(), entry->types.end(), first_type) == entry->types.end()) {
      throw UserError(fmt::format("{}: input {} is {}, which is not supported for this operator", what,
                                  in_quotes(network_.tensors[op.inputs[0]].name), element_name(first_type)));
    }
    if (node.op_type() == "Pow" && network_.tensors[op.inputs.at(1)].type != first_type) {
      throw UserError(fmt::format("{}: the exponent {} is {}; supported is {}", what,
                                  in_quotes(network_.tensors[op.inputs[1]].name),
                                  element_name(network_.tensors[op.inputs[1]].type), element_name(first_type)));
    }
    if (node.op_type() == "PRelu" && opset_ < 7) spread_slopes(op);
    drop_unread_outputs(node);
    std::vector<TensorType> types = infer_outputs(node, opset, op, network_.tensors, what);
    if (node.op_type() == "ConstantOfShape") {
      add_fill_value(node, op, what);
    }
    check_quantization(node.op_type(), op, network_.tensors, types.at(0).type, what);
    inputs.after_inference(node.op_type(), op, what);
    add_node_outputs(node, types, std::move(op), *entry, what);
  }

  // Up to operator set 6 the slopes of PRelu belonged to channels; since then they are broadcast.
  void spread_slopes(HostOperator& op) {
    const Shape& x = network_.tensors[op.inputs.at(0)].shape;
    if (op.inputs.size() < 2 || op.inputs[1] == kNoTensor || x.size() < 2) return;
    Tensor slopes = network_.tensors[op.inputs[1]];
    if (!slopes.is_constant || slopes.shape != Shape{x[1]}) return;
    slopes.shape.resize(x.size() - 1, 1);
    op.inputs[1] = static_cast<TensorId>(network_.tensors.size());
    network_.tensors.push_back(std::move(slopes));
  }

  static bool has_several_outputs(const onnx::NodeProto& node) {
    return node.op_type() == "Split" || node.op_type() == "DynamicQuantizeLinear" ||
           node.op_type() == "LayerNormalization";
  }

  // The mask of Dropout and the like, whose type not every operator set tells.
  void drop_unread_outputs(onnx::NodeProto& node) const {
    if (has_several_outputs(node) && node.op_type() != "LayerNormalization") return;
    auto& outputs = *node.mutable_output();
    while (outputs.size() > 1 && !is_read(outputs.Get(outputs.size() - 1))) outputs.RemoveLast();
  }

  void add_fill_value(const onnx::NodeProto& node, HostOperator& op, const std::string& what) {
    for (const auto& attribute : node.attribute()) {
      HostTensor value = tensor_from_proto(attribute.t(), what + ": the value");
      if (element_count(value.shape) != 1) throw UserError(what + ": the value must have one element");
      op.inputs.push_back(static_cast<TensorId>(network_.tensors.size()));
      network_.tensors.push_back({node.output(0) + ".value", value.type, value.shape, std::move(value.data), true});
    }
  }

  static bool is_supported(const onnx::NodeProto& node) {
    static const std::set<std::string> microsoft = {
        "QLinearAdd",         "QLinearMul",     "QGemm",           "QLinearGlobalAveragePool",
        "QLinearAveragePool", "QLinearSigmoid", "QLinearLeakyRelu"};
    if (node.domain() == kMicrosoftDomain) return microsoft.count(node.op_type()) != 0;
    return node.domain().empty() && microsoft.count(node.op_type()) == 0 &&
           (node.op_type() == "Constant" || find_host_operator(node.op_type()) != nullptr);
  }
  static std::string supported_operators() { return "Constant, " + host_operator_list(); }

  void add_node_outputs(const onnx::NodeProto& node, const std::vector<TensorType>& types, HostOperator op,
                        const HostEntry& entry, const std::string& what) {
    const bool several = has_several_outputs(node);
    const int outputs = several ? node.output_size() : std::min(node.output_size(), 1);
    if (outputs == 0 || node.output(0).empty()) throw UserError(what + ": output 0 has no name");
    // The mask of Dropout and the like: nobody may read it, so it is left undefined and a reader is
    // an error of its own.
    for (int i = outputs; i < node.output_size(); ++i) {
      if (!node.output(i).empty() && is_read(node.output(i))) {
        throw UserError(fmt::format("{}: output {} is not supported", what, in_quotes(node.output(i))));
      }
    }
    const bool all_constant = std::all_of(op.inputs.begin(), op.inputs.end(), [&](TensorId id) {
      return id != kNoTensor && network_.tensors[id].is_constant;
    });
    const bool folds =
        node.op_type() == "Shape" || node.op_type() == "Size" || (entry.folding == Folding::kAllowed && all_constant);
    for (int i = 0; i < outputs; ++i) {
      if (node.output(i).empty()) throw UserError(fmt::format("{}: output {} has no name", what, i));
      const TensorType& type = types.at(static_cast<std::size_t>(i));
      const std::string output_what = fmt::format("{}: output {}", what, in_quotes(node.output(i)));
      if (folds) {
        check_tensor_size(output_what, type.type, type.shape);
      } else {
        check_run_time_shape(output_what, type.type, type.shape);
      }
      op.outputs.push_back(define(output_what, {node.output(i), type.type, type.shape, {}, false}));
    }
    const std::string name = node.name().empty() ? node.output(0) : node.name();
    // A sum of two is an Add, of one it is the tensor itself.
    const std::string type = node.op_type() != "Sum" || op.inputs.size() > 2 ? node.op_type()
                             : op.inputs.size() == 2                         ? "Add"
                                                                             : "Identity";
    Node result{name, type, 0, std::move(op)};
    if (folds) {
      fold(result, what);
    } else {
      network_.nodes.push_back(std::move(result));
    }
  }

  void fold(const Node& node, const std::string& what) {
    const auto& op = std::get<HostOperator>(node.operation);
    for (TensorId id : op.outputs) {
      folded_bytes_ += static_cast<std::size_t>(element_count(network_.tensors[id].shape)) *
                       element_bytes(network_.tensors[id].type);
    }
    if (folded_bytes_ > kMaxFoldedBytes) {
      throw UserError(fmt::format("{}: the constants computed up to here exceed {} bytes", what, kMaxFoldedBytes));
    }
    static const std::set<std::string> take_empty = {"Shape",   "Size",     "ConstantOfShape", "Concat",   "Cast",
                                                     "Reshape", "Identity", "Squeeze",         "Unsqueeze"};
    for (TensorId id : op.inputs) {
      if (element_count(network_.tensors[id].shape) == 0 && take_empty.count(node.operator_name) == 0) {
        throw UserError(fmt::format("{}: input {} has no elements", what, in_quotes(network_.tensors[id].name)));
      }
    }
    std::vector<HostTensor> inputs(op.inputs.size());
    if (node.operator_name == "Shape" || node.operator_name == "Size") {
      // Shape reads no elements; its input need not be a constant.
      inputs[0].type = network_.tensors[op.inputs[0]].type;
      inputs[0].shape = network_.tensors[op.inputs[0]].shape;
    }
    try {
      std::vector<HostTensor> values = run_node(network_, node, inputs);
      for (std::size_t i = 0; i < values.size(); ++i) {
        Tensor& tensor = network_.tensors[op.outputs[i]];
        tensor.data = std::move(values[i].data);
        tensor.is_constant = true;
      }
    } catch (const UserError& error) {
      throw UserError(fmt::format("{}: {}", file_, error.what()));
    }
  }

  bool is_read(const std::string& name) const { return read_names_.count(name) != 0; }

  void add_outputs() {
    if (model_.graph().output_size() == 0) throw UserError(file_ + ": the network has no output");
    std::set<std::string> seen;
    for (const auto& info : model_.graph().output()) {
      const std::string what = tensor_what("output", info.name());
      if (!seen.insert(info.name()).second) throw UserError(what + " is defined twice");
      const auto found = by_name_.find(info.name());
      if (found == by_name_.end()) throw UserError(what + " is not computed by any node");
      const Tensor& tensor = network_.tensors[found->second];
      if (info.has_type()) {
        const auto [type, shape] = declared_type(info, what);
        bool fits = type == tensor.type && (!shape || shape->size() == tensor.shape.size());
        for (std::size_t i = 0; fits && shape && i < shape->size(); ++i) {
          fits = (*shape)[i] == kUnknown || (*shape)[i] == tensor.shape[i];
        }
        if (!fits) {
          throw UserError(fmt::format("{} is declared as {}{}, the nodes compute {} {}", what, element_name(type),
                                      shape ? " " + shape_text(*shape) : "", element_name(tensor.type),
                                      shape_text(tensor.shape)));
        }
      }
      network_.outputs.push_back(found->second);
    }
  }

  static constexpr std::int64_t kUnknown = std::numeric_limits<std::int64_t>::min();

  std::string file_;
  LoadOptions options_;
  onnx::ModelProto model_;
  std::int64_t opset_ = 0;
  Network network_;
  std::unordered_map<std::string, TensorId> by_name_;
  std::unordered_set<std::string> read_names_;  // by a node or as an output of the network
  std::set<std::string> initializer_inputs_;
  std::size_t folded_bytes_ = 0;
};

}  // namespace

Network load_model(const std::filesystem::path& file, const LoadOptions& options) {
  try {
    std::ifstream in = open_whole_file(file, kMaxTensorBytes - 1);
    return Loader(in, file, options).load();
  } catch (const std::bad_alloc&) {
    throw UserError(file.string() + ": the network needs more memory than there is");
  }
}

Network load_model(const std::string& bytes, const std::string& name) {
  std::istringstream in(bytes);
  return Loader(in, name, {}).load();
}

}  // namespace systole
