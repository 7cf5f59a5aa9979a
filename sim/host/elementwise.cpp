// SPDX-License-Identifier: Apache-2.0
//
// Element by element: loops, because every value is then defined operation by operation (oneDNN's vector code
// approximates exp, tanh and their like), and because int32 and int64 are needed too.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "host/broadcast.hpp"
#include "host/call.hpp"
#include "host/quantized_arithmetic.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

using UnaryFunction = float (*)(float x, const HostCall& call);

float clip(float x, const HostCall& call) {
  const float low = call.number("min", std::numeric_limits<float>::lowest());
  const float high = call.number("max", std::numeric_limits<float>::max());
  return std::min(std::max(x, low), high);
}

float sigmoid(float x) { return static_cast<float>(1.0 / (1.0 + std::exp(-static_cast<double>(x)))); }

float hard_sigmoid(float x, float alpha, float beta) { return std::max(0.0f, std::min(1.0f, alpha * x + beta)); }

UnaryFunction unary_function(const std::string& name) {
  static const std::map<std::string, UnaryFunction> functions = {
      {"Abs", [](float x, const HostCall&) { return std::fabs(x); }},
      {"Acos", [](float x, const HostCall&) { return std::acos(x); }},
      {"Acosh", [](float x, const HostCall&) { return std::acosh(x); }},
      {"Asin", [](float x, const HostCall&) { return std::asin(x); }},
      {"Asinh", [](float x, const HostCall&) { return std::asinh(x); }},
      {"Atan", [](float x, const HostCall&) { return std::atan(x); }},
      {"Atanh", [](float x, const HostCall&) { return std::atanh(x); }},
      {"Cos", [](float x, const HostCall&) { return std::cos(x); }},
      {"Cosh", [](float x, const HostCall&) { return std::cosh(x); }},
      {"Ceil", [](float x, const HostCall&) { return std::ceil(x); }},
      {"Clip", clip},
      {"Elu", [](float x, const HostCall& c) { return x < 0 ? c.number("alpha", 1) * std::expm1(x) : x; }},
      {"Erf", [](float x, const HostCall&) { return std::erf(x); }},
      {"Exp", [](float x, const HostCall&) { return std::exp(x); }},
      {"Floor", [](float x, const HostCall&) { return std::floor(x); }},
      {"HardSigmoid",
       [](float x, const HostCall& c) { return hard_sigmoid(x, c.number("alpha", 0.2f), c.number("beta", 0.5f)); }},
      {"HardSwish", [](float x, const HostCall&) { return x * hard_sigmoid(x, 1.0f / 6, 0.5f); }},
      {"LeakyRelu", [](float x, const HostCall& c) { return x < 0 ? c.number("alpha", 0.01f) * x : x; }},
      {"Log", [](float x, const HostCall&) { return std::log(x); }},
      {"Neg", [](float x, const HostCall&) { return -x; }},
      {"Reciprocal", [](float x, const HostCall&) { return 1 / x; }},
      {"Relu", [](float x, const HostCall&) { return x > 0 ? x : 0.0f; }},
      {"Round", [](float x, const HostCall&) { return std::nearbyint(x); }},
      {"Selu",
       [](float x, const HostCall& c) {
         const float alpha = c.number("alpha", 1.67326319217681884765625f),
                     gamma = c.number("gamma", 1.05070102214813232421875f);
         return gamma * (x > 0 ? x : alpha * std::expm1(x));
       }},
      {"Shrink",
       [](float x, const HostCall& c) {
         const float bias = c.number("bias", 0), limit = c.number("lambd", 0.5f);
         return x < -limit ? x + bias : x > limit ? x - bias : 0.0f;
       }},
      {"Sign", [](float x, const HostCall&) { return static_cast<float>((x > 0) - (x < 0)); }},
      {"Sin", [](float x, const HostCall&) { return std::sin(x); }},
      {"Sinh", [](float x, const HostCall&) { return std::sinh(x); }},
      {"Softsign", [](float x, const HostCall&) { return x / (1 + std::fabs(x)); }},
      {"Tan", [](float x, const HostCall&) { return std::tan(x); }},
      {"ThresholdedRelu", [](float x, const HostCall& c) { return x > c.number("alpha", 1) ? x : 0.0f; }},
      {"Sigmoid", [](float x, const HostCall&) { return sigmoid(x); }},
      {"Softplus", [](float x, const HostCall&) { return std::max(x, 0.0f) + std::log1p(std::exp(-std::fabs(x))); }},
      {"Sqrt", [](float x, const HostCall&) { return std::sqrt(x); }},
      {"Tanh", [](float x, const HostCall&) { return std::tanh(x); }},
  };
  return functions.at(name);
}

