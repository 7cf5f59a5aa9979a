// SPDX-License-Identifier: Apache-2.0
//
// Operator tests in ONNX's own layout: a folder with model.onnx and test_data_set_*/input_*.pb, output_*.pb.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "chip/chip.hpp"
#include "session/session.hpp"

namespace systole::conformance {

enum class Verdict { kPassed, kFailed, kUnsupported };

struct CaseResult {
  std::string name;  // of the folder, below the one that was searched
  Verdict verdict = Verdict::kPassed;
  std::string reason;    // of a failure or a refusal, one line
  bool on_chip = false;  // whether the chip ran a part of it
  double wall_seconds = 0;
};

struct Options {
  session::ViewChoice view = session::ViewChoice::kReference;
  views::RtlViewFactory make_rtl;  // for the views rtl and all
  std::string only;                // cases whose name contains it
};

// Every folder at or below `folder` that has a model.onnx, in the order of their names. Outputs are compared as ONNX's own runner
// does: integers must be equal, floats within 1e-7 + 0.001 * |expected|. Secondary inputs that must be known at compile time (a
// shape, axes) are passed as constants. A signal (support/work/interruption.hpp) ends with the results so far. Errors (UserError): no such folder, no case in it.
std::vector<CaseResult> run_cases(const std::filesystem::path& folder, const Chip& chip, const Options& options,
                                  const std::function<void(const CaseResult&)>& done);

}  // namespace systole::conformance
