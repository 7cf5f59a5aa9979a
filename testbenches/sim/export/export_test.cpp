// SPDX-License-Identifier: Apache-2.0
//
// Is what `export` writes enough to run the program somewhere else and to know that it ran well?
#include "export/export.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.hpp"
#include "reference/reference.hpp"
#include "runtime/executor.hpp"
#include "session/inputs.hpp"
#include "session/session.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/session/digits.hpp"
#include "support/error.hpp"
#include "views/reference_view.hpp"

using namespace systole;
using namespace systole::exporting;
using test::chip_step;
using test::digits;
using test::program_step;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

// What $readmemh makes of a file, for an array of bytes.
std::map<std::uint64_t, std::uint8_t> read_hex(const fs::path& file) {
  std::ifstream in(file);
  REQUIRE(in);
  std::map<std::uint64_t, std::uint8_t> bytes;
  std::uint64_t address = 0;
  for (std::string word; in >> word;) {
    if (word[0] == '@') {
      address = std::stoull(word.substr(1), nullptr, 16);
      continue;
    }
    REQUIRE(word.size() == 2);
    REQUIRE(bytes.emplace(address++, static_cast<std::uint8_t>(std::stoul(word, nullptr, 16))).second);
  }
  return bytes;
}

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a program runs from its exported files alone and gives the exported bytes") {
  const fs::path folder = fs::temp_directory_path() / ("systole-export-" + std::to_string(::getpid()));
  const auto files = export_network(digits(), session::random_inputs(digits().network, 9), folder);
  for (const std::string& file : files) CHECK(fs::exists(folder / file));

  const auto manifest = nlohmann::json::parse(contents(folder / "manifest.json"));
  REQUIRE(manifest["steps"].size() == 1);
  const auto& step = manifest["steps"][0];
  const std::string name = "step" + std::to_string(step["step"].get<int>());
  reference::MemoryImage dram(manifest["dram_bytes"].get<std::size_t>(), 0);
  for (const auto& [address, byte] : read_hex(folder / (name + "_memory.hex"))) dram.at(address) = byte;

  // The program as the chip would fetch it, from the memory image.
  const isa::Program program = isa::read_program(folder / (name + ".prog"));
  REQUIRE(step["program_count"].get<std::size_t>() == program.instructions.size());
  const std::uint64_t base = step["program_base"].get<std::uint64_t>();
  reference::ReferenceChip chip(digits().chip);
  for (int b = 0; b < isa::kBases; ++b) chip.set_base(static_cast<isa::Base>(b), step["base"][b].get<std::uint64_t>());
  for (std::size_t i = 0; i < program.instructions.size(); ++i) {
    isa::Encoded words;
    for (std::size_t w = 0; w < words.size(); ++w) {
      words[w] = 0;
      for (int b = 3; b >= 0; --b)
        words[w] = words[w] << 8 | dram.at(base + i * 128 + w * 4 + static_cast<unsigned>(b));
    }
    CHECK(words == isa::encode(program.instructions[i]));
    chip.execute(isa::decode(words), dram);
  }
  const auto expected = read_hex(folder / (name + "_expected.hex"));
  CHECK(expected.size() >= 10);
  for (const auto& [address, byte] : expected) REQUIRE(dram.at(address) == byte);
  CHECK(step["cycles"].get<std::uint64_t>() > 1000);

  const std::string parameters = contents(folder / "parameters.svh");
  for (const auto& [parameter, value] : digits().chip.rtl_parameters())
    CHECK(parameters.find("." + parameter + "(" + std::to_string(value) + ")") != std::string::npos);
  std::istringstream list(contents(folder / "rtl.f"));
  std::string last;
  for (std::string line; std::getline(list, line);) {
    if (line.compare(0, 15, "$(SYSTOLE_RTL)/") != 0) continue;
    CHECK(fs::exists(fs::path(SYSTOLE_SOURCE_DIR) / "rtl" / line.substr(15)));
    last = line;
  }
  CHECK(last == "$(SYSTOLE_RTL)/systole_chip.sv");
  CHECK(contents(folder / "systole_registers.h").find("SYSTOLE_PROGRAM_BASE") != std::string::npos);

  // The testbench has the numbers of the manifest.
  const std::string header = contents(folder / "testbench.svh");
  const auto has_define = [&](const char* key, std::uint64_t value) {
    return header.find(fmt::format("`define SYSTOLE_{} {}\n", key, value)) != std::string::npos;
  };
  CHECK(has_define("STEPS", 1));
  CHECK(has_define("DRAM_BYTES", dram.size()));
  CHECK(has_define("LATENCY_CYCLES", digits().chip.memory.ideal().latency_cycles));
  CHECK(has_define("EXPECT_CYCLES", 1));
  std::istringstream words(contents(folder / "testbench_steps.hex"));
  std::vector<std::uint64_t> read;
  for (std::uint64_t word; words >> std::hex >> word;) read.push_back(word);
  REQUIRE(read.size() == 8);
  CHECK(read[0] == step["step"].get<std::uint64_t>());
  CHECK(read[1] == base);
  CHECK(read[2] == program.instructions.size());
  for (std::size_t b = 0; b < isa::kBases; ++b) CHECK(read[3 + b] == step["base"][b].get<std::uint64_t>());
  CHECK(read[7] == step["cycles"].get<std::uint64_t>());
  fs::remove_all(folder);
}

