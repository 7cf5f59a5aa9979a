// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/show.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "chip/shipped_chips.hpp"
#include "cli/output/chip_description.hpp"
#include "isa/program.hpp"
#include "report/explain.hpp"
#include "report/numbers.hpp"
#include "report/side_by_side.hpp"
#include "report/trace_file.hpp"

namespace systole::cli {

namespace {

std::string chip_line(const Chip& chip) {
  return fmt::format("{:<10} {:>3} x {:<3}  {:>8} of buffers  {:>4}-bit AXI  {} MHz", chip.name, chip.array_rows,
                     chip.array_cols, report::bytes_text(chip.buffer_bytes()), chip.axi_data_bits, chip.clock_mhz);
}

}  // namespace

int execute(const ChipsArguments&, const Streams& streams) {
  for (const std::string& name : shipped_chips()) streams.out << chip_line(open_chip(name)) << "\n";
  return 0;
}

int execute(const ChipArguments& arguments, const Streams& streams) {
  if (arguments.schema || arguments.keys) {
    streams.out << (arguments.schema ? chip_file_schema() : chip_file_tables());
    return 0;
  }
  const Chip chip = opened(arguments.chip);
  streams.out << "# " << chip_line(chip) << fmt::format(", {} MACs a cycle\n", report::grouped(chip.macs_per_cycle()))
              << annotated_toml(chip);
  return 0;
}

int execute(const DisasmArguments& arguments, const Streams& streams) {
  const isa::Program program = isa::read_program(arguments.program);
  streams.out << fmt::format("# {} instructions for {}, chip fingerprint {:#018x}\n", program.instructions.size(),
                             program.chip_name, program.chip_fingerprint)
              << isa::disassemble(program);
  return 0;
}

int execute(const TraceDiffArguments& arguments, const Streams& streams) {
  const std::vector<report::TraceLine> a = report::read_trace(arguments.a), b = report::read_trace(arguments.b);
  const std::string difference = report::first_difference(a, b);
  if (difference.empty()) {
    streams.out << fmt::format("{} retirements, all equal\n", a.size());
    return 0;
  }
  streams.out << difference << "\n";
  return 1;
}

int execute(const CompareArguments& arguments, const Streams& streams) {
  std::vector<nlohmann::json> reports;
  for (const std::string& file : arguments.files) reports.push_back(report::read_report(file));
  if (!arguments.sort.empty()) report::sort_reports(reports, arguments.sort);
  streams.out << report::side_by_side(reports);
  return 0;
}

int execute(const ExplainArguments& arguments, const Streams& streams) {
  streams.out << report::explain(report::read_report(arguments.report), arguments.node, streams.width);
  return 0;
}

}  // namespace systole::cli
