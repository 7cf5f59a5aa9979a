// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "cli/output/progress_line.hpp"
#include "export/export.hpp"
#include "session/session.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

namespace systole::cli {

namespace {

// A network without a step for the chip has no program to export: its nodes say why.
void check_chip_steps(const ExportArguments& arguments, const compiler::CompiledNetwork& network) {
  const auto on_chip = [](const compiler::Step& step) { return std::holds_alternative<compiler::ChipStep>(step); };
  if (std::any_of(network.steps.begin(), network.steps.end(), on_chip)) return;
  throw UserError(fmt::format("{}: no node runs on the chip, there is no program to export (systole run says why)",
                              arguments.job.network));
}

}  // namespace

int execute(const ExportArguments& arguments, const Streams& streams) {
  const InterruptionScope interruption;
  ProgressLine line(streams.error, streams.progress);
  session::Progress progress;
  progress.opened = announcement(arguments.job, streams, line);
  progress.working = [&](const WorkProgress& p) { line.show(p); };
  const session::Compiled compiled = session::compile(job_of(arguments.job), progress);
  line.clear();
  check_chip_steps(arguments, compiled.network);
  for (const std::string& file : exporting::export_network(compiled.network, compiled.inputs, arguments.directory))
    streams.out << (std::filesystem::path(arguments.directory) / file).string() << "\n";
  return 0;
}

}  // namespace systole::cli
