// SPDX-License-Identifier: Apache-2.0
//
// Has every tensor a file of its own, whatever it is called?
#include "cli/output/tensor_writer.hpp"

#include "network/tensor_file.hpp"
#include "sim/cli/command_bench.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

namespace {

HostTensor tensor(std::uint8_t value) {
  HostTensor t = make_host_tensor(ElementType::kUint8, {1});
  t.data = {value};
  return t;
}

}  // namespace

TEST_CASE("a tensor is in a file of its name, without what a file system does not take") {
  const Scratch scratch;
  cli::TensorWriter writer(scratch.path / "made" / "on the way");
  writer.write("conv1/out:0", tensor(7));
  writer.write("../../escape", tensor(8));
  writer.write("", tensor(9));
  const fs::path folder = scratch.path / "made" / "on the way";
  CHECK(read_tensor_file(folder / "conv1_out_0.npy").data == std::vector<std::uint8_t>{7});
  CHECK(read_tensor_file(folder / "_._.._escape.npy").data == std::vector<std::uint8_t>{8});
  CHECK(read_tensor_file(folder / "tensor.npy").data == std::vector<std::uint8_t>{9});
}

TEST_CASE("two tensors whose names become the same are told apart by a number") {
  const Scratch scratch;
  cli::TensorWriter writer(scratch.path);
  writer.write("a/b", tensor(1));
  writer.write("a:b", tensor(2));
  writer.write("a b", tensor(3));
  CHECK(read_tensor_file(scratch / "a_b.npy").data[0] == 1);
  CHECK(read_tensor_file(scratch / "a_b_2.npy").data[0] == 2);
  CHECK(read_tensor_file(scratch / "a_b_3.npy").data[0] == 3);
}

TEST_CASE("a very long name is cut") {
  const Scratch scratch;
  cli::TensorWriter writer(scratch.path);
  writer.write(std::string(1000, 'x'), tensor(1));
  CHECK(fs::exists(scratch / (std::string(200, 'x') + ".npy")));
}
