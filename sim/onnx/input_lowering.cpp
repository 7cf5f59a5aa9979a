// SPDX-License-Identifier: Apache-2.0
#include "onnx/input_lowering.hpp"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "onnx/node_attributes.hpp"
#include "support/error.hpp"

namespace systole {

namespace {

enum class Kind { kIntegers, kNumber };

struct LoweredInput {
  std::size_t index;
  const char* attribute;
  Kind kind;
};

// What becomes of the inputs behind the first one; an input that is not listed is said by the output's shape. Resize
// and BatchNormalization have rules of their own.
const std::map<std::string, std::vector<LoweredInput>>& lowered_inputs() {
  static const std::map<std::string, std::vector<LoweredInput>> table = {
      {"Clip", {{1, "min", Kind::kNumber}, {2, "max", Kind::kNumber}}},
      {"CumSum", {{1, "axis", Kind::kIntegers}}},
      {"Dropout", {{2, "training_mode", Kind::kNumber}}},
      {"Expand", {}},
      {"Pad", {{1, "pads", Kind::kIntegers}, {2, "value", Kind::kNumber}}},
      {"ReduceSum", {{1, "axes", Kind::kIntegers}}},
      {"Reshape", {}},
      {"Slice",
       {{1, "starts", Kind::kIntegers},
        {2, "ends", Kind::kIntegers},
        {3, "axes", Kind::kIntegers},
        {4, "steps", Kind::kIntegers}}},
      {"Split", {}},
      {"Squeeze", {}},
      {"Tile", {}},
      {"TopK", {}},
      {"Trilu", {{1, "k", Kind::kIntegers}}},
      {"Unsqueeze", {}},
  };
  return table;
}

// What an attribute must not be, wherever it comes from.
void check_lowered(const OnnxNode& node, const std::string& what) {
  if (node.operator_name == "Clip") {
    for (const char* limit : {"min", "max"})
      if (std::isnan(node.number(limit, 0))) throw UserError(fmt::format("{}: {} is not a number", what, limit));
  }
  const bool trains = node.operator_name == "Dropout"              ? node.number("training_mode", 0) != 0
                      : node.operator_name == "BatchNormalization" ? node.flag("training_mode")
                                                                   : false;
  if (trains) throw UserError(what + ": training_mode is 1; supported is 0");
}

}  // namespace

std::vector<std::string> lowered_operators() {
  std::vector<std::string> names = {"OneHot", "Resize"};
  for (const auto& [name, inputs] : lowered_inputs()) names.push_back(name);
  return names;
}

void InputLowering::before_inference(onnx::NodeProto& proto, OnnxNode& node, const std::string& what) const {
  static const std::set<std::string> reductions = {"ReduceMean", "ReduceMax",    "ReduceMin",
                                                   "ReduceL1",   "ReduceL2",     "ReduceSumSquare",
                                                   "ReduceProd", "ReduceLogSum", "ReduceLogSumExp"};
  if (reductions.count(proto.op_type()) == 0 || opset_ < 18) return;
  integers_to_attribute(node, 1, "axes", what);
  if (node.inputs.size() > 1) node.inputs.resize(1);
  while (proto.input_size() > 1) proto.mutable_input()->RemoveLast();
  auto& attributes = *proto.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    if (attributes.Get(i).name() != "noop_with_empty_axes") continue;
    if (attributes.Get(i).i() != 0) throw UserError(what + ": attribute noop_with_empty_axes is 1; supported is 0");
    attributes.DeleteSubrange(i, 1);
  }
  const auto found = node.ints.find("axes");
  if (found == node.ints.end() || found->second.empty()) return;
  auto* axes = proto.add_attribute();
  axes->set_name("axes");
  axes->set_type(onnx::AttributeProto::INTS);
  for (std::int64_t axis : found->second) axes->add_ints(axis);
}

