// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <ostream>

#include "chip/shipped_chips.hpp"
#include "cli/output/complain.hpp"
#include "cli/usage/completion.hpp"
#include "cli/usage/help.hpp"
#include "session/session.hpp"

namespace systole::cli {

namespace {

using Chosen = std::optional<Command>;

// The options that are added from here on stand under this heading of the help.
void begin_group(CLI::App& command, const char* heading) { command.option_defaults()->group(heading); }

// The subcommands with their options: each fills its arguments in and, when it is the one that is called, chooses them.

void add_network(CLI::App& command, std::string& network, const char* help) {
  command.add_option("network", network, help)->required()->type_name("NET");
}
// An option that may be given several times, a value each time.
CLI::Option* each_time(CLI::Option* option) {
  return option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}
void add_changes(CLI::App& command, ChipOptions& chip) {
  each_time(command.add_option("--set", chip.changes,
                               "Change a key of the chip file, as --set chip.array_rows=32 or --set memory.kind=hbm2"))
      ->type_name("KEY=VALUE");
}
CLI::Option* add_chip(CLI::App& command, ChipOptions& chip) {
  CLI::Option* option =
      command.add_option("--chip", chip.name, "A shipped chip's name or a chip file")->type_name("CHIP");
  add_changes(command, chip);
  return option;
}

void add_random_weights(CLI::App& command, quantize::CalibrationOptions& options) {
  command.add_flag("--random-weights", options.random_weights,
                   "ONNX files whose weights are in other files: draw those whose file is missing from --seed");
}

void add_calibration_options(CLI::App& command, quantize::CalibrationOptions& options) {
  command
      .add_option_function<std::string>(
          "--calibrate", [&options](const std::string& folder) { options.data = quantize::SampleFolder{folder}; },
          "Float networks: folder of .npy or .pb files to quantize by, or of folders with input_0.npy, input_1.npy, .. "
          "[--input, or else random data]")
      ->type_name("DIR");
  command.add_option("--samples", options.samples, "Float networks: how much random data to quantize by [2]")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  each_time(command.add_option_function<std::vector<std::string>>(
                "--shape",
                [&options](const std::vector<std::string>& texts) {
                  for (const std::string& text : texts) add_shape(text, options.load);
                },
                "Shape of an input that the file leaves open, once per input: --shape image=1,3,224,224"))
      ->type_name("NAME=N,N,..");
  command.add_flag("--per-tensor", options.quantize.per_tensor,
                   "Float networks: one scale for all weights of a node, not one for each output channel");
}

void add_job_options(CLI::App& command, JobOptions& job) {
  begin_group(command, "What runs");
  add_network(command, job.network, "ONNX file, or layers as SCALE-Sim lists them (.csv)");
  add_chip(command, job.chip)->required();
  each_time(command.add_option("--input", job.inputs,
                               "Input tensor, .npy or .pb, once per graph input in their order; default: random data"))
      ->type_name("FILE");
  command
      .add_option("--search", job.search,
                  "How tilings are chosen: by an estimate (none), by the cycle model among the few best (fast) or all "
                  "that may be better (full) [fast]")
      ->check(CLI::IsMember({"none", "fast", "full"}))
      ->type_name("EFFORT");
  command
      .add_option("--seed", job.seed,
                  "Seed of random inputs, calibration data and weights, and of the RTL's power-up state [1]")
      ->type_name("N");
  begin_group(command, "How a float network becomes int8");
  add_calibration_options(command, job.calibration);
  begin_group(command, "What runs");
  add_random_weights(command, job.calibration);
  command.add_flag("--scalesim-rounding", job.scalesim_rounding,
                   "Layer lists of SCALE-Sim: round the sizes of convolutions' outputs up, as SCALE-Sim does");
  command.add_flag("--float-average-pool", job.float_average_pool,
                   "Average pools of windows smaller than the image run on the host with ONNX Runtime's bits: the "
                   "chip's differ by one where a mean is a tie");
}

void add_run(CLI::App& app, RunArguments& run, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("run", "Compile a network for a chip, run it and report");
  add_job_options(*command, run.job);
  command
      ->add_option("--on", run.on,
                   "View of the chip: rtl, reference, model, or all of them against each other; timing is the model "
                   "without any values: as fast as it gets")
      ->required()
      ->check(CLI::IsMember({"rtl", "reference", "model", "all", "timing"}))
      ->type_name("VIEW");
  begin_group(*command, "What is written");
  command->add_option("--output", run.output, "Folder for the outputs, one .npy each")->type_name("DIR");
  command->add_option("--dump-tensors", run.dump_tensors, "Folder for every tensor that reaches DRAM or the host")
      ->type_name("DIR");
  command->add_option("--json", run.json, "File for the report as JSON")->type_name("FILE");
  command->add_option("--csv", run.csv, "File for the report's nodes as a table")->type_name("FILE.csv");
  command->add_option("--trace", run.trace, "File for the start and retire cycle of every instruction")
      ->type_name("FILE.csv");
  command
      ->add_option("--scalesim-reports", run.scalesim_reports,
                   "Folder for COMPUTE_REPORT.csv and BANDWIDTH_REPORT.csv, in SCALE-Sim's form")
      ->type_name("DIR");
  command
      ->add_option("--wave", run.wave.file,
                   "Waveform of the RTL (FST), and FILE.fst.gtkw for GTKWave; another model, built on demand")
      ->type_name("FILE.fst");
  command->add_option("--wave-from", run.wave.first_cycle, "First cycle of the waveform, from the doorbell [0]")
      ->type_name("CYCLE");
  command->add_option("--wave-to", run.wave.last_cycle, "Last cycle of the waveform, from the doorbell")
      ->type_name("CYCLE");
  command->add_option("--wave-node", run.wave.node, "Only while an instruction of this node is at work")
      ->type_name("NODE");
  begin_group(*command, "How the report is shown");
  command
      ->add_option("--sort", run.sort,
                   "Order of the nodes in the table: network, or worst first by cycles, utilization or dram "
                   "[network; cycles with --top]")
      ->check(CLI::IsMember({"network", "cycles", "utilization", "dram"}))
      ->type_name("KEY");
  command->add_option("--top", run.top, "Show only so many nodes in the table")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  begin_group(*command, "What is checked, and when a run is given up");
  command->add_option("--max-cycles", run.limits.max_cycles, "Give up a program after so many cycles")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--hang-cycles", run.limits.hang_cycles,
                   "Report a hang when no instruction retires for so many cycles [1000000]")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command->add_flag("--assertions", run.assertions, "Check the assertions in the RTL; another model, slower");
  command->add_flag(
      "--compare-float", run.compare_float,
      "Float networks: compute the float network on the host too and say how far the int8 result is from it");
  command->add_flag("--no-check", run.no_check, "Do not compute the network on the host to check the outputs");
  command->add_flag("--races", run.races, "View timing: find data races, as model and all always do; takes longer");
  command->footer(
      "systole run digits.onnx --chip tiny --on all\n"
      "systole run resnet50.onnx --chip edge16 --on model --top 10 --json r.json\n"
      "systole run layers.csv --chip edge32 --on timing\n"
      "systole run net.onnx --chip edge16 --set memory.kind=hbm2 --on model");
  command->callback([&] { chosen = run; });
}

void add_export(CLI::App& app, ExportArguments& arguments, Chosen& chosen) {
  CLI::App* command = app.add_subcommand(
      "export", "Write the program that run measures, memory image and expected result for your own testbench");
  add_job_options(*command, arguments.job);
  begin_group(*command, "What is written");
  command->add_option("-o,--output", arguments.directory, "Folder for the files")->required()->type_name("DIR");
  command->footer("systole export digits.onnx --chip tiny -o exported");
  command->callback([&] { chosen = arguments; });
}

void add_quantize(CLI::App& app, QuantizeArguments& arguments, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("quantize", "Quantize a float network to int8 (QDQ)");
  add_network(*command, arguments.network, "ONNX file in float");
  command->add_option("-o,--output", arguments.output, "File for the quantized network")
      ->required()
      ->type_name("Q.onnx");
  each_time(command->add_option("--input", arguments.inputs, "One sample to quantize by: as --input of run"))
      ->type_name("FILE");
  add_calibration_options(*command, arguments.calibration);
  add_random_weights(*command, arguments.calibration);
  command->add_option("--seed", arguments.calibration.seed, "Seed of random data and weights [1]")->type_name("N");
  command->footer("systole quantize net.onnx -o net_int8.onnx --calibrate images");
  command->callback([&] { chosen = arguments; });
}

void add_conformance(CLI::App& app, ConformanceArguments& arguments, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("conformance", "Run operator tests in ONNX's own layout");
  command
      ->add_option("folder", arguments.folder,
                   "Folder with test cases at any depth: model.onnx, test_data_set_0/input_0.pb, ..")
      ->required()
      ->type_name("DIR");
  add_chip(*command, arguments.chip)->required();
  command->add_option("--on", arguments.on, "View of the chip: reference, model, rtl, or all [reference]")
      ->check(CLI::IsMember({"reference", "model", "rtl", "all"}))
      ->type_name("VIEW");
  command->add_option("--only", arguments.only, "Only cases whose name contains this")->type_name("TEXT");
  command->add_flag("--verbose", arguments.verbose, "Name the cases that passed, too");
  command->add_option("--junit", arguments.junit, "File for the results as JUnit XML")->type_name("FILE");
  command->callback([&] { chosen = arguments; });
}

void add_dram(CLI::App& app, DramArguments& dram, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("dram", "Measure a memory alone");
  command->add_option("--memory", dram.memory, "A DRAM kind, or a chip file with one")->required()->type_name("KIND");
  command->add_option("--pattern", dram.pattern, "stream, random, or a file with one `R|W address` a line [stream]")
      ->type_name("PATTERN");
  command->add_option("--outstanding", dram.outstanding, "Reads in flight [what the read queues hold]")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, kMaxOutstanding));
  command
      ->add_option("--requests", dram.requests, "How many; a file starts again at its end [1000000, or the file once]")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{10'000'000'000}));
  command->add_option("--stacks", dram.stacks, "As [memory] stacks")->type_name("N")->check(CLI::Range(1u, 16u));
  command->add_option("--channels", dram.channels, "As [memory] channels")->type_name("N")->check(CLI::Range(1u, 64u));
  command->add_option("--channel-bits", dram.channel_bits, "As [memory] channel_bits")->type_name("N");
  command->add_option("--mapping", dram.mapping, "As [memory] address_mapping")->type_name("TEXT");
  command->add_option("--seed", dram.seed, "Seed of random addresses [1]")->type_name("N");
  command->add_option("--json", dram.json, "File for the figures as JSON")->type_name("FILE");
  command->footer("systole dram --memory lpddr4_3200 --pattern random");
  command->callback([&] { chosen = dram; });
}

