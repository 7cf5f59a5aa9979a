// SPDX-License-Identifier: Apache-2.0
//
// The digits network with one image, compiled for `tiny`: small enough for every test.
#pragma once

#include <string>

#include "chip/shipped_chips.hpp"
#include "compiler/compiled_network.hpp"
#include "session/session.hpp"
#include "support/error.hpp"

namespace systole::test {

inline const compiler::CompiledNetwork& digits() {
  static const compiler::CompiledNetwork network = [] {
    session::Job job;
    job.chip = open_chip("tiny");
    job.network = std::string(SYSTOLE_SOURCE_DIR) + "/sim/networks/digits/digits_single.onnx";
    return session::compile(job).network;
  }();
  return network;
}

inline std::size_t chip_step() {
  for (std::size_t i = 0; i < digits().steps.size(); ++i)
    if (std::holds_alternative<compiler::ChipStep>(digits().steps[i])) return i;
  throw InternalError("the digits have a chip step");
}

inline const compiler::ChipStep& program_step() { return std::get<compiler::ChipStep>(digits().steps[chip_step()]); }

}  // namespace systole::test
