// SPDX-License-Identifier: Apache-2.0
//
// The reference model with a memory image of the network's size: bits, no time.
#pragma once

#include <cstdint>
#include <vector>

#include "reference/reference.hpp"
#include "views/view.hpp"

namespace systole::views {

class ReferenceView : public View {
 public:
  // The network must outlive it.
  explicit ReferenceView(const compiler::CompiledNetwork& network);
  const char* name() const override { return "reference"; }
  // Both are InternalErrors outside of the network's memory.
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override;
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override;
  void run_program(std::size_t step, const isa::Program& program) override;
  const std::uint8_t* dram(std::uint64_t size_bytes) override;

 protected:
  const compiler::CompiledNetwork& network_;

 private:
  reference::ReferenceChip chip_;
  reference::MemoryImage dram_;
};

}  // namespace systole::views
