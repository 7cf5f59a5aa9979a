// SPDX-License-Identifier: Apache-2.0
#include "export/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>

#include "export/images.hpp"
#include "export/tensor_places.hpp"
#include "platform/registers.hpp"
#include "runtime/executor.hpp"
#include "support/data_directory.hpp"
#include "support/error.hpp"
#include "support/file.hpp"
#include "verilated/rtl_library.hpp"
#include "views/model_view.hpp"
#include "views/store_runs.hpp"

namespace systole::exporting {

namespace fs = std::filesystem;
using compiler::CompiledNetwork;

namespace {

std::string_view text_of(const std::uint8_t* bytes, std::uint64_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// A reference view that writes the memory around every program into files.
class Exporter final : public views::ReferenceView {
 public:
  Exporter(const CompiledNetwork& network, fs::path directory)
      : ReferenceView(network), network_(network), directory_(std::move(directory)) {
    manifest_["chip"] = network.chip.name;
    manifest_["network"] = network.network.name;
    if (const RandomWeights& random = network.network.random_weights; random.tensors > 0)
      manifest_["random_weights"] = {{"tensors", random.tensors}, {"bytes", random.bytes}};
    manifest_["axi_data_bits"] = network.chip.axi_data_bits;
    manifest_["dram_bytes"] = network.dram_bytes;
    manifest_["steps"] = nlohmann::ordered_json::array();
  }

  void run_program(std::size_t step, const isa::Program& program) override {
    const std::string name = fmt::format("step{}", step);
    const std::uint64_t size = network_.dram_bytes;
    isa::write_program(program, directory_ / (name + ".prog"));
    files_.push_back(name + ".prog");
    const std::uint8_t* before = dram(size);
    const std::uint32_t word_bytes = network_.chip.axi_data_bits / 8;
    write(name + "_memory.hex", nonzero_bytes(before, size));
    write(name + "_memory_words.hex", nonzero_words(before, size, word_bytes));
    write(name + "_memory.bin", text_of(before, size));
    ReferenceView::run_program(step, program);
    std::vector<bool> written(size, false);
    for (const isa::Instruction& instruction : program.instructions) {
      const auto* store = std::get_if<isa::Store>(&instruction);
      if (store == nullptr || store->destination != isa::Destination::kDram) continue;
      views::any_run(*store, network_, [&](std::uint64_t address, std::uint64_t bytes) {
        for (std::uint64_t i = address; i < std::min(size, address + bytes); ++i) written[i] = true;
        return false;
      });
    }
    const std::uint8_t* after = dram(size);
    write(name + "_expected.hex", written_bytes(after, written));
    write(name + "_expected_words.hex", written_words(after, written, word_bytes));
    write(name + "_expected.bin", text_of(after, size));
    const auto& chip_step = std::get<compiler::ChipStep>(network_.steps[step]);
    nlohmann::ordered_json entry = {{"step", step},
                                    {"program_base", network_.program_address[step]},
                                    {"program_count", program.instructions.size()},
                                    {"base", network_.base_address},
                                    {"cycles", views::time_program(network_, step, {}).cycles},
                                    {"inputs", tensor_places(network_, chip_step.inputs)},
                                    {"outputs", tensor_places(network_, chip_step.outputs)}};
    manifest_["steps"].push_back(entry);
  }

  void write(const std::string& name, std::string_view text) {
    write_whole_file(directory_ / name, text);
    files_.push_back(name);
  }
  const nlohmann::ordered_json& manifest() const { return manifest_; }
  const std::vector<std::string>& files() const { return files_; }

 private:
  const CompiledNetwork& network_;
  fs::path directory_;
  nlohmann::ordered_json manifest_;
  std::vector<std::string> files_;
};

std::string parameter_header(const Chip& chip) {
  std::string text = fmt::format(
      "// SPDX-License-Identifier: Apache-2.0\n"
      "//\n"
      "// RTL parameters of the chip {}: systole_chip #(`SYSTOLE_PARAMETERS) u_chip (...);\n"
      "`ifndef SYSTOLE_PARAMETERS\n"
      "`define SYSTOLE_PARAMETERS",
      chip.name);
  const char* separator = " \\\n  ";
  for (const auto& [name, value] : chip.rtl_parameters()) {
    text += fmt::format("{}.{}({})", separator, name, value);
    separator = ", \\\n  ";
  }
  return text + "\n`endif\n";
}

// files.f of the RTL with every file and include directory below $(SYSTOLE_RTL): with the parentheses both Verilator and
// Icarus expand it.
std::string file_list() {
  const fs::path rtl = platform::rtl_directory();
  std::string text = "// The RTL of systole_chip in compile order; set SYSTOLE_RTL to its directory.\n";
  const std::string includes = "+incdir+";
  std::istringstream list(read_whole_file(rtl / "files.f", 1 << 20));
  for (std::string line; std::getline(list, line);) {
    if (line.empty() || line.compare(0, 2, "//") == 0) continue;
    const std::size_t path = line.compare(0, includes.size(), includes) == 0 ? includes.size() : 0;
    text += line.substr(0, path) + "$(SYSTOLE_RTL)/" + line.substr(path) + "\n";
  }
  return text;
}

// What testbench.sv has to know. Its memory is the chip file's if that is ideal and never refuses; cycles are compared
// only then.
std::string testbench_header(const CompiledNetwork& network, std::size_t steps) {
  const Chip& chip = network.chip;
  const bool is_ideal = !chip.memory.is_dram() && chip.memory.backpressure_permille == 0;
  const memory::IdealConfig memory = is_ideal ? chip.memory.ideal() : memory::IdealConfig{};
  return fmt::format(
      "// SPDX-License-Identifier: Apache-2.0\n"
      "//\n"
      "// What testbench.sv knows of network and chip.\n"
      "`define SYSTOLE_AXI_DATA_BITS {}\n"
      "`define SYSTOLE_AXI_ADDRESS_BITS {}\n"
      "`define SYSTOLE_DRAM_BYTES {}\n"
      "`define SYSTOLE_STEPS {}\n"
      "`define SYSTOLE_LATENCY_CYCLES {}\n"
      "`define SYSTOLE_BYTES_PER_CYCLE {}\n"
      "`define SYSTOLE_EXPECT_CYCLES {}\n",
      chip.axi_data_bits, chip.axi_address_bits, network.dram_bytes, steps, memory.latency_cycles,
      memory.bytes_per_cycle, is_ideal ? 1 : 0);
}

// Eight words of 64 bits a step: its number, program_base, program_count, the four bases, cycles.
std::string step_words(const nlohmann::ordered_json& steps) {
  std::string text;
  for (const auto& step : steps) {
    text += fmt::format("{:016x} {:016x} {:016x}", step.at("step").get<std::uint64_t>(),
                        step.at("program_base").get<std::uint64_t>(), step.at("program_count").get<std::uint64_t>());
    for (const auto& base : step.at("base")) text += fmt::format(" {:016x}", base.get<std::uint64_t>());
    text += fmt::format(" {:016x}\n", step.at("cycles").get<std::uint64_t>());
  }
  return text;
}

}  // namespace

std::vector<std::string> export_network(const CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                                        const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw UserError(directory.string() + ": cannot be created: " + error.message());
  Exporter exporter(network, directory);
  runtime::Executor(network, exporter).run(inputs);
  exporter.write("manifest.json", exporter.manifest().dump(2) + "\n");
  exporter.write("parameters.svh", parameter_header(network.chip));
  exporter.write("rtl.f", file_list());
  exporter.write("systole_registers.h", platform::c_register_header());
  exporter.write("systole_registers.rdl", platform::systemrdl());
  exporter.write("testbench.sv", read_whole_file(data_directory("export") / "testbench.sv", 1 << 20));
  exporter.write("testbench.svh", testbench_header(network, exporter.manifest().at("steps").size()));
  exporter.write("testbench_steps.hex", step_words(exporter.manifest().at("steps")));
  return exporter.files();
}

}  // namespace systole::exporting
