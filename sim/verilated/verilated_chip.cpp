// SPDX-License-Identifier: Apache-2.0
//
// The inside of a chip's shared library: a Verilated `systole_chip` behind the VerilatedChip
// interface. RtlLibrary compiles this file together with Verilator's output, once per chip, so
// nothing else of Systole depends on Verilator.
//
// Port widths follow the chip's parameters, and Verilator picks a C++ type by width (8, 16, 32, 64
// bits, or VlWide), so every bus is copied by overloads on the type.
#include <memory>
#include <string>

#include "Vsystole_chip.h"
#include "support/error.hpp"
#include "verilated.h"
#include "verilated/chip_pins.hpp"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif

// $error, $fatal and $stop in the RTL, an assertion among them, are a fault of the design, not a
// reason to abort the tool.
void vl_stop(const char* file, int line, const char* /*hierarchy*/) VL_MT_UNSAFE {
  throw systole::DesignError(std::string("RTL stopped at ") + file + ":" + std::to_string(line) +
                             " (its message is printed above)");
}
void vl_fatal(const char* file, int line, const char* /*hierarchy*/, const char* message) VL_MT_UNSAFE {
  throw systole::DesignError(std::string("RTL: ") + message + " at " + file + ":" + std::to_string(line));
}

namespace systole::platform {
namespace {

template <typename Port>
void put(Port& port, const std::uint32_t* words) {
  if constexpr (sizeof(Port) == 8)
    port = words[0] | static_cast<std::uint64_t>(words[1]) << 32;
  else
    port = static_cast<Port>(words[0]);
}
template <std::size_t Words>
void put(VlWide<Words>& port, const std::uint32_t* words) {
  for (std::size_t i = 0; i < Words; ++i) port[i] = words[i];
}

template <typename Port>
void get(const Port& port, std::uint32_t* words) {
  words[0] = static_cast<std::uint32_t>(port);
  if constexpr (sizeof(Port) == 8) words[1] = static_cast<std::uint32_t>(port >> 32);
}
template <std::size_t Words>
void get(const VlWide<Words>& port, std::uint32_t* words) {
  for (std::size_t i = 0; i < Words; ++i) words[i] = port[i];
}

class VerilatorModel final : public VerilatedChip {
 public:
  explicit VerilatorModel(std::uint32_t seed) {
    context_->randReset(seed == 0 ? 0 : 2);
    if (seed != 0) context_->randSeed(static_cast<int>(seed & 0x7FFFFFFF));
    context_->fatalOnError(true);
    context_->assertOn(true);
#if VM_TRACE_FST
    context_->traceEverOn(true);
#endif
    model_ = std::make_unique<Vsystole_chip>(context_.get(), "systole_chip");
  }
  ~VerilatorModel() override {
    close_wave();
    model_->final();
  }

  void cycle(const ChipInputs& in, ChipOutputs& out) override {
    drive(in);
    model_->clk_i = 0;
    model_->eval();
    dump();
    model_->clk_i = 1;
    model_->eval();
    dump();
    sample(out);
  }

  void open_wave([[maybe_unused]] const std::string& file) override {
#if VM_TRACE_FST
    wave_ = std::make_unique<VerilatedFstC>();
    model_->trace(wave_.get(), 99);
    wave_->open(file.c_str());
    if (!wave_->isOpen()) throw UserError("wave file " + file + ": cannot be written");
#else
    throw InternalError("this chip's library was built without waves");
#endif
  }
  void close_wave() override {
#if VM_TRACE_FST
    if (wave_) wave_->close();
    wave_.reset();
#endif
  }

