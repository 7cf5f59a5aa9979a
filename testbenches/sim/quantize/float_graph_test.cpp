// SPDX-License-Identifier: Apache-2.0
#include "quantize/float_graph.hpp"

#include <map>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/run_network.hpp"
#include "sim/quantize/float_networks.hpp"

using namespace systole;
using namespace systole::test;
using quantize::FloatGraph;
using quantize::TensorAdder;

namespace {

TensorId id(const OnnxGraph& graph, const std::string& name) {
  TensorId found = 0;
  while (graph.tensors.at(found).name != name) ++found;
  return found;
}

// x -> Neg -> n -> Add with itself -> y, and n -> Abs -> z
OnnxGraph diamond() {
  ModelBuilder b;
  b.input("x", kF32, {2}).node("Neg", {"x"}, {"n"}).node("Add", {"n", "n"}, {"y"}).node("Abs", {"n"}, {"z"});
  return b.output("y", kF32, {2}).output("z", kF32, {2}).load();
}

}  // namespace

TEST_CASE("a tensor has its writer, and a reader for each use") {
  OnnxGraph onnx = diamond();
  const FloatGraph graph(onnx);
  CHECK_FALSE(graph.producer(id(onnx, "x")));
  CHECK(graph.producer(id(onnx, "n")) == std::size_t{0});
  CHECK(graph.readers(id(onnx, "n")) == std::vector<std::size_t>{1, 1, 2});
  CHECK(graph.only_reader(id(onnx, "x")) == std::size_t{0});
  CHECK_FALSE(graph.only_reader(id(onnx, "n")));
  CHECK_FALSE(graph.only_reader(id(onnx, "y")));
  CHECK(graph.is_output(id(onnx, "y")));
  CHECK_FALSE(graph.is_output(id(onnx, "n")));
}

TEST_CASE("a tensor that is added has a name of its own, and its values") {
  OnnxGraph onnx = diamond();
  TensorAdder add(onnx);
  const TensorId first = add.floats("n", {2}, {1, 2}), second = add.int8s("n", {1}, {-3}),
                 third = add.run_time("new", kF32, {2});
  CHECK(onnx.tensors[first].name == "n_2");
  CHECK(onnx.tensors[second].name == "n_3");
  CHECK(onnx.tensors[third].name == "new");
  CHECK(quantize::floats_of(onnx.tensors[first]) == std::vector<float>{1, 2});
  CHECK(onnx.tensors[second].data == std::vector<std::uint8_t>{253});
  CHECK(onnx.tensors[second].is_constant);
  CHECK_FALSE(onnx.tensors[third].is_constant);
}

TEST_CASE("a run shows every tensor once, the inputs first") {
  const OnnxGraph onnx = diamond();
  std::map<std::string, std::vector<float>> seen;
  std::vector<std::string> order;
  quantize::run_float(onnx, {float_tensor({2}, {1, -2})}, [&](TensorId t, const HostTensor& value) {
    order.push_back(onnx.tensors[t].name);
    seen[onnx.tensors[t].name] = floats_of(value);
  });
  CHECK(order == std::vector<std::string>{"x", "n", "y", "z"});
  CHECK(seen["y"] == std::vector<float>{-2, 4});
  CHECK(seen["z"] == std::vector<float>{1, 2});
}
