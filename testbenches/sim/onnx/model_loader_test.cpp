// SPDX-License-Identifier: Apache-2.0
//
// Shapes that a file leaves open, and weights in other files.
#include "onnx/model_loader.hpp"

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

namespace {

struct Folder {
  TemporaryFolder temporary;
  fs::path net = temporary.file("here/net.onnx");
  Folder() { fs::create_directories(net.parent_path() / "data"); }
};

ModelBuilder open_relu() {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {1, 3}).node("Relu", {"x"}, {"y"}).output("y", ElementType::kFloat32, {1, 3});
  b.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_param(
      "batch");
  b.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->mutable_shape()->mutable_dim(0)->set_dim_param(
      "batch");
  return b;
}

LoadOptions shapes(const std::string& name, const Shape& shape) {
  LoadOptions options;
  options.shapes[name] = shape;
  return options;
}

// Add of a constant whose bytes are elsewhere.
OnnxGraph load_with_external(const Folder& folder, const std::vector<std::pair<std::string, std::string>>& entries) {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {2})
      .floats("w", {2}, {0, 0})
      .node("Add", {"x", "w"}, {"y"})
      .output("y", ElementType::kFloat32, {2});
  auto& w = *b.graph().mutable_initializer(0);
  w.clear_float_data();
  w.clear_raw_data();
  w.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto& entry = *w.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  b.write(folder.net);
  return load_model(folder.net);
}

void write_floats(const fs::path& file, const std::vector<float>& values) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
}

}  // namespace

TEST_CASE("an open dimension is asked for by name, and taken from the caller") {
  const Folder folder;
  open_relu().write(folder.net);
  CHECK_THROWS_WITH(load_model(folder.net), Contains("'batch'") && Contains("--shape x=N,3"));
  const OnnxGraph network = load_model(folder.net, shapes("x", {5, 3}));
  CHECK(network.tensors[network.outputs[0]].shape == Shape{5, 3});
  CHECK_THROWS_WITH(load_model(folder.net, shapes("x", {5, 4})), Contains("'x'") && Contains("N,3"));
  CHECK_THROWS_WITH(load_model(folder.net, shapes("x", {5})), Contains("'x'"));
  LoadOptions options = shapes("x", {5, 3});
  options.shapes["z"] = {1};
  CHECK_THROWS_WITH(load_model(folder.net, options), Contains("'z'") && Contains("inputs are 'x'"));
}

TEST_CASE("weights are read from a file below the network's folder") {
  const Folder folder;
  write_floats(folder.net.parent_path() / "data/w.bin", {1, 2, 3, 4});
  const auto weights = [](const OnnxGraph& n) {
    const Tensor& w = n.tensors.at(0);
    REQUIRE(w.name == "w");
    return std::vector<float>{reinterpret_cast<const float*>(w.data.data())[0],
                              reinterpret_cast<const float*>(w.data.data())[1]};
  };
  CHECK(weights(load_with_external(folder, {{"location", "data/w.bin"}, {"offset", "8"}})) == std::vector<float>{3, 4});
  CHECK(weights(load_with_external(folder, {{"location", "data/../data/w.bin"}, {"offset", "4"}, {"length", "8"}})) ==
        std::vector<float>{2, 3});
}

TEST_CASE("weights elsewhere, missing or cut off are refused by the tensor's name") {
  const Folder folder;
  write_floats(folder.temporary.file("secret.bin"), {1, 2});
  write_floats(folder.net.parent_path() / "w.bin", {1, 2});
  fs::create_symlink(folder.temporary.file("secret.bin"), folder.net.parent_path() / "link.bin");
  const auto refused = [&](const std::vector<std::pair<std::string, std::string>>& entries, const std::string& why) {
    CHECK_THROWS_WITH(load_with_external(folder, entries), Contains("'w'") && Contains(why));
  };
  refused({{"location", "../secret.bin"}}, "outside");
  refused({{"location", folder.temporary.file("secret.bin").string()}}, "outside");
  refused({{"location", "link.bin"}}, "outside");
  refused({{"location", "none.bin"}}, "no such file");
  refused({{"location", "."}}, "");
  refused({{"offset", "0"}}, "without a name");
  refused({{"location", "w.bin"}, {"offset", "4"}}, "bytes");
  refused({{"location", "w.bin"}, {"offset", "9"}}, "has 8 bytes");
  refused({{"location", "w.bin"}, {"length", "12"}}, "has 8 bytes");
  refused({{"location", "w.bin"}, {"length", "-1"}}, "no number");
  refused({{"location", "w.bin"}, {"offset", "18446744073709551615"}, {"length", "18446744073709551615"}},
          "has 8 bytes");
}
