// SPDX-License-Identifier: Apache-2.0
//
// Remembers what the environment drives into a chip, cycle by cycle, so that the bare chip can be run again without one.
#pragma once

#include <memory>
#include <vector>

#include "verilated/chip_pins.hpp"

namespace systole::bench {

class RecordingChip final : public platform::VerilatedChip {
 public:
  explicit RecordingChip(std::shared_ptr<platform::VerilatedChip> chip) : chip_(std::move(chip)) {}
  void cycle(const platform::ChipInputs& in, platform::ChipOutputs& out) override {
    inputs_.push_back(in);
    chip_->cycle(in, out);
    last_ = out;
  }
  void open_wave(const std::string& file, std::uint32_t clock_mhz) override { chip_->open_wave(file, clock_mhz); }
  void close_wave() override { chip_->close_wave(); }

  const std::vector<platform::ChipInputs>& inputs() const { return inputs_; }
  const platform::ChipOutputs& last() const { return last_; }

 private:
  std::shared_ptr<platform::VerilatedChip> chip_;
  std::vector<platform::ChipInputs> inputs_;
  platform::ChipOutputs last_;
};

}  // namespace systole::bench
