// SPDX-License-Identifier: Apache-2.0
//
// Can the comparison of the views fail? One flipped bit of a weight, one cycle of memory latency, must be found and named.
#include "catch.hpp"
#include "system/networks/digits.hpp"
#include "system/networks/views.hpp"
#include "views/reference_view.hpp"

using namespace systole;
using namespace systole::test;

namespace {

// The reference, which reads one bit of DRAM wrong while a program runs.
class WrongReference final : public views::ReferenceView {
 public:
  WrongReference(const compiler::CompiledNetwork& network, std::uint64_t address, std::uint8_t mask)
      : ReferenceView(network), address_(address), mask_(mask) {}
  void run_program(std::size_t step, const isa::Program& program) override {
    flip();
    ReferenceView::run_program(step, program);
    flip();
  }

 private:
  void flip() {
    auto byte = read_dram(address_, 1);
    byte[0] ^= mask_;
    write_dram(address_, byte);
  }
  std::uint64_t address_;
  std::uint8_t mask_;
};

const compiler::CompiledNetwork& digits() {
  static const compiler::CompiledNetwork network = compile_digits("tiny", "digits_single.onnx");
  return network;
}

HostTensor image() {
  HostTensor image = read_tensor_file(digits_file("images.npy"));
  const Tensor& input = digits().network.tensors[digits().network.inputs.front()];
  image.shape = input.shape;
  image.data.resize(static_cast<std::size_t>(element_count(input.shape)) * element_bytes(input.type));
  return image;
}

// The address of a weight that the first matrix instruction of `node` uses: where the load before it reads.
std::uint64_t weight_of(const std::string& node) {
  for (std::size_t s = 0; s < digits().steps.size(); ++s) {
    const auto* step = std::get_if<compiler::ChipStep>(&digits().steps[s]);
    if (step == nullptr) continue;
    for (const isa::Instruction& instruction : step->program.instructions) {
      const auto* load = std::get_if<isa::Load>(&instruction);
      if (load == nullptr || load->buffer != isa::Buffer::kWeight) continue;
      if (digits().network.nodes.at(isa::common_of(instruction).tag).name != node) continue;
      return digits().base_address[static_cast<int>(load->base)] + load->dram_offset;
    }
  }
  FAIL("no load of weights for " << node);
  return 0;
}

}  // namespace

TEST_CASE("without a mutation the views agree") {
  WrongReference reference(digits(), weight_of("conv1"), 0);
  PinView rtl(digits(), make_verilated(digits().chip, 1, false), kLimits);
  Seen seen;
  CHECK(compare_views(digits(), {image()}, reference, rtl, seen) == "");
}

TEST_CASE("one flipped bit of a weight in the reference's DRAM is reported with node, tensor and element") {
  const auto verilated = make_verilated(digits().chip, 1, false);
  for (const char* node : {"conv2", "conv3", "dense"}) {
    WrongReference reference(digits(), weight_of(node), 0x80);
    PinView rtl(digits(), verilated, kLimits);
    Seen seen;
    const std::string difference = compare_views(digits(), {image()}, reference, rtl, seen);
    CAPTURE(node, difference);
    CHECK(difference.find("reference and rtl differ after step") != std::string::npos);
    for (const char* line : {"\n  node ", "\n  tensor ", "\n  element ", "\n  instruction ", "\n  cycle "})
      CHECK(difference.find(line) != std::string::npos);
  }
}

TEST_CASE("a flipped bit of the last node's weights is reported in the last node") {
  WrongReference reference(digits(), weight_of("dense"), 0x80);
  PinView rtl(digits(), make_verilated(digits().chip, 1, false), kLimits);
  Seen seen;
  const std::string difference = compare_views(digits(), {image()}, reference, rtl, seen);
  CAPTURE(difference);
  CHECK(difference.find("node         dense (Gemm)") != std::string::npos);
}

TEST_CASE("one cycle more of memory latency in the cycle model is reported with its transfer") {
  compiler::CompiledNetwork late = digits();
  late.chip.memory.ideal().latency_cycles += 1;
  PinView rtl(digits(), make_verilated(digits().chip, 1, false), kLimits);  // keeps the right latency
  Seen seen;
  const std::string difference = compare_views(late, {image()}, rtl, seen);
  CAPTURE(difference);
  CHECK(difference.find("RTL and cycle model differ in time, in event ") == 0);
  for (const char* part : {"\n  RTL          cycle ", ": R of fetch", "\n  cycle model  "})
    CHECK(difference.find(part) != std::string::npos);
}
