// SPDX-License-Identifier: Apache-2.0
//
// Inputs that say how to compute, not what: constants become attributes, so that every operator set looks alike behind the reader.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "network/network.hpp"

namespace systole {

// `what` starts error messages. Errors (UserError): such an input that is no constant, or not of the form that it must have.
class InputLowering {
 public:
  // `tensors` of the network so far.
  InputLowering(const std::vector<Tensor>& tensors, std::int64_t opset) : tensors_(tensors), opset_(opset) {}

  // Reductions take their axes from an input since operator set 18; the library that infers shapes knows the attribute.
  void before_inference(onnx::NodeProto& node, HostOperator& op, const std::string& what) const;

  // What the operator needs becomes attributes; what the output's shape says already is dropped.
  void after_inference(const std::string& name, HostOperator& op, const std::string& what) const;

 private:
  const Tensor& constant_input(const HostOperator& op, std::size_t index, const std::string& what) const;
  void integers_to_attribute(HostOperator& op, std::size_t index, const char* attribute, const std::string& what) const;
  void number_to_attribute(HostOperator& op, std::size_t index, const char* attribute, const std::string& what) const;
  void lower_resize(HostOperator& op, const std::string& what) const;

  const std::vector<Tensor>& tensors_;
  std::int64_t opset_;
};

}  // namespace systole
