// SPDX-License-Identifier: Apache-2.0
//
// Operators that later operator sets call otherwise.
#include "onnx/expansion/emitter.hpp"

namespace systole::expansion {

// Inputs: x, scales (an attribute up to operator set 8). Resize as operator set 10 meant it.
void upsample(Emitter& emit) {
  const std::string scales = emit.has_input(1) ? emit.input(1) : emit.constant(emit.numbers("scales"));
  const std::string mode = emit.text("mode", "nearest");
  emit.add("Resize", {emit.input(0), "", scales}, emit.output(0));
  emit.with("mode", mode).with("coordinate_transformation_mode", std::string("asymmetric"));
  emit.with("nearest_mode", std::string("floor"));
}

void scatter(Emitter& emit) {
  emit.add("ScatterElements", {emit.input(0), emit.input(1), emit.input(2)}, emit.output(0));
  emit.with("axis", emit.integer("axis", 0));
}

}  // namespace systole::expansion