void add_fuzz(CLI::App& app, FuzzArguments& fuzz, Chosen& chosen) {
  CLI::App* command = app.add_subcommand(
      "fuzz", "Run random programs on RTL, reference and cycle model, and compare every bit and every cycle");
  add_chip(*command, fuzz.chip);
  command->add_option("--programs", fuzz.programs, "How many [100; with --seconds as many as there is time for]")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
  command
      ->add_option("--seed", fuzz.seed,
                   "Seed of the first program; program k has seed + k [the time: another one each night]")
      ->type_name("S");
  command->add_option("--seconds", fuzz.seconds, "Start no program later than that")
      ->type_name("N")
      ->check(CLI::Range(1.0, 1e7));
  command
      ->add_option("--require-coverage", fuzz.required_coverage,
                   "Exit code 1 if fewer coverage points were hit, in percent")
      ->type_name("PERCENT")
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--instructions", fuzz.instructions, "Of a program [24]")
      ->type_name("N")
      ->check(CLI::Range(5, 250));
  command->add_option("--jobs", fuzz.jobs, "Threads; the results do not depend on them [1]")
      ->type_name("J")
      ->check(CLI::Range(1u, 256u));
  command
      ->add_option("--memory", fuzz.memory,
                   "random: another memory for each program, with latency, bandwidth, back-pressure; fixed: the chip "
                   "file's [random]")
      ->check(CLI::IsMember({"random", "fixed"}))
      ->type_name("CHOICE");
  command->add_flag("--assertions", fuzz.assertions, "Check the assertions in the RTL; another model, slower");
  command->add_option("--json", fuzz.json, "File for figures, coverage and failures as JSON")->type_name("FILE");
  command->add_option("--junit", fuzz.junit, "File for the results as JUnit XML")->type_name("FILE");
  command->add_option("--keep", fuzz.keep, "Folder for failing programs, made small [fuzz-failures]")->type_name("DIR");
  command->add_option("--replay", fuzz.replay, "Run one saved program again, instead")
      ->type_name("DIR/NAME")
      ->excludes("--set");
  command->footer(
      "systole fuzz --chip tiny --programs 1000 --jobs 2\n"
      "systole fuzz --chip tiny --seconds 3600 --require-coverage 100 --junit f.xml");
  command->callback([&] { chosen = fuzz; });
}

