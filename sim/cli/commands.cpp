// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "chip/shipped_chips.hpp"
#include "cli/conformance.hpp"
#include "cli/dram.hpp"
#include "cli/fuzz.hpp"
#include "cli/quantize.hpp"
#include "cli/run_command.hpp"
#include "isa/program.hpp"
#include "report/numbers.hpp"
#include "support/error.hpp"

namespace systole::cli {

namespace {

std::string chip_line(const Chip& chip) {
  return fmt::format("{:<10} {:>3} x {:<3}  {:>8} of buffers  {:>4}-bit AXI  {} MHz", chip.name, chip.array_rows,
                     chip.array_cols, report::bytes_text(chip.buffer_bytes()), chip.axi_data_bits, chip.clock_mhz);
}

int list_chips(const Streams& streams) {
  for (const std::string& name : shipped_chips()) streams.out << chip_line(open_chip(name)) << "\n";
  return 0;
}

int show_chip(const std::string& name, const Streams& streams) {
  const Chip chip = open_chip(name);
  streams.out << "# " << chip_line(chip) << fmt::format(", {} MACs a cycle\n", report::grouped(chip.macs_per_cycle()))
              << to_toml(chip);
  return 0;
}

int disassemble(const std::string& file, const Streams& streams) {
  const isa::Program program = isa::read_program(file);
  streams.out << fmt::format("# {} instructions for {}, chip fingerprint {:#018x}\n", program.instructions.size(),
                             program.chip_name, program.chip_fingerprint)
              << isa::disassemble(program);
  return 0;
}

// The subcommands with their options; `action` is what the chosen one does.
void add_run(CLI::App& app, RunArguments& run, std::function<int(const Streams&)>& action) {
  CLI::App* command = app.add_subcommand("run", "Compile a network for a chip, run it and report");
  command->add_option("network", run.network, "ONNX file, or layers as SCALE-Sim lists them (.csv)")
      ->required()
      ->type_name("NET");
  command->add_option("--chip", run.chip, "A shipped chip's name or a chip file")->required()->type_name("CHIP");
  command->add_option("--on", run.on, "View of the chip: rtl, reference, model, or all of them against each other")
      ->required()
      ->check(CLI::IsMember({"rtl", "reference", "model", "all"}))
      ->type_name("VIEW");
  command
      ->add_option("--input", run.inputs,
                   "Input tensor, .npy or .pb, once per graph input in their order; default: random data")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--output", run.output, "Folder for the outputs, one .npy each")->type_name("DIR");
  command->add_option("--dump-tensors", run.dump_tensors, "Folder for every tensor that reaches DRAM or the host")
      ->type_name("DIR");
  command->add_option("--json", run.json, "File for the report as JSON")->type_name("FILE");
  command
      ->add_option("--search", run.search,
                   "How tilings are chosen: by an estimate (none), by the cycle model among the few best (fast) or all "
                   "that may be better (full) [fast]")
      ->check(CLI::IsMember({"none", "fast", "full"}))
      ->type_name("EFFORT");
  command->add_option("--csv", run.csv, "File for the report's nodes as a table")->type_name("FILE.csv");
  command->add_option("--trace", run.trace, "File for the start and retire cycle of every instruction")
      ->type_name("FILE.csv");
  command->add_option("--wave", run.wave, "Waveform of the RTL (FST); another model, built on demand")
      ->type_name("FILE.fst");
  command->add_option("--max-cycles", run.max_cycles, "Give up a program after so many cycles")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--hang-cycles", run.hang_cycles,
                   "Report a hang when no instruction retires for so many cycles [1000000]")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", run.seed, "Seed of random inputs and of the RTL's power-up state [1]")->type_name("N");
  command->add_flag("--assertions", run.assertions, "Check the assertions in the RTL; another model, slower");
  add_calibration_options(*command, run.calibration);
  command->add_flag(
      "--compare-float", run.compare_float,
      "Float networks: compute the float network on the host too and say how far the int8 result is from it");
  command->add_flag("--float-average-pool", run.float_average_pool,
                    "Average pools of windows smaller than the image run on the host with ONNX Runtime's bits: the "
                    "chip's differ by one "
                    "where a mean is a tie");
  command->add_flag("--no-check", run.no_check, "Do not compute the network on the host to check the outputs");
  command->callback([&] { action = [&](const Streams& streams) { return run_network_command(run, streams); }; });
}

void add_export(CLI::App& app, ExportArguments& arguments, std::function<int(const Streams&)>& action) {
  CLI::App* command =
      app.add_subcommand("export", "Write program, memory image and expected result for your own testbench");
  command->add_option("network", arguments.network, "ONNX file")->required()->type_name("NET.onnx");
  command->add_option("--chip", arguments.chip, "A shipped chip's name or a chip file")->required()->type_name("CHIP");
  command->add_option("-o,--output", arguments.directory, "Folder for the files")->required()->type_name("DIR");
  command->add_option("--input", arguments.inputs, "As of run")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--seed", arguments.seed, "Seed of random inputs [1]")->type_name("N");
  command->callback([&] { action = [&](const Streams& streams) { return export_command(arguments, streams); }; });
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Streams& streams) {
  try {
    CLI::App app("Systole: what an AI accelerator will do, before it is taped out", "systole");
    app.set_version_flag("--version", "systole " SYSTOLE_VERSION);
    app.require_subcommand(1);
    std::function<int(const Streams&)> action;

    RunArguments run_arguments;
    add_run(app, run_arguments, action);
    app.add_subcommand("chips", "List the shipped chips")->callback([&] { action = list_chips; });
    std::string chip;
    CLI::App* chip_command = app.add_subcommand("chip", "Show a chip with all its parameters, as a chip file");
    chip_command->add_option("chip", chip, "A shipped chip's name or a chip file")->required()->type_name("CHIP");
    chip_command->callback([&] { action = [&](const Streams& s) { return show_chip(chip, s); }; });
    std::string program;
    CLI::App* disasm_command = app.add_subcommand("disasm", "Show a program as assembler text");
    disasm_command->add_option("program", program, "Program file")->required()->type_name("PROGRAM");
    disasm_command->callback([&] { action = [&](const Streams& s) { return disassemble(program, s); }; });
    std::string trace_a, trace_b;
    CLI::App* trace_command =
        app.add_subcommand("trace-diff", "Compare two files of run --trace, or of your own simulation");
    trace_command->add_option("a", trace_a, "Trace file")->required()->type_name("A.csv");
    trace_command->add_option("b", trace_b, "Trace file")->required()->type_name("B.csv");
    trace_command->callback(
        [&] { action = [&](const Streams& s) { return trace_diff_command(trace_a, trace_b, s); }; });
    std::string report_a, report_b;
    CLI::App* compare_command_line = app.add_subcommand("compare", "Show two reports of run --json side by side");
    compare_command_line->add_option("a", report_a, "Report")->required()->type_name("A.json");
    compare_command_line->add_option("b", report_b, "Report")->required()->type_name("B.json");
    compare_command_line->callback(
        [&] { action = [&](const Streams& s) { return compare_command(report_a, report_b, s); }; });
    ExportArguments export_arguments;
    add_export(app, export_arguments, action);
    QuantizeArguments quantize_arguments;
    add_quantize(app, quantize_arguments, action);
    ConformanceArguments conformance_arguments;
    add_conformance(app, conformance_arguments, action);
    DramArguments dram_arguments;
    add_dram(app, dram_arguments, action);
    FuzzArguments fuzz_arguments;
    add_fuzz(app, fuzz_arguments, action);

    try {
      std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants it
      app.parse(reversed);
    } catch (const CLI::ParseError& error) {
      const bool is_help = error.get_exit_code() == 0;
      if (is_help) return app.exit(error, streams.out, streams.error);
      const auto commands = app.get_subcommands([](CLI::App*) { return true; });
      const bool is_unknown = !arguments.empty() && arguments.front().rfind("-", 0) != 0 &&
                              std::none_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
                                return command->get_name() == arguments.front();
                              });
      if (is_unknown)
        streams.error << "systole: unknown command \"" << arguments.front() << "\" (try --help)\n";
      else
        streams.error << "systole: " << error.what() << " (try --help)\n";
      return 2;
    }
    return action(streams);
  } catch (const UserError& error) {
    streams.error << "systole: " << error.what() << "\n";
    return 2;
  } catch (const DesignError& error) {
    streams.error << "systole: " << error.what() << "\n";
    return 1;
  } catch (const std::bad_alloc&) {
    streams.error << "systole: out of memory\n";
    return 2;
  } catch (const std::exception& error) {
    streams.error << "systole: internal error: " << error.what() << "\n";
    return 3;
  }
}

}  // namespace systole::cli
