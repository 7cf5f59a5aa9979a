// SPDX-License-Identifier: Apache-2.0
//
// Comparisons, boolean operators, and the choice between two tensors.
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "host/broadcast.hpp"
#include "host/call.hpp"
#include "support/error.hpp"

namespace systole {
namespace {

template <typename Value>
void compare(HostCall& call, Value value) {
  using Result = decltype(value(call.inputs[0], 0));
  static const std::map<std::string, std::function<bool(Result, Result)>> functions = {
      {"Equal", std::equal_to<>()}, {"Greater", std::greater<>()},        {"GreaterOrEqual", std::greater_equal<>()},
      {"Less", std::less<>()},      {"LessOrEqual", std::less_equal<>()}, {"And", std::logical_and<>()},
      {"Or", std::logical_or<>()},  {"Xor", std::not_equal_to<>()},
  };
  const auto& function = functions.at(call.name);
  const TensorView &a = call.inputs.at(0), &b = call.inputs.at(1);
  HostTensor& y = call.outputs[0];
  for_each_broadcast(y.shape, a.shape, b.shape, [&](std::size_t i, std::size_t ia, std::size_t ib) {
    y.data[i] = function(value(a, ia), value(b, ib)) ? 1 : 0;
  });
}

}  // namespace

void host_compare(HostCall& call) {
  if (call.inputs[0].type != call.inputs.at(1).type) throw UserError(call.what + ": the operands have different types");
  if (call.inputs[0].type == ElementType::kFloat32)
    return compare(call, [](const TensorView& x, std::size_t i) { return x.as<float>()[i]; });
  compare(call, [](const TensorView& x, std::size_t i) { return x.integer(i); });
}

void host_not(HostCall& call) {
  for (std::size_t i = 0; i < call.inputs[0].count(); ++i) call.outputs[0].data[i] = call.inputs[0].data[i] == 0;
}

void host_is_special(HostCall& call) {
  const bool positive = call.integer("detect_positive", 1) != 0, negative = call.integer("detect_negative", 1) != 0;
  const float* x = call.inputs[0].as<float>();
  for (std::size_t i = 0; i < call.inputs[0].count(); ++i) {
    const bool infinite = std::isinf(x[i]) && (x[i] > 0 ? positive : negative);
    call.outputs[0].data[i] = call.name == "IsNaN" ? std::isnan(x[i]) : infinite;
  }
}

// Inputs: condition, value where it holds, value elsewhere.
void host_where(HostCall& call) {
  const TensorView &condition = call.inputs.at(0), &yes = call.inputs.at(1), &no = call.inputs.at(2);
  HostTensor& y = call.outputs[0];
  const std::size_t bytes = element_bytes(y.type);
  std::vector<std::size_t> chosen;  // condition of each element
  for_each_broadcast(y.shape, condition.shape, condition.shape,
                     [&](std::size_t, std::size_t ic, std::size_t) { chosen.push_back(ic); });
  for_each_broadcast(y.shape, yes.shape, no.shape, [&](std::size_t i, std::size_t iy, std::size_t in) {
    const bool holds = condition.data[chosen[i]] != 0;
    std::memcpy(&y.data[i * bytes], holds ? yes.data + iy * bytes : no.data + in * bytes, bytes);
  });
}

}  // namespace systole
