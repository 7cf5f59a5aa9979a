// SPDX-License-Identifier: Apache-2.0
//
// The JEDEC timing of one pseudo-channel: which command is allowed when.
//
// `earliest(command, bank)` is the first clock in which the command keeps every rule, given what
// was issued so far; `issue` carries it out and refuses a clock before that. Both count from the
// first clock of a command. The command bus is modeled by the controller.
//
//   bank          tRCD  tRAS  tRC  tRP  tRTP  tWR
//   bank group    tRRD_L  tCCD_L  tWTR_L
//   all           tRRD_S  tCCD_S  tWTR_S  tRTW  tFAW  tRPab  tRFC
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "memory/dram_kinds.hpp"
#include "support/error.hpp"

namespace systole::memory {

enum class DramCommand : std::uint8_t {
  kActivate,
  kPrecharge,
  kPrechargeAll,
  kRead,
  kWrite,
  kRefresh,
};

// A clock that never comes: the command is not legal in this state.
constexpr std::uint64_t kNever = UINT64_MAX;

// To examine many banks in one clock: earliest() is the later of two gates, the bank's own gate and the one
// that all banks of its group share, shared[kind][group]. The kind is the command that a bank needs next.
enum class DramWant : std::uint8_t { kColumn, kPrecharge, kActivate, kNothing };
struct DramGates {
  static constexpr std::uint32_t kMaxGroups = 8;
  std::array<std::array<std::uint64_t, kMaxGroups>, 4> shared;
};

class DramDevice {
 public:
  DramDevice(const DramOrganization& organization, const DramTiming& timing);

  bool is_open(std::uint32_t bank) const { return banks_[bank].is_open; }
  // Of an open bank.
  std::uint32_t open_row(std::uint32_t bank) const { return banks_[bank].row; }
  bool any_open() const { return open_banks_ > 0; }

  // kNever for a read, write or precharge of a closed bank, an activate of an open one, a precharge
  // of all when none is open, a refresh when one is. `bank` counts over all groups; a precharge of
  // all and a refresh ignore it.
  std::uint64_t earliest(DramCommand command, std::uint32_t bank) const {
    const Bank& b = banks_[bank];
    const Group& g = groups_[bank >> group_shift_];
    switch (command) {
      case DramCommand::kRead:
        return b.is_open ? std::max({b.column, g.read, read_}) : kNever;
      case DramCommand::kWrite:
        return b.is_open ? std::max({b.column, g.write, write_}) : kNever;
      case DramCommand::kActivate:
        return b.is_open ? kNever : std::max({b.activate, g.activate, activate_, window_[oldest_]});
      case DramCommand::kPrecharge:
        return b.is_open ? b.precharge : kNever;
      case DramCommand::kPrechargeAll:
        return earliest_precharge_all();
      case DramCommand::kRefresh:
        return open_banks_ > 0 ? kNever : refresh_;
    }
    return kNever;
  }

  // With reads or writes as the column commands.
  DramGates gates(DramCommand column) const {
    DramGates gates;
    const std::uint64_t all_columns = column == DramCommand::kRead ? read_ : write_;
    const std::uint64_t all_activates = std::max(activate_, window_[oldest_]);
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      const Group& g = groups_[i];
      gates.shared[0][i] = std::max(column == DramCommand::kRead ? g.read : g.write, all_columns);
      gates.shared[1][i] = 0;
      gates.shared[2][i] = std::max(g.activate, all_activates);
      gates.shared[3][i] = kNever;
    }
    return gates;
  }
  std::uint64_t own_gate(DramWant want, std::uint32_t bank) const {
    const Bank& b = banks_[bank];
    return want == DramWant::kColumn      ? b.column
           : want == DramWant::kPrecharge ? b.precharge
           : want == DramWant::kActivate  ? b.activate
                                          : kNever;
  }
  std::uint32_t group_shift() const { return group_shift_; }  // bank >> shift is its group

  // InternalError if the clock is before earliest(). `row` counts for an activate only.
  void issue(DramCommand command, std::uint32_t bank, std::uint32_t row, std::uint64_t clock);

  // From the first clock of a read command to the clock after its last beat of data.
  std::uint32_t read_clocks() const { return read_clocks_; }

 private:
  struct Bank {  // each gate: the first clock allowed
    std::uint64_t activate = 0;
    std::uint64_t column = 0;
    std::uint64_t precharge = 0;
    std::uint32_t row = 0;
    bool is_open = false;
  };
  struct Group {
    std::uint64_t activate = 0;
    std::uint64_t read = 0;
    std::uint64_t write = 0;
  };

  std::uint64_t earliest_precharge_all() const;
  void close(Bank& bank, std::uint64_t next_activate);

  DramTiming timing_;
  std::uint32_t group_shift_ = 0;
  std::uint32_t read_clocks_;
  std::uint32_t write_clocks_;  // to the end of the write data
  std::vector<Bank> banks_;
  std::vector<Group> groups_;
  std::uint64_t activate_ = 0, read_ = 0, write_ = 0, refresh_ = 0;
  std::array<std::uint64_t, 4> window_{};  // gates of the last four activates
  std::uint32_t oldest_ = 0;
  std::uint32_t open_banks_ = 0;
};

}  // namespace systole::memory
