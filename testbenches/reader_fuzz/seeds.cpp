// SPDX-License-Identifier: Apache-2.0
#include "seeds.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "chip/chip.hpp"
#include "compiler/compiled_network.hpp"
#include "isa/program.hpp"
#include "network/tensor_file.hpp"
#include "normalize/reader.hpp"

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
    if (file.extension() == extension) seeds.push_back({file.filename().string(), file_contents(file), extension});
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
      seeds.push_back({name, file_contents(folder / "model.onnx"), ".onnx", false});
    }
  }
  return seeds;
}

// One instruction of each kind.
Seed program(const fs::path& scratch) {
  isa::Program program{"tiny", 0x0123456789abcdefull, {isa::Load{}, isa::Matrix{}, isa::Store{}}};
  std::get<isa::Store>(program.instructions[2]).requantize = true;
  const fs::path file = scratch / "seed.program";
  isa::write_program(program, file);
  return {"program", file_contents(file), ".program"};
}

Seed tensor_message() {
  onnx::TensorProto tensor;
  tensor.set_name("image");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(2);
  tensor.add_dims(3);
  for (int i = 0; i < 6; ++i) tensor.add_float_data(static_cast<float>(i));
  return {"tensor", tensor.SerializeAsString(), ".pb"};
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

std::vector<Reader> readers(const fs::path& scratch) {
  std::vector<Reader> all;
  all.push_back({"chip", [](const fs::path& file) { parse_chip(file_contents(file), file.filename().string()); },
                 [](const Seed& seed, Random& random) { return mutate_text(seed.bytes, random); },
                 files(kSource / "sim/chips", ".toml")});
  all.push_back({"program",
                 [](const fs::path& file) { isa::read_program(file); },
                 [](const Seed& seed, Random& random) { return mutate_program(seed.bytes, random); },
                 {program(scratch)}});
  std::vector<Seed> networks = files(kSource / "sim/networks/digits", ".onnx");
  const std::size_t own = networks.size();
  for (Seed& seed : operator_tests()) networks.push_back(std::move(seed));
  // The only whole networks get their share beside many small operator tests.
  for (std::size_t i = 0; own > 0 && i < networks.size() / 2; ++i) networks.push_back(networks[i % own]);
  all.push_back({"network", [](const fs::path& file) { read_network(file); },
                 [](const Seed& seed, Random& random) { return mutate_message(seed.bytes, Message::kModel, random); },
                 networks});
  // A network that was read must compile, or be refused by name of node and operator. On the smallest chip, since it tiles most.
  const Chip tiny = load_chip(kSource / "sim/chips/tiny.toml");
  all.push_back({"compiler", [tiny](const fs::path& file) { compiler::compile(read_network(file), tiny); },
                 [](const Seed& seed, Random& random) { return mutate_message(seed.bytes, Message::kModel, random); },
                 std::move(networks)});
  std::vector<Seed> tensors = files(kSource / "sim/networks/digits", ".npy");
  tensors.push_back(tensor_message());
  all.push_back({"tensor", [](const fs::path& file) { read_tensor_file(file); },
                 [](const Seed& seed, Random& random) {
                   return seed.extension == ".pb" ? mutate_message(seed.bytes, Message::kTensor, random)
                                                  : mutate_bytes(seed.bytes, random);
                 },
                 std::move(tensors)});
  return all;
}

}  // namespace systole::fuzz
