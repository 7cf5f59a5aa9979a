// SPDX-License-Identifier: Apache-2.0
//
// A network of one program that the mock chip runs: it copies the bytes at the tensors' base to the scratch base.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <vector>

#include "compiler/compiled_network.hpp"
#include "isa/program.hpp"
#include "sim/platform/mock_chip.hpp"

namespace systole::test {

inline constexpr std::uint64_t kTensors = 0x1000, kScratch = 0x2000, kProgramAddress = 0x4000, kDramBytes = 0x5000;
inline constexpr std::uint32_t kCopied = 96;

inline Chip mock_chip_description() {
  Chip chip;
  chip.name = "mock";
  chip.array_rows = chip.array_cols = 4;
  chip.axi_data_bits = 64;
  chip.memory.size_bytes = 1 << 20;
  return chip;
}

// load `kCopied` bytes of tensors, store them at `target` of scratch.
inline isa::Program copy_program(std::uint32_t target = 0) {
  isa::Load load;
  load.run_bytes = kCopied;
  isa::Store store;
  store.source = isa::Source::kActivation;
  store.base = isa::Base::kScratch;
  store.dst_base = target;
  isa::Program program;
  program.instructions = {load, store};
  return program;
}

inline compiler::CompiledNetwork copy_network(std::uint32_t target = 0) {
  compiler::CompiledNetwork network;
  network.chip = mock_chip_description();
  compiler::ChipStep step;
  step.program = copy_program(target);
  network.steps = {step};
  network.program_address = {kProgramAddress};
  network.base_address[static_cast<int>(isa::Base::kTensor)] = kTensors;
  network.base_address[static_cast<int>(isa::Base::kScratch)] = kScratch;
  network.dram_bytes = kDramBytes;
  return network;
}

inline std::vector<std::uint8_t> pattern() {
  std::vector<std::uint8_t> bytes(kCopied);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(7 * i + 1);
  return bytes;
}

inline std::shared_ptr<platform::MockChip> mock_chip(
    platform::MockChip::Fault fault = platform::MockChip::Fault::kNone) {
  return std::make_shared<platform::MockChip>(mock_chip_description().axi_bytes(), fault);
}

}  // namespace systole::test