void add_compare(CLI::App& app, CompareArguments& compare, Chosen& chosen) {
  CLI::App* command =
      app.add_subcommand("compare", "Show reports of run --json side by side: what differs comes first");
  command->add_option("files", compare.files, "Reports; the others are compared with the first")
      ->required()
      ->expected(2, 26)
      ->type_name("R.json");
  command->add_option("--sort", compare.sort, "Put the best report first, by a key of the report as cycles")
      ->type_name("KEY");
  command->footer("systole compare edge16.json edge32.json hbm.json --sort latency_seconds");
  command->callback([&] { chosen = compare; });
}

void add_coverage(CLI::App& app, CoverageArguments& coverage, Chosen& chosen) {
  CLI::App* command = app.add_subcommand("coverage", "Show what several runs of fuzz --json covered together");
  command->add_option("files", coverage.files, "Files of fuzz --json")->required()->type_name("FILE.json");
  command->add_option("--require", coverage.required, "Exit code 1 if fewer points were hit, in percent")
      ->type_name("PERCENT")
      ->check(CLI::Range(0.0, 100.0));
  command->add_option("--json", coverage.json, "File for the merged coverage as JSON; can be merged again")
      ->type_name("FILE");
  command->callback([&] { chosen = coverage; });
}

// An argument that is a file or a name, and required: some commands have no others.
struct Positional {
  const char* name;
  std::string& value;
  const char* help;
  const char* type_name;
};
template <typename Arguments>
void add_positionals(CLI::App* command, const std::vector<Positional>& positionals, const Arguments& arguments,
                     Chosen& chosen) {
  for (const Positional& p : positionals)
    command->add_option(p.name, p.value, p.help)->required()->type_name(p.type_name);
  command->callback([&] { chosen = arguments; });
}