template <typename T>
using BinaryFunction = T (*)(T, T);

template <typename T>
BinaryFunction<T> shared_function(const std::string& name) {
  if (name == "Max") return [](T a, T b) { return std::max(a, b); };
  if (name == "Min") return [](T a, T b) { return std::min(a, b); };
  return nullptr;
}

template <typename T>
T remainder_of(T a, T b) {
  if (b == 0) throw UserError("remainder of an integer by zero");
  return std::is_signed_v<T> && b == static_cast<T>(-1) ? T{0} : static_cast<T>(a % b);
}

// Integers wrap, also where a type's lowest value is divided by -1.
template <typename T>
BinaryFunction<T> integer_function(const std::string& name, bool truncates) {
  if (name == "Add" || name == "Sum") return [](T a, T b) { return wrapped_sum(a, b); };
  if (name == "Sub") return [](T a, T b) { return wrapped_sum(a, wrapped_product(b, static_cast<T>(-1))); };
  if (name == "Mul") return [](T a, T b) { return wrapped_product(a, b); };
  if (name == "Div")
    return [](T a, T b) {
      if (b == 0) throw UserError("division of an integer by zero");
      if (std::is_signed_v<T> && b == static_cast<T>(-1)) return wrapped_product(a, b);
      return static_cast<T>(a / b);
    };
  if (truncates)  // Mod with fmod=1: the sign of the dividend
    return [](T a, T b) { return remainder_of(a, b); };
  return [](T a, T b) {  // Mod: the sign of the divisor
    const T rest = remainder_of(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  };
}

BinaryFunction<float> float_function(const std::string& name) {
  if (name == "Add" || name == "Sum" || name == "Mean") return [](float a, float b) { return a + b; };
  if (name == "Sub") return [](float a, float b) { return a - b; };
  if (name == "Mul") return [](float a, float b) { return a * b; };
  if (name == "Div") return [](float a, float b) { return a / b; };
  if (name == "Mod") return [](float a, float b) { return std::fmod(a, b); };
  return [](float a, float b) { return a < 0 ? a * b : a; };  // PRelu
}

template <typename T>
BinaryFunction<T> binary_function(const HostCall& call) {
  if (const auto function = shared_function<T>(call.name)) return function;
  const bool truncates = call.integer("fmod", 0) != 0;
  if constexpr (std::is_integral_v<T>) {
    return integer_function<T>(call.name, truncates);
  } else {
    if (call.name == "Mod" && !truncates) throw UserError("floats need the attribute fmod=1");
    return float_function(call.name);
  }
}

template <typename T>
void binary(HostCall& call) {
  const BinaryFunction<T> function = binary_function<T>(call);
  HostTensor& y = call.outputs[0];
  HostTensor left{y.type, call.inputs[0].shape, {}};
  left.data.assign(call.inputs[0].data, call.inputs[0].data + call.inputs[0].count() * sizeof(T));
  // Max and Min take any number of operands: fold from the left; the last step has the output's shape.
  if (call.inputs.size() == 1) {
    y.data = left.data;
    return;
  }
  for (std::size_t i = 1; i < call.inputs.size(); ++i) {
    const TensorView& right = call.inputs[i];
    Shape shape(std::max(left.shape.size(), right.shape.size()), 1);
    for (const Shape* operand : {static_cast<const Shape*>(&left.shape), &right.shape}) {
      for (std::size_t d = 0; d < operand->size(); ++d) {
        std::int64_t& size = shape[shape.size() - operand->size() + d];
        size = std::max(size, (*operand)[d]);
        if ((*operand)[d] == 0) size = 0;
      }
    }
    HostTensor result = make_host_tensor(y.type, shape);
    const T* a = elements<T>(static_cast<const HostTensor&>(left));
    for_each_broadcast(shape, left.shape, right.shape, [&](std::size_t iy, std::size_t ia, std::size_t ib) {
      elements<T>(result)[iy] = function(a[ia], right.as<T>()[ib]);
    });
    left = std::move(result);
  }
  invariant(left.data.size() == y.data.size(), "a broadcast result has the inferred shape");
  y.data = std::move(left.data);
  if (call.name != "Mean") return;
  for (std::size_t i = 0; i < y.data.size() / sizeof(T); ++i) elements<T>(y)[i] /= static_cast<T>(call.inputs.size());
}

// Neg, Abs, Sign, Relu of integers.
template <typename T>
void unary_integers(HostCall& call) {
  const T* x = call.inputs[0].as<T>();
  T* y = elements<T>(call.outputs[0]);
  for (std::size_t i = 0; i < call.inputs[0].count(); ++i) {
    const T negative = wrapped_product(x[i], static_cast<T>(-1));
    y[i] = call.name == "Neg"    ? negative
           : call.name == "Abs"  ? (x[i] < 0 ? negative : x[i])
           : call.name == "Relu" ? std::max(x[i], T{0})
                                 : static_cast<T>((x[i] > 0) - (x[i] < 0));
  }
}

double load_number(const TensorView& x, std::size_t i) {
  return x.type == ElementType::kFloat32 ? static_cast<double>(x.as<float>()[i]) : static_cast<double>(x.integer(i));
}

// Out-of-range floats saturate, NaN becomes 0: ONNX leaves both undefined.
std::int64_t to_integer(double value, std::int64_t low, std::int64_t high) {
  if (std::isnan(value)) return 0;
  if (value <= static_cast<double>(low)) return low;
  if (value >= static_cast<double>(high)) return high;
  return static_cast<std::int64_t>(value);
}

Quantization quantization_at(const HostCall& call, std::size_t scale_input, std::size_t index) {
  const TensorView& scale = call.inputs.at(scale_input);
  Quantization q;
  q.scale = scale.as<float>()[scale.count() == 1 ? 0 : index];
  if (call.inputs.size() > scale_input + 1) {
    const TensorView& zero_point = call.inputs[scale_input + 1];
    q.zero_point = static_cast<std::int32_t>(zero_point.integer(zero_point.count() == 1 ? 0 : index));
  }
  return q;
}

// Calls f(element, quantization) along the axis that the scales belong to.
template <typename F>
void for_each_quantized(const HostCall& call, F f) {
  const Shape& shape = call.inputs[0].shape;
  const std::size_t count = call.inputs[0].count();
  const std::size_t channels = call.inputs.at(1).count();
  std::size_t inner = count;  // elements that share a scale
  if (channels > 1) {
    const auto rank = static_cast<std::int64_t>(shape.size());
    std::int64_t axis = call.integer("axis", 1);
    if (axis < 0) axis += rank;
    invariant(axis >= 0 && axis < rank, "the axis of a quantization is one of the tensor");
    inner = 1;
    for (std::int64_t d = axis + 1; d < rank; ++d)
      inner *= static_cast<std::size_t>(shape[static_cast<std::size_t>(d)]);
  }
  for (std::size_t start = 0, channel = 0; start < count; start += inner, channel = (channel + 1) % channels) {
    const Quantization q = quantization_at(call, 1, channel);
    for (std::size_t i = start; i < start + inner; ++i) f(i, q);
  }
}

}  // namespace

