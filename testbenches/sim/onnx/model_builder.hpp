// SPDX-License-Identifier: Apache-2.0
//
// Builds ONNX networks in tests, a node at a time.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <string>
#include <vector>

#include "network/host_tensor.hpp"
#include "network/network.hpp"
#include "onnx/onnx_graph.hpp"
#include "temporary_folder.hpp"

namespace systole::test {

class ModelBuilder {
 public:
  explicit ModelBuilder(int opset = 13);

  ModelBuilder& input(const std::string& name, ElementType type, const Shape& shape);
  ModelBuilder& output(const std::string& name, ElementType type, const Shape& shape);

  // Initializers.
  ModelBuilder& floats(const std::string& name, const Shape& shape, const std::vector<float>& values);
  ModelBuilder& bytes(const std::string& name, ElementType type, const Shape& shape,
                      const std::vector<int>& values);  // int8 or uint8
  ModelBuilder& int32s(const std::string& name, const Shape& shape, const std::vector<std::int32_t>& values);
  ModelBuilder& int64s(const std::string& name, const Shape& shape, const std::vector<std::int64_t>& values);

  // Appends a node named like its first output.
  ModelBuilder& node(const std::string& op, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs, const std::string& domain = "");
  // Attributes of the node appended last.
  ModelBuilder& ints(const std::string& name, const std::vector<std::int64_t>& values);
  ModelBuilder& integer(const std::string& name, std::int64_t value);
  ModelBuilder& number(const std::string& name, float value);
  ModelBuilder& text(const std::string& name, const std::string& value);

  // QuantizeLinear and DequantizeLinear from tensor x to tensor y, with initializers y_scale and
  // y_zero of the given type.
  ModelBuilder& quantize(const std::string& x, const std::string& y, Quantization q, ElementType type);
  ModelBuilder& dequantize(const std::string& x, const std::string& y, Quantization q, ElementType type);
  // Initializers <name>_q, <name>_scale, <name>_zero and the DequantizeLinear node that makes
  // `name` of them. One scale, or one per element of dimension `axis`.
  ModelBuilder& quantized_constant(const std::string& name, ElementType type, const Shape& shape,
                                   const std::vector<int>& values, const std::vector<float>& scale,
                                   const std::vector<int>& zero_point, int axis = 0);

  // Takes the bytes out of all initializers but int64 with so many, as exporters of large networks do. Returns what `file`
  // has to hold.
  std::string move_weights_to(const std::string& file, std::size_t least_bytes = 1);

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }
  onnx::NodeProto& last_node() { return *graph().mutable_node(graph().node_size() - 1); }

  void write(const std::filesystem::path& file) const;
  Network read() const;    // as the compiler gets it, through a temporary file
  OnnxGraph load() const;  // as load_model leaves it, likewise

 private:
  onnx::AttributeProto& attribute(const std::string& name, onnx::AttributeProto::AttributeType type);
  onnx::TensorProto& initializer(const std::string& name, ElementType type, const Shape& shape);

  onnx::ModelProto model_;
};

}  // namespace systole::test
