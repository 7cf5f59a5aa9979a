// SPDX-License-Identifier: Apache-2.0
//
// Does `systole conformance` say how many cases passed, which did not, and write them for a build server?
#include <onnx/onnx_pb.h>

#include <fstream>
#include <iterator>

#include "sim/cli/command_bench.hpp"
#include "sim/onnx/model_builder.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

namespace {

// Relu of (-1, 2), with the output that is given.
void write_case(const fs::path& folder, const std::vector<float>& output) {
  fs::create_directories(folder / "test_data_set_0");
  ModelBuilder builder;
  builder.input("x", ElementType::kFloat32, {2}).node("Relu", {"x"}, {"y"}).output("y", ElementType::kFloat32, {2});
  builder.write(folder / "model.onnx");
  const auto write = [&](const char* name, const std::vector<float>& values) {
    onnx::TensorProto proto;
    proto.set_data_type(onnx::TensorProto::FLOAT);
    proto.add_dims(2);
    for (const float value : values) proto.add_float_data(value);
    std::ofstream(folder / "test_data_set_0" / name, std::ios::binary) << proto.SerializeAsString();
  };
  write("input_0.pb", {-1, 2});
  write("output_0.pb", output);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("cases are counted, those that fail named with their reason, and all in the XML") {
  const Scratch scratch;
  write_case(scratch.path / "cases" / "good", {0, 2});
  write_case(scratch.path / "cases" / "wrong", {0, 3});
  const CommandResult r =
      systole_command({"conformance", scratch / "cases", "--chip", "tiny", "--junit", scratch / "j.xml"});
  CHECK(r.code == 1);
  CHECK(has(r.out, "FAILED      wrong: test_data_set_0: output"));
  CHECK(!has(r.out, "passed      good"));
  CHECK(has(r.out, "on tiny, view reference"));
  CHECK(has(r.out, "1 passed, 1 failed, 0 unsupported"));
  CHECK(has(text_of(scratch / "j.xml"), "tests=\"2\" failures=\"1\" skipped=\"0\""));
}

TEST_CASE("cases that pass are named if wanted, and only those that are asked for run") {
  const Scratch scratch;
  write_case(scratch.path / "cases" / "good", {0, 2});
  write_case(scratch.path / "cases" / "wrong", {0, 3});
  const CommandResult r = systole_command(
      {"conformance", scratch / "cases", "--chip", "tiny", "--on", "model", "--only", "good", "--verbose"});
  CHECK(r.code == 0);
  CHECK(has(r.out, "passed      good"));
  CHECK(has(r.out, "on tiny, view model"));
  CHECK(has(r.out, "1 passed, 0 failed, 0 unsupported"));
}

TEST_CASE("what conformance cannot do is one line and exit code 2") {
  const Scratch scratch;
  check_user_error({"conformance", scratch / "none", "--chip", "tiny"}, {"none"});
  check_user_error({"conformance", scratch.path.string(), "--chip", "tiny"}, {"model.onnx"});
  check_user_error({"conformance", scratch.path.string(), "--chip", "tiny", "--on", "silicon"}, {"silicon"});
}