void host_unary(HostCall& call) {
  if (call.inputs[0].type != ElementType::kFloat32)
    return for_element_type(call.inputs[0].type, [&](auto element) { unary_integers<decltype(element)>(call); });
  const UnaryFunction function = unary_function(call.name);
  const float* x = call.inputs[0].as<float>();
  float* y = elements<float>(call.outputs[0]);
  for (std::size_t i = 0; i < call.inputs[0].count(); ++i) y[i] = function(x[i], call);
}

// As x to the power of y in float64, which is exact where an integer result is below 2^53; an integer base with an
// integer exponent that is not negative wraps. Other integer results drop their fraction and saturate.
template <typename T>
T power(const HostCall& call, std::size_t base, std::size_t exponent) {
  const TensorView &x = call.inputs[0], &y = call.inputs.at(1);
  const T b = x.as<T>()[base];
  if constexpr (std::is_integral_v<T>) {
    if (y.type != ElementType::kFloat32 && y.integer(exponent) >= 0) {
      T result = 1, square = b;
      for (std::int64_t left = y.integer(exponent); left != 0; left /= 2, square = wrapped_product(square, square))
        if (left % 2 != 0) result = wrapped_product(result, square);
      return result;
    }
    return static_cast<T>(to_integer(std::pow(static_cast<double>(b), load_number(y, exponent)),
                                     std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  } else {
    if (y.type == ElementType::kFloat32) return std::pow(b, y.as<float>()[exponent]);
    return static_cast<T>(std::pow(static_cast<double>(b), static_cast<double>(y.integer(exponent))));
  }
}

// Base and exponent may have different types; the result has that of the base.
void host_power(HostCall& call) {
  HostTensor& y = call.outputs[0];
  for_element_type(y.type, [&](auto element) {
    using T = decltype(element);
    for_each_broadcast(y.shape, call.inputs[0].shape, call.inputs.at(1).shape,
                       [&](std::size_t i, std::size_t base, std::size_t exponent) {
                         elements<T>(y)[i] = power<T>(call, base, exponent);
                       });
  });
}

void host_binary(HostCall& call) try {
  for_element_type(call.inputs[0].type, [&](auto element) { binary<decltype(element)>(call); });
} catch (const UserError& error) {
  throw UserError(call.what + ": " + error.what());
}

void host_cast(HostCall& call) {
  const TensorView& x = call.inputs[0];
  HostTensor& y = call.outputs[0];
  const bool from_float = x.type == ElementType::kFloat32;
  for (std::size_t i = 0; i < x.count(); ++i) {
    if (y.type == ElementType::kFloat32) {
      elements<float>(y)[i] = from_float ? x.as<float>()[i] : static_cast<float>(x.integer(i));
      continue;
    }
    if (y.type == ElementType::kBool) {
      y.data[i] = load_number(x, i) != 0;
      continue;
    }
    std::int64_t value = 0;
    if (from_float) {
      const bool wide = y.type == ElementType::kInt64;
      const auto low = wide                            ? std::numeric_limits<std::int64_t>::min()
                       : y.type == ElementType::kInt32 ? std::numeric_limits<std::int32_t>::min()
                                                       : lowest_of(y.type);
      const auto high = wide                            ? std::numeric_limits<std::int64_t>::max()
                        : y.type == ElementType::kInt32 ? std::numeric_limits<std::int32_t>::max()
                                                        : highest_of(y.type);
      value = to_integer(x.as<float>()[i], low, high);
    } else {
      value = x.integer(i);  // a narrower integer keeps the low bits
    }
    std::memcpy(&y.data[i * element_bytes(y.type)], &value, element_bytes(y.type));
  }
}

void host_quantize_linear(HostCall& call) {
  HostTensor& y = call.outputs[0];
  for_each_quantized(call, [&](std::size_t i, Quantization q) {
    y.data[i] = static_cast<std::uint8_t>(quantize(call.inputs[0].as<float>()[i], q, y.type));
  });
}

void host_dequantize_linear(HostCall& call) {
  float* y = elements<float>(call.outputs[0]);
  for_each_quantized(call, [&](std::size_t i, Quantization q) {
    y[i] = dequantize(static_cast<std::int32_t>(call.inputs[0].integer(i)), q);
  });
}

// As the ONNX specification has it: the range includes 0; uint8.
void host_dynamic_quantize_linear(HostCall& call) {
  const float* x = call.inputs[0].as<float>();
  const std::size_t count = call.inputs[0].count();
  const float low = std::min(0.0f, *std::min_element(x, x + count));
  const float high = std::max(0.0f, *std::max_element(x, x + count));
  const float scale = high == low ? 1.0f : (high - low) / 255.0f;
  const float zero = std::nearbyint(std::min(255.0f, std::max(0.0f, 0.0f - low / scale)));
  const Quantization q{scale, static_cast<std::int32_t>(zero)};
  for (std::size_t i = 0; i < count; ++i)
    call.outputs[0].data[i] = static_cast<std::uint8_t>(quantize(x[i], q, ElementType::kUint8));
  if (call.outputs.size() > 1) elements<float>(call.outputs[1])[0] = scale;
  if (call.outputs.size() > 2) call.outputs[2].data[0] = static_cast<std::uint8_t>(q.zero_point);
}

// Inputs: x, x scale, x zero point, y scale, y zero point.
void host_qlinear_unary(HostCall& call) {
  const Quantization qx = quantization_at(call, 1, 0), qy = quantization_at(call, 3, 0);
  HostTensor& y = call.outputs[0];
  const float alpha = call.number("alpha", 0.01f);
  for (std::size_t i = 0; i < y.data.size(); ++i) {
    const float x = dequantize(static_cast<std::int32_t>(call.inputs[0].integer(i)), qx);
    const float value = call.name == "QLinearSigmoid" ? sigmoid(x) : x < 0 ? alpha * x : x;
    y.data[i] = static_cast<std::uint8_t>(quantize(value, qy, y.type));
  }
}

// Inputs: a, a scale, a zero point, b, b scale, b zero point, y scale, y zero point. Attribute `clamp` (low, high),
// Systole's own, is an activation that follows.
void host_qlinear_binary(HostCall& call) {
  const TensorView &a = call.inputs[0], &b = call.inputs[3];
  const Quantization qa = quantization_at(call, 1, 0), qb = quantization_at(call, 4, 0),
                     qy = quantization_at(call, 6, 0);
  HostTensor& y = call.outputs[0];
  Clamp clamp = whole_range(y.type);
  const auto attribute = call.attributes.ints.find("clamp");
  if (attribute != call.attributes.ints.end()) {
    clamp = {static_cast<std::int32_t>(attribute->second.at(0)), static_cast<std::int32_t>(attribute->second.at(1))};
  }
  const AddFactors factors = add_factors(qa, qb, qy);
  const bool adds = call.name == "QLinearAdd";
  for_each_broadcast(y.shape, a.shape, b.shape, [&](std::size_t iy, std::size_t ia, std::size_t ib) {
    const auto va = static_cast<std::int32_t>(a.integer(ia)), vb = static_cast<std::int32_t>(b.integer(ib));
    const std::int32_t value =
        adds ? add_quantized(va, vb, factors, clamp)
             : saturate_rounded(dequantize(va, qa) * dequantize(vb, qb) / qy.scale, qy.zero_point, clamp);
    y.data[iy] = static_cast<std::uint8_t>(value);
  });
}

}  // namespace systole
