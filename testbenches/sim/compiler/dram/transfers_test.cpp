// SPDX-License-Identifier: Apache-2.0
#include "compiler/dram/transfers.hpp"

#include "catch.hpp"
#include "sim/compiler/planned.hpp"

namespace systole::compiler_test {
namespace {

// conv -> transpose on the host -> conv; the input is read by both steps.
struct TwoSteps {
  TwoSteps() : builder(1) {
    input = builder.input(ElementType::kInt8, {1, 16, 4, 4});
    first = builder.conv(input, same_size(16));
    inner = builder.conv(first, same_size(16));
    host = builder.transpose(inner, {0, 1, 3, 2});
    output = builder.add(builder.conv(host, same_size(16)), input, ElementType::kInt8);
    builder.output(output);
  }
  NetworkBuilder builder;
  TensorId input = 0, first = 0, inner = 0, host = 0, output = 0;
};

}  // namespace

TEST_CASE("the host writes each tensor once and reads what it needs itself") {
  const TwoSteps net;
  Planned p(net.builder, edge16());
  p.with_steps();
  compiler::Transfers transfers(p.plan, p.nodes, false);
  const compiler::ChipStep one = transfers.next(p.plan.steps.at(0)), two = transfers.next(p.plan.steps.at(2));
  CHECK(one.inputs == std::vector<TensorId>{net.input});
  CHECK(one.outputs == std::vector<TensorId>{net.inner});
  CHECK(one.written == one.outputs);
  CHECK(two.inputs == std::vector<TensorId>{net.host});  // the input is there already
  CHECK(two.outputs == std::vector<TensorId>{net.output});
}

TEST_CASE("with a request to keep them all tensors of the chip count as written") {
  const TwoSteps net;
  Planned p(net.builder, edge16());
  p.with_steps();
  compiler::Transfers transfers(p.plan, p.nodes, true);
  const compiler::ChipStep one = transfers.next(p.plan.steps.at(0));
  CHECK(one.written == std::vector<TensorId>{net.first, net.inner});
  CHECK(one.outputs == std::vector<TensorId>{net.inner});
}

}  // namespace systole::compiler_test
