// SPDX-License-Identifier: Apache-2.0
#include "memory/dram_device.hpp"

namespace systole::memory {

namespace {

void raise(std::uint64_t& gate, std::uint64_t clock) { gate = std::max(gate, clock); }

}  // namespace

DramDevice::DramDevice(const DramOrganization& organization, const DramTiming& timing)
    : timing_(timing),
      read_clocks_(organization.column_clocks - 1 + timing.tcl + timing.tdqsck + organization.burst_clocks()),
      write_clocks_(timing.tcwl + organization.burst_clocks()),
      banks_(organization.all_banks()),
      groups_(organization.bank_groups) {
  while ((1u << group_shift_) < organization.banks) ++group_shift_;
  invariant(organization.bank_groups <= DramGates::kMaxGroups, "the gates have room for all groups");
  invariant((1u << group_shift_) == organization.banks, "a bank group has a power of two of banks");
}

std::uint64_t DramDevice::earliest_precharge_all() const {
  std::uint64_t clock = open_banks_ > 0 ? 0 : kNever;
  for (const Bank& bank : banks_)
    if (bank.is_open) raise(clock, bank.precharge);
  return clock;
}

void DramDevice::close(Bank& bank, std::uint64_t next_activate) {
  if (bank.is_open) --open_banks_;
  bank.is_open = false;
  raise(bank.activate, next_activate);
  raise(refresh_, next_activate);
}

void DramDevice::issue(DramCommand command, std::uint32_t bank, std::uint32_t row, std::uint64_t clock) {
  // kNever is refused too: no clock reaches it.
  invariant(clock != kNever && clock >= earliest(command, bank), "a DRAM command keeps the JEDEC timing");
  Bank& b = banks_[bank];
  Group& g = groups_[bank >> group_shift_];
  const DramTiming& t = timing_;
  switch (command) {
    case DramCommand::kActivate:
      ++open_banks_;
      b.is_open = true;
      b.row = row;
      b.column = clock + t.trcd;
      b.precharge = clock + t.tras;
      b.activate = clock + t.trc;
      raise(refresh_, b.activate);
      raise(g.activate, clock + t.trrd_l);
      raise(activate_, clock + t.trrd_s);
      window_[oldest_] = clock + t.tfaw;
      oldest_ = (oldest_ + 1) % window_.size();
      break;
    case DramCommand::kPrecharge:
      close(b, clock + t.trp);
      break;
    case DramCommand::kPrechargeAll:
      for (Bank& each : banks_) close(each, clock + t.trpab);
      break;
    case DramCommand::kRead:
      raise(g.read, clock + t.tccd_l);
      raise(read_, clock + t.tccd_s);
      raise(write_, clock + t.trtw);
      raise(b.precharge, clock + t.trtp);
      break;
    case DramCommand::kWrite:
      raise(g.write, clock + t.tccd_l);
      raise(write_, clock + t.tccd_s);
      raise(g.read, clock + write_clocks_ + t.twtr_l);
      raise(read_, clock + write_clocks_ + t.twtr_s);
      raise(b.precharge, clock + write_clocks_ + t.twr);
      break;
    case DramCommand::kRefresh:
      for (Bank& each : banks_) raise(each.activate, clock + t.trfc);
      raise(refresh_, clock + t.trfc);
      break;
  }
}

}  // namespace systole::memory