void InputLowering::after_inference(OnnxNode& node, const std::string& what) const {
  if (node.operator_name == "Resize") lower_resize(node, what);
  if (node.operator_name == "Pad" && node.inputs.size() > 3)
    throw UserError(what + ": the input axes is not supported");
  if (node.operator_name == "OneHot") node.inputs.erase(node.inputs.begin() + 1);  // the depth
  const auto lowered = lowered_inputs().find(node.operator_name);
  if (lowered != lowered_inputs().end()) {
    for (const LoweredInput& input : lowered->second) {
      if (input.kind == Kind::kIntegers) {
        integers_to_attribute(node, input.index, input.attribute, what);
      } else {
        number_to_attribute(node, input.index, input.attribute, what);
      }
    }
    node.inputs.resize(1);
  }
  check_lowered(node, what);
  while (!node.inputs.empty() && node.inputs.back() == kNoTensor) node.inputs.pop_back();
}

// Scales become an attribute; sizes need none, the output has them. Up to operator set 10 the scales are input 1,
// later the region of a mode that is not supported.
void InputLowering::lower_resize(OnnxNode& node, const std::string& what) const {
  const std::size_t index = opset_ <= 10 ? 1 : 2;
  const bool given = index < node.inputs.size() && node.inputs[index] != kNoTensor &&
                     element_count(tensors_.at(node.inputs[index]).shape) > 0;
  if (given) {
    const Tensor& scales = constant_input(node, index, what);
    if (scales.type != ElementType::kFloat32 ||
        scales.shape != Shape{static_cast<std::int64_t>(tensors_[node.inputs[0]].shape.size())})
      throw UserError(fmt::format("{}: input {} must have a number for each dimension", what, in_quotes(scales.name)));
    auto& values = node.floats["scales"];
    values.resize(scales.data.size() / sizeof(float));
    std::memcpy(values.data(), scales.data.data(), scales.data.size());
    for (float v : values)
      if (!(v > 0) || !std::isfinite(v)) throw UserError(fmt::format("{}: scale {} must be positive", what, v));
  }
  // What operator set 10 meant.
  if (opset_ <= 10) node.strings["coordinate_transformation_mode"] = "asymmetric";
  if (opset_ <= 10) node.strings["nearest_mode"] = "floor";
  node.inputs.resize(1);
}

const Tensor& InputLowering::constant_input(const OnnxNode& node, std::size_t index, const std::string& what) const {
  const Tensor& tensor = tensors_.at(node.inputs.at(index));
  if (!tensor.is_constant) {
    throw UserError(fmt::format("{}: input {} must be a constant", what, in_quotes(tensor.name)));
  }
  return tensor;
}

void InputLowering::integers_to_attribute(OnnxNode& node, std::size_t index, const char* attribute,
                                          const std::string& what) const {
  if (index >= node.inputs.size() || node.inputs[index] == kNoTensor) return;
  const Tensor& tensor = constant_input(node, index, what);
  if (tensor.type == ElementType::kFloat32 || tensor.shape.size() > 1) {
    throw UserError(fmt::format("{}: input {} must be a list of integers", what, in_quotes(tensor.name)));
  }
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < element_count(tensor.shape); ++i)
    values.push_back(integer_at(tensor, static_cast<std::size_t>(i)));
  check_integers(node.operator_name, attribute, values, what);
  node.ints[attribute] = std::move(values);
}

void InputLowering::number_to_attribute(OnnxNode& node, std::size_t index, const char* attribute,
                                        const std::string& what) const {
  if (index >= node.inputs.size() || node.inputs[index] == kNoTensor) return;
  const Tensor& tensor = constant_input(node, index, what);
  if (element_count(tensor.shape) != 1)
    throw UserError(fmt::format("{}: input {} must be one number", what, in_quotes(tensor.name)));
  float value = 0;
  if (tensor.type == ElementType::kFloat32) {
    std::memcpy(&value, tensor.data.data(), sizeof value);
  } else {
    value = static_cast<float>(integer_at(tensor, 0));
  }
  node.floats[attribute] = {value};
}

}  // namespace systole
