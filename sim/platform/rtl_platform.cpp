// SPDX-License-Identifier: Apache-2.0
#include "platform/rtl_platform.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "isa/fields.hpp"
#include "platform/axi_to_tlm.hpp"
#include "platform/chip_module.hpp"
#include "platform/host.hpp"
#include "platform/memory_target.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

// SystemC's own main, which this program does not use, refers to it.
int sc_main(int /*argc*/, char* /*argv*/[]) { return 0; }

namespace systole::platform {

namespace {

constexpr std::uint32_t kResetCycles = 4;

// The SystemC side: one set of modules for the life of the process, because SystemC cannot build
// another.
struct Modules {
  MemoryTarget memory{"memory"};
  AxiToTlm bridge{"bridge"};
  ChipModule chip{"chip", bridge};
  Host host{"host"};
  const RtlPlatform* owner = nullptr;  // whose chip and DRAM are attached

  Modules() {
    bridge.socket.bind(memory.socket);
    host.memory.bind(memory.socket);
    host.registers.bind(chip.registers);
  }
};

Modules& modules() {
  static Modules* const instance = [] {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    return new Modules;  // never deleted: the kernel refers to it until the process ends
  }();
  return *instance;
}

std::shared_ptr<VerilatedChip> verilated_chip(const Chip& chip, const PlatformOptions& options) {
  RtlBuild build;
  build.parameters = chip.rtl_parameters();
  build.waves = options.waves;
  build.assertions = options.assertions;
  return RtlLibrary(build, options.build_progress).create(options.seed);
}

std::string describe(const isa::Encoded& words) {
  try {
    return isa::disassemble(isa::decode(words));
  } catch (const UserError& error) {
    return std::string("illegal: ") + error.what();
  }
}

std::optional<isa::Engine> engine_of(const isa::Encoded& words) {
  return isa::engine_of_opcode(isa::kOpcodeField.get(words));
}

}  // namespace

struct RtlPlatform::Job {
  const std::vector<isa::Encoded>& instructions;
  const isa::Bases& bases;
  std::uint64_t program_address;
  const RunLimits& limits;
  const ProgressCallback& progress;
};

RtlPlatform::RtlPlatform(const Chip& chip, const PlatformOptions& options)
    : RtlPlatform(chip, options, verilated_chip(chip, options)) {}

RtlPlatform::RtlPlatform(const Chip& chip, const PlatformOptions& options, std::shared_ptr<VerilatedChip> verilated)
    : chip_(chip), options_(options), dram_(chip.memory.size_bytes), verilated_(std::move(verilated)) {
  invariant(options_.quantum_cycles > 0, "a quantum has at least one cycle");
  memory::make_memory_timing(chip_.memory, chip_.axi_bytes(),
                             chip_.clock_mhz);  // complains about [memory] now, not at the doorbell
}

RtlPlatform::~RtlPlatform() {
  if (modules().owner != this) return;
  modules().owner = nullptr;
  modules().chip.detach();
}

void RtlPlatform::write_memory(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
  dram_.write(address, bytes.data(), bytes.size());
}

std::vector<std::uint8_t> RtlPlatform::read_memory(std::uint64_t address, std::size_t size) const {
  if (!dram_.holds(address, size))
    throw UserError(
        fmt::format("DRAM read of {} bytes at {:#x}: the DRAM has {:#x} bytes", size, address, dram_.size_bytes()));
  std::vector<std::uint8_t> bytes(size);
  dram_.read(address, bytes.data(), size);
  return bytes;
}

void RtlPlatform::attach() {
  Modules& m = modules();
  m.chip.record_axi(options_.record_axi);
  m.chip.observe(observer_);
  if (m.owner == this) return;
  m.memory.attach(dram_);
  m.chip.attach({verilated_, chip_.axi_bytes(), chip_.clock_mhz, chip_.memory});
  m.owner = this;
  needs_reset_ = true;
}

RunResult RtlPlatform::run(const isa::Program& program, const isa::Bases& bases, std::uint64_t program_address,
                           const RunLimits& limits, const ProgressCallback& progress) {
  if (program.chip_fingerprint != 0 && program.chip_fingerprint != chip_.fingerprint())
    throw UserError(fmt::format("the program was made for chip {} (fingerprint {:#018x}), this is {} ({:#018x})",
                                program.chip_name, program.chip_fingerprint, chip_.name, chip_.fingerprint()));
  std::vector<isa::Encoded> instructions;
  instructions.reserve(program.instructions.size());
  for (const isa::Instruction& instruction : program.instructions) instructions.push_back(isa::encode(instruction));
  return run(instructions, bases, program_address, limits, progress);
}

RunResult RtlPlatform::run(const std::vector<isa::Encoded>& instructions, const isa::Bases& bases,
                           std::uint64_t program_address, const RunLimits& limits, const ProgressCallback& progress) {
  if (instructions.empty()) throw UserError("the program has no instructions, allowed: 1 or more");
  if (program_address % isa::kInstructionBytes != 0)
    throw UserError(
        fmt::format("program address {:#x} is not a multiple of {}", program_address, isa::kInstructionBytes));
  attach();
  RunResult result;
  const Job job{instructions, bases, program_address, limits, progress};
  try {
    modules().host.execute([&] { result = host_job(job); });
  } catch (...) {
    needs_reset_ = true;
    throw;
  }
  needs_reset_ = result.interrupted || result.error_code != 0;
  return result;
}

RunResult RtlPlatform::host_job(const Job& job) {
  Host& host = modules().host;
  ChipModule& chip = modules().chip;
  if (needs_reset_) {
    chip.reset(kResetCycles);
    const std::uint32_t id = host.read_register(reg::kId.address);
    if (id != kIdValue) throw DesignError(fmt::format("register id reads {:#010x}, expected {:#010x}", id, kIdValue));
    needs_reset_ = false;
  }
  for (std::size_t i = 0; i < job.instructions.size(); ++i)
    host.write_memory(job.program_address + i * isa::kInstructionBytes,
                      reinterpret_cast<const std::uint8_t*>(job.instructions[i].data()), isa::kInstructionBytes);
  host.write_register_pair(reg::kProgramBase.address, job.program_address);
  host.write_register(reg::kProgramCount.address, static_cast<std::uint32_t>(job.instructions.size()));
  for (std::uint32_t k = 0; k < isa::kBases; ++k) host.write_register_pair(reg::kBase.address + 8 * k, job.bases[k]);
  host.write_register(reg::kIrqStatus.address, kIrqDone | kIrqError);
  host.write_register(reg::kIrqEnable.address, kIrqDone | kIrqError);

  const auto begin = std::chrono::steady_clock::now();
  host.write_register(reg::kControl.address, kDoorbell);
  std::optional<StopReason> stop;
  RunResult result;
  while (!(stop = chip.wait_for_interrupt(job.limits, options_.quantum_cycles))) {
    if (result.interrupted = interruption_signal() != 0; result.interrupted) break;
    const auto& retired = chip.retire_trace().retired();
    if (job.progress) job.progress({chip.cycle(), retired.size(), retired.empty() ? 0 : retired.back().index});
  }
  result.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (result.interrupted) {
    result.cycles = chip.cycle();
    result.retire_trace = chip.retire_trace().retired();
    result.axi_trace = chip.axi_trace();
    result.counters = host.read_counters();  // the chip goes on meanwhile: they are a few cycles younger
    return result;
  }
  if (*stop != StopReason::kInterrupt) throw DesignError(hang_report(job, *stop));

  invariant(chip.interrupt_cycle().has_value(), "an interrupt has a cycle");
  result.cycles = *chip.interrupt_cycle();
  const std::uint32_t status = host.read_register(reg::kStatus.address);
  if ((status & (kStatusDone | kStatusError)) == 0)
    throw DesignError(
        fmt::format("cycle {}: interrupt with status {:#x}, neither done nor error", result.cycles, status));
  if ((status & kStatusError) != 0) {
    result.error_code = host.read_register(reg::kErrorCode.address);
    result.error_index = host.read_register(reg::kErrorIndex.address);
    if (result.error_code == 0)
      throw DesignError(fmt::format("cycle {}: the chip reports an error without a code", result.cycles));
  }
  result.counters = host.read_counters();
  // Only now: what happens in the interrupt's own cycle is recorded with the first register access.
  result.retire_trace = chip.retire_trace().retired();
  result.axi_trace = chip.axi_trace();
  host.write_register(reg::kIrqStatus.address, kIrqDone | kIrqError);
  return result;
}

// What each engine waits for: the counter of it that advances, and the instruction that it is in or
// would start next.
std::string RtlPlatform::hang_report(const Job& job, StopReason reason) {
  Host& host = modules().host;
  ChipModule& chip = modules().chip;
  const std::uint64_t cycle = chip.cycle();
  const RetireTrace trace = chip.retire_trace();
  std::string text = reason == StopReason::kHang
                         ? fmt::format("the chip hangs: no instruction retired from cycle {} to cycle {}",
                                       trace.last_retire_cycle(), cycle)
                         : fmt::format("the program is not finished after {} cycles, the limit given", cycle);
  text += fmt::format("; {} of {} instructions retired", trace.retired().size(), job.instructions.size());
  try {
    const Counters before = host.read_counters();
    chip.run_cycles(100);
    const Counters after = host.read_counters();
    for (const isa::Engine engine : isa::kAllEngines) {
      text += fmt::format("\n  {}:", isa::engine_name(engine));
      bool advances = false;
      for (const isa::EngineState state : isa::kAllEngineStates) {
        if (!isa::info_of(engine).has(state)) continue;
        const std::size_t k = counter_of(engine, state);
        if (after[k] == before[k]) continue;
        text += fmt::format(" {}", kCounterNames[k]);
        advances = true;
      }
      if (!advances) text += " no counter advances";
      const auto& flying = trace.in_flight(engine);
      std::optional<std::uint32_t> index;
      if (!flying.empty()) {
        index = flying.front().index;
        text += fmt::format("; in instruction {} since cycle {}", *index, flying.front().start_cycle);
      } else {
        const auto last = trace.last_retired(engine);
        for (std::size_t i = last ? *last + 1 : 0; i < job.instructions.size() && !index; ++i)
          if (engine_of(job.instructions[i]) == engine) index = static_cast<std::uint32_t>(i);
        text += index ? fmt::format("; next instruction {}", *index) : std::string("; no instruction left");
      }
      if (index && *index < job.instructions.size()) text += ": " + describe(job.instructions[*index]);
    }
  } catch (const DesignError& error) {
    text += std::string("\n  the registers do not answer either: ") + error.what();
  }
  return text;
}

}  // namespace systole::platform
