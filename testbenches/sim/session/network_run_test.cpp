// SPDX-License-Identifier: Apache-2.0
//
// Does a run on the views without RTL check itself, keep what was asked for, and repeat itself?
#include "session/network_run.hpp"

#include "catch.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::session;
using systole::report::NodeReport;
using systole::test::digits;

TEST_CASE("the reference's outputs equal the ONNX arithmetic") {
  NetworkRunOptions options;
  options.view = ViewChoice::kReference;
  const NetworkRun run = run_network(digits(), random_inputs(digits().network, 3), options);
  CHECK(!run.divergence);
  CHECK(run.report.outputs_match == true);
  CHECK(!run.report.cycles);
  REQUIRE(run.outputs.size() == 1);
  CHECK(run.outputs[0].shape == Shape{1, 10});
}

TEST_CASE("a run that takes more memory than is free is refused before it starts") {
  const auto inputs = random_inputs(digits().network, 3);
  compiler::CompiledNetwork large = digits();
  large.dram_bytes = std::uint64_t{1} << 50;
  CHECK_THROWS_WITH(run_network(large, inputs, {}), Catch::Matchers::Contains("the run with its check") &&
                                                        Catch::Matchers::Contains("1048576.0 GiB of memory"));
  large = digits();
  Tensor tensor{"t", ElementType::kFloat32, {std::int64_t{1} << 48}, {}, false};
  large.network.tensors.push_back(tensor);
  CHECK_THROWS_AS(run_network(large, inputs, {}), UserError);
  NetworkRunOptions unchecked;
  unchecked.check_outputs = false;
  CHECK_NOTHROW(run_network(large, inputs, unchecked));
  large.network.inputs.push_back(static_cast<TensorId>(large.network.tensors.size() - 1));
  CHECK_THROWS_WITH(random_inputs(large.network, 3), Catch::Matchers::Contains("the random inputs: needs"));
}

TEST_CASE("the cycle view has the reference's bits and a clock") {
  NetworkRunOptions options;
  options.view = ViewChoice::kModel;
  const auto inputs = random_inputs(digits().network, 3);
  const NetworkRun timed = run_network(digits(), inputs, options);
  options.view = ViewChoice::kReference;
  const NetworkRun untimed = run_network(digits(), inputs, options);
  CHECK(timed.outputs[0].data == untimed.outputs[0].data);
  REQUIRE(timed.report.cycles);
  CHECK(timed.report.view == "model");
}

TEST_CASE(
    "what nodes took adds up, no node is above its peak or below its bound, and each account is within its node") {
  NetworkRunOptions options;
  options.view = ViewChoice::kModel;
  const report::RunReport report = run_network(digits(), random_inputs(digits().network, 3), options).report;
  std::uint64_t sum = 0;
  report::Accounts accounts = {};
  for (const NodeReport& node : report.nodes) {
    CAPTURE(node.name);
    sum += node.own_cycles.value();
    CHECK(node.lower_bound <= node.cycles.value());
    CHECK(node.work.array_cycles <= node.cycles.value());
    CHECK(node.work.short_pass_cycles + node.work.padding_cycles <= node.work.array_cycles);
    CHECK(node.utilization.value_or(0) <= 1);
    CHECK(node.accounts.has_value() == (node.cycles.value() > 0));
    for (std::size_t e = 0; node.accounts && e < isa::kEngines; ++e) accounts[e] += (*node.accounts)[e];
  }
  CHECK(sum == *report.cycles);
  // What is missing comes behind an engine's last retirement: it has no instruction then.
  for (std::size_t e = 0; e < isa::kEngines; ++e) {
    const cycle::Account& all = (*report.accounts)[e];
    CHECK(accounts[e].busy == all.busy);
    CHECK(accounts[e].semaphore == all.semaphore);
    CHECK(accounts[e].memory == all.memory);
    CHECK(accounts[e].instruction <= all.instruction);
  }
  REQUIRE(report.array);
  CHECK(report.array->useful == Approx(*report.utilization));
  CHECK(report.array->useful + report.array->short_passes + report.array->padding + report.array->fill <= 1);
}

TEST_CASE("without the check there is no statement about the outputs") {
  NetworkRunOptions options;
  options.view = ViewChoice::kReference;
  options.check_outputs = false;
  CHECK(!run_network(digits(), random_inputs(digits().network, 3), options).report.outputs_match);
}

TEST_CASE("a compiler that computes something else than ONNX is caught, with the node") {
  compiler::CompiledNetwork wrong = digits();
  for (compiler::Segment& segment : wrong.constants)
    for (std::uint8_t& byte : segment.bytes) byte = static_cast<std::uint8_t>(byte + 1);
  NetworkRunOptions options;
  options.view = ViewChoice::kReference;
  const NetworkRun run = run_network(wrong, random_inputs(wrong.network, 3), options);
  REQUIRE(run.divergence);
  CHECK(run.report.outputs_match == false);
  CHECK(run.report.difference.find("ONNX arithmetic and reference differ") != std::string::npos);
  CHECK(run.divergence->node);
  CHECK(!run.divergence->element.empty());
}

TEST_CASE("kept tensors hold every node's output") {
  compiler::CompileOptions compile_options;
  compile_options.keep_tensors = true;
  const compiler::CompiledNetwork kept = compiler::compile(digits().network, digits().chip, compile_options);
  NetworkRunOptions options;
  options.view = ViewChoice::kReference;
  options.keep = runtime::Keep::kAll;
  const auto inputs = random_inputs(kept.network, 3);
  const NetworkRun run = run_network(kept, inputs, options);
  CHECK(run.report.outputs_match == true);
  CHECK(run.tensors.size() >= 5);
  options.keep = runtime::Keep::kNeeded;
  CHECK(run_network(digits(), inputs, options).tensors.size() < run.tensors.size());
}
