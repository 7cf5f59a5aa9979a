// SPDX-License-Identifier: Apache-2.0
//
// Does a network come out normalized, be it a file or its bytes, and do messages begin with the file in either half of the reader?
// What is refused, bad_network_test says.
#include "normalize/reader.hpp"

#include <fstream>

#include "catch.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// x + x in int8, spelled with floats between.
ModelBuilder quantized_addition() {
  ModelBuilder b;
  b.input("x", kI8, {1, 4}).dequantize("x", "dx", {0.5f, 0}, kI8).node("Add", {"dx", "dx"}, {"s"});
  b.quantize("s", "y", {0.25f, 0}, kI8).output("y", kI8, {1, 4});
  return b;
}

// Clean as ONNX; normalization refuses its factor.
ModelBuilder overflow() {
  ModelBuilder b;
  b.input("x", kI8, {1, 1, 2, 2}).dequantize("x", "dx", {1e30f, 0}, kI8);
  b.quantized_constant("w", kI8, {1, 1, 1, 1}, {1}, {1e30f}, {0}).node("Conv", {"dx", "w"}, {"c"});
  b.quantize("c", "y", {1e-30f, 0}, kI8).output("y", kI8, {1, 1, 2, 2});
  return b;
}

void is_addition(const Network& network) {
  REQUIRE(network.nodes.size() == 1);
  const Add& add = only<Add>(network);
  CHECK(add.qa.scale == 0.5f);
  CHECK(add.qy.scale == 0.25f);
}

}  // namespace

TEST_CASE("a file and its bytes are the same normalized network") {
  const TemporaryFolder folder;
  quantized_addition().write(folder.file("net.onnx"));
  is_addition(read_network(folder.file("net.onnx")));
  is_addition(read_network(quantized_addition().model().SerializeAsString(), "nowhere/net.onnx"));
}

TEST_CASE("a message begins with the file, whichever half of the reader it is from") {
  const TemporaryFolder folder;
  const std::string file = folder.file("net.onnx").string();
  const auto message = [](auto read) -> std::string {
    try {
      read();
    } catch (const UserError& error) {
      return error.what();
    }
    return "no error";
  };
  std::ofstream(file) << "no network";
  CHECK(message([&] { read_network(folder.file("net.onnx")); }).find(file + ": ") == 0);
  CHECK(message([&] { read_network("no network", "given.onnx"); }).find("given.onnx: ") == 0);
  overflow().write(file);
  CHECK(message([&] { read_network(folder.file("net.onnx")); }).find(file + ": ") == 0);
  CHECK(message([&] { read_network(overflow().model().SerializeAsString(), "given.onnx"); }).find("given.onnx: ") == 0);
}
