// SPDX-License-Identifier: Apache-2.0
#include "seeds.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fuzz/coverage.hpp"
#include "fuzz/fuzz_case.hpp"
#include "isa/program.hpp"
#include "report/json.hpp"
#include "report/run_report.hpp"
#include "report/trace_file.hpp"

namespace systole::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = SYSTOLE_SOURCE_DIR;
const fs::path kOnnxTests = "/usr/share/libonnx-testdata/data/node";  // Debian's libonnx-testdata, used if it is there

// Sorted, so that a seed number means the same everywhere.
std::vector<fs::path> entries(const fs::path& directory) {
  std::vector<fs::path> found(fs::directory_iterator{directory}, fs::directory_iterator{});
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Seed> files(const fs::path& directory, const std::string& extension) {
  std::vector<Seed> seeds;
  for (const fs::path& file : entries(directory)) {
    if (file.extension() == extension) seeds.push_back({file.filename().string(), file_contents(file)});
  }
  return seeds;
}

std::vector<Seed> operator_tests() {
  static const std::vector<std::string> prefixes = {"test_basic_conv",
                                                    "test_conv_",
                                                    "test_convinteger",
                                                    "test_qlinear",
                                                    "test_quantizelinear",
                                                    "test_dequantizelinear",
                                                    "test_matmul",
                                                    "test_gemm",
                                                    "test_maxpool_2d",
                                                    "test_averagepool_2d",
                                                    "test_globalaveragepool",
                                                    "test_relu",
                                                    "test_clip",
                                                    "test_flatten",
                                                    "test_reshape",
                                                    "test_add"};
  std::vector<Seed> seeds;
  if (!fs::exists(kOnnxTests)) return seeds;
  for (const fs::path& folder : entries(kOnnxTests)) {
    const std::string name = folder.filename().string();
    const auto matches = [&](const std::string& prefix) { return name.rfind(prefix, 0) == 0; };
    if (std::any_of(prefixes.begin(), prefixes.end(), matches)) {
      seeds.push_back({name, file_contents(folder / "model.onnx"), false});
    }
  }
  return seeds;
}

// One instruction of each kind.
isa::Program small_program() {
  isa::Program program{"tiny", 0x0123456789abcdefull, {isa::Load{}, isa::Matrix{}, isa::Store{}}};
  std::get<isa::Store>(program.instructions[2]).requantize = true;
  return program;
}

Seed tensor_message() {
  onnx::TensorProto tensor;
  tensor.set_name("image");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(2);
  tensor.add_dims(3);
  for (int i = 0; i < 6; ++i) tensor.add_float_data(static_cast<float>(i));
  return {"tensor", tensor.SerializeAsString()};
}

}  // namespace

std::string file_contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

Chip shipped_chip(const std::string& name) { return load_chip(kSource / "sim/chips" / (name + ".toml")); }

std::vector<Seed> chip_seeds() { return files(kSource / "sim/chips", ".toml"); }

std::vector<Seed> program_seeds(const fs::path& scratch) {
  const fs::path file = scratch / "seed.program";
  isa::write_program(small_program(), file);
  return {{"program", file_contents(file)}};
}

std::vector<Seed> assembler_seeds() {
  return {
      {"program", isa::disassemble(small_program())},
      {"fields",
       "# a comment\n.chip name=tiny fingerprint=0x10\n\n"
       "load buffer=weight base=weight diagonal=1 dram_offset=0x40 run_bytes=64 dram_stride_1=-4 wait=0,3 post=1\n"
       "matrix m_y=2 m_x=3 activation_stride_y=-4 accumulate=1 weight_zero_point=7 tag=9\n"
       "store requantise=1 destination=activation add_offset=0.25 add_scale_source=bits:0x7fc00000 clamp_low=-7\n"}};
}

std::vector<Seed> network_seeds() {
  std::vector<Seed> networks = files(kSource / "sim/networks/digits", ".onnx");
  const std::size_t own = networks.size();
  for (Seed& seed : operator_tests()) networks.push_back(std::move(seed));
  // The only whole networks get their share beside many small operator tests.
  for (std::size_t i = 0; own > 0 && i < networks.size() / 2; ++i) networks.push_back(networks[i % own]);
  return networks;
}

std::vector<Seed> tensor_seeds() {
  std::vector<Seed> tensors = files(kSource / "sim/networks/digits", ".npy");
  tensors.push_back(tensor_message());
  return tensors;
}

std::vector<Seed> layer_seeds() {
  return {{"convolutions",
           "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"
           "Conv1, 12, 12, 3, 3, 3, 8, 1,\nConv2DP, 10, 10, 3, 3, 8, 1, 2,\n"},
          {"stride widths",
           "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Stride "
           "Width, Sparsity,\nConv1, 12, 9, 3, 2, 3, 8, 1, 2, 1:1,\n"},
          {"products", "Layer, M, N, K,\nGemm1, 16, 8, 24,\nGemm2, 1, 10, 64,\n"},
          {"batches", "Layer, M, N, K, Sparsity, Batch,\nGemm1, 16, 8, 24, 1:1, 1,\n"}};
}

std::vector<Seed> report_seeds() {
  report::RunReport report;
  report.chip = "tiny";
  report.network = "net";
  report.view = "model";
  report.cycles = 1000;
  report.utilization = 0.5;
  report.counters = Counters{};
  report.accounts = report::Accounts{};
  for (const char* name : {"conv", "pool"}) {
    report::NodeReport node;
    node.name = name;
    node.operator_name = "Conv";
    node.where = "model";
    node.shape = "1x8x4x4";
    node.macs = 4096;
    node.cycles = node.own_cycles = 500;
    node.first_start = 10;
    node.last_retirement = 510;
    node.lower_bound = 256;
    node.utilization = 0.4;
    node.bound = report::kBoundByArray;
    node.accounts = report::Accounts{};
    report.nodes.push_back(node);
  }
  return {{"report", report::to_json(report).dump(2)}};
}

std::vector<Seed> trace_seeds() {
  std::vector<report::TraceLine> trace;
  for (const isa::EngineInfo& info : isa::kEngineTable) {
    const std::uint64_t cycle = trace.size();
    trace.push_back({0, {info.engine, 0, cycle, cycle + 10}, cycle == 1 ? "a \"name\", quoted" : "conv1"});
  }
  return {{"trace", report::to_csv(trace)}};
}

std::vector<Seed> access_seeds() { return {{"accesses", "R 0\nW 0x40\nR 0x1000\r\nW 123456\n"}}; }

std::vector<Seed> coverage_seeds() { return {{"coverage", nlohmann::json{{"coverage", Coverage().points()}}.dump(1)}}; }

fs::path write_seed_case(const Chip& chip, const fs::path& scratch) {
  RandomOptions options;
  options.instructions = 4;
  const fs::path path = scratch / "good-case";
  write_case(make_case(chip, 1, options, MemoryChoice::kFixed), path);
  return path;
}

}  // namespace systole::fuzz
