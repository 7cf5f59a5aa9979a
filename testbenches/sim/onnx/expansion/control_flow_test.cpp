// SPDX-License-Identifier: Apache-2.0
//
// Branches and loops that are known before the run: what takes their place computes what they mean.
#include "onnx/expansion/control_flow.hpp"

#include <cmath>
#include <set>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

constexpr ElementType kI64 = ElementType::kInt64, kBool = ElementType::kBool;

void add_graph(ModelBuilder& b, const char* name, ModelBuilder& inner) {
  onnx::AttributeProto& attribute = *b.last_node().add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::GRAPH);
  *attribute.mutable_g() = inner.graph();
  attribute.mutable_g()->set_name(name);
}

void add_bool(ModelBuilder& b, const std::string& name, bool value) {
  onnx::TensorProto& tensor = *b.graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::BOOL);
  tensor.add_int32_data(value ? 1 : 0);
}

// Both branches call their tensors as the network does its own: "t" and "k".
ModelBuilder branch(float factor) {
  ModelBuilder b;
  b.floats("k", {}, {factor}).node("Mul", {"x", "k"}, {"t"}).node("Add", {"t", "outer"}, {"r"});
  b.output("r", kF32, {2});
  return b;
}

// y = if condition then x * 2 + outer else x * 3 + outer, with outer = x * 10.
ModelBuilder with_if(const std::function<void(ModelBuilder&)>& condition) {
  ModelBuilder b, yes = branch(2), no = branch(3);
  b.input("x", kF32, {2}).output("y", kF32, {2});
  condition(b);
  b.node("If", {"c"}, {"t"});  // stands before what it reads
  add_graph(b, "then_branch", yes);
  add_graph(b, "else_branch", no);
  b.floats("k", {}, {10}).node("Mul", {"x", "k"}, {"outer"}).node("Relu", {"t"}, {"y"});
  return b;
}

std::vector<float> result_of(const ModelBuilder& b, const std::vector<float>& x, std::size_t output = 0) {
  const auto size = static_cast<std::int64_t>(x.size());
  return floats_of(run_network(b.load(), {float_tensor({size}, x)}).at(output));
}

// Carries v: v' = v * x + iteration; scans v before.
ModelBuilder loop_body() {
  ModelBuilder body;
  body.input("i", kI64, {}).input("c", kBool, {}).input("v", kF32, {2});
  body.node("Cast", {"i"}, {"number"}).integer("to", onnx::TensorProto::FLOAT);
  body.node("Mul", {"v", "x"}, {"p"}).node("Add", {"p", "number"}, {"next"}).node("Identity", {"c"}, {"go"});
  body.output("go", kBool, {}).output("next", kF32, {2}).output("v", kF32, {2});
  return body;
}

ModelBuilder with_loop(ModelBuilder body, const std::vector<std::string>& inputs, std::int64_t trips) {
  ModelBuilder b;
  b.input("x", kF32, {2}).int64s("n", {}, {trips}).floats("start", {2}, {1, 2});
  add_bool(b, "true", true);
  b.node("Loop", inputs, {"last", "all"});
  add_graph(b, "body", body);
  b.output("last", kF32, {2}).output("all", kF32, {trips, 2});
  return b;
}

}  // namespace

TEST_CASE("the branch of a constant condition takes the node's place, with names of its own") {
  for (const bool value : {true, false}) {
    const float factor = value ? 12 : 13;
    const std::vector<std::function<void(ModelBuilder&)>> conditions = {
        [&](ModelBuilder& b) { add_bool(b, "c", value); },
        [&](ModelBuilder& b) {
          b.int64s("zero", {}, {0}).int64s("two", {1}, {value ? 2 : 3});
          b.node("Shape", {"x"}, {"s"}).node("Equal", {"s", "two"}, {"e"}).node("Squeeze", {"e"}, {"c"});
        },
    };
    for (const auto& condition : conditions) {
      const ModelBuilder b = with_if(condition);
      CHECK(result_of(b, {1, 4}) == std::vector<float>{factor, 4 * factor});
      std::set<std::string> names;
      for (const OnnxNode& node : b.load().nodes) CHECK(names.insert(node.name).second);
    }
  }
}