 private:
  void drive(const ChipInputs& in) {
    Vsystole_chip& m = *model_;
    m.rst_ni = in.rst_n;
    m.s_axil_aw_valid_i = in.s_aw_valid;
    m.s_axil_aw_addr_i = static_cast<SData>(in.s_aw_addr & 0xFFF);
    m.s_axil_w_valid_i = in.s_w_valid;
    m.s_axil_w_data_i = in.s_w_data;
    m.s_axil_w_strb_i = 0xF;
    m.s_axil_b_ready_i = in.s_b_ready;
    m.s_axil_ar_valid_i = in.s_ar_valid;
    m.s_axil_ar_addr_i = static_cast<SData>(in.s_ar_addr & 0xFFF);
    m.s_axil_r_ready_i = in.s_r_ready;
    m.m_axi_ar_ready_i = in.m_ar_ready;
    m.m_axi_aw_ready_i = in.m_aw_ready;
    m.m_axi_w_ready_i = in.m_w_ready;
    m.m_axi_r_valid_i = in.m_r_valid;
    if (in.m_r_valid) {
      m.m_axi_r_id_i = in.m_r_id;
      m.m_axi_r_resp_i = in.m_r_resp;
      m.m_axi_r_last_i = in.m_r_last;
      put(m.m_axi_r_data_i, in.m_r_data.data());
    }
    m.m_axi_b_valid_i = in.m_b_valid;
    m.m_axi_b_id_i = in.m_b_id;
    m.m_axi_b_resp_i = in.m_b_resp;
  }

  void sample(ChipOutputs& out) const {
    const Vsystole_chip& m = *model_;
    out.s_aw_ready = m.s_axil_aw_ready_o;
    out.s_w_ready = m.s_axil_w_ready_o;
    out.s_b_valid = m.s_axil_b_valid_o;
    out.s_b_resp = m.s_axil_b_resp_o;
    out.s_ar_ready = m.s_axil_ar_ready_o;
    out.s_r_valid = m.s_axil_r_valid_o;
    out.s_r_data = m.s_axil_r_data_o;
    out.s_r_resp = m.s_axil_r_resp_o;
    out.m_ar_valid = m.m_axi_ar_valid_o;
    if (out.m_ar_valid) {
      out.m_ar_id = m.m_axi_ar_id_o;
      out.m_ar_addr = m.m_axi_ar_addr_o;
      out.m_ar_len = m.m_axi_ar_len_o;
      out.m_ar_size = m.m_axi_ar_size_o;
      out.m_ar_burst = m.m_axi_ar_burst_o;
    }
    out.m_aw_valid = m.m_axi_aw_valid_o;
    if (out.m_aw_valid) {
      out.m_aw_id = m.m_axi_aw_id_o;
      out.m_aw_addr = m.m_axi_aw_addr_o;
      out.m_aw_len = m.m_axi_aw_len_o;
      out.m_aw_size = m.m_axi_aw_size_o;
      out.m_aw_burst = m.m_axi_aw_burst_o;
    }
    out.m_w_valid = m.m_axi_w_valid_o;
    if (out.m_w_valid) {
      out.m_w_last = m.m_axi_w_last_o;
      get(m.m_axi_w_data_o, out.m_w_data.data());
      get(m.m_axi_w_strb_o, out.m_w_strb.data());
    }
    out.m_r_ready = m.m_axi_r_ready_o;
    out.m_b_ready = m.m_axi_b_ready_o;
    out.irq = m.irq_o;
    out.trace_start_valid = m.trace_start_valid_o;
    if (out.trace_start_valid != 0) get(m.trace_start_index_o, out.trace_start_index.data());
    out.trace_retire_valid = m.trace_retire_valid_o;
    if (out.trace_retire_valid != 0) get(m.trace_retire_index_o, out.trace_retire_index.data());
  }

  void dump() {
#if VM_TRACE_FST
    if (wave_) wave_->dump(context_->time());
    context_->timeInc(1);
#endif
  }

  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vsystole_chip> model_;
#if VM_TRACE_FST
  std::unique_ptr<VerilatedFstC> wave_;
#endif
};

}  // namespace

extern "C" __attribute__((visibility("default"))) VerilatedChip* systole_create_chip(std::uint32_t seed) {
  return new VerilatorModel(seed);
}

}  // namespace systole::platform
