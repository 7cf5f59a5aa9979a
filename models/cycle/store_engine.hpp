// SPDX-License-Identifier: Apache-2.0
//
// Timing of the store engine (rtl/store/): issue, post-processing as a delay, packing, AXI writes, retirement in order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "chip/chip.hpp"
#include "cycle/buffer_ports.hpp"
#include "cycle/engine_status.hpp"
#include "cycle/fifo.hpp"
#include "isa/instruction.hpp"

namespace systole::cycle {

// Cycles from the input of post-processing to its output: PostLatency in rtl/store/post_pkg.sv.
inline constexpr std::uint32_t kPostLatency = 10;

// rtl/store/store_issue.sv: walks the loop nest.
class StoreIssue {
 public:
  explicit StoreIssue(const Chip& chip);
  bool active() const { return active_; }
  bool from_activation() const { return store_.source == isa::Source::kActivation; }
  bool to_activation() const { return store_.destination == isa::Destination::kActivation; }
  bool residual() const { return store_.residual; }
  bool room() const { return to_activation() || !window_last() || room_ != 0; }
  bool window_last() const { return wx_ + 1 == store_.window_x && wy_ + 1 == store_.window_y; }
  bool last() const;
  std::uint32_t source_bank() const { return (tap_ & group_mask_) >> bank_shift_; }
  std::uint32_t accumulator_bank() const { return (tap_ & accumulator_group_mask_) >> accumulator_bank_shift_; }
  std::uint32_t residual_bank() const { return (residual_ & group_mask_) >> bank_shift_; }
  std::uint32_t destination_bank() const { return (destination_ & group_mask_) >> bank_shift_; }
  std::uint32_t index() const { return index_; }
  void start(const isa::Store& store, std::uint32_t index);
  void issued();
  void group_taken() { ++room_; }

 private:
  static constexpr std::size_t kLevels = 5;
  void next_position();

  std::uint32_t bank_shift_, group_mask_, accumulator_bank_shift_, accumulator_group_mask_;
  bool active_ = false;
  isa::Store store_;
  std::uint32_t index_ = 0;
  std::uint32_t group_ = 0, wy_ = 0, wx_ = 0;
  std::uint32_t tap_ = 0, window_row_ = 0, residual_ = 0, destination_ = 0;
  // Of each loop, the inner one first: its index, and the addresses at the step where it stands.
  std::array<std::uint32_t, kLevels> at_ = {}, source_ = {}, residual_level_ = {}, destination_level_ = {};
  std::uint32_t room_;
};

// A burst of writes whose data is complete.
struct WriteBurst {
  std::uint64_t address = 0;
  std::uint32_t beats = 0;
  bool last = false;  // of its instruction
};

// rtl/store/store_packer.sv: groups in, beats and bursts out.
class StorePacker {
 public:
  explicit StorePacker(const Chip& chip);
  struct Outputs {  // of one cycle
    bool append = false, take_group = false;
    bool push_beat = false, beat_last = false;
    bool burst = false;  // complete with this beat
    bool run_end = false, instruction_end = false;
  };
  bool active() const { return active_; }
  Outputs evaluate(bool group_valid, bool room) const;
  WriteBurst burst(const Outputs& outputs) const;  // the one that is complete with this beat
  void end_cycle(const Outputs& outputs);
  void take(const isa::Store& store, std::uint64_t base);
  void finish() { active_ = false; }

 private:
  static constexpr std::size_t kLevels = 4;
  bool last_run() const {
    return at_[0] + 1 == store_.count[1] && at_[1] + 1 == store_.count[2] && at_[2] + 1 == store_.count[3] &&
           at_[3] + 1 == store_.count[4];
  }

  std::uint32_t lanes_;
  std::uint64_t axi_bytes_, burst_bytes_, address_mask_;
  bool active_ = false, flush_ = false;
  isa::Store store_;
  std::uint32_t run_groups_ = 0, groups_left_ = 0, part_ = 0;
  std::array<std::uint32_t, kLevels> at_ = {};   // of the loops 1 to 4
  std::array<std::uint64_t, kLevels> run_ = {};  // address of the run at the step where each stands
  std::uint64_t beat_address_ = 0;
  std::uint32_t position_ = 0, burst_beats_ = 0;
};

// rtl/store/store_engine.sv.
class StoreEngine {
 public:
  static constexpr std::uint64_t kNever = ~0ull;

  explicit StoreEngine(const Chip& chip);

