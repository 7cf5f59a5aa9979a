// SPDX-License-Identifier: Apache-2.0
#include "cycle/store_engine.hpp"

#include "support/bits.hpp"

namespace systole::cycle {

// ---- issue

StoreIssue::StoreIssue(const Chip& chip)
    : bank_shift_(log2_of(chip.activation_bank_words * (chip.array_rows / chip.post_lanes))),
      group_mask_(chip.activation_words() * (chip.array_rows / chip.post_lanes) - 1),
      accumulator_bank_shift_(log2_of(chip.accumulator_rows * (chip.array_cols / chip.post_lanes))),
      accumulator_group_mask_(2 * chip.accumulator_rows * (chip.array_cols / chip.post_lanes) - 1),
      room_(chip.store_fifo_groups) {}

bool StoreIssue::last() const {
  if (!window_last() || group_ + 1 != store_.groups) return false;
  return at_[0] + 1 == store_.count[0] && at_[1] + 1 == store_.count[1] && at_[2] + 1 == store_.count[2] &&
         at_[3] + 1 == store_.count[3] && at_[4] + 1 == store_.count[4];
}

void StoreIssue::start(const isa::Store& store, std::uint32_t index) {
  active_ = true;
  store_ = store;
  index_ = index;
  at_ = {};
  group_ = wy_ = wx_ = 0;
  tap_ = window_row_ = store.source_base;
  residual_ = store.residual_base;
  destination_ = static_cast<std::uint32_t>(store.dst_base);
  source_.fill(store.source_base);
  residual_level_.fill(residual_);
  destination_level_.fill(destination_);
}

// From the last group of a position to the first of the next.
void StoreIssue::next_position() {
  group_ = 0;
  std::size_t level = 0;
  while (++at_[level] == store_.count[level]) at_[level++] = 0;  // not the last position: one of the loops goes on
  source_[level] += store_.source_stride[level];
  if (level == 0) {
    ++residual_;
    ++destination_;
  } else {
    residual_level_[level] += store_.residual_stride[level - 1];
    destination_level_[level] += store_.dst_stride[level - 1];
    for (std::size_t inner = 0; inner < level; ++inner) {
      source_[inner] = source_[level];
      residual_level_[inner] = residual_level_[level];
      destination_level_[inner] = destination_level_[level];
    }
    residual_ = residual_level_[level];
    destination_ = destination_level_[level];
  }
  tap_ = window_row_ = source_[0];
}

void StoreIssue::issued() {
  if (window_last() && !to_activation()) --room_;
  if (last()) {
    active_ = false;
    return;
  }
  if (++wx_ < store_.window_x) {
    tap_ += store_.source_stride_wx;
    return;
  }
  wx_ = 0;
  if (++wy_ < store_.window_y) {
    window_row_ += store_.source_stride_wy;
    tap_ = window_row_;
    return;
  }
  wy_ = 0;
  if (++group_ < store_.groups) {
    tap_ = window_row_ = source_[0] + group_;
    ++residual_;
    ++destination_;
    return;
  }
  next_position();
}

// ---- packer

StorePacker::StorePacker(const Chip& chip)
    : lanes_(chip.post_lanes),
      axi_bytes_(chip.axi_bytes()),
      burst_bytes_(chip.axi_burst_bytes),
      address_mask_(chip.axi_address_bits >= 64 ? ~0ull : (1ull << chip.axi_address_bits) - 1) {}

void StorePacker::take(const isa::Store& store, std::uint64_t base) {
  active_ = true;
  store_ = store;
  run_groups_ = groups_left_ = std::uint32_t{store.count[0]} * store.groups;
  part_ = burst_beats_ = 0;
  at_ = {};
  run_.fill((base + store.dst_base) & address_mask_);
  beat_address_ = run_[0] & ~(axi_bytes_ - 1);
  position_ = static_cast<std::uint32_t>(run_[0] & (axi_bytes_ - 1));
}

WriteBurst StorePacker::burst(const Outputs& out) const {
  return {(beat_address_ - burst_beats_ * axi_bytes_) & address_mask_, burst_beats_ + 1, out.instruction_end};
}

void StorePacker::end_cycle(const Outputs& out) {
  const std::uint32_t end = position_ + lanes_;
  const bool spills_at_end = out.append && groups_left_ == 1 && (!store_.raw || part_ == 3) && end > axi_bytes_;
  if (out.append) {
    part_ = store_.raw ? (part_ + 1) % 4 : 0;
    if (out.take_group) --groups_left_;
    position_ = end & static_cast<std::uint32_t>(axi_bytes_ - 1);
    flush_ = spills_at_end;
  } else if (out.push_beat) {
    flush_ = false;
  }
  if (out.push_beat) {
    beat_address_ += axi_bytes_;
    burst_beats_ = out.beat_last ? 0 : burst_beats_ + 1;
  }
  if (!out.run_end) return;
  groups_left_ = run_groups_;
  burst_beats_ = 0;
  std::size_t loop = 0;
  while (loop + 1 < kLevels && ++at_[loop] == store_.count[loop + 1]) at_[loop++] = 0;
  if (loop + 1 == kLevels) ++at_[loop];
  run_[loop] += static_cast<std::int64_t>(store_.dst_stride[loop]);
  for (std::size_t inner = 0; inner < loop; ++inner) run_[inner] = run_[loop];
  const std::uint64_t address = run_[0] & address_mask_;
  beat_address_ = address & ~(axi_bytes_ - 1);
  position_ = static_cast<std::uint32_t>(address & (axi_bytes_ - 1));
}

// ---- engine

StoreEngine::StoreEngine(const Chip& chip)
    : outstanding_limit_(chip.store_outstanding),
      issue_(chip),
      packer_(chip),
      destinations_(kPostLatency + 4),
      packer_pending_(kInFlight),
      beats_(chip.store_fifo_beats),
      bursts_(kBurstDepth),
      sending_(chip.store_outstanding),
      response_is_last_(chip.store_outstanding),
      in_flight_(kInFlight) {}

// The parts act from the last to the first, so that each sees what the parts before it did in earlier cycles. What a
// part returns to an earlier one (room, responses) is kept until the earlier one has acted.
const StoreEngine::Outputs& StoreEngine::step(std::uint64_t cycle, const Inputs& in) {
  Outputs& out = out_;
  out.busy = out.wait_port = out.wait_memory = out.bank_conflict = out.retire = false;
  out.beat_sent = false;
  out.write_bank = kNoBank;
  out.in_flight = in_flight_.valid();
  bool moved = in.b_valid || in.started != nullptr || !beats_.settled() || !packer_pending_.settled();

  // Retirement, in order.
  if (retires()) {
    const InFlight& oldest = in_flight_.front();
    std::uint32_t& done = oldest.to_activation ? activation_done_ : dram_done_;
    if (done != 0) {
      moved = out.retire = true;
      out.retire_index = oldest.index;
      out.retire_post_mask = oldest.post_mask;
      --done;
      in_flight_.pop();
    }
  }

  // AXI. A request that memory has not taken is offered again: that is not rest.
  const bool packer_room = beats_.ready() && bursts_.ready();
  bool aw_sent = false;
  if (offers()) {
    const bool offers_beat = w_valid(), offers_burst = aw_valid();
    out.beat_sent = offers_beat && in.w_ready;
    aw_sent = offers_burst && in.aw_ready;
    moved = moved || offers_beat || offers_burst;
  }
  if (out.beat_sent && --sending_.front() == 0) sending_.pop();
  if (in.b_valid) {
    if (response_is_last_.front()) ++dram_done_;
    response_is_last_.pop();
  }
  if (aw_sent) {
    response_is_last_.push(bursts_.front().last);
    sending_.push(bursts_.front().beats);
    bursts_.pop();
  }
  beats_.end_cycle(out.beat_sent);

  // Packing.
  bool group_taken = false;
  if (packer_.active()) {
    const StorePacker::Outputs pack = packer_.evaluate(groups_ != 0, packer_room);
    if (pack.append || pack.push_beat) {
      moved = true;
      if (pack.push_beat) beats_.push();
      if (pack.burst) bursts_.push(packer_.burst(pack));
      packer_.end_cycle(pack);
      if (pack.instruction_end) packer_.finish();
      group_taken = pack.take_group;
    }
  }
  if (packer_pending_.any()) {
    const bool packer_takes = !packer_.active() && packer_pending_.valid();
    if (packer_takes) packer_.take(packer_pending_.front().store, packer_pending_.front().base);
    packer_pending_.end_cycle(packer_takes);
    moved = moved || packer_takes;
  }

  // Post-processing.
  if (!destinations_.empty() && destinations_.front().cycle == cycle) {
    const Destination& destination = destinations_.front();
    moved = true;
    if (destination.to_activation) {
      out.write_bank = static_cast<int>(destination.bank);
      if (destination.last) ++activation_done_;
    } else {
      ++groups_;
    }
    destinations_.pop();
  }
  groups_ -= group_taken;

  // Issue.
  if (issue_.active()) {
    if (!issue_.room()) {
      out.wait_memory = true;
    } else {
      out.bank_conflict =
          issue_.residual() && issue_.from_activation() && issue_.source_bank() == issue_.residual_bank();
      out.busy = !in.refused && !out.bank_conflict;
      out.wait_port = !out.busy;
    }
    if (out.busy) {
      if (issue_.window_last()) {
        destinations_.push(
            {cycle + 1 + kPostLatency, issue_.to_activation(), issue_.last(), issue_.destination_bank()});
      }
      issue_.issued();
    }
  }
  if (group_taken) issue_.group_taken();
  if (in.started) {
    const bool to_activation = in.started->destination == isa::Destination::kActivation;
    issue_.start(*in.started, in.index);
    in_flight_.push({in.index, in.started->common.post_mask, to_activation});
    if (!to_activation) packer_pending_.push({*in.started, in.base});
  }
  // A read that the matrix engine keeps out is tried again.
  out.moved = moved || out.busy || out.wait_port;
  return out;
}

}  // namespace systole::cycle
