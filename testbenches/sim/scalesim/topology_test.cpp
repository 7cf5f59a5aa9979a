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

TEST_CASE("a dense sparsity, a stride along x and a batch of one are understood") {
  CHECK(read(kHeader + "a, 9, 9, 3, 3, 2, 4, 2, 2:2,\n").nodes.size() == 1);
  const Network strides = read(kHeader + "a, 9, 9, 3, 3, 2, 4, 2, 3, 1:1,\n");
  const auto& conv = std::get<Conv>(strides.nodes[0].operation);
  CHECK(conv.stride == std::array<std::int64_t, 2>{2, 3});
  CHECK(strides.tensors[conv.output].shape == Shape{1, 4, 4, 3});
  for (const char* tail : {"1:1,", "1,", "1:1, 1,", " , 1,", ""})
    CHECK(read(std::string("Layer, M, N, K, Sparsity, Batch,\ng, 2, 3, 4, ") + tail + "\n").nodes[0].macs == 24);
}

TEST_CASE("weights are held against the chip's DRAM before they are drawn") {
  const TemporaryFolder folder;
  const auto read_for = [&](std::uint64_t dram_bytes) {
    return topology::read_topology(folder.file("net.csv"), 1, topology::Rounding::kDown, dram_bytes);
  };
  std::ofstream(folder.file("net.csv")) << "Layer, M, N, K,\na, 9, 2, 3,\nb, 9, 4, 5,\n";
  CHECK(read_for(26).nodes.size() == 2);
  CHECK_THROWS_WITH(read_for(25), Contains("net.csv: the weights of all layers take 26 bytes") && Contains("has 25"));
}

TEST_CASE("columns that the chip cannot follow are refused by name") {
  const std::string product = "Layer, M, N, K, Sparsity, Batch, Note,\n";
  CHECK_THROWS_WITH(read(kHeader + "c0, 14, 14, 3, 3, 32, 32, 1, 2:4,\n"),
                    Contains("line 2") && Contains("Sparsity is '2:4'") && Contains("1:1"));
  CHECK_THROWS_WITH(read(product + "l0, 64, 64, 64, 2:4,\n"), Contains("line 2") && Contains("Sparsity is '2:4'"));
  CHECK_THROWS_WITH(read(product + "l0, 64, 64, 64, 1:,\n"), Contains("Sparsity is ''"));
  CHECK_THROWS_WITH(read(product + "l0, 64, 64, 64, 12,\n"), Contains("Batch is '12'") && Contains("only 1"));
  CHECK_THROWS_WITH(read(product + "l0, 64, 64, 64, 1:1, 2,\n"), Contains("Batch is '2'"));
  CHECK_THROWS_WITH(read(product + "l0, 64, 64, 64, 1:1, 1, 7,\n"), Contains("column 7 ('Note') is '7'"));
  CHECK_THROWS_WITH(read(kHeader + "c, 8, 8, 3, 3, 1, 1, 1, 0,\n"), Contains("Stride Width is '0'"));
  CHECK_THROWS_WITH(read(kHeader + "c, 8, 8, 3, 3, 1, 1, 1, 1, 5,\n"), Contains("column 10") && Contains("'5'"));
}

TEST_CASE("a layer with DP in its name is depthwise, with all filters for each channel") {
  const Network network = read(kHeader + "Conv2DP, 10, 8, 3, 3, 4, 2, 1,\nConv2dp, 10, 8, 3, 3, 4, 2, 1,\n");
  const auto& depthwise = std::get<Conv>(network.nodes[0].operation);
  CHECK(depthwise.group == 4);
  CHECK(network.tensors[depthwise.weight].shape == Shape{8, 1, 3, 3});
  CHECK(network.tensors[depthwise.output].shape == Shape{1, 8, 8, 6});
  CHECK(network.nodes[0].macs == 8u * 6 * 4 * 2 * 9);
  CHECK(std::get<Conv>(network.nodes[1].operation).group == 1);
}

TEST_CASE("SCALE-Sim's rounding counts the last window that reaches beyond the image, and only that") {
  const auto shape = [](const char* line, topology::Rounding rounding) {
    const Network n = read(kHeader + line, 1, rounding);
    const auto& conv = std::get<Conv>(n.nodes[0].operation);
    return std::make_pair(n.tensors[conv.output].shape, conv.pad);
  };
  using Pad = std::array<std::int64_t, 4>;
  const char* uneven = "a, 8, 10, 3, 3, 1, 1, 2, 3,\n";
  CHECK(shape(uneven, topology::Rounding::kDown) == std::make_pair(Shape{1, 1, 3, 3}, Pad{0, 0, 0, 0}));
  CHECK(shape(uneven, topology::Rounding::kUp) == std::make_pair(Shape{1, 1, 4, 4}, Pad{0, 0, 1, 2}));
  const char* even = "a, 9, 9, 3, 3, 1, 1, 2,\n";
  CHECK(shape(even, topology::Rounding::kUp) == shape(even, topology::Rounding::kDown));
  const Network network = read(kHeader + uneven + "DP, 8, 10, 3, 3, 4, 2, 2,\n", 1, topology::Rounding::kUp);
  const Chip chip = load_chip(std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/tiny.toml");
  for (const compiler::NodePlacement& p : compiler::compile(network, chip).placement)
    CHECK(p.place == compiler::Place::kChip);
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

TEST_CASE("many large layers are refused by their sum, and one that no chip holds before it is compiled") {
  const std::string layer = ", 16384, 16384, 1, 1, 1, 1, 1,\n";  // 2^28 elements in and out
  std::string list = kHeader;
  for (int i = 0; i < 7; ++i) list += "x" + layer;
  CHECK(read(list).nodes.size() == 7);
  CHECK_THROWS_WITH(read(list + "last" + layer), Contains("line 9: with last.ofmap") && Contains("at most 4294967296"));
  // Lowering this takes minutes.
  const Network network = read(kHeader + "d, 16000, 16000, 1, 1, 1, 1, 1,\n");
  const std::string chips = std::string(SYSTOLE_SOURCE_DIR) + "/sim/chips/";
  CHECK_THROWS_WITH(compiler::compile(network, load_chip(chips + "tiny.toml")), Contains("2048000000 bytes of DRAM"));
  CHECK_THROWS_WITH(compiler::compile(network, load_chip(chips + "edge16.toml")), Contains("can address"));
}

TEST_CASE("thousands of layers of one name are told apart in no time, and no name moves the cursor") {
  std::string text = "Layer, M, N, K,\n";
  for (int i = 0; i < 20000; ++i) text += "same, 1, 1, 1,\n";
  CHECK(read(text).nodes[19999].name == "same_20000");
  CHECK(read("Layer, M, N, K,\n\x1b[2Jx, 1, 1, 1,\n").nodes[0].name == "\\x1b[2Jx");
}
