// SPDX-License-Identifier: Apache-2.0
//
// Inside the expansion: the node that is replaced, and the nodes that take its place.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace systole::expansion {

using Shapes = std::unordered_map<std::string, std::vector<std::int64_t>>;
using Nodes = std::vector<onnx::NodeProto>;
using Integers = std::vector<std::int64_t>;

class Emitter {
 public:
  // All must outlive the emitter. `what` starts error messages; new nodes go behind `nodes`, constants among them.
  Emitter(const onnx::NodeProto& node, const Shapes& constants, const Shapes& run_time, std::string what, Nodes& nodes)
      : node_(node), constants_(constants), run_time_(run_time), what_(std::move(what)), nodes_(nodes) {}

  // Of the node that is replaced.
  bool has_input(int i) const { return i < node_.input_size() && !node_.input(i).empty(); }
  bool has_output(int i) const { return i < node_.output_size() && !node_.output(i).empty(); }
  std::string input(int i) const;  // UserError if it is missing
  const std::string& output(int i) const { return node_.output(i); }
  std::int64_t integer(const char* attribute, std::int64_t otherwise) const;
  float number(const char* attribute, float otherwise) const;
  std::string text(const char* attribute, const std::string& otherwise) const;
  std::vector<std::int64_t> integers(const char* attribute, std::vector<std::int64_t> otherwise) const;
  std::vector<float> numbers(const char* attribute) const;  // empty if it is absent
  // The shape of an input that is a constant. UserError if it is none.
  std::vector<std::int64_t> constant_shape(int i) const;
  // The shape of an input of the network, or of a tensor whose shape the file tells. UserError if it is not known.
  std::vector<std::int64_t> run_time_shape(int i) const;
  // Whether a list of texts is absent or is this one, or this one twice: "Sigmoid, Tanh".
  bool texts_are(const char* attribute, const std::string& list) const;
  [[noreturn]] void refuse(const std::string& why) const;

  // The output of a new node; with `output`, which is one of the replaced node's, under that name.
  std::string add(const char* operator_name, const std::vector<std::string>& inputs, const std::string& output = "");
  // Attributes of the node that was added last.
  Emitter& with(const char* attribute, std::int64_t value);
  Emitter& with(const char* attribute, float value);
  Emitter& with(const char* attribute, const std::vector<std::int64_t>& values);
  Emitter& with(const char* attribute, const std::string& text);

  std::string constant(float value);  // a scalar
  std::string constant(const std::vector<std::int64_t>& values);
  std::string constant(const std::vector<float>& values);

 private:
  const onnx::AttributeProto* attribute(const char* name, onnx::AttributeProto::AttributeType type) const;
  onnx::AttributeProto& new_attribute(const char* name, onnx::AttributeProto::AttributeType type);
  onnx::NodeProto& new_node(const char* operator_name, const std::string& output);

  const std::string& name() const;  // of the first output that is there: outputs have names of their own

  const onnx::NodeProto& node_;
  const Shapes &constants_, &run_time_;
  const std::string what_;
  Nodes& nodes_;
  int made_ = 0;
};

using Function = void (*)(Emitter&);

// activations.cpp
void gelu(Emitter& emit);
void fast_gelu(Emitter& emit);
void bias_gelu(Emitter& emit);
void quick_gelu(Emitter& emit);
void mish(Emitter& emit);
void swish(Emitter& emit);
// normalizations.cpp
void skip_layer_normalization(Emitter& emit);
void simplified_layer_normalization(Emitter& emit);  // RMSNormalization, too
void skip_simplified_layer_normalization(Emitter& emit);
void group_normalization_by_group(Emitter& emit);    // operator set 18: scale and bias of groups
void group_normalization_by_channel(Emitter& emit);  // since 21: of channels
void lp_normalization(Emitter& emit);
// older_names.cpp
void upsample(Emitter& emit);
void scatter(Emitter& emit);
// recurrent.cpp
void lstm(Emitter& emit);
void gru(Emitter& emit);
void rnn(Emitter& emit);
// convolutions.cpp
void transposed_convolution(Emitter& emit);
void convolution_3d(Emitter& emit);

}  // namespace systole::expansion
