// SPDX-License-Identifier: Apache-2.0
//
// LSTM and GRU, computed again from ONNX's equations in double precision.
#include <cmath>
#include <random>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

constexpr int kSteps = 4, kBatch = 2, kInputs = 3, kHidden = 5;

struct Data {
  std::vector<float> x, w, r, b, h0, c0;
};

std::vector<float> random_floats(std::mt19937& random, int count) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(uniform(random, -1000, 1000)) / 1000;
  return values;
}

Data weights_of(int gates, int directions) {
  std::mt19937 random(7);
  return {random_floats(random, kSteps * kBatch * kInputs),
          random_floats(random, directions * gates * kHidden * kInputs),
          random_floats(random, directions * gates * kHidden * kHidden),
          random_floats(random, directions * 2 * gates * kHidden),
          random_floats(random, directions * kBatch * kHidden),
          random_floats(random, directions * kBatch * kHidden)};
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// x W^T (+ input's bias) and h R^T (+ recurrence's bias) of one value of a gate.
struct Sums {
  double input = 0, recurrence = 0;
};
Sums sums(const Data& data, int gates, int direction, int row, const float* x, const std::vector<double>& h,
          bool bias) {
  Sums s;
  const int at = direction * gates * kHidden + row;
  for (int i = 0; i < kInputs; ++i)
    s.input += static_cast<double>(x[i]) * data.w[static_cast<std::size_t>(at * kInputs + i)];
  for (int i = 0; i < kHidden; ++i)
    s.recurrence += h[static_cast<std::size_t>(i)] * data.r[static_cast<std::size_t>(at * kHidden + i)];
  if (bias) {
    s.input += data.b[static_cast<std::size_t>(direction * 2 * gates * kHidden + row)];
    s.recurrence += data.b[static_cast<std::size_t>((direction * 2 + 1) * gates * kHidden + row)];
  }
  return s;
}

struct Expected {
  std::vector<double> y, last;
};

// `next` computes the new state of one sequence from x, the state and, of an LSTM, the cell.
template <typename Next>
Expected recurrence(const Data& data, int directions, bool reverse, bool initial, Next next) {
  Expected e;
  e.y.resize(static_cast<std::size_t>(kSteps * directions * kBatch * kHidden));
  for (int d = 0; d < directions; ++d)
    for (int n = 0; n < kBatch; ++n) {
      std::vector<double> h(kHidden, 0), c(kHidden, 0);
      for (int i = 0; initial && i < kHidden; ++i) {
        h[static_cast<std::size_t>(i)] = data.h0[static_cast<std::size_t>((d * kBatch + n) * kHidden + i)];
        c[static_cast<std::size_t>(i)] = data.c0[static_cast<std::size_t>((d * kBatch + n) * kHidden + i)];
      }
      for (int k = 0; k < kSteps; ++k) {
        const int t = reverse || d == 1 ? kSteps - 1 - k : k;
        next(d, &data.x[static_cast<std::size_t>((t * kBatch + n) * kInputs)], h, c);
        for (int i = 0; i < kHidden; ++i)
          e.y[static_cast<std::size_t>(((t * directions + d) * kBatch + n) * kHidden + i)] =
              h[static_cast<std::size_t>(i)];
      }
      e.last.insert(e.last.end(), h.begin(), h.end());
    }
  return e;
}

struct Form {
  const char* direction;
  int directions;
  bool bias, initial;
};
const std::vector<Form> kForms = {{"forward", 1, false, false},
                                  {"forward", 1, true, true},
                                  {"reverse", 1, true, false},
                                  {"bidirectional", 2, true, true}};

ModelBuilder model_of(const char* name, const Data& data, int gates, const Form& form) {
  const std::int64_t d = form.directions;
  ModelBuilder model(14);
  model.input("x", kF32, {kSteps, kBatch, kInputs}).output("y", kF32, {kSteps, d, kBatch, kHidden});
  model.output("last", kF32, {d, kBatch, kHidden});
  model.floats("w", {d, gates * kHidden, kInputs}, data.w).floats("r", {d, gates * kHidden, kHidden}, data.r);
  model.floats("b", {d, 2 * gates * kHidden}, data.b).floats("h0", {d, kBatch, kHidden}, data.h0);
  model.floats("c0", {d, kBatch, kHidden}, data.c0);
  std::vector<std::string> inputs = {"x", "w", "r", form.bias ? "b" : ""};
  if (form.initial) inputs.insert(inputs.end(), {"", "h0"});
  if (form.initial && gates == 4) inputs.push_back("c0");
  model.node(name, inputs, {"y", "last"}).integer("hidden_size", kHidden).text("direction", form.direction);
  return model;
}

void check(const ModelBuilder& model, const Data& data, const Expected& expected) {
  const auto outputs = run_network(model.load(), {float_tensor({kSteps, kBatch, kInputs}, data.x)});
  const auto near = [](const std::vector<float>& values, const std::vector<double>& wanted) {
    REQUIRE(values.size() == wanted.size());
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(values[i] == Approx(wanted[i]).epsilon(1e-4).margin(1e-5));
  };
  near(floats_of(outputs.at(0)), expected.y);
  near(floats_of(outputs.at(1)), expected.last);
}

}  // namespace

