// SPDX-License-Identifier: Apache-2.0
//
// The RTL's registers and memories hold anything at power-up. Does what they hold ever reach a byte of DRAM or move a cycle?
#include <algorithm>

#include "catch.hpp"
#include "chip/shipped_chips.hpp"
#include "rtl_view/pin_runner.hpp"
#include "system/networks/digits.hpp"
#include "system/networks/random_network.hpp"
#include "system/networks/views.hpp"

using namespace systole;
using namespace systole::test;

namespace {

struct Story {
  std::vector<std::uint8_t> dram;
  std::vector<views::ProgramRun> runs;
  std::vector<AxiEvent> axi;
};

// From power-up with this seed.
Story story(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs, std::uint32_t seed) {
  PinView rtl(network, make_verilated(network.chip, seed, true), kLimits);
  Recording trace(Recording::Axi::kKeep);
  rtl.observe(&trace);
  runtime::Executor(network, rtl).run(inputs);
  const std::uint8_t* dram = rtl.dram(network.dram_bytes);
  return {{dram, dram + network.dram_bytes}, rtl.runs(), std::move(trace.axi)};
}

void check_same(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs) {
  const Story a = story(network, inputs, 101), b = story(network, inputs, 0x5EED);
  CHECK(a.dram == b.dram);
  REQUIRE(a.runs.size() == b.runs.size());
  REQUIRE(!a.runs.empty());
  for (std::size_t i = 0; i < a.runs.size(); ++i) {
    CHECK(a.runs[i].cycles == b.runs[i].cycles);
    CHECK(a.runs[i].counters == b.runs[i].counters);
    CHECK(a.runs[i].retired == b.runs[i].retired);
  }
  CHECK(a.axi == b.axi);
}

// What the activation buffer of a chip holds at power-up, as the chip itself stores it.
std::vector<std::uint8_t> power_up_contents(const Chip& chip, std::uint32_t seed) {
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.destination = isa::Destination::kDram;
  store.clamp_low = -128;
  store.clamp_high = 255;
  store.groups = static_cast<std::uint16_t>(chip.array_rows / chip.post_lanes);
  store.count[0] = 64;
  store.source_stride[0] = store.groups;
  isa::Program program;
  program.instructions.push_back(store);
  const isa::Bases bases = {};
  std::vector<std::uint8_t> dram(0x2000);
  const rtl_view::PinRun run =
      rtl_view::run_at_pins(*make_verilated(chip, seed, false), chip, program, bases, 0x1000, dram);
  REQUIRE(run.error_code == 0);
  return {dram.begin(), dram.begin() + 64 * chip.array_rows};
}

}  // namespace

TEST_CASE("two seeds of the power-up state are two contents of the buffers") {
  const Chip chip = open_chip("tiny");
  const auto a = power_up_contents(chip, 101), b = power_up_contents(chip, 0x5EED), zero = power_up_contents(chip, 0);
  CHECK(a != b);
  CHECK(a == power_up_contents(chip, 101));
  CHECK(std::all_of(zero.begin(), zero.end(), [](std::uint8_t byte) { return byte == 0; }));
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != b[i];
  CHECK(different > a.size() / 2);
}

TEST_CASE("the digits have the same memory and the same cycles from two random power-up states") {
  const compiler::CompiledNetwork compiled = compile_digits("tiny", "digits_single.onnx");
  Shape shape = compiled.network.tensors[compiled.network.inputs.front()].shape;
  HostTensor image = read_tensor_file(digits_file("images.npy"));
  image.shape = shape;
  image.data.resize(static_cast<std::size_t>(element_count(shape)) * element_bytes(image.type));
  check_same(compiled, {image});
}

TEST_CASE("random networks have the same memory and the same cycles from two random power-up states") {
  for (std::uint32_t i = 0; i < 2 * kKinds; ++i) {
    const Kind kind = static_cast<Kind>(i % kKinds);
    if (kind == Kind::kHuge) continue;
    const std::uint32_t seed = static_cast<std::uint32_t>(setting("SYSTOLE_SEED", 1)) + i;
    INFO(kind_name(kind) << ", SYSTOLE_SEED=" << seed - i);
    const RandomNetwork random = make_random_network(kind, seed);
    check_same(compiler::compile(random.network, with_random_memory(open_chip("tiny"), seed)), random.inputs);
  }
}
