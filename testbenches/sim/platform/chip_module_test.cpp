// SPDX-License-Identifier: Apache-2.0
//
// Does the chip's module count cycles from the doorbell, stop where it is told to, and tell everything to its observer, whatever
// the quantum? The chip is a mock, so every cycle of it is known.
#include "platform/chip_module.hpp"

#include <cstdlib>
#include <cstring>

#include "catch.hpp"
#include "platform/host.hpp"
#include "platform/memory_target.hpp"
#include "sim/rtl_view/mock_network.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::platform;

namespace {

// SystemC knows one elaboration a process.
struct Modules {
  MemoryTarget memory{"memory"};
  AxiToTlm bridge{"bridge"};
  ChipModule chip{"chip", bridge};
  Host host{"host"};
  Modules() {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    bridge.socket.bind(memory.socket);
    host.memory.bind(memory.socket);
    host.registers.bind(chip.registers);
  }
};

Modules& modules() {
  static Modules* const instance = new Modules;  // never deleted: the kernel refers to it until the process ends
  return *instance;
}

// The copy program in DRAM, on a chip in reset.
class Setup {
 public:
  explicit Setup(const isa::Program& program = test::copy_program()) {
    const Chip description = test::mock_chip_description();
    modules().memory.attach(dram);
    modules().chip.observe(nullptr);
    modules().chip.record_axi(false);
    modules().chip.attach({mock, description.axi_bytes(), description.clock_mhz, description.memory});
    const auto bytes = test::pattern();
    dram.write(test::kTensors, bytes.data(), bytes.size());
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
      const isa::Encoded words = isa::encode(program.instructions[i]);
      dram.write(test::kProgramAddress + i * isa::kInstructionBytes,
                 reinterpret_cast<const std::uint8_t*>(words.data()), isa::kInstructionBytes);
    }
    in_job([&] {
      chip().reset(4);
      host().write_register_pair(reg::kProgramBase.address, test::kProgramAddress);
      host().write_register(reg::kProgramCount.address, static_cast<std::uint32_t>(program.instructions.size()));
      host().write_register_pair(reg::kBase.address + 8 * static_cast<int>(isa::Base::kTensor), test::kTensors);
      host().write_register_pair(reg::kBase.address + 8 * static_cast<int>(isa::Base::kScratch), test::kScratch);
      host().write_register(reg::kIrqEnable.address, kIrqDone | kIrqError);
    });
  }
  ~Setup() { modules().chip.detach(); }

  static ChipModule& chip() { return modules().chip; }
  static Host& host() { return modules().host; }
  template <typename Job>
  static void in_job(Job job) {
    host().execute(job);
  }
  static void ring() { host().write_register(reg::kControl.address, kDoorbell); }

  Dram dram{test::mock_chip_description().memory.size_bytes};
  std::shared_ptr<MockChip> mock = test::mock_chip();
};

// Cycles from doorbell to interrupt.
std::uint64_t run(std::uint64_t quantum, Observer* observer = nullptr) {
  Setup s;
  s.chip().observe(observer);
  s.in_job([&] {
    s.ring();
    std::optional<StopReason> stop;
    while (!(stop = s.chip().wait_for_interrupt({}, quantum))) {
    }
    CHECK(*stop == StopReason::kInterrupt);
    s.host().read_register(reg::kStatus.address);  // what happens in the interrupt's cycle is told with this access
  });
  s.chip().observe(nullptr);
  REQUIRE(s.chip().interrupt_cycle());
  CHECK(*s.dram.at(test::kScratch) == test::pattern()[0]);
  return *s.chip().interrupt_cycle();
}

std::optional<StopReason> stop_of(Setup& s, const RunLimits& limits) {
  std::optional<StopReason> stop;
  s.in_job([&] {
    s.ring();
    while (!(stop = s.chip().wait_for_interrupt(limits, 100))) {
    }
  });
  return stop;
}

isa::Program stuck_program() {
  isa::Program program = test::copy_program();
  std::get<isa::Load>(program.instructions[0]).common.wait_mask = 1;
  return program;
}

}  // namespace

TEST_CASE("a reset holds the chip for as many cycles as it is told to") {
  Setup s;
  const std::uint64_t before = s.mock->cycles_in_reset;
  s.in_job([&] { s.chip().reset(7); });
  CHECK(s.mock->cycles_in_reset == before + 7);
}

TEST_CASE("the quantum changes nothing in time") {
  const std::uint64_t cycles = run(1);
  CHECK(cycles > 20);
  for (const std::uint64_t quantum : {2, 17, 1000}) CHECK(run(quantum) == cycles);
}

TEST_CASE("the chip's clock stands still while the host wants nothing") {
  Setup s;
  const std::uint64_t before = s.mock->clocks;
  s.in_job([] { sc_core::wait(sc_core::sc_time(1, sc_core::SC_MS)); });
  CHECK(s.mock->clocks == before);
  s.in_job([&] { s.chip().run_cycles(25); });
  CHECK(s.mock->clocks == before + 25);
}

TEST_CASE("SystemC's time is the chip's cycles at its clock") {
  Setup s;
  const sc_core::sc_time before = sc_core::sc_time_stamp();
  s.in_job([&] { s.chip().run_cycles(1000); });
  const double ns = (sc_core::sc_time_stamp() - before).to_seconds() * 1e9;
  CHECK(ns == Approx(1e6 / test::mock_chip_description().clock_mhz));
}

TEST_CASE("a run stops at the limit of cycles, and at the limit without a retirement") {
  RunLimits limits;
  limits.max_cycles = 333;
  Setup a(stuck_program());
  CHECK(stop_of(a, limits) == StopReason::kMaxCycles);
  CHECK(a.chip().cycle() == 333);
  limits = {};
  limits.hang_cycles = 250;
  Setup b(stuck_program());
  CHECK(stop_of(b, limits) == StopReason::kHang);
  CHECK(b.chip().cycle() == 250);
}

TEST_CASE("an observer hears every start, retirement and transfer, as the traces have them") {
  Recording trace(Recording::Axi::kKeep);
  run(1000, &trace);
  REQUIRE(trace.retired.size() == 2);
  CHECK(trace.retired == Setup::chip().retire_trace().retired());
  CHECK(!trace.axi.empty());
  for (std::size_t i = 1; i < trace.axi.size(); ++i) CHECK(trace.axi[i - 1].cycle <= trace.axi[i].cycle);
}

TEST_CASE("a doorbell while requests are in flight is a fault of the design") {
  Setup s;
  CHECK_THROWS_WITH(s.in_job([&] {
    s.ring();
    s.chip().run_cycles(3);  // the fetch is on its way
    s.ring();
  }),
                    Contains("in flight"));
}