void add_chip_command(CLI::App& app, ChipArguments& arguments, Chosen& chosen) {
  CLI::App* command =
      app.add_subcommand("chip", "Show a chip with all its parameters, as a chip file with what each of them means");
  CLI::Option* name =
      command->add_option("chip", arguments.chip.name, "A shipped chip's name or a chip file")->type_name("CHIP");
  add_changes(*command, arguments.chip);
  CLI::Option* keys = command->add_flag("--keys", arguments.keys, "Show the keys of every chip file, as Markdown");
  CLI::Option* schema =
      command->add_flag("--schema", arguments.schema, "Show the JSON schema of a chip file, for an editor");
  for (CLI::Option* instead : {keys, schema}) instead->excludes(name)->excludes("--set");
  keys->excludes(schema);
  command->callback([&, name, keys, schema] {
    if (name->count() + keys->count() + schema->count() == 0) throw CLI::RequiredError("chip");
    chosen = arguments;
  });
}

// One set of arguments a command; the parser writes into it.
struct AllArguments {
  RunArguments run;
  ChipsArguments chips;
  ChipArguments chip;
  DisasmArguments disasm;
  TraceDiffArguments trace_diff;
  CompareArguments compare;
  ExplainArguments explain;
  ExportArguments exported;
  QuantizeArguments quantize;
  ConformanceArguments conformance;
  DramArguments dram;
  FuzzArguments fuzz;
  CoverageArguments coverage;
};

