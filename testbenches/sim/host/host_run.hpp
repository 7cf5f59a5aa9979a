// SPDX-License-Identifier: Apache-2.0
//
// Runs single operators of the host in tests.
#pragma once

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "host/operators.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"

namespace systole::test {

// One operator on these inputs, without the checks of the reader. `outputs`: their types and shapes.
inline std::vector<HostTensor> run_operator(const std::string& name, const std::vector<HostTensor>& inputs,
                                            const std::vector<HostTensor>& outputs, const Attributes& attributes = {}) {
  std::vector<Tensor> tensors;
  std::vector<TensorId> in, out;
  for (const HostTensor& tensor : inputs) {
    in.push_back(static_cast<TensorId>(tensors.size()));
    tensors.push_back({"in", tensor.type, tensor.shape, {}, false});
  }
  for (const HostTensor& tensor : outputs) {
    out.push_back(static_cast<TensorId>(tensors.size()));
    tensors.push_back({"out", tensor.type, tensor.shape, {}, false});
  }
  const std::string node = "node";
  return run_on_host(tensors, HostWork{node, name, attributes, in, out}, inputs);
}

// With one output.
inline HostTensor run_operator(const std::string& name, const std::vector<HostTensor>& inputs, ElementType type,
                               const Shape& shape, const Attributes& attributes = {}) {
  return run_operator(name, inputs, std::vector<HostTensor>{make_host_tensor(type, shape)}, attributes).at(0);
}

inline Attributes integers(const std::map<std::string, std::vector<std::int64_t>>& values) {
  Attributes attributes;
  attributes.ints = values;
  return attributes;
}

inline HostTensor int64_tensor(const Shape& shape, const std::vector<std::int64_t>& values) {
  HostTensor tensor = make_host_tensor(ElementType::kInt64, shape);
  std::memcpy(tensor.data.data(), values.data(), tensor.data.size());
  return tensor;
}

// A file with one float node from x to y, read and run.
inline std::vector<float> run_float(
    const std::string& op, const Shape& shape, const std::vector<float>& x, const Shape& result,
    const std::function<void(ModelBuilder&)>& attributes = [](ModelBuilder&) {}) {
  ModelBuilder builder;
  builder.input("x", ElementType::kFloat32, shape).node(op, {"x"}, {"y"}).output("y", ElementType::kFloat32, result);
  attributes(builder);
  return floats_of(run_network(builder.read(), {float_tensor(shape, x)})[0]);
}

}  // namespace systole::test
