// SPDX-License-Identifier: Apache-2.0
//
// A few thousand damaged files: each is read, or refused with one line. Anything else (a crash,
// another exception) fails the test. The fuzzer in testbenches/fuzz does the same for longer and
// with sanitizers.
#include <filesystem>
#include <fstream>
#include <set>

#include "catch.hpp"
#include "network/tensor_file.hpp"
#include "normalize/reader.hpp"
#include "sim/network/element_types.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// Many kinds of nodes in one small file.
std::string network_file() {
  ModelBuilder builder;
  builder.input("image", kF32, {1, 2, 4, 4})
      .quantize("image", "x", {0.1f, 3}, kU8)
      .dequantize("x", "dx", {0.1f, 3}, kU8);
  builder.quantized_constant("w", kI8, {2, 2, 3, 3}, std::vector<int>(36, 1), {0.1f, 0.2f}, {0, 0})
      .floats("b", {2}, {1, 2});
  builder.node("Conv", {"dx", "w", "b"}, {"conv"})
      .ints("pads", {1, 1, 1, 1})
      .ints("strides", {1, 1})
      .node("Relu", {"conv"}, {"relu"});
  builder.quantize("relu", "q", {0.5f, 0}, kU8)
      .dequantize("q", "dq", {0.5f, 0}, kU8)
      .node("Add", {"dq", "dx"}, {"sum"});
  builder.quantize("sum", "s", {0.7f, 0}, kU8).dequantize("s", "ds", {0.7f, 0}, kU8);
  builder.node("MaxPool", {"ds"}, {"pool"})
      .ints("kernel_shape", {2, 2})
      .quantize("pool", "p", {0.7f, 0}, kU8)
      .dequantize("p", "dp", {0.7f, 0}, kU8);
  builder.node("Sigmoid", {"dp"}, {"sigmoid"})
      .quantize("sigmoid", "g", {0.01f, 0}, kU8)
      .dequantize("g", "dg", {0.01f, 0}, kU8);
  builder.node("Shape", {"dg"}, {"shape"}).int64s("first", {1}, {0}).node("Gather", {"shape", "first"}, {"batch"});
  builder.int64s("rest", {1}, {-1})
      .node("Concat", {"batch", "rest"}, {"target"})
      .integer("axis", 0)
      .node("Reshape", {"dg", "target"}, {"flat"});
  builder.quantized_constant("m", kI8, {3, 18}, std::vector<int>(54, 2), {0.1f}, {0})
      .node("Gemm", {"flat", "m"}, {"gemm"})
      .integer("transB", 1);
  builder.quantize("gemm", "e", {0.5f, 0}, kI8)
      .dequantize("e", "de", {0.5f, 0}, kI8)
      .node("Softmax", {"de"}, {"y"})
      .output("y", kF32, {1, 3});
  return builder.model().SerializeAsString();
}

// Runs what was read, if it is small, so that the host's operators meet every shape that the reader
// admits.
void read_and_run(const std::filesystem::path& file) {
  const Network network = read_network(file);
  std::uint64_t work = 0;
  for (const Node& node : network.nodes) work += node.macs;
  for (const Tensor& tensor : network.tensors) work += static_cast<std::uint64_t>(element_count(tensor.shape));
  if (work > 1000000) return;
  std::mt19937 random(1);
  std::vector<HostTensor> inputs;
  for (TensorId id : network.inputs) {
    HostTensor input = make_host_tensor(network.tensors[id].type, network.tensors[id].shape);
    for (std::uint8_t& byte : input.data) byte = static_cast<std::uint8_t>(random());
    inputs.push_back(std::move(input));
  }
  try {
    run_network(network, inputs);
  } catch (const UserError& error) {
    throw UserError(file.string() + ": " + error.what());  // of the run, not of the file
  }
}

struct Count {
  std::size_t read = 0, refused = 0;
};

template <typename Read>
Count read_damaged(const std::string& good, const std::string& name, int flips, unsigned seed, Read read,
                   std::size_t cuts = 500) {
  const TemporaryFolder folder;
  const auto file = folder.file(name);
  Count count;
  const auto attempt = [&](const std::string& bytes, const std::string& how) {
    std::filesystem::remove(file);  // some file systems wait for the disk when a file is truncated and written again
    std::ofstream(file, std::ios::binary) << bytes;
    try {
      read(file);
      ++count.read;
    } catch (const UserError& error) {
      const std::string message = error.what();
      if (message.find('\n') != std::string::npos || message.rfind(file.string() + ": ", 0) != 0)
        FAIL(how << ": " << message);
      ++count.refused;
    } catch (const std::exception& error) {
      FAIL(how << ": " << error.what());
    }
  };
  const std::size_t step = std::max<std::size_t>(1, good.size() / cuts);
  for (std::size_t length = 0; length < good.size(); length += step)
    attempt(good.substr(0, length), "cut to " + std::to_string(length));
  std::mt19937 random(seed);
  for (int i = 0; i < flips; ++i) {
    std::string bytes = good;
    const int changes = uniform(random, 1, 3);
    for (int c = 0; c < changes; ++c) {
      const auto at = static_cast<std::size_t>(uniform(random, 0, static_cast<int>(good.size()) - 1));
      if (uniform(random, 0, 1) != 0) {
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << uniform(random, 0, 7)));
      } else {
        bytes[at] = static_cast<char>(random());
      }
    }
    attempt(bytes, "seed " + std::to_string(seed) + ", file " + std::to_string(i));
  }
  return count;
}

}  // namespace

