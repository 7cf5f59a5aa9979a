// SPDX-License-Identifier: Apache-2.0
//
// The network between the ONNX reader and the compiler: a list of quantized operators in execution order.
//
// ONNX has several ways to write a quantized operator (QLinearConv, QDQ around Conv, ConvInteger, ...). Each becomes
// one of the operators below, so the compiler knows only these. Shapes are static and known for every tensor.
//
// An operator answers two questions about itself, so that no pass needs its own list of all operators:
//
//   visit_tensors(op, visit)   calls visit(TensorRole, TensorId&) for each tensor, run-time inputs in their order first
//   output_clamp()             where a clamp of its output is noted; null if it has no place for one
//
// An operator without these functions does not compile.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "network/attributes.hpp"

namespace systole {

enum class ElementType { kInt8, kUint8, kInt32, kFloat32, kInt64, kBool };
std::size_t element_bytes(ElementType type);
const char* element_name(ElementType type);
inline bool is_byte(ElementType type) { return type == ElementType::kInt8 || type == ElementType::kUint8; }

using Shape = std::vector<std::int64_t>;
std::int64_t element_count(const Shape& shape);

using TensorId = std::uint32_t;             // index into Network::tensors
constexpr TensorId kNoTensor = 0xffffffff;  // an optional input that is absent; only in the reader's graph

struct Tensor {
  std::string name;
  ElementType type = ElementType::kFloat32;
  Shape shape;
  std::vector<std::uint8_t> data;  // row-major, little-endian; filled for constants only
  bool is_constant = false;
  // Of all its elements, filled or not.
  std::uint64_t size_bytes() const { return static_cast<std::uint64_t>(element_count(shape)) * element_bytes(type); }
};

// real = scale * (x - zero_point)
struct Quantization {
  float scale = 1;
  std::int32_t zero_point = 0;
};

// An inclusive range in the output's integer type; the whole type when there is no activation.
struct Clamp {
  std::int32_t low = -128, high = 127;
};

// How an operator uses a tensor: computed at run time, known before the run, or written.
enum class TensorRole { kInput, kConstant, kOutput };

// The tensors of most operators: bases of theirs.
struct OneInput {
  TensorId input = 0, output = 0;

  template <typename Self, typename Visit>
  static void visit_tensors(Self& op, const Visit& visit) {
    visit(TensorRole::kInput, op.input);
    visit(TensorRole::kOutput, op.output);
  }
};
struct InputAndWeight {
  TensorId input = 0, output = 0;
  TensorId weight = 0;  // constant, int8 or uint8

  template <typename Self, typename Visit>
  static void visit_tensors(Self& op, const Visit& visit) {
    visit(TensorRole::kInput, op.input);
    visit(TensorRole::kConstant, op.weight);
    visit(TensorRole::kOutput, op.output);
  }
};
struct TwoInputs {
  TensorId a = 0, b = 0, output = 0;

  template <typename Self, typename Visit>
  static void visit_tensors(Self& op, const Visit& visit) {
    visit(TensorRole::kInput, op.a);
    visit(TensorRole::kInput, op.b);
    visit(TensorRole::kOutput, op.output);
  }
};

// Convolution of an int8/uint8 tensor [N][C][H][W] with constant weights [M][C/group][kh][kw]; also ConvInteger, and
// 1-D convolutions (H = 1). Matrix products with a constant B operand are Gemm, others MatMul.
struct Conv : InputAndWeight {
  std::vector<std::int32_t> weight_zero_point;  // 1 or M values
  std::vector<std::int32_t> bias;               // M values or empty; int32, in units of xs*ws
  std::int32_t input_zero_point = 0;
  std::int64_t group = 1;
  std::array<std::int64_t, 2> stride = {1, 1}, dilation = {1, 1};  // y, x
  std::array<std::int64_t, 4> pad = {0, 0, 0, 0};                  // top, left, bottom, right; of zero points
  // Requantization to the output: v = acc + bias; y = sat(rne(fl(fl(v) * scale)) + output_zero_point). Raw int32 if
  // empty.
  std::vector<float> scale;  // 1 or M values, fl(fl(xs*ws)/ys)
  std::int32_t output_zero_point = 0;
  Clamp clamp;
  Clamp* output_clamp() { return scale.empty() ? nullptr : &clamp; }
};

// Y[m][n] = A[m][k] * B[k][n]; A is a tensor of any rank whose last dimension is k, B are weights [k][n] (transposed by
// the reader where needed).
struct Gemm : InputAndWeight {
  std::vector<std::int32_t> weight_zero_point;  // 1 or n values
  std::vector<std::int32_t> bias;               // n values or empty
  std::int32_t input_zero_point = 0;
  std::vector<float> scale;  // 1 or n values; raw int32 output if empty
  std::int32_t output_zero_point = 0;
  Clamp clamp;
  Clamp* output_clamp() { return scale.empty() ? nullptr : &clamp; }
};

// Y[i][m][n] = A[i][m][k] * B[i][k][n], a product of two tensors computed at run time, as in attention: stacks of
// matrices for which stacked_products() has an answer.
struct MatMul : TwoInputs {
  std::int32_t a_zero_point = 0, b_zero_point = 0;
  std::vector<float> scale;  // 1 value; raw int32 output if empty
  std::int32_t output_zero_point = 0;
  Clamp clamp;
  Clamp* output_clamp() { return scale.empty() ? nullptr : &clamp; }
};

// The number of matrix products in A * B: one for each index of the leading dimensions if both operands have the same
// ones, one if B is a single matrix for all rows of A. Nothing for other broadcasts, or if an operand is a vector.
std::optional<std::int64_t> stacked_products(const Shape& a, const Shape& b);

// QLinearAdd on tensors of equal shape: y = sat(rne(fma(a, ra, fma(b, rb, F)))), see docs/reference/arithmetic.md.
struct Add : TwoInputs {
  Quantization qa, qb, qy;
  Clamp clamp;
  Clamp* output_clamp() { return &clamp; }
};

struct MaxPool : OneInput {  // padding is minus infinity
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1}, dilation = {1, 1};
  std::array<std::int64_t, 4> pad = {0, 0, 0, 0};
  Clamp clamp;
  Clamp* output_clamp() { return &clamp; }
};