void add_commands(CLI::App& app, AllArguments& all, Chosen& chosen) {
  add_run(app, all.run, chosen);
  add_positionals(app.add_subcommand("chips", "List the shipped chips"), {}, all.chips, chosen);
  add_chip_command(app, all.chip, chosen);
  add_positionals(app.add_subcommand("disasm", "Show a program as assembler text"),
                  {{"program", all.disasm.program, "Program file", "PROGRAM"}}, all.disasm, chosen);
  add_positionals(app.add_subcommand("trace-diff", "Compare two files of run --trace, or of your own simulation"),
                  {{"a", all.trace_diff.a, "Trace file", "A.csv"}, {"b", all.trace_diff.b, "Trace file", "B.csv"}},
                  all.trace_diff, chosen);
  add_compare(app, all.compare, chosen);
  add_positionals(app.add_subcommand("explain", "Say why a node of a report of run --json takes as long as it does"),
                  {{"report", all.explain.report, "File of run --json", "R.json"},
                   {"node", all.explain.node, "Name of a node", "NODE"}},
                  all.explain, chosen);
  add_export(app, all.exported, chosen);
  add_quantize(app, all.quantize, chosen);
  add_conformance(app, all.conformance, chosen);
  add_dram(app, all.dram, chosen);
  add_fuzz(app, all.fuzz, chosen);
  add_coverage(app, all.coverage, chosen);
}

void add_completion(CLI::App& app, std::string& shell) {
  CLI::App* command =
      app.add_subcommand("completion", "Show a script that completes command lines in a shell, or the manual page");
  command->add_option("shell", shell, "bash, zsh, fish, or man for the manual page")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish", "man"}))
      ->type_name("SHELL");
  command->footer("systole completion bash > /etc/bash_completion.d/systole");
}

void show_completion(const CLI::App& app, const std::string& shell, std::ostream& out) {
  const std::vector<usage::CommandInfo> commands = usage::commands_of(app);
  if (shell == "bash") out << usage::bash_completion(commands, shipped_chips());
  if (shell == "zsh") out << usage::zsh_completion(commands, shipped_chips());
  if (shell == "fish") out << usage::fish_completion(commands, shipped_chips());
  if (shell == "man") out << usage::manual_page(commands, app.get_description(), session::tool_version());
}

// The help that the arguments ask for: "help", "help COMMAND", "COMMAND .. --help". Nothing if they ask for none.
std::optional<std::string> help(const CLI::App& app, const std::vector<std::string>& arguments, std::size_t width) {
  const auto asks = [](const std::string& word) { return word == "--help" || word == "-h"; };
  const bool of_tool = arguments.front() == "help" || asks(arguments.front());
  if (!of_tool && std::none_of(arguments.begin(), arguments.end(), asks)) return std::nullopt;
  const std::string name = !of_tool ? arguments.front() : arguments.size() > 1 ? arguments[1] : "";
  for (const CLI::App* command : app.get_subcommands({}))
    if (command->get_name() == name) return usage::help_of(*command, width);
  if (name.empty() || asks(name)) return usage::help_of_all(app, width);
  return std::nullopt;
}

// What `systole help NAME` parses, so that an unknown name is refused like an unknown command.
std::vector<std::string> without_help(const std::vector<std::string>& arguments) {
  const bool has_help = arguments.front() == "help" && arguments.size() > 1;
  return {arguments.begin() + (has_help ? 1 : 0), arguments.end()};
}

}  // namespace

std::variant<Command, int> parse_command_line(const std::vector<std::string>& arguments, const Streams& streams) {
  CLI::App app("Systole: what an AI accelerator will do, before it is taped out", "systole");
  app.set_version_flag("--version", "systole " + session::tool_version());
  app.require_subcommand(1);
  AllArguments all;
  Chosen chosen;
  std::string shell;
  add_commands(app, all, chosen);
  add_completion(app, shell);
  if (arguments.empty()) {
    streams.error << usage::help_of_all(app, streams.width);
    return 2;
  }
  if (const auto text = help(app, arguments, streams.width)) {
    streams.out << *text;
    return 0;
  }
  const std::vector<std::string> words = without_help(arguments);
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 wants it
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error, streams.out, streams.error);  // --version
    complain(streams, usage::complaint(app, words, error) + " (try --help)");
    return 2;
  }
  if (!chosen) {
    show_completion(app, shell, streams.out);
    return 0;
  }
  if (auto* run = std::get_if<RunArguments>(&*chosen)) {
    run->job.command = {"systole"};
    run->job.command.insert(run->job.command.end(), arguments.begin(), arguments.end());
  }
  return std::move(*chosen);
}

}  // namespace systole::cli
