// SPDX-License-Identifier: Apache-2.0
//
// The operator tests that come with ONNX (Debian: libonnx-testdata): every one whose operator
// Systole has.
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "catch.hpp"
#include "host/call.hpp"
#include "network/tensor_file.hpp"
#include "normalize/reader.hpp"
#include "sim/onnx/model_builder.hpp"
#include "sim/onnx/run_network.hpp"
#include "support/error.hpp"

namespace fs = std::filesystem;
using namespace systole;
using namespace systole::test;

namespace {

const fs::path kFolder = "/usr/share/libonnx-testdata/data/node";

// Their expected values wrap around where QLinearMatMul saturates, a mistake of ONNX 1.17
// (https://github.com/onnx/onnx/issues/7835).
const std::set<std::string> kExpectedWrapped = {"test_qlinearmatmul_2D_int8_float32",
                                                "test_qlinearmatmul_3D_int8_float32"};

// Its expected values are written with four digits behind the point: -0.1406 for -0.140625.
const std::set<std::string> kFourDigits = {"test_gridsample_bicubic"};

enum class Parameters {
  kAtRunTime,    // as the test has them: every tensor is an input
  kAsConstants,  // inputs but the first become initializers, as in real networks
};

struct Outcome {
  bool ran = false;
  std::string message;  // refusal or difference; empty for equal results
};

bool parse(const fs::path& file, google::protobuf::Message& message) {
  std::ifstream stream(file, std::ios::binary);
  return stream && message.ParseFromIstream(&stream);
}

std::string difference(const HostTensor& found, const HostTensor& expected, float absolute) {
  if (found.type != expected.type || found.shape != expected.shape) return "another type or shape";
  if (expected.type != ElementType::kFloat32) return found.data == expected.data ? "" : "other values";
  const auto a = floats_of(found), b = floats_of(expected);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(a[i] - b[i]) <= absolute + 1e-4f * std::fabs(b[i])) && !(a[i] == b[i])) {
      return fmt::format("element {} is {}, expected {}", i, a[i], b[i]);
    }
  }
  return "";
}

Outcome run_case(const fs::path& folder, Parameters parameters) {
  onnx::ModelProto model;
  if (!parse(folder / "model.onnx", model)) return {false, "the model does not parse"};
  const fs::path data = folder / "test_data_set_0";
  std::vector<HostTensor> inputs;
  auto& graph = *model.mutable_graph();
  Outcome outcome;
  try {
    std::vector<onnx::ValueInfoProto> kept;
    for (int i = 0; i < graph.input_size(); ++i) {
      const fs::path file = data / fmt::format("input_{}.pb", i);
      if (i == 0 || parameters == Parameters::kAtRunTime) {
        inputs.push_back(read_tensor_file(file));
        kept.push_back(graph.input(i));
      } else {
        if (!parse(file, *graph.add_initializer())) return {false, "an input does not parse"};
        graph.mutable_initializer(graph.initializer_size() - 1)->set_name(graph.input(i).name());
      }
    }
    graph.clear_input();
    for (const auto& input : kept) *graph.add_input() = input;
    const TemporaryFolder temporary;
    std::ofstream(temporary.file("net.onnx"), std::ios::binary) << model.SerializeAsString();
    const Network network = read_network(temporary.file("net.onnx"));
    const auto outputs = run_network(network, inputs);
    outcome.ran = true;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string text = difference(outputs[i], read_tensor_file(data / fmt::format("output_{}.pb", i)),
                                          kFourDigits.count(folder.filename().string()) != 0 ? 5e-5f : 1e-5f);
      if (!text.empty()) outcome.message = fmt::format("output {}: {}", i, text);
    }
  } catch (const UserError& error) {
    outcome.message = error.what();
  }
  return outcome;
}

}  // namespace

TEST_CASE("the operator tests of ONNX give the expected results") {
  if (!fs::exists(kFolder)) {
    WARN("skipped: " << kFolder << " is absent (Debian package libonnx-testdata)");
    return;
  }
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(kFolder)) folders.insert(entry.path().filename().string());
  std::size_t run = 0, refused = 0;
  std::set<std::string> quantized;
  for (const std::string& name : folders) {
    onnx::ModelProto model;
    if (!parse(kFolder / name / "model.onnx", model)) continue;
    bool known = true;
    for (const auto& node : model.graph().node()) {
      known = known && (node.op_type() == "Constant" || find_host_operator(node.op_type()) != nullptr) &&
              node.domain().empty();
    }
    if (!known) continue;
    for (Parameters parameters : {Parameters::kAtRunTime, Parameters::kAsConstants}) {
      const Outcome outcome = run_case(kFolder / name, parameters);
      INFO(name << (parameters == Parameters::kAtRunTime ? " (run time)" : " (constants)") << ": " << outcome.message);
      if (outcome.ran) {
        CHECK((outcome.message == "" || kExpectedWrapped.count(name) == 1));
        ++run;
        if (name.find("linear") != std::string::npos || name.find("integer") != std::string::npos)
          quantized.insert(name);
      } else {
        CHECK(outcome.message.find('\n') == std::string::npos);
        UNSCOPED_INFO("refused: " << outcome.message);
        if (std::getenv("SYSTOLE_SHOW_REFUSED") != nullptr) WARN(name << ": " << outcome.message);
        ++refused;
      }
    }
  }
  WARN("ran " << run << ", refused " << refused);
  CHECK(run > 300);
  // ONNX 1.17 has a test of its own for each type, with the type at the end of the name.
  for (const std::string begin :
       {"test_qlinearconv", "test_qlinearmatmul_2D", "test_qlinearmatmul_3D", "test_convinteger_with_padding",
        "test_convinteger_without_padding", "test_matmulinteger", "test_quantizelinear", "test_quantizelinear_axis",
        "test_dequantizelinear", "test_dequantizelinear_axis", "test_dynamicquantizelinear"}) {
    INFO(begin);
    const auto found = quantized.lower_bound(begin);
    CHECK((found != quantized.end() && found->rfind(begin, 0) == 0));
  }
}