TEST_CASE("damaged networks are read or refused, never more") {
  const std::string good = network_file();
  const Count count = read_damaged(good, "net.onnx", 4000, 21, [](const auto& file) { read_and_run(file); });
  CHECK(count.read > 0);
  CHECK(count.refused > 1000);
}

// A loop over the rows of x, with a branch that depends on the iteration.
std::string control_flow_file() {
  ModelBuilder yes, no, body, builder;
  yes.node("Neg", {"v"}, {"r"}).output("r", kF32, {2});
  no.node("Add", {"v", "k"}, {"r"}).output("r", kF32, {2}).floats("k", {}, {2});
  body.input("i", ElementType::kInt64, {}).input("c", ElementType::kBool, {}).input("v", kF32, {2});
  body.int64s("one", {}, {1}).node("Equal", {"i", "one"}, {"second"}).node("If", {"second"}, {"s"});
  const auto add = [](ModelBuilder& b, const char* name, ModelBuilder& inner) {
    onnx::AttributeProto& attribute = *b.last_node().add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::GRAPH);
    *attribute.mutable_g() = inner.graph();
  };
  add(body, "then_branch", yes);
  add(body, "else_branch", no);
  body.node("Gather", {"x", "i"}, {"row"}).node("Add", {"s", "row"}, {"next"}).node("Identity", {"c"}, {"go"});
  body.output("go", ElementType::kBool, {}).output("next", kF32, {2}).output("row", kF32, {2});
  builder.input("x", kF32, {3, 2}).input("start", kF32, {2}).int64s("zero", {}, {0});
  builder.node("Shape", {"x"}, {"shape"}).node("Gather", {"shape", "zero"}, {"n"});
  builder.node("Loop", {"n", "", "start"}, {"y", "z"});
  add(builder, "body", body);
  builder.output("y", kF32, {2}).output("z", kF32, {3, 2});
  return builder.model().SerializeAsString();
}

TEST_CASE("damaged branches and loops are read or refused, never more") {
  const Count count =
      read_damaged(control_flow_file(), "net.onnx", 3000, 31, [](const auto& file) { read_and_run(file); });
  CHECK(count.read > 100);
  CHECK(count.refused > 1000);
}

// The operator tests of ONNX as seeds, with their parameters as inputs of the network: most host
// operators.
TEST_CASE("damaged operator tests of ONNX are read and run, or refused") {
  const std::filesystem::path folder = "/usr/share/libonnx-testdata/data/node";
  if (!std::filesystem::exists(folder)) {
    WARN("skipped: " << folder << " is absent (Debian package libonnx-testdata)");
    return;
  }
  std::set<std::filesystem::path> models;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) models.insert(entry.path() / "model.onnx");
  Count all;
  unsigned seed = 100;
  for (const auto& model : models) {
    std::ifstream stream(model, std::ios::binary);
    const std::string good((std::istreambuf_iterator<char>(stream)), {});
    // The expanded forms and the text operators are refused whole.
    if (good.size() > 600 || model.string().find("expanded") != std::string::npos) continue;
    const Count count = read_damaged(
        good, "net.onnx", 20, ++seed, [](const auto& file) { read_and_run(file); }, 50);
    all.read += count.read;
    all.refused += count.refused;
  }
  CHECK(all.read > 300);
  CHECK(all.refused > 1000);
}

TEST_CASE("damaged tensor files are read or refused, never more") {
  const TemporaryFolder folder;
  write_npy(folder.file("t.npy"), float_tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
  std::ifstream stream(folder.file("t.npy"), std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(stream)), {});
  const Count count = read_damaged(good, "t.npy", 3000, 22, [](const auto& file) { read_tensor_file(file); });
  CHECK(count.read > 0);
  CHECK(count.refused > 100);

  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::INT32);
  proto.add_dims(3);
  for (int i = 0; i < 3; ++i) proto.add_int32_data(i * 1000);
  const Count protos =
      read_damaged(proto.SerializeAsString(), "t.pb", 3000, 23, [](const auto& file) { read_tensor_file(file); });
  CHECK(protos.read > 0);
  CHECK(protos.refused > 100);
}