namespace {

// The row-major bytes of a tensor, from an image of DRAM and its entry in the manifest alone: the formulas of
// docs/user/integration.md.
std::string tensor_by_manifest(const nlohmann::json& place, const std::string& dram) {
  const nlohmann::json& l = place["layout"];
  const auto number = [&l](const char* key) { return l[key].get<std::uint64_t>(); };
  const std::uint64_t channels = number("channels"), height = number("height"), width = number("width"),
                      block = number("block"), bytes = number("element_bytes");
  const std::uint64_t blocks = (channels + block - 1) / block, pixels = height * width;
  const bool channels_last = l["shape_order"] == "image, y, x, channel";
  if (!channels_last) REQUIRE(l["shape_order"] == "image, channel, y, x");
  std::string values(number("images") * channels * pixels * bytes, '\0');
  REQUIRE(place["bytes"].get<std::uint64_t>() == number("images") * blocks * pixels * block * bytes);
  for (std::uint64_t n = 0; n < number("images"); ++n)
    for (std::uint64_t c = 0; c < channels; ++c)
      for (std::uint64_t p = 0; p < pixels; ++p) {
        const std::uint64_t at = place["address"].get<std::uint64_t>() +
                                 bytes * (block * ((n * blocks + c / block) * pixels + p) + c % block);
        const std::uint64_t index = channels_last ? (n * pixels + p) * channels + c : (n * channels + c) * pixels + p;
        values.replace(index * bytes, bytes, dram.substr(at, bytes));
      }
  return values;
}

// What lies in DRAM, in the order image, channel, y, x, for an image that the host unrolls: channel t * C + c of column x
// is channel c at x * stride - pad + t * dilation.
std::string unrolled_by_manifest(const nlohmann::json& layout, const std::string& image) {
  const nlohmann::json& u = layout["unrolled"];
  const auto number = [](const nlohmann::json& of, const char* key) { return of[key].get<std::int64_t>(); };
  const std::int64_t channels = number(u, "channels"), width = number(u, "width"), height = number(layout, "height");
  CHECK(number(layout, "channels") == number(u, "taps") * channels);
  std::string values;
  for (std::int64_t n = 0; n < number(layout, "images"); ++n)
    for (std::int64_t k = 0; k < number(layout, "channels"); ++k)
      for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t column = 0; column < number(layout, "width"); ++column) {
          const std::int64_t x = column * number(u, "stride") - number(u, "pad") + k / channels * number(u, "dilation");
          const std::int64_t from = ((n * channels + k % channels) * height + y) * width + x;
          const bool inside = x >= 0 && x < width;
          values += inside ? image.at(static_cast<std::size_t>(from)) : static_cast<char>(number(u, "pad_byte"));
        }
  return values;
}

TensorId tensor_named(const Network& network, const std::string& name) {
  for (TensorId t = 0; t < network.tensors.size(); ++t)
    if (network.tensors[t].name == name) return t;
  FAIL("no tensor " << name);
  return 0;
}

// Exports, and finds each input and output of each step where the manifest says, with the value that the host has.
std::size_t check_places(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs) {
  const TemporaryFolder folder;
  export_network(network, inputs, folder.file("x"));
  views::ReferenceView view(network);
  runtime::Executor host(network, view, runtime::Keep::kAll);
  host.run(inputs);
  const auto manifest = nlohmann::json::parse(contents(fs::path(folder.file("x")) / "manifest.json"));
  std::size_t unrolled = 0;
  for (const auto& step : manifest["steps"])
    for (const char* side : {"inputs", "outputs"}) {
      CHECK(!step[side].empty());
      const std::string image =
          fmt::format("step{}_{}.bin", step["step"].get<int>(), side == std::string("inputs") ? "memory" : "expected");
      const std::string dram = contents(fs::path(folder.file("x")) / image);
      for (const auto& place : step[side]) {
        const TensorId t = tensor_named(network.network, place["tensor"]);
        CAPTURE(place["tensor"]);
        const HostTensor value = host.tensor(t).value();
        CHECK(place["type"] == element_name(value.type));
        CHECK(place["shape"].get<Shape>() == value.shape);
        const bool is_unrolled = place["layout"].count("unrolled") != 0;
        const std::string bytes(value.data.begin(), value.data.end());
        CHECK(tensor_by_manifest(place, dram) == (is_unrolled ? unrolled_by_manifest(place["layout"], bytes) : bytes));
        unrolled += is_unrolled ? 1 : 0;
      }
    }
  return unrolled;
}

