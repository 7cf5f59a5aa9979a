// SPDX-License-Identifier: Apache-2.0
//
// Inside the reader: inputs that say how to compute, not what. Constants become attributes, so that every operator
// set looks alike behind the reader.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "network/onnx_proto.hpp"
#include "onnx/onnx_graph.hpp"

namespace systole {

// `what` starts error messages. Errors (UserError): such an input that is no constant, or not of the form that it
// must have.
class InputLowering {
 public:
  // `tensors` of the graph so far.
  InputLowering(const std::vector<Tensor>& tensors, std::int64_t opset) : tensors_(tensors), opset_(opset) {}

  // Reductions take their axes from an input since operator set 18; the library that infers shapes knows the
  // attribute.
  void before_inference(onnx::NodeProto& proto, OnnxNode& node, const std::string& what) const;

  // What the operator needs becomes attributes; what the output's shape says already is dropped.
  void after_inference(OnnxNode& node, const std::string& what) const;

 private:
  const Tensor& constant_input(const OnnxNode& node, std::size_t index, const std::string& what) const;
  void integers_to_attribute(OnnxNode& node, std::size_t index, const char* attribute, const std::string& what) const;
  void number_to_attribute(OnnxNode& node, std::size_t index, const char* attribute, const std::string& what) const;
  void lower_resize(OnnxNode& node, const std::string& what) const;

  const std::vector<Tensor>& tensors_;
  std::int64_t opset_;
};

// Operators whose inputs after_inference changes, by name: what writes a graph has to write these inputs again.
std::vector<std::string> lowered_operators();

}  // namespace systole
