// SPDX-License-Identifier: Apache-2.0
//
// Is a tensor that is not what ONNX says found, with its node, and is everything else compared too?
#include "views/onnx_comparison.hpp"

#include "catch.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "views/reference_view.hpp"

using namespace systole;
using namespace systole::views;
using test::digits;

namespace {

OnnxComparison compare(const compiler::CompiledNetwork& network) {
  const auto inputs = session::random_inputs(network.network, 3);
  ReferenceView view(network);
  runtime::Executor executor(network, view);
  executor.run(inputs);
  return compare_with_onnx(network.network, inputs, executor, view.name());
}

}  // namespace

TEST_CASE("what the compiler makes of the digits is what ONNX says, tensor by tensor") {
  const OnnxComparison comparison = compare(digits());
  CHECK(!comparison.divergence);
  CHECK(comparison.tensors >= digits().network.outputs.size());
}

TEST_CASE("a weight that is another one is found in a tensor behind it") {
  compiler::CompiledNetwork wrong = digits();
  for (compiler::Segment& segment : wrong.constants)
    for (std::uint8_t& byte : segment.bytes) byte = static_cast<std::uint8_t>(byte + 1);
  const OnnxComparison comparison = compare(wrong);
  REQUIRE(comparison.divergence);
  CHECK(comparison.divergence->what.find("ONNX arithmetic and reference differ") == 0);
  CHECK(comparison.divergence->node);
  CHECK(!comparison.divergence->tensor.empty());
  CHECK(comparison.tensors >= 1);
}
