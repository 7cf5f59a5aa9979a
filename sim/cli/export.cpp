// SPDX-License-Identifier: Apache-2.0
#include "cli/export.hpp"

#include <filesystem>
#include <ostream>

#include "chip/shipped_chips.hpp"
#include "cli/run.hpp"
#include "export/export.hpp"
#include "session/session.hpp"

namespace systole::cli {

int execute(const ExportArguments& arguments, const Streams& streams) {
  session::Job job;
  job.chip = open_chip(arguments.chip);
  job.network = arguments.network;
  job.seed = arguments.seed;
  job.compile.search = compiler::Search::kNone;
  if (!arguments.inputs.empty()) job.inputs = session::InputFiles(arguments.inputs.begin(), arguments.inputs.end());
  session::Progress progress;
  progress.opened = [&](const quantize::OpenedNetwork& opened) {
    if (arguments.inputs.empty() && !opened.network.inputs.empty()) streams.error << random_input_line(arguments.seed);
  };
  const session::Compiled compiled = session::compile(job, progress);
  for (const std::string& file : exporting::export_network(compiled.network, compiled.inputs, arguments.directory))
    streams.out << (std::filesystem::path(arguments.directory) / file).string() << "\n";
  return 0;
}

}  // namespace systole::cli