// Average over a window without padding, or over the whole image (global): y = sat(rne(fl(fl(sum(x - zx)) * s)) + zy)
// with s = fl(xs / fl(ys * kernel area)). With `float_sums` the arithmetic is that of ONNX Runtime for a window smaller
// than the image: y = sat(rne(fl(fl(fl(sum / area) / ys) + zy))). There `sum` is a float32 sum of fl(xs * (x - zx)),
// rounded after each addition, row by row.
struct AveragePool : OneInput {
  std::array<std::int64_t, 2> kernel = {1, 1}, stride = {1, 1};
  Quantization qx, qy;
  float scale = 1;
  bool float_sums = false;
  Clamp clamp;
  Clamp* output_clamp() { return &clamp; }
};

// A table of 256 outputs, indexed by the input's bit pattern: Relu, Clip, Requantize (DQ then Q), any unary function.
struct Lookup : OneInput {
  std::vector<std::uint8_t> table;
  Clamp* output_clamp() { return nullptr; }
};

// Same elements, another shape: Reshape, Flatten, Squeeze, Unsqueeze, Identity.
struct Reshape : OneInput {
  Clamp* output_clamp() { return nullptr; }
};

// Any other operator, by its ONNX name (the node's operator_name). It runs on the host, or moves nothing
// (compiler/plan/partition.hpp). `inputs` includes constants.
struct HostOperator : Attributes {
  std::vector<TensorId> inputs, outputs;

  template <typename Self, typename Visit>
  static void visit_tensors(Self& op, const Visit& visit) {
    for (auto& id : op.inputs) visit(TensorRole::kInput, id);
    for (auto& id : op.outputs) visit(TensorRole::kOutput, id);
  }
  Clamp* output_clamp() { return nullptr; }
};

using Operation = std::variant<Conv, Gemm, MatMul, Add, MaxPool, AveragePool, Lookup, Reshape, HostOperator>;

struct Node {
  std::string name;           // of the ONNX node that gives it its identity (for a fused group the arithmetic one)
  std::string operator_name;  // ONNX operator(s), e.g. "Conv+Relu", "QLinearAdd", "QuantizeLinear"
  std::uint64_t macs = 0;     // of the ONNX graph, padding taps included
  Operation operation;
};

// Constants whose file was missing, and whose values were drawn at random.
struct RandomWeights {
  std::uint64_t tensors = 0, bytes = 0;  // bytes: that the file would have had
};
std::string random_weights_text(const RandomWeights& weights);  // "random weights (3 tensors, 1200 bytes)", or nothing

struct Network {
  std::string name;
  std::string note;  // in words: what the reader changed that the file's owner should know; empty for nothing
  RandomWeights random_weights;
  std::vector<Tensor> tensors;
  std::vector<TensorId> inputs;  // of the graph, without initializers
  std::vector<TensorId> outputs;
  std::vector<Node> nodes;  // topologically sorted; each tensor is written by one node at most
};

// Average pooling nodes whose window is smaller than the image get `float_sums`: the bits of ONNX Runtime, on the host.
void sum_average_pools_in_float(Network& network);

std::vector<TensorId> inputs_of(const Operation& operation);  // run-time inputs, not constants; all of a host operator
std::vector<TensorId> outputs_of(const Operation& operation);
std::vector<TensorId*> tensors_of(Operation& operation);  // all of them, constants too, to be given other numbers
Clamp* output_clamp_of(Operation& operation);             // null if nothing can clamp behind it

}  // namespace systole
