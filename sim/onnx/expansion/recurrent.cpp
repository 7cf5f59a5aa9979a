// SPDX-License-Identifier: Apache-2.0
//
// LSTM, GRU and RNN, step by step. The products with the inputs of all steps are one MatMul; each step has one with the state
// of the step before.
#include <fmt/format.h>

#include "onnx/expansion/emitter.hpp"

namespace systole::expansion {

namespace {

constexpr std::int64_t kMostSteps = 4096;

class Recurrence {
 public:
  // Of an operator with so many gates, whose activations have these names unless it says otherwise.
  Recurrence(Emitter& emit, std::int64_t gates, const char* activations) : emit_(emit), gates_(gates) {
    const Integers w = emit.constant_shape(1), r = emit.constant_shape(2), x = emit.run_time_shape(0);
    if (w.size() != 3 || r.size() != 3 || x.size() != 3) emit.refuse("input, weights and recurrence must have rank 3");
    directions_ = w[0];
    hidden_ = r[2];
    steps_ = x[0];
    if (w[1] != gates * hidden_ || r[1] != gates * hidden_ || directions_ < 1 || directions_ > 2)
      emit.refuse(fmt::format("the weights do not have {} gates of {} values", gates, hidden_));
    if (steps_ < 1 || steps_ > kMostSteps)
      emit.refuse(fmt::format("the sequence has {} steps; 1 to {} are supported", steps_, kMostSteps));
    if (emit.integer("layout", 0) != 0) emit.refuse("attribute layout is 1; supported is 0");
    if (emit.has_input(4)) emit.refuse("sequence lengths are not supported: every sequence has all steps");
    if (emit.number("clip", 0) != 0) emit.refuse("attribute clip is not supported");
    if (!emit.texts_are("activations", activations))
      emit.refuse(fmt::format("only the activations {} are supported", activations));
    direction_ = emit.text("direction", "forward");
    if (direction_ != "forward" && direction_ != "reverse" && direction_ != "bidirectional")
      emit.refuse("attribute direction is '" + direction_ + "'");
    if ((direction_ == "bidirectional") != (directions_ == 2))
      emit.refuse("attribute direction does not fit the weights");
  }

  std::int64_t directions() const { return directions_; }
  std::int64_t steps() const { return steps_; }
  std::int64_t hidden() const { return hidden_; }
  // Of step `i` in the order in which this direction takes them.
  std::int64_t place(std::int64_t direction, std::int64_t i) const {
    return direction == 1 || direction_ == "reverse" ? steps_ - 1 - i : i;
  }

  std::string slice(const std::string& x, std::int64_t axis, std::int64_t begin, std::int64_t end) {
    return emit_.add("Slice", {x, emit_.constant(Integers{begin}), emit_.constant(Integers{end}),
                               emit_.constant(Integers{axis}), emit_.constant(Integers{1})});
  }
  std::string squeeze(const std::string& x, std::int64_t axis) {
    return emit_.add("Squeeze", {x, emit_.constant(Integers{axis})});
  }
  std::string unsqueeze(const std::string& x, std::int64_t axis, const std::string& output = "") {
    return emit_.add("Unsqueeze", {x, emit_.constant(Integers{axis})}, output);
  }
  std::string concat(const std::vector<std::string>& parts, std::int64_t axis, const std::string& output = "") {
    const std::string joined = emit_.add("Concat", parts, output);
    emit_.with("axis", axis);
    return joined;
  }
  // One direction of an input [directions, ..], which must be there.
  std::string of(int input, std::int64_t direction) {
    return squeeze(slice(emit_.input(input), 0, direction, direction + 1), 0);
  }
  // Rows `begin` to `end` of the weights of gates, as columns: [inputs, rows].
  std::string columns(int input, std::int64_t direction, std::int64_t begin, std::int64_t end) {
    const std::string turned = emit_.add("Transpose", {slice(of(input, direction), 0, begin, end)});
    emit_.with("perm", Integers{1, 0});
    return turned;
  }
  // The products of all inputs: [steps, batch, gates * hidden].
  std::string inputs(std::int64_t direction) {
    return emit_.add("MatMul", {emit_.input(0), columns(1, direction, 0, gates_ * hidden_)});
  }
  std::string step(const std::string& all, std::int64_t at) { return squeeze(slice(all, 0, at, at + 1), 0); }
  // Part `gate` of [batch, gates * hidden].
  std::string gate(const std::string& x, std::int64_t gate) {
    return slice(x, 1, gate * hidden_, (gate + 1) * hidden_);
  }
  std::string sum(const std::string& a, const std::string& b) { return emit_.add("Add", {a, b}); }
  std::string product(const std::string& a, const std::string& b) { return emit_.add("Mul", {a, b}); }
  std::string sigmoid(const std::string& x) { return emit_.add("Sigmoid", {x}); }
  std::string tanh(const std::string& x) { return emit_.add("Tanh", {x}); }
  // a if there is no b.
  std::string sum_if(const std::string& a, const std::string& b) { return b.empty() ? a : sum(a, b); }