TEST_CASE("a loop carries its values from one iteration to the next, and collects those that it scans") {
  const ModelBuilder b = with_loop(loop_body(), {"n", "true", "start"}, 4);
  const std::vector<float> x = {0.5f, -2};
  std::vector<double> v = {1, 2};
  const std::vector<float> all = result_of(b, x, 1), last = result_of(b, x);
  for (int i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(all[static_cast<std::size_t>(i) * 2 + k] == Approx(v[k]));
      v[k] = v[k] * x[k] + i;
    }
  for (std::size_t k = 0; k < 2; ++k) CHECK(last[k] == Approx(v[k]));
  // No condition is one that holds.
  CHECK(result_of(with_loop(loop_body(), {"n", "", "start"}, 4), x) == last);
}

TEST_CASE("a loop ends where its body's condition is folded to false, with or without a trip count") {
  for (const char* trips : {"n", ""}) {
    ModelBuilder body;
    body.input("i", kI64, {}).input("c", kBool, {}).input("v", kF32, {2}).int64s("two", {}, {2});
    body.node("Add", {"v", "x"}, {"next"}).node("Less", {"i", "two"}, {"go"});
    body.output("go", kBool, {}).output("next", kF32, {2}).output("next", kF32, {2});
    ModelBuilder b = with_loop(body, {trips, "true", "start"}, 3);
    CHECK(result_of(b, {1, 10}) == std::vector<float>{4, 32});
    CHECK(result_of(b, {1, 10}, 1) == std::vector<float>{2, 12, 3, 22, 4, 32});
  }
}

TEST_CASE("a loop without an iteration leaves its values, and can collect none") {
  ModelBuilder b = with_loop(loop_body(), {"n", "true", "start"}, 0);
  CHECK_THROWS_WITH(b.load(), Contains("node 'last' (Loop): output 'all' is empty: the loop has no iteration"));
  b.graph().mutable_output()->RemoveLast();
  b.last_node().set_output(1, "");
  CHECK(result_of(b, {1, 1}) == std::vector<float>{1, 2});
}

TEST_CASE("a branch inside of a loop may depend on the iteration, and loops stand in loops") {
  ModelBuilder yes, no, inner, body;
  yes.node("Add", {"v", "x"}, {"r"}).output("r", kF32, {2});
  no.node("Sub", {"v", "x"}, {"r"}).output("r", kF32, {2});
  // v' = v * 2, twice
  inner.input("j", kI64, {}).input("d", kBool, {}).input("w", kF32, {2}).floats("k", {}, {2});
  inner.node("Mul", {"w", "k"}, {"w2"}).node("Identity", {"d"}, {"go"});
  inner.output("go", kBool, {}).output("w2", kF32, {2});
  body.input("i", kI64, {}).input("c", kBool, {}).input("v", kF32, {2}).int64s("one", {}, {1}).int64s("m", {}, {2});
  body.node("Equal", {"i", "one"}, {"is_one"}).node("If", {"is_one"}, {"s"});
  add_graph(body, "then_branch", yes);
  add_graph(body, "else_branch", no);
  body.node("Loop", {"m", "", "s"}, {"next"});
  add_graph(body, "body", inner);
  body.node("Identity", {"c"}, {"go"});
  body.output("go", kBool, {}).output("next", kF32, {2}).output("s", kF32, {2});
  const ModelBuilder b = with_loop(body, {"n", "true", "start"}, 3);
  double v[] = {1, 2};
  const float x[] = {3, 5};
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 2; ++k) v[k] = 4 * (i == 1 ? v[k] + x[k] : v[k] - x[k]);
  CHECK(result_of(b, {3, 5}) == std::vector<float>{static_cast<float>(v[0]), static_cast<float>(v[1])});
}

