// SPDX-License-Identifier: Apache-2.0
#include "readers.hpp"

#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "chip/chip.hpp"
#include "cli/commands/coverage.hpp"
#include "cli/commands/dram.hpp"
#include "compiler/compiled_network.hpp"
#include "fuzz/fuzz_case.hpp"
#include "isa/program.hpp"
#include "network/tensor_file.hpp"
#include "normalize/reader.hpp"
#include "quantize/open_network.hpp"
#include "report/explain.hpp"
#include "report/side_by_side.hpp"
#include "report/trace_file.hpp"
#include "scalesim/topology.hpp"
#include "support/error.hpp"

namespace systole::fuzz {
namespace {

namespace fs = std::filesystem;
using Extension = std::function<std::string(const std::string&)>;

Extension always(const std::string& extension) {
  return [extension](const std::string&) { return extension; };
}

std::string tensor_extension(const std::string& bytes) { return bytes.rfind("\x93NUMPY", 0) == 0 ? ".npy" : ".pb"; }

void must(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

// What was read must come back when it is written and read again.

void read_chip_file(const fs::path& file) {
  const Chip chip = parse_chip(file_contents(file), file.filename().string());
  const std::string text = to_toml(chip);
  must(to_toml(parse_chip(text, "again")) == text, "the chip is another after it was written");
}

void read_program_file(const fs::path& file) {
  const isa::Program program = isa::read_program(file);
  const std::string text = isa::disassemble(program);
  const isa::Program back = isa::assemble(text, "disassembled");
  must(isa::disassemble(back) == text, "the program is another after it was written");
  for (std::size_t i = 0; i < program.instructions.size(); ++i)
    must(isa::encode(back.instructions.at(i)) == isa::encode(program.instructions[i]), "an instruction has other bits");
}

void read_assembler_text(const fs::path& file) {
  const std::string text = isa::disassemble(isa::assemble(file_contents(file), file.filename().string()));
  must(isa::disassemble(isa::assemble(text, "again")) == text, "the program is another after it was written");
}

void read_trace_file(const fs::path& file) {
  const std::string text = report::to_csv(report::read_trace(file));
  fs::path again = file;
  write_file(again += ".again", text);
  must(report::to_csv(report::read_trace(again)) == text, "the trace is another after it was written");
  fs::remove(again);
}

// What `compare` and `explain` do with a report.
void read_report_file(const fs::path& file, const nlohmann::json& good) {
  std::vector<nlohmann::json> reports = {good, report::read_report(file)};
  report::sort_reports(reports, "cycles");
  report::side_by_side(reports);
  const nlohmann::json json = report::read_report(file);
  if (!json["nodes"].empty()) report::explain(json, json["nodes"][0]["name"], 80);
}

template <class Arguments>
void run_command(const Arguments& arguments) {
  std::ostringstream out;
  cli::execute(arguments, cli::Streams{out, out});
}

void read_accesses_file(const fs::path& file) {
  cli::DramArguments arguments;
  arguments.memory = "ddr4_2400";
  arguments.pattern = file.string();
  arguments.requests = 16;
  run_command(arguments);
}

void read_coverage_file(const fs::path& file) {
  cli::CoverageArguments arguments;
  arguments.files = {file.string(), file.string()};
  run_command(arguments);
}

// The file is the case's JSON; the other three belong to it.
void read_case_file(const fs::path& file, const fs::path& good) {
  fs::path path = file;
  path.replace_extension();
  for (const char* part : {".chip.toml", ".program", ".dram"}) {
    fs::path from = good, to = path;
    std::error_code error;
    fs::create_hard_link(from += part, to += part, error);  // there already after the first file
  }
  read_case(path);
}

std::string mutate_model(const std::string& bytes, Random& random) {
  return mutate_message(bytes, Message::kModel, random);
}

std::string mutate_tensor(const std::string& bytes, Random& random) {
  return tensor_extension(bytes) == ".pb" ? mutate_message(bytes, Message::kTensor, random)
                                          : mutate_bytes(bytes, random);
}

}  // namespace

std::vector<Reader> readers(const fs::path& scratch) {
  const Chip tiny = shipped_chip("tiny");
  const fs::path good_case = write_seed_case(tiny, scratch);
  const nlohmann::json good_report = nlohmann::json::parse(report_seeds().front().bytes);
  const std::vector<Seed> networks = network_seeds();
  return {
      {"chip", read_chip_file, mutate_text, chip_seeds(), always(".toml")},
      {"program", read_program_file, mutate_bytes, program_seeds(scratch), always(".program"), repair_program},
      {"assembler", read_assembler_text, mutate_text, assembler_seeds(), always(".s")},
      {"network", [](const fs::path& file) { read_network(file); }, mutate_model, networks, always(".onnx")},
      // A network that was read, and quantized if it is a float one, must compile or be refused by name of node and
      // operator. On the smallest chip, since it tiles most.
      {"compiler", [tiny](const fs::path& file) { compiler::compile(quantize::open_network(file, {}).network, tiny); },
       mutate_model, networks, always(".onnx")},
      {"tensor", [](const fs::path& file) { read_tensor_file(file); }, mutate_tensor, tensor_seeds(), tensor_extension},
      {"layers", [](const fs::path& file) { topology::read_topology(file, 1); }, mutate_text, layer_seeds(),
       always(".csv")},
      {"report", [good_report](const fs::path& file) { read_report_file(file, good_report); }, mutate_text,
       report_seeds(), always(".json")},
      {"trace", read_trace_file, mutate_text, trace_seeds(), always(".csv")},
      {"accesses", read_accesses_file, mutate_text, access_seeds(), always(".txt")},
      {"replay",
       [good_case](const fs::path& file) { read_case_file(file, good_case); },
       mutate_text,
       {{"case", file_contents(fs::path(good_case) += ".json")}},
       always(".json")},
      {"coverage", read_coverage_file, mutate_text, coverage_seeds(), always(".json")},
  };
}

std::string read_one(const Reader& reader, const fs::path& file) {
  try {
    reader.read(file);
    return "";
  } catch (const UserError& error) {
    const std::string text = error.what();
    must(!text.empty() && text.find('\n') == std::string::npos, "the message is not one line");
    return text;
  }
}

}  // namespace systole::fuzz
