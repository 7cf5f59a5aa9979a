// SPDX-License-Identifier: Apache-2.0
//
// Timing of the store engine (rtl/store/): issue, post-processing as a delay, packing, AXI writes, retirement in order.
#pragma once

#include <boost/circular_buffer.hpp>
#include <cstdint>
#include <optional>

#include "chip/chip.hpp"
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
  std::uint32_t source_bank() const { return (tap_ & group_mask_) / bank_groups_; }
  std::uint32_t accumulator_bank() const { return (tap_ & accumulator_group_mask_) / accumulator_bank_groups_; }
  std::uint32_t residual_bank() const { return (residual_ & group_mask_) / bank_groups_; }
  std::uint32_t destination_bank() const { return (destination_ & group_mask_) / bank_groups_; }
  std::uint32_t index() const { return index_; }
  void start(const isa::Store& store, std::uint32_t index);
  void issued();
  void group_taken() { ++room_; }

 private:
  void next_position();

  std::uint32_t bank_groups_, group_mask_, accumulator_bank_groups_, accumulator_group_mask_;
  bool active_ = false;
  isa::Store store_;
  std::uint32_t index_ = 0;
  std::uint32_t i0_ = 0, i1_ = 0, i2_ = 0, i3_ = 0, group_ = 0, wy_ = 0, wx_ = 0;
  std::uint32_t tap_ = 0, window_row_ = 0, source_[4] = {}, residual_ = 0, residual_level_[4] = {};
  std::uint32_t destination_ = 0, destination_level_[4] = {};
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
    std::optional<WriteBurst> burst;
    bool run_end = false, instruction_end = false;
  };
  bool active() const { return active_; }
  Outputs evaluate(bool group_valid, bool room) const;
  void end_cycle(const Outputs& outputs);
  void take(const isa::Store& store, std::uint64_t base);
  void finish() { active_ = false; }

 private:
  std::uint32_t lanes_;
  std::uint64_t axi_bytes_, burst_bytes_, address_mask_;
  bool active_ = false, flush_ = false;
  isa::Store store_;
  std::uint32_t run_groups_ = 0, groups_left_ = 0, part_ = 0;
  std::uint32_t i1_ = 0, i2_ = 0, i3_ = 0;
  std::uint64_t run_1_ = 0, run_2_ = 0, run_3_ = 0;
  std::uint64_t beat_address_ = 0;
  std::uint32_t position_ = 0, burst_beats_ = 0;
};

// rtl/store/store_engine.sv.
class StoreEngine {
 public:
  static constexpr std::uint64_t kNever = ~0ull;

  explicit StoreEngine(const Chip& chip);

  // The banks that it wants to read in this cycle. It reads all or none.
  struct Reads {
    std::optional<std::uint32_t> source_bank, residual_bank;  // of the activation buffer
    std::optional<std::uint32_t> accumulator_bank;
  };
  struct Inputs {  // of one cycle
    bool aw_ready = false, w_ready = false, b_valid = false;
  };
  struct Outputs {
    bool busy = false, wait_port = false, wait_memory = false, in_flight = false;
    bool bank_conflict = false;
    std::optional<std::uint32_t> write_bank;  // of the activation buffer
    bool aw_valid = false;
    WriteBurst aw;
    bool w_valid = false, w_last = false;
    bool retire = false;
    std::uint32_t retire_index = 0;
    std::uint16_t retire_post_mask = 0;
    // for end_cycle
    bool result = false, result_to_activation = false, result_last = false;
    StorePacker::Outputs packer;
  };
  bool ready() const { return !issue_.active() && in_flight_.ready() && packer_pending_.ready(); }
  std::uint32_t issue_index() const { return issue_.index(); }
  Reads reads() const;
  // refused: the matrix engine reads one of these banks.
  Outputs evaluate(std::uint64_t cycle, bool refused) const;
  // True if anything but the clock has moved.
  bool end_cycle(std::uint64_t cycle, const Inputs& inputs, const Outputs& outputs, const isa::Store* started,
                 std::uint32_t index, const std::uint64_t* bases);
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

  static constexpr int kInFlight = 4;
  static constexpr int kBurstDepth = 8;
  std::uint32_t outstanding_limit_;
  StoreIssue issue_;
  StorePacker packer_;
  boost::circular_buffer<Destination> destinations_;
  Fifo<char> groups_;
  RamFifo<Pending> packer_pending_;
  RamFifo<bool> beats_;  // last of burst
  Fifo<WriteBurst> bursts_;
  boost::circular_buffer<bool> response_is_last_;
  std::uint32_t outstanding_ = 0, to_send_ = 0;
  Fifo<InFlight> in_flight_;
  std::uint32_t dram_done_ = 0, activation_done_ = 0;
};

}  // namespace systole::cycle
