// SPDX-License-Identifier: Apache-2.0
//
// Cases in ONNX's own layout: which pass, which fail, which are not supported, and that a wrong result cannot pass.
#include "conformance/conformance.hpp"

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "chip/shipped_chips.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

namespace fs = std::filesystem;
using namespace systole;
using namespace systole::test;
using conformance::CaseResult;
using conformance::Verdict;

namespace {

void write_tensor(const fs::path& file, const HostTensor& tensor) {
  onnx::TensorProto proto;
  proto.set_data_type(tensor.type == ElementType::kFloat32 ? onnx::TensorProto::FLOAT
                      : tensor.type == ElementType::kInt64 ? onnx::TensorProto::INT64
                                                           : onnx::TensorProto::INT8);
  for (std::int64_t d : tensor.shape) proto.add_dims(d);
  proto.set_raw_data(tensor.data.data(), tensor.data.size());
  std::ofstream(file, std::ios::binary) << proto.SerializeAsString();
}

void write_case(const fs::path& folder, const ModelBuilder& builder, const std::vector<HostTensor>& inputs,
                const HostTensor& output) {
  fs::create_directories(folder / "test_data_set_0");
  builder.write(folder / "model.onnx");
  for (std::size_t i = 0; i < inputs.size(); ++i)
    write_tensor(folder / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb"), inputs[i]);
  write_tensor(folder / "test_data_set_0" / "output_0.pb", output);
}

ModelBuilder relu() {
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {3}).node("Relu", {"x"}, {"y"}).output("y", ElementType::kFloat32, {3});
  return b;
}

std::vector<CaseResult> run(const fs::path& folder, const std::string& only = "") {
  conformance::Options options;
  options.only = only;
  return conformance::run_cases(folder, open_chip("tiny"), options, [](const CaseResult&) {});
}

}  // namespace

TEST_CASE("right results pass, wrong ones fail, what is missing is unsupported, each with its reason") {
  const TemporaryFolder folder;
  const HostTensor x = float_tensor({3}, {-1, 0.5f, 2});
  write_case(folder.file("suite/a_right"), relu(), {x}, float_tensor({3}, {0, 0.5f, 2}));
  write_case(folder.file("suite/b_near"), relu(), {x}, float_tensor({3}, {0, 0.5004f, 2}));
  write_case(folder.file("suite/c_wrong"), relu(), {x}, float_tensor({3}, {0, 0.5f, 2.01f}));
  write_case(folder.file("suite/d_shape"), relu(), {x}, float_tensor({1, 3}, {0, 0.5f, 2}));
  ModelBuilder unknown;
  unknown.input("x", ElementType::kFloat32, {3})
      .node("NoSuchOperator", {"x"}, {"y"})
      .output("y", ElementType::kFloat32, {3});
  write_case(folder.file("suite/deep/e_unknown"), unknown, {x}, x);
  const auto results = run(folder.file("suite"));
  REQUIRE(results.size() == 5);
  CHECK(results[0].name == "a_right");
  CHECK(results[0].verdict == Verdict::kPassed);
  CHECK(results[1].verdict == Verdict::kPassed);
  CHECK(results[2].verdict == Verdict::kFailed);
  CHECK_THAT(results[2].reason, Contains("element 2 is 2, expected 2.01"));
  CHECK(results[3].verdict == Verdict::kFailed);
  CHECK_THAT(results[3].reason, Contains("shape"));
  CHECK(results[4].name == "deep/e_unknown");
  CHECK(results[4].verdict == Verdict::kUnsupported);
  CHECK_THAT(results[4].reason, Contains("NoSuchOperator"));
  CHECK(run(folder.file("suite"), "near").size() == 1);
  CHECK(run(folder.file("suite/a_right")).size() == 1);
  CHECK_THROWS_AS(run(folder.file("nothing")), UserError);
}

TEST_CASE("integers must be equal, and a case on the chip says so") {
  const TemporaryFolder folder;
  ModelBuilder b;
  b.input("x", ElementType::kInt8, {1, 1, 2, 2})
      .node("MaxPool", {"x"}, {"y"})
      .ints("kernel_shape", {2, 2})
      .output("y", ElementType::kInt8, {1, 1, 1, 1});
  const HostTensor x = byte_tensor(ElementType::kInt8, {1, 1, 2, 2}, {1, -2, 3, 4});
  write_case(folder.file("right"), b, {x}, byte_tensor(ElementType::kInt8, {1, 1, 1, 1}, {4}));
  write_case(folder.file("wrong"), b, {x}, byte_tensor(ElementType::kInt8, {1, 1, 1, 1}, {3}));
  CHECK(run(folder.file("right"))[0].verdict == Verdict::kPassed);
  CHECK(run(folder.file("wrong"))[0].verdict == Verdict::kFailed);
}

TEST_CASE("a shape that is an input becomes a constant") {
  const TemporaryFolder folder;
  ModelBuilder b;
  b.input("x", ElementType::kFloat32, {4}).input("shape", ElementType::kInt64, {2});
  b.node("Reshape", {"x", "shape"}, {"y"}).output("y", ElementType::kFloat32, {2, 2});
  HostTensor shape = make_host_tensor(ElementType::kInt64, {2});
  elements<std::int64_t>(shape)[0] = elements<std::int64_t>(shape)[1] = 2;
  write_case(folder.file("reshape"), b, {float_tensor({4}, {1, 2, 3, 4}), shape}, float_tensor({2, 2}, {1, 2, 3, 4}));
  const auto results = run(folder.file("reshape"));
  INFO(results[0].reason);
  CHECK(results[0].verdict == Verdict::kPassed);
}

TEST_CASE("the operator tests of ONNX: none fails, at least 300 pass") {
  const fs::path data = "/usr/share/libonnx-testdata/data";
  if (!fs::exists(data)) {
    WARN("skipped: " << data << " is absent (Debian package libonnx-testdata)");
    return;
  }
  for (const char* suite : {"node", "pytorch-operator", "pytorch-converted", "simple"}) {
    std::size_t passed = 0;
    for (const CaseResult& r : run(data / suite)) {
      INFO(suite << "/" << r.name << ": " << r.reason);
      CHECK(r.verdict != Verdict::kFailed);
      passed += r.verdict == Verdict::kPassed;
    }
    if (suite == std::string("node")) CHECK(passed >= 300);
    CHECK(passed > 0);
  }
}
