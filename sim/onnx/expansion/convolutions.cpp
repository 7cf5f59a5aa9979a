// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>

#include "onnx/expansion/emitter.hpp"

namespace systole::expansion {

namespace {

constexpr std::int64_t kToTheEnd = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kToTheFront = std::numeric_limits<std::int64_t>::min();

// An attribute with a value for each of `count` things, in a range that no size of a network leaves.
Integers list(Emitter& emit, const char* name, std::size_t count, std::int64_t otherwise, std::int64_t least) {
  constexpr std::int64_t kMost = 1 << 20;
  const Integers values = emit.integers(name, Integers(count, otherwise));
  if (values.size() != count) emit.refuse(fmt::format("attribute {} must have {} values", name, count));
  for (const std::int64_t value : values)
    if (value < least || value > kMost)
      emit.refuse(fmt::format("attribute {} has the value {}, allowed are {} to {}", name, value, least, kMost));
  return values;
}

std::string sliced(Emitter& emit, const std::string& x, std::int64_t axis, std::int64_t start, std::int64_t end,
                   std::int64_t step) {
  return emit.add("Slice", {x, emit.constant(Integers{start}), emit.constant(Integers{end}),
                            emit.constant(Integers{axis}), emit.constant(Integers{step})});
}

// stride - 1 zeros behind each value of the last dimension of [images, channels, a, b].
std::string spread(Emitter& emit, const std::string& x, std::int64_t stride) {
  if (stride == 1) return x;
  const std::string column = emit.add("Unsqueeze", {x, emit.constant(Integers{4})});
  const std::string padded = emit.add("Pad", {column, emit.constant(Integers{0, 0, 0, 0, 0, 0, 0, 0, 0, stride - 1})});
  return emit.add("Reshape", {padded, emit.constant(Integers{0, 0, 0, -1})});
}

// The weights [in, out / group, y, x] of a transposed convolution as those of a convolution, [out, in / group, y, x]:
// turned by half a turn.
std::string turned_weights(Emitter& emit, const Integers& shape, std::int64_t group) {
  std::string w = emit.input(1);
  for (const std::int64_t axis : {2, 3}) w = sliced(emit, w, axis, -1, kToTheFront, -1);
  w = emit.add("Reshape", {w, emit.constant(Integers{group, shape[0] / group, shape[1], shape[2], shape[3]})});
  w = emit.add("Transpose", {w});
  emit.with("perm", Integers{0, 2, 1, 3, 4});
  return emit.add("Reshape", {w, emit.constant(Integers{group * shape[1], shape[0] / group, shape[2], shape[3]})});
}

}  // namespace

// Zeros between the values, then a convolution with stride 1 and turned weights. Of the kernel's reach, k = (kernel - 1) *
// dilation, pad rows are cut away at each end.
void transposed_convolution(Emitter& emit) {
  const Integers shape = emit.constant_shape(1);
  if (shape.size() != 4) emit.refuse(fmt::format("the weights have rank {}; 4 is supported", shape.size()));
  if (emit.text("auto_pad", "NOTSET") != "NOTSET") emit.refuse("attribute auto_pad is not supported; pads are");
  if (!emit.integers("output_shape", {}).empty()) emit.refuse("attribute output_shape is not supported; pads are");
  const std::int64_t group = emit.integer("group", 1);
  if (group < 1 || shape[0] % group != 0) emit.refuse("attribute group does not divide the channels");
  const Integers strides = list(emit, "strides", 2, 1, 1), dilations = list(emit, "dilations", 2, 1, 1),
                 pads = list(emit, "pads", 4, 0, 0), more = list(emit, "output_padding", 2, 0, 0);
  std::string x = spread(emit, emit.input(0), strides[1]);
  if (strides[0] != 1) {
    const Integers swap = {0, 1, 3, 2};
    x = emit.add("Transpose", {x});
    emit.with("perm", swap);
    x = spread(emit, x, strides[0]);
    x = emit.add("Transpose", {x});
    emit.with("perm", swap);
  }
  // Behind the last value stand stride - 1 zeros that a transposed convolution does not have.
  Integers around(8, 0);
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t reach = (shape[2 + d] - 1) * dilations[d];
    around[2 + d] = reach - pads[d];
    around[6 + d] = reach - pads[2 + d] + more[d] - (strides[d] - 1);
  }
  x = emit.add("Pad", {x, emit.constant(around)});
  std::vector<std::string> inputs = {x, turned_weights(emit, shape, group)};
  if (emit.has_input(2)) inputs.push_back(emit.input(2));
  emit.add("Conv", inputs, emit.output(0));
  emit.with("group", group).with("dilations", dilations);
}

// The sum over the kernel's depth of convolutions in two dimensions, each of the images at its depth: [images, channels,
// depth, y, x] as [images * depth, channels, y, x].
void convolution_3d(Emitter& emit) {
  const Integers shape = emit.constant_shape(1);
  if (emit.text("auto_pad", "NOTSET") != "NOTSET") emit.refuse("attribute auto_pad is not supported; pads are");
  const Integers strides = list(emit, "strides", 3, 1, 1), dilations = list(emit, "dilations", 3, 1, 1),
                 pads = list(emit, "pads", 6, 0, 0);
  const std::int64_t group = emit.integer("group", 1), depth = shape[2];
  if (depth < 1 || depth > 64) emit.refuse(fmt::format("the kernel is {} deep; 1 to 64 are supported", depth));
  std::string x = emit.input(0);
  if (pads[0] != 0 || pads[3] != 0)
    x = emit.add("Pad", {x, emit.constant(Integers{0, 0, pads[0], 0, 0, 0, 0, pads[3], 0, 0})});
  std::string sum, places;  // places: the shape of [images, depth, channels, y, x]
  for (std::int64_t z = 0; z < depth; ++z) {
    const std::int64_t behind = (depth - 1 - z) * dilations[0];
    std::string plane = sliced(emit, x, 2, z * dilations[0], behind == 0 ? kToTheEnd : -behind, strides[0]);
    plane = emit.add("Transpose", {plane});
    emit.with("perm", Integers{0, 2, 1, 3, 4});
    places = emit.add("Shape", {plane});
    const std::string flat =
        emit.add("Concat", {emit.constant(Integers{-1}), sliced(emit, places, 0, 2, kToTheEnd, 1)});
    emit.with("axis", std::int64_t{0});
    plane = emit.add("Reshape", {plane, flat});
    std::string w = sliced(emit, emit.input(1), 2, z, z + 1, 1);
    w = emit.add("Squeeze", {w, emit.constant(Integers{2})});
    std::vector<std::string> inputs = {plane, w};
    if (z == 0 && emit.has_input(2)) inputs.push_back(emit.input(2));
    const std::string part = emit.add("Conv", inputs);
    emit.with("group", group)
        .with("strides", Integers{strides[1], strides[2]})
        .with("dilations", Integers{dilations[1], dilations[2]})
        .with("pads", Integers{pads[1], pads[2], pads[4], pads[5]});
    sum = z == 0 ? part : emit.add("Add", {sum, part});
  }
  const std::string back = emit.add(
      "Concat", {sliced(emit, places, 0, 0, 2, 1), sliced(emit, emit.add("Shape", {sum}), 0, 1, kToTheEnd, 1)});
  emit.with("axis", std::int64_t{0});
  emit.add("Transpose", {emit.add("Reshape", {sum, back})}, emit.output(0));
  emit.with("perm", Integers{0, 2, 1, 3, 4});
}

}  // namespace systole::expansion
