// SPDX-License-Identifier: Apache-2.0
//
// The cycle model under the name of the RTL, with a fault behind every program: tests of comparisons need no Verilator.
#pragma once

#include <functional>
#include <utility>

#include "views/model_view.hpp"

namespace systole::test {

class FakeRtl final : public views::View {
 public:
  using Fault = std::function<void(views::ModelView&, views::ProgramRun&)>;
  // The network must outlive it.
  explicit FakeRtl(const compiler::CompiledNetwork& network, Fault fault = {})
      : model_(network, {}), fault_(std::move(fault)) {}
  const char* name() const override { return "rtl"; }
  void write_dram(std::uint64_t address, const std::vector<std::uint8_t>& bytes) override {
    model_.write_dram(address, bytes);
  }
  std::vector<std::uint8_t> read_dram(std::uint64_t address, std::uint64_t size_bytes) override {
    return model_.read_dram(address, size_bytes);
  }
  void run_program(std::size_t step, const isa::Program& program) override {
    model_.observe(observer_);
    model_.run_program(step, program);
    runs_.push_back(model_.runs().back());
    if (fault_) fault_(model_, runs_.back());
  }
  const std::uint8_t* dram(std::uint64_t size_bytes) override { return model_.dram(size_bytes); }

 private:
  views::ModelView model_;
  Fault fault_;
};

}  // namespace systole::test
