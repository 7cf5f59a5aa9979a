// SPDX-License-Identifier: Apache-2.0
//
// Are random inputs the same everywhere, and files taken in the order of the graph's inputs, or refused by name?
#include "session/inputs.hpp"

#include <unistd.h>

#include <filesystem>

#include "catch.hpp"
#include "network/tensor_file.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::session;
namespace fs = std::filesystem;

TEST_CASE("random inputs depend on the seed alone") {
  Network network;
  for (const ElementType type : {ElementType::kInt8, ElementType::kUint8, ElementType::kInt32, ElementType::kInt64,
                                 ElementType::kFloat32, ElementType::kBool}) {
    Tensor tensor;
    tensor.type = type;
    tensor.shape = {2, 3};
    network.inputs.push_back(static_cast<TensorId>(network.tensors.size()));
    network.tensors.push_back(tensor);
  }
  const auto a = random_inputs(network, 1), b = random_inputs(network, 1), c = random_inputs(network, 2);
  REQUIRE(a.size() == 6);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i].data == b[i].data);
  CHECK(a[2].data != c[2].data);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(elements<float>(a[4])[i] >= -1);
    CHECK(elements<float>(a[4])[i] <= 1);
    CHECK(a[5].data[i] <= 1);
  }
  // std::mt19937 is the same everywhere: 1791095845 is its first number for seed 1.
  CHECK(a[0].data[0] == 1791095845u >> 24);
}

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("systole-inputs-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

Network two_inputs() {
  Network network;
  for (const char* name : {"left", "right"}) {
    Tensor tensor;
    tensor.name = name;
    tensor.type = ElementType::kInt8;
    tensor.shape = {2};
    network.inputs.push_back(static_cast<TensorId>(network.tensors.size()));
    network.tensors.push_back(tensor);
  }
  return network;
}

}  // namespace

TEST_CASE("files are the inputs in the order of the graph") {
  const Folder folder;
  HostTensor a = make_host_tensor(ElementType::kInt8, {2}), b = a;
  a.data = {1, 2};
  b.data = {3, 4};
  write_npy(folder.path / "a.npy", a);
  write_npy(folder.path / "b.npy", b);
  const auto inputs = read_inputs(two_inputs(), {folder.path / "b.npy", folder.path / "a.npy"});
  REQUIRE(inputs.size() == 2);
  CHECK(inputs[0].data == b.data);
  CHECK(inputs[1].data == a.data);
}

TEST_CASE("a wrong number of files is refused with the names of the inputs") {
  CHECK_THROWS_WITH(read_inputs(two_inputs(), {"a.npy"}),
                    Contains("1 files given") && Contains("2 inputs") && Contains("left, right"));
  CHECK_THROWS_AS(read_inputs(two_inputs(), {"a.npy"}), UserError);
}

TEST_CASE("a file whose tensor does not fit its input is refused with its name") {
  const Folder folder;
  write_npy(folder.path / "long.npy", make_host_tensor(ElementType::kInt8, {3}));
  CHECK_THROWS_WITH(read_inputs(two_inputs(), {folder.path / "long.npy", folder.path / "long.npy"}),
                    Contains("long.npy"));
}
