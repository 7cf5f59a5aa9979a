// SPDX-License-Identifier: Apache-2.0
//
// Timing of the load engine (rtl/load/): what it does in each cycle, without any data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "chip/chip.hpp"
#include "cycle/buffer_ports.hpp"
#include "cycle/engine_status.hpp"
#include "cycle/fifo.hpp"
#include "cycle/read_arbiter.hpp"
#include "isa/instruction.hpp"

namespace systole::cycle {

// What the packer must know of a run.
struct Run {
  std::uint32_t offset = 0;  // of its first byte in its first beat
  std::uint32_t bytes = 0;
  std::uint32_t word_bytes = 0;
};

// rtl/load/load_request.sv: cuts runs into bursts.
class LoadRequest {
 public:
  explicit LoadRequest(const Chip& chip);
  bool ready() const { return !active_; }
  void start(const isa::Load& load, std::uint64_t base, std::uint32_t word_bytes);
  ReadBurst offer() const {
    return active_ && in_flight_ != outstanding_ && beats_ <= room_ ? ReadBurst{address_ & ~(axi_bytes_ - 1), beats_}
                                                                    : ReadBurst{};
  }
  // The offered burst was accepted; the run that it begins, if it begins one.
  std::optional<Run> accept();
  void end_cycle(bool last_beat_arrived, bool beat_taken);
  // For how many cycles it offers nothing, if a beat is taken in each that is not the last of its burst. `skip` carries
  // out that many cycles or fewer.
  std::uint64_t steady_cycles() const;
  void skip(std::uint64_t cycles) { room_ += static_cast<std::uint32_t>(cycles); }

 private:
  static constexpr std::size_t kLevels = 4;
  void cut_burst();
  void next_run();

  std::uint64_t axi_bytes_, burst_bytes_, address_mask_;
  std::uint32_t axi_shift_;
  std::uint32_t outstanding_;
  bool active_ = false, run_start_ = false;
  isa::Load load_;
  std::uint32_t word_bytes_ = 0, left_ = 0;
  std::array<std::uint32_t, kLevels> index_ = {};  // of each loop, the inner one first
  std::array<std::uint64_t, kLevels> level_ = {};  // address at the step where each loop stands
  std::uint64_t address_ = 0;
  std::uint32_t bytes_ = 0, beats_ = 0;  // of the burst that begins at address_
  std::uint32_t room_, in_flight_ = 0;
};

// rtl/load/load_packer.sv: beats in, words out.
class LoadPacker {
 public:
  explicit LoadPacker(const Chip& chip) : axi_bytes_(chip.axi_bytes()) {}
  bool word_valid() const { return active_ && held_ >= emit_bytes(); }
  // End of a cycle: was the word taken, is a beat there, is a run there. Says whether it took the beat and the run.
  struct Taken {
    bool beat = false, run = false;
  };
  Taken end_cycle(bool word_taken, bool beat_valid, const Run* run);
  // For how many cycles a whole beat comes in and leaves as a word, before the last word of the run. `skip` carries out
  // that many cycles or fewer.
  std::uint64_t steady_cycles() const;
  void skip(std::uint64_t cycles);

 private:
  std::uint32_t emit_bytes() const { return to_emit_ <= word_bytes_ ? to_emit_ : word_bytes_; }

  std::uint32_t axi_bytes_;
  bool active_ = false;
  std::uint32_t offset_ = 0, to_take_ = 0, to_emit_ = 0, word_bytes_ = 0, held_ = 0;
};

// rtl/load/load_writer.sv: walks rows and words.
class LoadWriter {
 public:
  explicit LoadWriter(const Chip& chip);
  bool active() const { return active_; }
  bool to_activation() const { return load_.buffer == isa::Buffer::kActivation; }
  std::uint32_t bank() const { return (address_ & address_mask_) >> bank_shift_; }
  bool needs_data() const;
  bool last_word() const;  // of the instruction
  std::uint32_t index() const { return load_index_; }
  std::uint16_t post_mask() const { return load_.common.post_mask; }
  void written();
  // For how many cycles it writes data to the next address, within a row. `skip` carries out that many or fewer.
  std::uint64_t steady_cycles() const;
  void skip(std::uint64_t cycles);
  void take(const isa::Load& load, std::uint32_t index, std::uint32_t word_bytes);
  void finish() { active_ = false; }

 private:
  static constexpr std::size_t kLevels = 4;

  bool active_ = false;
  isa::Load load_;
  std::uint32_t load_index_ = 0;
  std::uint32_t bank_shift_, address_mask_;
  std::uint32_t rows_ = 0, run_words_ = 0, row_words_ = 0;
  std::uint32_t word_ = 0;
  std::array<std::uint32_t, kLevels> index_ = {};  // of each loop, the inner one first
  std::array<std::uint32_t, kLevels> level_ = {};  // address at the step where each loop stands
  std::uint32_t address_ = 0;
};

// rtl/load/load_engine.sv.
class LoadEngine {
 public:
  explicit LoadEngine(const Chip& chip);

  struct Inputs {          // of one cycle
    bool refused = false;  // the store engine writes the bank of write_bank()
    bool burst_accepted = false, beat_arrived = false, last_beat = false;
    const isa::Load* started = nullptr;  // the instruction that starts in this cycle, its index and base address
    std::uint32_t index = 0;
    std::uint64_t base = 0;
  };
  bool ready() const { return request_.ready() && pending_.ready(); }
  ReadBurst offer() const { return request_.offer(); }
  // The bank of the activation buffer that it wants to write in this cycle.
  int write_bank() const {
    return writer_.active() && writer_.to_activation() && wants_port() ? static_cast<int>(writer_.bank()) : kNoBank;
  }
  const EngineStatus& step(const Inputs& inputs);
  const EngineStatus& status() const { return out_; }  // of the newest step
  // For how many cycles it repeats the newest step: it takes a beat, writes a word and requests nothing. This holds if
  // in each cycle the port is free and a beat arrives that is not the last of its burst. 0 if the newest step was
  // another.
  std::uint64_t steady_cycles() const;
  void skip(std::uint64_t cycles);  // at most that many, instead of a step for each
  bool writes_activation() const { return writer_.active() && writer_.to_activation(); }

 private:
  struct Pending {
    isa::Load load;
    std::uint32_t index;
  };
  // Its writer, which is active, has a word to write.
  bool wants_port() const { return !writer_.needs_data() || packer_.word_valid(); }
  std::uint32_t word_bytes(const isa::Load& load) const;  // bytes of a run that go into a word

  static constexpr int kInFlight = 4;
  EngineStatus out_;
  Chip chip_;
  LoadRequest request_;
  LoadPacker packer_;
  LoadWriter writer_;
  Fifo<Run> runs_;
  RamFifoCount beats_;
  RamFifo<Pending> pending_;
  std::uint32_t in_flight_ = 0;
  bool steady_ = false;  // in the newest step a beat arrived, one was taken, a word was written, and nothing else
};

}  // namespace systole::cycle
