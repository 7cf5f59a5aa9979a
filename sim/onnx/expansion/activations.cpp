// SPDX-License-Identifier: Apache-2.0
#include "onnx/expansion/emitter.hpp"

namespace systole::expansion {

namespace {

// 0.5 x (1 + erf(x / sqrt(2)))
void erf_gelu(Emitter& emit, const std::string& x) {
  const std::string erf = emit.add("Erf", {emit.add("Div", {x, emit.constant(1.41421356f)})});
  const std::string gate = emit.add("Add", {erf, emit.constant(1.0f)});
  emit.add("Mul", {emit.add("Mul", {x, gate}), emit.constant(0.5f)}, emit.output(0));
}

// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
void tanh_gelu(Emitter& emit, const std::string& x) {
  const std::string square = emit.add("Mul", {x, x});
  const std::string inner = emit.add("Add", {emit.add("Mul", {square, emit.constant(0.044715f)}), emit.constant(1.0f)});
  const std::string scaled = emit.add("Mul", {emit.add("Mul", {x, inner}), emit.constant(0.79788456f)});
  const std::string gate = emit.add("Add", {emit.add("Tanh", {scaled}), emit.constant(1.0f)});
  emit.add("Mul", {emit.add("Mul", {x, gate}), emit.constant(0.5f)}, emit.output(0));
}

}  // namespace

void gelu(Emitter& emit) {
  const std::string form = emit.text("approximate", "none");
  if (form == "none") return erf_gelu(emit, emit.input(0));
  if (form == "tanh") return tanh_gelu(emit, emit.input(0));
  emit.refuse("attribute approximate is '" + form + "'; allowed are none, tanh");
}

void fast_gelu(Emitter& emit) {
  const std::string x = emit.input(0);
  tanh_gelu(emit, emit.has_input(1) ? emit.add("Add", {x, emit.input(1)}) : x);
}

void bias_gelu(Emitter& emit) { erf_gelu(emit, emit.add("Add", {emit.input(0), emit.input(1)})); }

// x sigmoid(alpha x)
void quick_gelu(Emitter& emit) {
  const std::string x = emit.input(0);
  const std::string gate = emit.add("Sigmoid", {emit.add("Mul", {x, emit.constant(emit.number("alpha", 1.702f))})});
  emit.add("Mul", {x, gate}, emit.output(0));
}

// x tanh(ln(1 + exp(x)))
void mish(Emitter& emit) {
  const std::string x = emit.input(0);
  emit.add("Mul", {x, emit.add("Tanh", {emit.add("Softplus", {x})})}, emit.output(0));
}

// x sigmoid(alpha x)
void swish(Emitter& emit) {
  const std::string x = emit.input(0);
  const float alpha = emit.number("alpha", 1);
  const std::string inner = alpha == 1 ? x : emit.add("Mul", {x, emit.constant(alpha)});
  emit.add("Mul", {x, emit.add("Sigmoid", {inner})}, emit.output(0));
}

}  // namespace systole::expansion