  // What it has on AW and W in a cycle; depends on earlier cycles only.
  struct Offers {
    bool aw_valid = false, w_valid = false, w_last = false;
    WriteBurst aw;
  };
  struct Inputs {          // of one cycle
    bool refused = false;  // the matrix engine reads one of the banks of reads()
    bool aw_ready = false, w_ready = false, b_valid = false;
    const isa::Store* started = nullptr;  // the instruction that starts in this cycle, its index and base address
    std::uint32_t index = 0;
    std::uint64_t base = 0;
  };
  struct Outputs : EngineStatus {
    bool bank_conflict = false;
    int write_bank = kNoBank;  // of the activation buffer
    bool beat_sent = false;    // on W
  };
  bool ready() const { return !issue_.active() && in_flight_.ready() && packer_pending_.ready(); }
  std::uint32_t issue_index() const { return issue_.index(); }
  // True if it may have a write address or data on the pins.
  bool offers() const { return bursts_.valid() || w_valid(); }
  Offers drive() const;
  // True if it may retire an instruction in this cycle.
  bool retires() const { return dram_done_ != 0 || activation_done_ != 0; }
  // The first cycle, `cycle` or later, in which it may write the activation buffer; kNever if no such write is on its
  // way.
  std::uint64_t next_activation_write(std::uint64_t cycle) const;
  // The banks that it wants to read in this cycle. It reads all or none.
  StoreReads reads() const;
  const Outputs& step(std::uint64_t cycle, const Inputs& inputs);
  const Outputs& outputs() const { return out_; }  // of the newest step
  const EngineStatus& status() const { return out_; }
  // The first cycle in which a result leaves post-processing; kNever if none is on its way.
  std::uint64_t next_cycle() const { return destinations_.empty() ? kNever : destinations_.front().cycle; }

 private:
  struct Destination {
    std::uint64_t cycle;  // in which the result leaves post-processing
    bool to_activation, last;
    std::uint32_t bank;
  };
  struct Pending {
    isa::Store store;
    std::uint64_t base;
  };
  struct InFlight {
    std::uint32_t index;
    std::uint16_t post_mask;
    bool to_activation;
  };

  bool w_valid() const { return !sending_.empty() && beats_.valid(); }
  bool aw_valid() const { return bursts_.valid() && response_is_last_.size() != outstanding_limit_; }

  static constexpr int kInFlight = 4;
  static constexpr int kBurstDepth = 8;
  std::uint32_t outstanding_limit_;
  Outputs out_;
  StoreIssue issue_;
  StorePacker packer_;
  Ring<Destination> destinations_;
  std::uint32_t groups_ = 0;  // in the group queue, whose room the issue keeps
  RamFifo<Pending> packer_pending_;
  RamFifoCount beats_;
  Fifo<WriteBurst> bursts_;
  Ring<std::uint32_t> sending_;          // beats left of the bursts whose address is sent
  Ring<std::uint8_t> response_is_last_;  // of the bursts in flight: the last of its instruction
  Fifo<InFlight> in_flight_;
  std::uint32_t dram_done_ = 0, activation_done_ = 0;
};

// Here and not in the .cpp, because they are asked every cycle and their small results are best kept in registers.

inline StorePacker::Outputs StorePacker::evaluate(bool group_valid, bool room) const {
  Outputs out;
  if (!active_ || !room) return out;
  out.append = !flush_ && group_valid;
  const std::uint32_t end = position_ + lanes_;
  const bool last_chunk = groups_left_ == 1 && (!store_.raw || part_ == 3);
  out.take_group = out.append && (!store_.raw || part_ == 3);
  out.push_beat = (out.append && (end >= axi_bytes_ || last_chunk)) || flush_;
  out.run_end = (out.append && last_chunk && end <= axi_bytes_) || flush_;
  out.instruction_end = out.run_end && last_run();
  out.beat_last = out.run_end || ((beat_address_ + axi_bytes_) & (burst_bytes_ - 1)) == 0;
  out.burst = out.push_beat && out.beat_last;
  return out;
}

inline StoreEngine::Offers StoreEngine::drive() const {
  Offers offers;
  offers.w_valid = w_valid();
  offers.w_last = offers.w_valid && sending_.front() == 1;
  offers.aw_valid = aw_valid();
  if (offers.aw_valid) offers.aw = bursts_.front();
  return offers;
}

inline StoreReads StoreEngine::reads() const {
  StoreReads reads;
  if (!issue_.active() || !issue_.room()) return reads;
  if (issue_.from_activation()) {
    reads.source_bank = static_cast<int>(issue_.source_bank());
  } else {
    reads.accumulator_bank = static_cast<int>(issue_.accumulator_bank());
  }
  if (issue_.residual()) reads.residual_bank = static_cast<int>(issue_.residual_bank());
  return reads;
}

inline std::uint64_t StoreEngine::next_activation_write(std::uint64_t cycle) const {
  for (std::size_t i = 0; i < destinations_.size(); ++i)
    if (destinations_[i].to_activation) return destinations_[i].cycle;
  return issue_.active() && issue_.to_activation() ? cycle + 1 + kPostLatency : kNever;
}

}  // namespace systole::cycle