TEST_CASE("an LSTM is its equations, in every direction, with and without bias and initial state") {
  for (const Form& form : kForms) {
    CAPTURE(form.direction, form.bias, form.initial);
    const Data data = weights_of(4, form.directions);
    const auto next = [&](int d, const float* x, std::vector<double>& h, std::vector<double>& c) {
      const std::vector<double> before = h;
      const auto gate = [&](int g, int i) {
        const Sums s = sums(data, 4, d, g * kHidden + i, x, before, form.bias);
        return s.input + s.recurrence;
      };
      for (int i = 0; i < kHidden; ++i) {
        double& cell = c[static_cast<std::size_t>(i)];
        cell = sigmoid(gate(2, i)) * cell + sigmoid(gate(0, i)) * std::tanh(gate(3, i));
        h[static_cast<std::size_t>(i)] = sigmoid(gate(1, i)) * std::tanh(cell);
      }
    };
    check(model_of("LSTM", data, 4, form), data,
          recurrence(data, form.directions, form.direction == std::string("reverse"), form.initial, next));
  }
}

TEST_CASE("a GRU is its equations, the reset gate before or behind the product") {
  for (const Form& form : kForms)
    for (const bool before_reset : {false, true}) {
      CAPTURE(form.direction, form.bias, form.initial, before_reset);
      const Data data = weights_of(3, form.directions);
      const auto next = [&](int d, const float* x, std::vector<double>& h, std::vector<double>&) {
        const std::vector<double> before = h;
        const auto gate = [&](int g, int i, const std::vector<double>& state) {
          return sums(data, 3, d, g * kHidden + i, x, state, form.bias);
        };
        std::vector<double> reset(kHidden), held(kHidden);
        for (int i = 0; i < kHidden; ++i) {
          const Sums s = gate(1, i, before);
          reset[static_cast<std::size_t>(i)] = sigmoid(s.input + s.recurrence);
          held[static_cast<std::size_t>(i)] = reset[static_cast<std::size_t>(i)] * before[static_cast<std::size_t>(i)];
        }
        for (int i = 0; i < kHidden; ++i) {
          const Sums z = gate(0, i, before);
          const double update = sigmoid(z.input + z.recurrence);
          const Sums n = gate(2, i, before_reset ? before : held);
          const double fresh =
              std::tanh(n.input + (before_reset ? reset[static_cast<std::size_t>(i)] * n.recurrence : n.recurrence));
          h[static_cast<std::size_t>(i)] = (1 - update) * fresh + update * before[static_cast<std::size_t>(i)];
        }
      };
      ModelBuilder model = model_of("GRU", data, 3, form);
      model.integer("linear_before_reset", before_reset ? 1 : 0);
      check(model, data,
            recurrence(data, form.directions, form.direction == std::string("reverse"), form.initial, next));
    }
}

TEST_CASE("an RNN is its equation, and other activations are refused") {
  for (const Form& form : kForms) {
    CAPTURE(form.direction, form.bias, form.initial);
    const Data data = weights_of(1, form.directions);
    const auto next = [&](int d, const float* x, std::vector<double>& h, std::vector<double>&) {
      const std::vector<double> before = h;
      for (int i = 0; i < kHidden; ++i) {
        const Sums s = sums(data, 1, d, i, x, before, form.bias);
        h[static_cast<std::size_t>(i)] = std::tanh(s.input + s.recurrence);
      }
    };
    check(model_of("RNN", data, 1, form), data,
          recurrence(data, form.directions, form.direction == std::string("reverse"), form.initial, next));
  }
  ModelBuilder other = model_of("RNN", weights_of(1, 1), 1, kForms[0]);
  onnx::AttributeProto& activations = *other.last_node().add_attribute();
  activations.set_name("activations");
  activations.set_type(onnx::AttributeProto::STRINGS);
  activations.add_strings("Relu");
  CHECK_THROWS_WITH(other.load(), Contains("only the activations Tanh"));
}

TEST_CASE("the products of an LSTM run on the chip once it is quantized, and other forms are refused by name") {
  const Data data = weights_of(4, 1);
  ModelBuilder model = model_of("LSTM", data, 4, kForms[1]);
  std::size_t products = 0;
  for (const OnnxNode& node : model.load().nodes) products += node.operator_name == "MatMul";
  CHECK(products == 1 + kSteps);
  ModelBuilder last = model_of("LSTM", data, 4, kForms[0]);
  last.last_node().set_output(0, "");
  last.graph().mutable_output()->DeleteSubrange(0, 1);
  CHECK(run_network(last.load(), {float_tensor({kSteps, kBatch, kInputs}, data.x)}).at(0).shape ==
        Shape{1, kBatch, kHidden});
  ModelBuilder peepholes = model_of("LSTM", data, 4, kForms[1]);
  peepholes.floats("p", {1, 3 * kHidden}, std::vector<float>(3 * kHidden, 0)).last_node().add_input("p");
  CHECK_THROWS_WITH(peepholes.load(), Contains("peepholes"));
  ModelBuilder clipped = model_of("LSTM", data, 4, kForms[1]);
  clipped.number("clip", 1.0f);
  CHECK_THROWS_WITH(clipped.load(), Contains("clip"));
  ModelBuilder wrong = model_of("GRU", data, 4, kForms[0]);
  CHECK_THROWS_WITH(wrong.load(), Contains("3 gates"));
}
