// SPDX-License-Identifier: Apache-2.0
//
// When two views differ in one byte or one cycle, is exactly that named?
#include "views/compare.hpp"

#include <memory>

#include "catch.hpp"
#include "runtime/executor.hpp"
#include "session/inputs.hpp"
#include "sim/session/digits.hpp"
#include "views/model_view.hpp"
#include "views/store_runs.hpp"

using namespace systole;
using namespace systole::views;
using runtime::Executor;
using test::chip_step;
using test::digits;
using test::program_step;

namespace {

// The reference with the cycle model's clock, which adds one to bytes after its program ran.
class FaultyView final : public ReferenceView {
 public:
  explicit FaultyView(std::vector<std::uint64_t> addresses)
      : ReferenceView(digits()), addresses_(std::move(addresses)) {}
  const char* name() const override { return "faulty"; }
  void run_program(std::size_t step, const isa::Program& program) override {
    ReferenceView::run_program(step, program);
    runs_.back() = time_program(digits(), step, {});
    for (const std::uint64_t address : addresses_) {
      auto byte = read_dram(address, 1);
      ++byte[0];
      write_dram(address, byte);
    }
  }

 private:
  std::vector<std::uint64_t> addresses_;
};

std::optional<Divergence> difference(const std::vector<std::uint64_t>& addresses) {
  const auto inputs = session::random_inputs(digits().network, 5);
  ReferenceView expected(digits());
  FaultyView got(addresses);
  Executor a(digits(), expected), b(digits(), got);
  a.begin(inputs);
  b.begin(inputs);
  for (std::size_t i = 0; i <= chip_step(); ++i) {
    a.run_step(i);
    b.run_step(i);
  }
  return compare_dram(digits(), chip_step(), expected, got);
}

TensorId output() { return program_step().outputs.front(); }

std::uint64_t address_of(TensorId id, std::uint64_t offset) {
  return digits().base_address[0] + digits().layout[id]->offset + offset;
}

std::uint32_t writer_of(std::uint64_t address) {
  const auto& instructions = program_step().program.instructions;
  for (std::uint32_t i = static_cast<std::uint32_t>(instructions.size()); i-- > 0;) {
    const auto* store = std::get_if<isa::Store>(&instructions[i]);
    if (store == nullptr || store->destination != isa::Destination::kDram) continue;
    if (any_run(*store, digits(),
                [&](std::uint64_t at, std::uint64_t bytes) { return address >= at && address < at + bytes; }))
      return i;
  }
  FAIL("no store writes it");
  return 0;
}

}  // namespace

TEST_CASE("equal views have no difference") { CHECK(!difference({})); }

TEST_CASE("one wrong byte is named by node, tensor, element, instruction and cycle") {
  // Logits: one image, 10 channels in blocks of 4: channel 6 is byte 2 of block 1.
  const std::uint64_t address = address_of(output(), 4 + 2);
  const auto d = difference({address});
  REQUIRE(d);
  CHECK(d->address == address);
  CHECK(d->tensor == digits().network.tensors[output()].name);
  CHECK(d->element == "[0, 6]");
  CHECK(d->instruction == writer_of(address));
  REQUIRE(d->node);
  CHECK(digits().network.nodes[*d->node].name == "dense");
  const ProgramRun timed = time_program(digits(), chip_step(), {});
  for (const Retired& r : timed.retired)
    if (r.index == *d->instruction) CHECK(d->cycle == r.retire_cycle);
  CHECK(d->what.find("1 bytes differ") != std::string::npos);
  const std::string words = text(*d, digits());
  CAPTURE(words);
  CHECK(words.find("node         dense (Gemm)") != std::string::npos);
  CHECK(words.find("element      [0, 6]") != std::string::npos);
  CHECK(words.find(": store ") != std::string::npos);
  CHECK(words.find("cycle        ") != std::string::npos);
}

TEST_CASE("of several wrong bytes the one that was written first is named") {
  const std::uint64_t first = address_of(output(), 0), last = address_of(output(), 9);
  const auto d = difference({last, first});
  REQUIRE(d);
  CHECK(writer_of(first) <= writer_of(last));
  CHECK(d->instruction == writer_of(first));
  CHECK(d->address == first);
}

TEST_CASE("a byte that no store of the program writes is said to be one") {
  const auto d = difference({digits().constants.front().address});
  REQUIRE(d);
  CHECK(!d->instruction);
  CHECK(d->what.find("no store of this program writes") != std::string::npos);
}

TEST_CASE("a cycle of difference in start, retirement, interrupt or a counter is found") {
  const ProgramRun good = time_program(digits(), chip_step(), {});
  CHECK(!compare_timing(digits(), good, "a", good, "b"));
  ProgramRun bad = good;
  bad.retired[17].retire_cycle += 1;
  auto d = compare_timing(digits(), good, "a", bad, "b");
  REQUIRE(d);
  CHECK(d->instruction == good.retired[17].index);
  CHECK(d->cycle == good.retired[17].retire_cycle + 1);
  CHECK(d->node);
  bad = good;
  bad.retired[3].start_cycle -= 1;
  d = compare_timing(digits(), good, "a", bad, "b");
  REQUIRE(d);
  CHECK(d->instruction == good.retired[3].index);
  bad = good;
  bad.retired.pop_back();
  CHECK(compare_timing(digits(), good, "a", bad, "b"));
  bad = good;
  bad.cycles += 1;
  d = compare_timing(digits(), good, "a", bad, "b");
  REQUIRE(d);
  CHECK(d->what.find("interrupt") != std::string::npos);
  bad = good;
  bad.counters[7] += 1;
  d = compare_timing(digits(), good, "a", bad, "b");
  REQUIRE(d);
  CHECK(d->what.find("load_wait_memory") != std::string::npos);
}

TEST_CASE("the first differing element of a tensor is named with both values") {
  HostTensor a = make_host_tensor(ElementType::kInt32, {2, 3, 4});
  HostTensor b = a;
  CHECK(!compare_tensor("t", a, "one", b, "two"));
  elements<std::int32_t>(b)[1 * 12 + 2 * 4 + 3] = -70000;
  const auto d = compare_tensor("t", a, "one", b, "two");
  REQUIRE(d);
  CHECK(d->element == "[1, 2, 3]");
  CHECK(d->what == "one and two differ: one has 0, two has -70000");
}
