// SPDX-License-Identifier: Apache-2.0
//
// The views of a chip as system tests compare them: the RTL at its pins (without SystemC, for many short programs) or in its
// platform, with the transfers on the AXI pins, against the reference and the cycle model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "network/host_tensor.hpp"
#include "platform/rtl_platform.hpp"
#include "views/view.hpp"

namespace systole::test {

// The value of an environment variable as a number, or `otherwise`.
std::uint64_t setting(const char* name, std::uint64_t otherwise);

// A view that also knows what crossed the AXI pins in its newest run.
class RtlTraceView : public report::View {
 public:
  const char* name() const override { return "rtl"; }
  const std::vector<AxiEvent>& axi() const { return axi_; }

 protected:
  std::vector<AxiEvent> axi_;
};

// The chip at its pins. The Verilated chip is given, so that many networks can run on one, each behind a reset and on what the
// one before left in the memories.
class PinView final : public RtlTraceView {
 public:
  PinView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated);
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 private:
  const compiler::CompiledNetwork& network_;
  std::shared_ptr<platform::VerilatedChip> verilated_;
  std::vector<std::uint8_t> dram_;  // followed by bytes that nobody may write
};

// The chip in its SystemC platform.
class PlatformView final : public RtlTraceView {
 public:
  PlatformView(const compiler::CompiledNetwork& network, std::shared_ptr<platform::VerilatedChip> verilated);
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 private:
  const compiler::CompiledNetwork& network_;
  platform::RtlPlatform platform_;
};

// What a comparison has seen, so that a test can demand that there was something to see.
struct Seen {
  std::uint64_t programs = 0, instructions = 0, cycles = 0, axi_events = 0, dram_bytes = 0, tensors = 0;
  std::vector<HostTensor> outputs;
};

// Runs the network step by step on `reference` and `rtl` and the cycle model beside them. Empty if after every program every
// byte of DRAM is equal in reference and RTL, and every start and retire cycle, every AXI transfer, every counter and the
// interrupt's cycle in RTL and cycle model, and if every tensor that the host sees is what ONNX's arithmetic makes of the
// inputs (run_node); otherwise the first difference in words.
std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          report::View& reference, RtlTraceView& rtl, Seen& seen);

// The same with a reference of its own.
std::string compare_views(const compiler::CompiledNetwork& network, const std::vector<HostTensor>& inputs,
                          RtlTraceView& rtl, Seen& seen);

// The chip's library with the RTL's assertions, and a chip of it whose registers and memories start random.
std::shared_ptr<platform::VerilatedChip> make_verilated(const Chip& chip, std::uint32_t seed, bool assertions);

}  // namespace systole::test
