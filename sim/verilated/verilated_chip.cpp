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
#include <setjmp.h>
#include <signal.h>

#include <algorithm>

#include "Vsystole_chip___024root.h"
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

#if VM_TRACE_FST
// The waveform of a model. Verilator's writer maps files that it cannot make longer on a full disk, and then the process
// gets SIGBUS: here the wave is given up then, and close() says so. A writer that was given up is never touched again.
class Wave {
 public:
  Wave(Vsystole_chip& model, const std::string& file, std::uint32_t clock_mhz)
      : model_(model), file_(file), clock_mhz_(clock_mhz) {
    struct sigaction action = {};
    action.sa_handler = &Wave::give_up;
    action.sa_flags = SA_NODEFER;  // the handler is left by a jump
    sigaction(SIGBUS, &action, &before_);
    for (const isa::Engine engine : isa::kAllEngines) name_node(engine, "");
    writer_->set_time_resolution("1ps");
    model_.trace(writer_.get(), 99);
    guarded([&] {
      writer_->open(file_.c_str());
      writer_->dump(std::uint64_t{0});  // every signal has a value at the beginning, written or not
    });
  }
  ~Wave() {
    if (writer_ && !broken_) guarded([this] { writer_->close(); });
    sigaction(SIGBUS, &before_, nullptr);
    if (broken_) static_cast<void>(writer_.release());
  }
  Wave(const Wave&) = delete;
  Wave& operator=(const Wave&) = delete;

  void begin_program() { cycle_ = 0; }
  void limit(std::uint64_t first, std::uint64_t last) {
    first_ = first;
    last_ = last;
  }
  void switch_on(bool on) { on_ = on; }
  void name_node(isa::Engine engine, const std::string& name) {
    Vsystole_chip___024root& root = *model_.rootp;
    switch (engine) {
      case isa::Engine::kLoad:
        return put_text(root.systole_chip__DOT__wave__DOT__load_node, name);
      case isa::Engine::kMatrix:
        return put_text(root.systole_chip__DOT__wave__DOT__matrix_node, name);
      case isa::Engine::kStore:
        return put_text(root.systole_chip__DOT__wave__DOT__store_node, name);
    }
  }

  // The clock falls, the cycle of the mark begins; the clock rises.
  void begin_cycle() { model_.rootp->systole_chip__DOT__wave__DOT__cycle = cycle_; }
  void dump_half() {
    if (on_ && cycle_ >= first_ && cycle_ <= last_ && !broken_) {
      constexpr std::uint64_t kHalfPicoseconds = 500'000;  // of a clock of 1 MHz
      guarded([this] { writer_->dump((halves_ * kHalfPicoseconds + clock_mhz_ / 2) / clock_mhz_); });
    }
    ++halves_;
  }
  void end_cycle() { ++cycle_; }

  void close() {
    if (!broken_) guarded([this] { writer_->close(); });
    if (broken_) throw UserError("wave file: cannot be written: its disk is full");
    writer_.reset();
  }

 private:
  static void give_up(int) {
    if (guard_ == nullptr) {
      signal(SIGBUS, SIG_DFL);
      raise(SIGBUS);
      return;
    }
    siglongjmp(*guard_, 1);
  }
  template <typename Work>
  void guarded(Work work) {
    sigjmp_buf here;
    guard_ = &here;
    if (sigsetjmp(here, 0) == 0)
      work();
    else
      broken_ = true;
    guard_ = nullptr;
  }
  template <std::size_t Words>
  static void put_text(VlWide<Words>& wide, const std::string& text) {
    for (std::size_t i = 0; i < Words; ++i) wide[i] = 0;
    const std::size_t length = std::min(text.size(), 4 * Words);  // the end of a longer name tells it apart
    for (std::size_t i = 0; i < length; ++i)
      wide[i / 4] |= std::uint32_t{static_cast<unsigned char>(text[text.size() - 1 - i])} << 8 * (i % 4);
  }

  static inline thread_local sigjmp_buf* guard_ = nullptr;
  Vsystole_chip& model_;
  const std::string file_;
  const std::uint64_t clock_mhz_;
  std::unique_ptr<VerilatedFstC> writer_ = std::make_unique<VerilatedFstC>();
  std::uint64_t halves_ = 1, cycle_ = 0, first_ = 0, last_ = ~std::uint64_t{0};
  bool on_ = true, broken_ = false;
  struct sigaction before_ = {};
};
#endif

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
#if VM_TRACE_FST
    wave_.reset();
#endif
    model_->final();
  }

  void cycle(const ChipInputs& in, ChipOutputs& out) override {
    drive(in);
    model_->clk_i = 0;
#if VM_TRACE_FST
    if (wave_) wave_->begin_cycle();
#endif
    model_->eval();
    dump();
    model_->clk_i = 1;
    model_->eval();
    dump();
#if VM_TRACE_FST
    if (wave_) wave_->end_cycle();
#endif
    sample(out);
  }

#if VM_TRACE_FST
  void open_wave(const std::string& file, std::uint32_t clock_mhz) override {
    wave_ = std::make_unique<Wave>(*model_, file, clock_mhz);
  }
  void close_wave() override {
    const std::unique_ptr<Wave> wave = std::move(wave_);
    if (wave) wave->close();
  }
  void begin_wave_program() override {
    if (wave_) wave_->begin_program();
  }
  void name_wave_node(isa::Engine engine, const std::string& name) override {
    if (wave_) wave_->name_node(engine, name);
  }
  void limit_wave(std::uint64_t first, std::uint64_t last) override {
    if (wave_) wave_->limit(first, last);
  }
  void switch_wave(bool on) override {
    if (wave_) wave_->switch_on(on);
  }
#else
  void open_wave(const std::string&, std::uint32_t) override {
    throw InternalError("this chip's library was built without waves");
  }
  void close_wave() override {}
#endif

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
    if (wave_) wave_->dump_half();
#endif
  }

  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Vsystole_chip> model_;
#if VM_TRACE_FST
  std::unique_ptr<Wave> wave_;
#endif
};

}  // namespace

extern "C" __attribute__((visibility("default"))) VerilatedChip* systole_create_chip(std::uint32_t seed) {
  return new VerilatorModel(seed);
}

}  // namespace systole::platform