TEST_CASE("operators that are written with others are so inside of a body, with weights of float16, too") {
  ModelBuilder body;
  body.input("i", kI64, {}).input("c", kBool, {}).input("v", kF32, {2});
  onnx::TensorProto& half = *body.graph().add_initializer();
  half.set_name("h");
  half.set_data_type(onnx::TensorProto::FLOAT16);
  half.add_int32_data(0x3800);  // 0.5
  body.node("Gelu", {"v"}, {"g"}, "com.microsoft").node("Mul", {"g", "h"}, {"next"}).node("Identity", {"c"}, {"go"});
  body.output("go", kBool, {}).output("next", kF32, {2}).output("next", kF32, {2});
  const std::vector<float> y = result_of(with_loop(body, {"n", "", "x"}, 2), {1, -2});
  for (std::size_t k = 0; k < 2; ++k) {
    double v = k == 0 ? 1 : -2;
    for (int i = 0; i < 2; ++i) v = 0.5 * (0.5 * v * (1 + std::erf(v / std::sqrt(2.0))));
    CHECK(y[k] == Approx(v).epsilon(1e-5));
  }
}

TEST_CASE("conditions and trip counts of the run are refused with their names") {
  const auto run_time = [](ModelBuilder& b) { b.input("c", kBool, {}); };
  CHECK_THROWS_WITH(with_if(run_time).load(),
                    Contains("node 't' (If): the condition 'c' is computed during the run; supported are constants"));
  ModelBuilder trips = with_loop(loop_body(), {"m", "true", "start"}, 4);
  trips.input("m", kI64, {});
  CHECK_THROWS_WITH(trips.load(), Contains("node 'last' (Loop): the trip count 'm' is computed during the run"));
  ModelBuilder body = loop_body();
  body.node("Greater", {"next", "v"}, {"more"}).node("Squeeze", {"more"}, {"stop"});
  body.graph().mutable_output(0)->set_name("stop");
  CHECK_THROWS_WITH(with_loop(body, {"n", "true", "start"}, 4).load(), Contains("the condition 'last/0/stop' is"));
  const auto number = [](ModelBuilder& b) { b.floats("c", {}, {1}); };
  CHECK_THROWS_WITH(with_if(number).load(), Contains("the condition 'c' must be one bool"));
}

TEST_CASE("a graph that does not fit its node is refused") {
  ModelBuilder body = loop_body();
  body.graph().mutable_output()->RemoveLast();
  CHECK_THROWS_WITH(with_loop(body, {"n", "true", "start"}, 4).load(), Contains("3 inputs and 2 outputs"));
  ModelBuilder unknown = loop_body();
  unknown.node("Add", {"v", "nowhere"}, {"z"});
  CHECK_THROWS_WITH(with_loop(unknown, {"n", "true", "start"}, 4).load(), Contains("'nowhere' is neither an input"));
  ModelBuilder missing = with_if([](ModelBuilder& b) { add_bool(b, "c", false); });
  missing.graph().mutable_node(0)->mutable_attribute(1)->set_name("other_branch");
  CHECK_THROWS_WITH(missing.load(), Contains("node 't' (If)"));
}

TEST_CASE("iterations are limited, before the memory is") {
  CHECK_THROWS_WITH(with_loop(loop_body(), {"n", "true", "start"}, std::int64_t{1} << 40).load(),
                    Contains("node 'last' (Loop): branches and iterations of the network make more than 65536 nodes"));
  ModelBuilder endless;  // without a node
  endless.input("i", kI64, {}).input("c", kBool, {}).input("v", kF32, {2});
  endless.output("c", kBool, {}).output("v", kF32, {2}).output("v", kF32, {2});
  CHECK_THROWS_WITH(with_loop(endless, {"", "true", "start"}, 4).load(), Contains("more than 65536 nodes"));
}

TEST_CASE("graphs are nested in each other up to a limit") {
  const auto nested = [](int depth) {
    ModelBuilder inner;
    inner.node("Relu", {"x"}, {"r"}).output("r", kF32, {2});
    for (int i = 0; i < depth; ++i) {
      ModelBuilder outer;
      add_bool(outer, "c", true);
      outer.node("If", {"c"}, {"r"}).output("r", kF32, {2});
      add_graph(outer, "then_branch", inner);
      ModelBuilder other;
      other.node("Neg", {"x"}, {"r"}).output("r", kF32, {2});
      add_graph(outer, "else_branch", other);
      inner = outer;
    }
    return inner.input("x", kF32, {2});
  };
  CHECK(result_of(nested(kMaxNesting), {-1, 2}) == std::vector<float>{0, 2});
  CHECK_THROWS_WITH(nested(kMaxNesting + 1).load(), Contains("more than 64 graphs are nested in each other"));
}