  // Y [steps, directions, batch, hidden] from the states [direction][step].
  void write_all(const std::vector<std::vector<std::string>>& states) {
    if (!emit_.has_output(0)) return;
    std::vector<std::string> sides;
    for (const std::vector<std::string>& of_direction : states) {
      std::vector<std::string> rows;
      for (const std::string& state : of_direction) rows.push_back(unsqueeze(state, 0));
      sides.push_back(unsqueeze(concat(rows, 0), 1));
    }
    concat(sides, 1, emit_.output(0));
  }
  // [directions, batch, hidden] into an output, if it is wanted.
  void write_last(int output, const std::vector<std::string>& states) {
    if (!emit_.has_output(output)) return;
    std::vector<std::string> sides;
    for (const std::string& state : states) sides.push_back(unsqueeze(state, 0));
    concat(sides, 0, emit_.output(output));
  }

 private:
  Emitter& emit_;
  std::int64_t gates_, directions_ = 1, hidden_ = 0, steps_ = 0;
  std::string direction_;
};

// The bias of inputs or of the recurrence: the halves of [2 * gates * hidden].
std::string bias_half(Recurrence& r, Emitter& emit, std::int64_t direction, std::int64_t half, std::int64_t size) {
  return emit.has_input(3) ? r.slice(r.of(3, direction), 0, half * size, (half + 1) * size) : "";
}

}  // namespace

// Gates i, o, f, c:  C = f C + i tanh(c),  H = o tanh(C)
void lstm(Emitter& emit) {
  Recurrence r(emit, 4, "Sigmoid, Tanh, Tanh");
  if (emit.has_input(7)) emit.refuse("peepholes are not supported");
  if (emit.integer("input_forget", 0) != 0) emit.refuse("attribute input_forget is 1; supported is 0");
  std::vector<std::vector<std::string>> states(static_cast<std::size_t>(r.directions()));
  std::vector<std::string> last, cells;
  for (std::int64_t d = 0; d < r.directions(); ++d) {
    const std::int64_t size = 4 * r.hidden();
    std::string all = r.sum_if(r.inputs(d), bias_half(r, emit, d, 0, size));
    all = r.sum_if(all, bias_half(r, emit, d, 1, size));
    const std::string recurrence = r.columns(2, d, 0, size);
    std::string h = emit.has_input(5) ? r.of(5, d) : "", c = emit.has_input(6) ? r.of(6, d) : "";
    auto& own = states[static_cast<std::size_t>(d)];
    own.resize(static_cast<std::size_t>(r.steps()));
    for (std::int64_t i = 0; i < r.steps(); ++i) {
      std::string x = r.step(all, r.place(d, i));
      if (!h.empty()) x = r.sum(x, emit.add("MatMul", {h, recurrence}));
      const std::string fresh = r.product(r.sigmoid(r.gate(x, 0)), r.tanh(r.gate(x, 3)));
      c = c.empty() ? fresh : r.sum(r.product(r.sigmoid(r.gate(x, 2)), c), fresh);
      h = r.product(r.sigmoid(r.gate(x, 1)), r.tanh(c));
      own[static_cast<std::size_t>(r.place(d, i))] = h;
    }
    last.push_back(h);
    cells.push_back(c);
  }
  r.write_all(states);
  r.write_last(1, last);
  r.write_last(2, cells);
}

// H = tanh(x + H), the products with weights understood.
void rnn(Emitter& emit) {
  Recurrence r(emit, 1, "Tanh");
  std::vector<std::vector<std::string>> states(static_cast<std::size_t>(r.directions()));
  std::vector<std::string> last;
  for (std::int64_t d = 0; d < r.directions(); ++d) {
    std::string all = r.sum_if(r.inputs(d), bias_half(r, emit, d, 0, r.hidden()));
    all = r.sum_if(all, bias_half(r, emit, d, 1, r.hidden()));
    const std::string recurrence = r.columns(2, d, 0, r.hidden());
    std::string h = emit.has_input(5) ? r.of(5, d) : "";
    auto& own = states[static_cast<std::size_t>(d)];
    own.resize(static_cast<std::size_t>(r.steps()));
    for (std::int64_t i = 0; i < r.steps(); ++i) {
      const std::string x = r.step(all, r.place(d, i));
      h = r.tanh(h.empty() ? x : r.sum(x, emit.add("MatMul", {h, recurrence})));
      own[static_cast<std::size_t>(r.place(d, i))] = h;
    }
    last.push_back(h);
  }
  r.write_all(states);
  r.write_last(1, last);
}

// Gates z, r, h:  H = (1 - z) h + z H = h + z (H - h)
void gru(Emitter& emit) {
  Recurrence r(emit, 3, "Sigmoid, Tanh");
  const bool before_reset = emit.integer("linear_before_reset", 0) != 0;
  std::vector<std::vector<std::string>> states(static_cast<std::size_t>(r.directions()));
  std::vector<std::string> last;
  for (std::int64_t d = 0; d < r.directions(); ++d) {
    const std::int64_t hidden = r.hidden(), size = 3 * hidden;
    const std::string all = r.sum_if(r.inputs(d), bias_half(r, emit, d, 0, size));
    const std::string bias = bias_half(r, emit, d, 1, size);
    const std::string gate_bias = bias.empty() ? "" : r.slice(bias, 0, 0, 2 * hidden),
                      new_bias = bias.empty() ? "" : r.slice(bias, 0, 2 * hidden, size),
                      gate_weights = r.columns(2, d, 0, 2 * hidden), new_weights = r.columns(2, d, 2 * hidden, size);
    std::string h = emit.has_input(5) ? r.of(5, d) : "";
    auto& own = states[static_cast<std::size_t>(d)];
    own.resize(static_cast<std::size_t>(r.steps()));
    for (std::int64_t i = 0; i < r.steps(); ++i) {
      const std::string x = r.step(all, r.place(d, i));
      std::string gates = r.sum_if(r.slice(x, 1, 0, 2 * hidden), gate_bias);
      if (!h.empty()) gates = r.sum(gates, emit.add("MatMul", {h, gate_weights}));
      const std::string update = r.sigmoid(r.gate(gates, 0)), reset = r.sigmoid(r.gate(gates, 1));
      // The part of the new state that the reset gate holds back.
      std::string held;
      if (before_reset) {
        held = h.empty() ? new_bias : r.sum_if(emit.add("MatMul", {h, new_weights}), new_bias);
        if (!held.empty()) held = r.product(reset, held);
      } else {
        held = h.empty() ? new_bias : r.sum_if(emit.add("MatMul", {r.product(reset, h), new_weights}), new_bias);
      }
      const std::string fresh = r.tanh(r.sum_if(r.gate(x, 2), held));
      if (h.empty())
        h = emit.add("Sub", {fresh, r.product(update, fresh)});
      else
        h = r.sum(fresh, r.product(update, emit.add("Sub", {h, fresh})));
      own[static_cast<std::size_t>(r.place(d, i))] = h;
    }
    last.push_back(h);
  }
  r.write_all(states);
  r.write_last(1, last);
}

}  // namespace systole::expansion
