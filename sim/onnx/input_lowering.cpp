// SPDX-License-Identifier: Apache-2.0
#include "onnx/input_lowering.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <set>

#include "network/host_tensor.hpp"
#include "network/message_text.hpp"
#include "support/error.hpp"

namespace systole {

void InputLowering::before_inference(onnx::NodeProto& node, HostOperator& op, const std::string& what) const {
  static const std::set<std::string> reductions = {"ReduceMean", "ReduceMax",    "ReduceMin",
                                                   "ReduceL1",   "ReduceL2",     "ReduceSumSquare",
                                                   "ReduceProd", "ReduceLogSum", "ReduceLogSumExp"};
  if (reductions.count(node.op_type()) == 0 || opset_ < 18) return;
  integers_to_attribute(op, 1, "axes", what);
  if (op.inputs.size() > 1) op.inputs.resize(1);
  while (node.input_size() > 1) node.mutable_input()->RemoveLast();
  auto& attributes = *node.mutable_attribute();
  for (int i = attributes.size() - 1; i >= 0; --i) {
    if (attributes.Get(i).name() != "noop_with_empty_axes") continue;
    if (attributes.Get(i).i() != 0) throw UserError(what + ": attribute noop_with_empty_axes is 1; supported is 0");
    attributes.DeleteSubrange(i, 1);
  }
  if (op.ints.count("axes") == 0 || op.ints["axes"].empty()) {
    op.ints.erase("axes");
    return;
  }
  auto* axes = node.add_attribute();
  axes->set_name("axes");
  axes->set_type(onnx::AttributeProto::INTS);
  for (std::int64_t axis : op.ints["axes"]) axes->add_ints(axis);
}

void InputLowering::after_inference(const std::string& name, HostOperator& op, const std::string& what) const {
  static const std::set<std::string> shaped_by_output = {"Reshape", "Squeeze", "Unsqueeze", "Expand", "Split", "Tile"};
  if (shaped_by_output.count(name) != 0) {
    op.inputs.resize(1);
  } else if (name == "Clip") {
    number_to_attribute(op, 1, "min", what);
    number_to_attribute(op, 2, "max", what);
    for (const char* limit : {"min", "max"}) {
      if (op.floats.count(limit) != 0 && std::isnan(op.floats[limit].at(0))) {
        throw UserError(fmt::format("{}: {} is not a number", what, limit));
      }
    }
    op.inputs.resize(1);
  } else if (name == "Pad") {
    if (op.inputs.size() > 3) throw UserError(what + ": the input axes is not supported");
    integers_to_attribute(op, 1, "pads", what);
    number_to_attribute(op, 2, "value", what);
    op.inputs.resize(1);
  } else if (name == "Slice") {
    integers_to_attribute(op, 1, "starts", what);
    integers_to_attribute(op, 2, "ends", what);
    integers_to_attribute(op, 3, "axes", what);
    integers_to_attribute(op, 4, "steps", what);
    op.inputs.resize(1);
  } else if (name == "Resize") {
    lower_resize(op, what);
  } else if (name == "Trilu") {
    integers_to_attribute(op, 1, "k", what);
    op.inputs.resize(1);
  } else if (name == "ReduceSum") {
    integers_to_attribute(op, 1, "axes", what);
    op.inputs.resize(1);
  } else if (name == "Dropout") {
    number_to_attribute(op, 2, "training_mode", what);
    if (op.floats.count("training_mode") != 0 && op.floats["training_mode"].at(0) != 0) {
      throw UserError(what + ": training_mode is 1; supported is 0");
    }
    op.inputs.resize(1);
  } else if (name == "BatchNormalization") {
    if (op.ints.count("training_mode") != 0 && op.ints["training_mode"].at(0) != 0) {
      throw UserError(what + ": training_mode is 1; supported is 0");
    }
  }
  while (!op.inputs.empty() && op.inputs.back() == kNoTensor) op.inputs.pop_back();
}

// Scales become an attribute; sizes need none, the output has them. Up to operator set 10 the scales are input 1, later the region
// of a mode that is not supported.
void InputLowering::lower_resize(HostOperator& op, const std::string& what) const {
  const std::size_t index = opset_ <= 10 ? 1 : 2;
  const bool given = index < op.inputs.size() && op.inputs[index] != kNoTensor &&
                     element_count(tensors_.at(op.inputs[index]).shape) > 0;
  if (given) {
    const Tensor& scales = constant_input(op, index, what);
    if (scales.type != ElementType::kFloat32 ||
        scales.shape != Shape{static_cast<std::int64_t>(tensors_[op.inputs[0]].shape.size())})
      throw UserError(fmt::format("{}: input {} must have a number for each dimension", what, in_quotes(scales.name)));
    auto& values = op.floats["scales"];
    values.resize(scales.data.size() / sizeof(float));
    std::memcpy(values.data(), scales.data.data(), scales.data.size());
    for (float v : values)
      if (!(v > 0) || !std::isfinite(v)) throw UserError(fmt::format("{}: scale {} must be positive", what, v));
  }
  // What operator set 10 meant.
  if (opset_ <= 10) op.strings["coordinate_transformation_mode"] = "asymmetric";
  if (opset_ <= 10) op.strings["nearest_mode"] = "floor";
  op.inputs.resize(1);
}

const Tensor& InputLowering::constant_input(const HostOperator& op, std::size_t index, const std::string& what) const {
  const Tensor& tensor = tensors_.at(op.inputs.at(index));
  if (!tensor.is_constant) {
    throw UserError(fmt::format("{}: input {} must be a constant", what, in_quotes(tensor.name)));
  }
  return tensor;
}

void InputLowering::integers_to_attribute(HostOperator& op, std::size_t index, const char* attribute,
                                          const std::string& what) const {
  if (index >= op.inputs.size() || op.inputs[index] == kNoTensor) return;
  const Tensor& tensor = constant_input(op, index, what);
  if (tensor.type == ElementType::kFloat32 || tensor.shape.size() > 1) {
    throw UserError(fmt::format("{}: input {} must be a list of integers", what, in_quotes(tensor.name)));
  }
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < element_count(tensor.shape); ++i)
    values.push_back(integer_at(tensor, static_cast<std::size_t>(i)));
  op.ints[attribute] = std::move(values);
}

void InputLowering::number_to_attribute(HostOperator& op, std::size_t index, const char* attribute,
                                        const std::string& what) const {
  if (index >= op.inputs.size() || op.inputs[index] == kNoTensor) return;
  const Tensor& tensor = constant_input(op, index, what);
  if (element_count(tensor.shape) != 1)
    throw UserError(fmt::format("{}: input {} must be one number", what, in_quotes(tensor.name)));
  float value = 0;
  if (tensor.type == ElementType::kFloat32) {
    std::memcpy(&value, tensor.data.data(), sizeof value);
  } else {
    value = static_cast<float>(integer_at(tensor, 0));
  }
  op.floats[attribute] = {value};
}

}  // namespace systole
