// SPDX-License-Identifier: Apache-2.0
//
// Does the executor give the chip what it needs before each program, fetch what is needed behind it, and keep what it was asked to?
#include "runtime/executor.hpp"

#include <algorithm>

#include "catch.hpp"
#include "host/network_values.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "support/error.hpp"
#include "views/reference_view.hpp"

using namespace systole;
using namespace systole::runtime;
using test::chip_step;
using test::digits;
using test::program_step;

namespace {

// The reference, which remembers what was asked of it.
class Diary final : public ChipBackend {
 public:
  struct Entry {
    char what;  // w(rite), r(ead), p(rogram)
    std::uint64_t address, bytes;
  };
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override {
    entries.push_back({'w', address, bytes.size()});
    view_.write_dram(address, bytes);
  }
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override {
    entries.push_back({'r', address, size_bytes});
    return view_.read_dram(address, size_bytes);
  }
  void run_program(std::size_t step, const isa::Program& program) override {
    entries.push_back({'p', step, 0});
    view_.run_program(step, program);
  }
  bool has(char what, std::uint64_t address) const {
    return std::any_of(entries.begin(), entries.end(),
                       [&](const Entry& e) { return e.what == what && e.address == address; });
  }
  std::vector<Entry> entries;

 private:
  views::ReferenceView view_{digits()};
};

std::uint64_t address_of(TensorId id) {
  return digits().base_address[static_cast<int>(isa::Base::kTensor)] + digits().layout[id]->offset;
}

std::vector<HostTensor> inputs() { return session::random_inputs(digits().network, 6); }

std::size_t tensors_left(Keep keep, const compiler::CompiledNetwork& network = digits()) {
  views::ReferenceView view(network);
  Executor executor(network, view, keep);
  executor.run(inputs());
  std::size_t count = 0;
  for (TensorId id = 0; id < network.network.tensors.size(); ++id)
    count += !network.network.tensors[id].is_constant && executor.tensor(id).has_value();
  return count;
}

}  // namespace

TEST_CASE("constants and programs are in memory before the first step, and nothing has run") {
  Diary diary;
  const Executor executor(digits(), diary);
  for (const compiler::Segment& segment : digits().constants) CHECK(diary.has('w', segment.address));
  CHECK(diary.has('w', digits().program_address[chip_step()]));
  for (const Diary::Entry& entry : diary.entries) CHECK(entry.what == 'w');
}

TEST_CASE("a program's inputs are written before it runs, its outputs read behind it") {
  Diary diary;
  Executor executor(digits(), diary);
  diary.entries.clear();
  executor.run(inputs());
  const auto program =
      std::find_if(diary.entries.begin(), diary.entries.end(), [](const Diary::Entry& e) { return e.what == 'p'; });
  REQUIRE(program != diary.entries.end());
  CHECK(program->address == chip_step());
  for (TensorId id : program_step().inputs)
    CHECK(std::any_of(diary.entries.begin(), program,
                      [&](const Diary::Entry& e) { return e.what == 'w' && e.address == address_of(id); }));
  for (TensorId id : program_step().outputs)
    CHECK(std::any_of(program, diary.entries.end(),
                      [&](const Diary::Entry& e) { return e.what == 'r' && e.address == address_of(id); }));
}

TEST_CASE("a run is its steps one after the other, and its outputs are ONNX's") {
  views::ReferenceView a(digits()), b(digits());
  Executor whole(digits(), a), steps(digits(), b);
  whole.run(inputs());
  steps.begin(inputs());
  for (std::size_t i = 0; i < digits().steps.size(); ++i) steps.run_step(i);
  REQUIRE(whole.outputs().size() == 1);
  CHECK(whole.outputs()[0].data == steps.outputs()[0].data);
  CHECK(whole.outputs()[0].data == host::network_outputs(digits().network, inputs())[0].data);
}

TEST_CASE("the host keeps the outputs, what it needs, or all that a step leaves in memory") {
  compiler::CompileOptions options;
  options.keep_tensors = true;
  const compiler::CompiledNetwork kept = compiler::compile(digits().network, digits().chip, options);
  const std::size_t outputs = tensors_left(Keep::kOutputs), needed = tensors_left(Keep::kNeeded),
                    all = tensors_left(Keep::kAll, kept);
  CHECK(outputs >= digits().network.outputs.size());
  CHECK(outputs < needed);
  CHECK(needed < all);
}

TEST_CASE("a tensor that never was on the host is not there, a constant always is") {
  views::ReferenceView view(digits());
  Executor executor(digits(), view);
  executor.run(inputs());
  const std::vector<Tensor>& tensors = digits().network.tensors;
  std::size_t absent = 0;
  for (TensorId id = 0; id < tensors.size(); ++id) {
    const auto value = executor.tensor(id);
    absent += !value.has_value();
    if (tensors[id].is_constant) {
      REQUIRE(value);
      CHECK(value->data == tensors[id].data);
    }
  }
  CHECK(absent > 0);
}

TEST_CASE("inputs of another number, type or shape are refused with what is needed") {
  views::ReferenceView view(digits());
  Executor executor(digits(), view);
  CHECK_THROWS_WITH(executor.run({}), Contains("0 inputs given, 1 needed"));
  auto wrong = inputs();
  wrong[0].shape.back() += 1;
  const std::string& name = digits().network.tensors[digits().network.inputs[0]].name;
  CHECK_THROWS_WITH(executor.run(wrong),
                    Contains("input '" + name + "'") && Contains("[1, 1, 8, 9]") && Contains("[1, 1, 8, 8] needed"));
  wrong = inputs();
  wrong[0].type = ElementType::kInt8;
  CHECK_THROWS_WITH(executor.run(wrong), Contains("int8") && Contains("needed"));
}