// A convolution whose batch and channels fill no block: 2 images, 6 channels to 5; or 3 to 5, unrolled by the host.
compiler::CompiledNetwork convolution(std::int64_t images, std::int64_t channels) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("c.csv")) << fmt::format(
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
      "a, 7, 9, 3, 3, {}, 5, 2,\n",
      channels);
  session::Job job;
  job.chip = open_chip("edge16");
  job.network = fs::path(folder.file("c.csv"));
  Network network = session::open(job).network;
  for (Tensor& tensor : network.tensors)
    if (!tensor.is_constant) tensor.shape[0] = images;
  return compiler::compile(std::move(network), job.chip);
}

}  // namespace

TEST_CASE("each input and output lies where the manifest says, in the layout that it says") {
  check_places(digits(), session::random_inputs(digits().network, 9));
  const compiler::CompiledNetwork batch = convolution(2, 6);
  check_places(batch, session::random_inputs(batch.network, 3));
  const compiler::CompiledNetwork image = convolution(1, 3);
  CHECK(check_places(image, session::random_inputs(image.network, 3)) == 1);
}

TEST_CASE("words of the bus and binary images say what the bytes say") {
  const TemporaryFolder folder;
  const fs::path out = folder.file("x");
  export_network(digits(), session::random_inputs(digits().network, 9), out);
  const std::size_t word_bytes = digits().chip.axi_data_bits / 8;
  for (const char* image : {"memory", "expected"}) {
    CAPTURE(image);
    const std::string name = fmt::format("step{}_{}", chip_step(), image);
    const auto bytes = read_hex(out / (name + ".hex"));
    const std::string binary = contents(out / (name + ".bin"));
    CHECK(binary.size() == digits().dram_bytes);
    std::map<std::uint64_t, std::uint8_t> of_words;
    std::ifstream in(out / (name + "_words.hex"));
    std::uint64_t address = 0;
    for (std::string line; std::getline(in, line);) {
      if (line[0] == '@') {
        address = std::stoull(line.substr(1), nullptr, 16) * word_bytes;
        continue;
      }
      REQUIRE(line.size() == 2 * word_bytes);
      for (std::size_t i = 0; i < word_bytes; ++i, ++address) {
        const std::string byte = line.substr(2 * (word_bytes - 1 - i), 2);
        if (byte != "xx") of_words[address] = static_cast<std::uint8_t>(std::stoul(byte, nullptr, 16));
      }
    }
    for (const auto& [at, byte] : bytes) {
      REQUIRE(static_cast<std::uint8_t>(binary.at(at)) == byte);
      if (byte != 0 || image == std::string("expected")) REQUIRE(of_words.at(at) == byte);
    }
    for (const auto& [at, byte] : of_words) {
      const auto found = bytes.find(at);
      REQUIRE((found != bytes.end() ? found->second == byte : byte == 0 && image == std::string("memory")));
    }
  }
}

TEST_CASE("FuseSoC's and Bender's descriptions list the files of files.f in its order") {
  const fs::path rtl = fs::path(SYSTOLE_SOURCE_DIR) / "rtl";
  const auto lines_with = [&](const char* file, const std::string& prefix, const std::string& suffix) {
    std::vector<std::string> found;
    std::istringstream text(contents(rtl / file));
    for (std::string line; std::getline(text, line);) {
      if (line.size() < prefix.size() + suffix.size() || line.compare(0, prefix.size(), prefix) != 0) continue;
      if (line.compare(line.size() - suffix.size(), suffix.size(), suffix) == 0)
        found.push_back(line.substr(prefix.size()));
    }
    return found;
  };
  const auto sources = lines_with("files.f", "", ".sv");
  CHECK(sources.size() > 30);
  CHECK(lines_with("systole_chip.core", "      - ", ".sv") == sources);
  CHECK(lines_with("Bender.yml", "      - ", ".sv") == sources);
  // The headers that they include.
  std::vector<std::string> headers;
  for (const auto& entry : fs::recursive_directory_iterator(rtl))
    if (entry.path().extension() == ".svh") headers.push_back(fs::relative(entry.path(), rtl).string());
  std::sort(headers.begin(), headers.end());
  for (std::string& header : headers) header += ": {is_include_file: true, include_path: .}";
  CHECK(lines_with("systole_chip.core", "      - ", "include_path: .}") == headers);
  const std::string version = session::tool_version();
  CHECK(contents(rtl / "systole_chip.core")
            .find("systole_chip:" + version.substr(0, version.find_first_of(" -+")) + "\n") != std::string::npos);
}

TEST_CASE("with a DRAM the exported testbench compares no cycles: its memory is another") {
  compiler::CompiledNetwork network = digits();
  network.chip.memory = memory_of_kind("ddr4_3200");
  const fs::path folder = fs::temp_directory_path() / ("systole_export_dram_" + std::to_string(::getpid()));
  export_network(network, session::random_inputs(network.network, 9), folder);
  CHECK(contents(folder / "testbench.svh").find("`define SYSTOLE_EXPECT_CYCLES 0\n") != std::string::npos);
  fs::remove_all(folder);
}

TEST_CASE("a folder that cannot be made is the user's error") {
  CHECK_THROWS_AS(export_network(digits(), session::random_inputs(digits().network, 9), "/proc/systole/x"), UserError);
}
