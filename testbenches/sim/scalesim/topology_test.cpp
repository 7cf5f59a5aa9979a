// SPDX-License-Identifier: Apache-2.0
//
// SCALE-Sim's layer lists: what becomes of a line, and what is refused.
#include "scalesim/topology.hpp"

#include <fstream>

#include "catch.hpp"
#include "chip/chip.hpp"
#include "compiler/compiled_network.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using systole::test::TemporaryFolder;

namespace {

Network read(const std::string& text, std::uint32_t seed = 1, topology::Rounding rounding = topology::Rounding::kDown) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("net.csv"), std::ios::binary) << text;
  return topology::read_topology(folder.file("net.csv"), seed, rounding);
}

const std::string kHeader =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n";

}  // namespace

TEST_CASE("a line of a convolution file is a convolution without padding") {
  const Network network = read(kHeader + "Conv1, 230, 224, 7, 5, 3, 64, 2,\r\n\nConv1, 8, 8, 1, 1, 16, 32, 1\n,,,\n");
  REQUIRE(network.nodes.size() == 2);
  CHECK(network.nodes[0].name == "Conv1");
  CHECK(network.nodes[1].name == "Conv1_2");
  const auto& conv = std::get<Conv>(network.nodes[0].operation);
  CHECK(network.tensors[conv.input].shape == Shape{1, 3, 230, 224});
  CHECK(network.tensors[conv.weight].shape == Shape{64, 3, 7, 5});
  CHECK(network.tensors[conv.output].shape == Shape{1, 64, 112, 110});
  CHECK(network.nodes[0].macs == std::uint64_t{112} * 110 * 64 * 3 * 7 * 5);
  CHECK(network.inputs.size() == 2);
  CHECK(network.outputs.size() == 2);
}

TEST_CASE(
    "a ninth column is the stride along the width, and a sparsity is refused by its name unless it keeps all weights") {
  const auto& wide = std::get<Conv>(read(kHeader + "c, 9, 9, 3, 3, 4, 8, 1, 2,\n").nodes[0].operation);
  CHECK(wide.stride == std::array<std::int64_t, 2>{1, 2});
  const std::string sparse =
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
      "Strides, Sparsity,\n";
  CHECK_THROWS_WITH(read(sparse + "c, 14, 14, 3, 3, 32, 32, 1, 2:4,\n"), Contains("line 2: Sparsity is '2:4'"));
  CHECK(read(sparse + "c, 14, 14, 3, 3, 32, 32, 1, 4:4,\nd, 14, 14, 3, 3, 32, 32, 1, ,\n").nodes.size() == 2);
  CHECK_THROWS_WITH(read("Layer, M, N, K, Sparsity,\nl, 64, 64, 64, 2:4,\n"), Contains("Sparsity is '2:4'"));
  CHECK_THROWS_WITH(read("Layer, M, N, K,\nl, 64, 64, 64, 7,\n"), Contains("column 5 is '7'"));
  CHECK_THROWS_WITH(read(kHeader + "c, 9, 9, 3, 3, 4, 8, 1, 2, 5\n"), Contains("column 10 is '5'"));
}

TEST_CASE("a layer with DP in its name is depthwise") {
  const Network network = read(kHeader + "Conv2_DP, 10, 10, 3, 3, 4, 1, 1,\n");
  const auto& conv = std::get<Conv>(network.nodes[0].operation);
  CHECK(conv.group == 4);
  CHECK(network.tensors[conv.weight].shape == Shape{4, 1, 3, 3});
  CHECK(network.nodes[0].macs == 8u * 8 * 4 * 9);
}

TEST_CASE("output sizes are rounded down, or up as SCALE-Sim does, with zeros behind the end") {
  const std::string line = kHeader + "c, 8, 9, 3, 3, 4, 8, 2,\n";
  const Network down = read(line), up = read(line, 1, topology::Rounding::kUp);
  const auto &small = std::get<Conv>(down.nodes[0].operation), &large = std::get<Conv>(up.nodes[0].operation);
  CHECK(down.tensors[small.output].shape == Shape{1, 8, 3, 4});
  CHECK(up.tensors[large.output].shape == Shape{1, 8, 4, 4});
  CHECK(small.pad == std::array<std::int64_t, 4>{0, 0, 0, 0});
  CHECK(large.pad == std::array<std::int64_t, 4>{0, 0, 1, 0});
}

TEST_CASE("thousands of layers of one name are told apart in no time") {
  std::string text = "Layer, M, N, K,\n";
  for (int i = 0; i < 20000; ++i) text += "same, 1, 1, 1,\n";
  const Network network = read(text);
  CHECK(network.nodes[19999].name == "same_20000");
}

TEST_CASE("a line of a product file is a matrix product") {
  const Network network = read("Layer, M, N, K,\nfc, 12, 34, 56,\n");
  const auto& gemm = std::get<Gemm>(network.nodes.at(0).operation);
  CHECK(network.tensors[gemm.input].shape == Shape{12, 56});
  CHECK(network.tensors[gemm.weight].shape == Shape{56, 34});
  CHECK(network.tensors[gemm.output].shape == Shape{12, 34});
  CHECK(network.nodes[0].macs == 12u * 34 * 56);
}

TEST_CASE("all layers run on the chip, and the weights come from the seed") {
  const Chip chip = load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml");
  const Network network = read(kHeader + "a, 10, 10, 3, 3, 4, 8, 1,\nb, 12, 9, 2, 2, 5, 7, 3,\n");
  for (const compiler::NodePlacement& p : compiler::compile(network, chip).placement)
    CHECK(p.place == compiler::Place::kChip);
  const auto weights = [&](std::uint32_t seed) {
    const Network n = read("Layer, M, N, K,\nfc, 2, 3, 4,\n", seed);
    return n.tensors[std::get<Gemm>(n.nodes[0].operation).weight].data;
  };
  CHECK(weights(1) == weights(1));
  CHECK(weights(1) != weights(2));
}

TEST_CASE("bad topology files are refused with line, column, value and range") {
  CHECK_THROWS_WITH(read(""), Contains("no layers"));
  CHECK_THROWS_WITH(read(kHeader), Contains("no layers"));
  CHECK_THROWS_WITH(read("a, b\nc, d\n"), Contains("line 1") && Contains("Num Filter"));
  CHECK_THROWS_WITH(read(kHeader + "x, 8, 8, 3,\n"), Contains("line 2") && Contains("columns"));
  CHECK_THROWS_WITH(read(kHeader + "x, 8, 8, 3, three, 1, 1, 1,\n"),
                    Contains("line 2") && Contains("Filter Width") && Contains("'three'"));
  CHECK_THROWS_WITH(read(kHeader + "x, 8, 8, 3, 3, 0, 1, 1,\n"), Contains("Channels") && Contains("1 to 65535"));
  CHECK_THROWS_WITH(read(kHeader + "x, 8, 8, 9, 3, 1, 1, 1,\n"), Contains("larger than the IFMAP"));
  CHECK_THROWS_WITH(read(kHeader + "x, 60000, 60000, 1, 1, 1, 1, 1,\n"), Contains("elements"));
  CHECK_THROWS_WITH(read(kHeader + "x, 99999999999999999999, 8, 1, 1, 1, 1, 1,\n"), Contains("IFMAP Height"));
}
