// SPDX-License-Identifier: Apache-2.0
//
// `systole conformance`: operator tests in ONNX's own layout.
#pragma once

#include <functional>
#include <string>

#include "cli/commands.hpp"

namespace CLI {
class App;
}

namespace systole::cli {

struct ConformanceArguments {
  std::string folder, chip, on = "reference", junit, only;
  bool verbose = false;
};
// Exit code 1 if a case failed.
int conformance_command(const ConformanceArguments& arguments, const Streams& streams);

void add_conformance(CLI::App& app, ConformanceArguments& arguments, std::function<int(const Streams&)>& action);

}  // namespace systole::cli
