// SPDX-License-Identifier: Apache-2.0
#include "cycle/store_engine.hpp"

namespace systole::cycle {

// ---- issue

StoreIssue::StoreIssue(const Chip& chip)
    : bank_groups_(chip.activation_bank_words * (chip.array_rows / chip.post_lanes)),
      group_mask_(chip.activation_words() * (chip.array_rows / chip.post_lanes) - 1),
      accumulator_bank_groups_(chip.accumulator_rows * (chip.array_cols / chip.post_lanes)),
      accumulator_group_mask_(2 * chip.accumulator_rows * (chip.array_cols / chip.post_lanes) - 1),
      room_(chip.store_fifo_groups) {}

bool StoreIssue::last() const {
  return window_last() && group_ + 1 == store_.groups && i0_ + 1 == store_.count[0] && i1_ + 1 == store_.count[1] &&
         i2_ + 1 == store_.count[2] && i3_ + 1 == store_.count[3];
}

void StoreIssue::start(const isa::Store& store, std::uint32_t index) {
  active_ = true;
  store_ = store;
  index_ = index;
  i0_ = i1_ = i2_ = i3_ = group_ = wy_ = wx_ = 0;
  tap_ = window_row_ = store.source_base;
  residual_ = store.residual_base;
  destination_ = store.dst_base;
  for (int level = 0; level < 4; ++level) {
    source_[level] = store.source_base;
    residual_level_[level] = store.residual_base;
    destination_level_[level] = store.dst_base;
  }
}

// From the last group of a position to the first of the next.
void StoreIssue::next_position() {
  group_ = 0;
  if (++i0_ < store_.count[0]) {
    source_[0] += store_.source_stride[0];
    ++residual_;
    ++destination_;
  } else {
    i0_ = 0;
    int level = 1;
    if (++i1_ == store_.count[1]) {
      i1_ = 0;
      level = 2;
      if (++i2_ == store_.count[2]) {
        i2_ = 0;
        ++i3_;
        level = 3;
      }
    }
    source_[level] += store_.source_stride[level];
    residual_level_[level] += store_.residual_stride[level - 1];
    destination_level_[level] += store_.dst_stride[level - 1];
    for (int inner = level - 1; inner >= 0; --inner) {
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
  part_ = i1_ = i2_ = i3_ = burst_beats_ = 0;
  run_1_ = run_2_ = run_3_ = (base + store.dst_base) & address_mask_;
  beat_address_ = run_1_ & ~(axi_bytes_ - 1);
  position_ = static_cast<std::uint32_t>(run_1_ & (axi_bytes_ - 1));
}

StorePacker::Outputs StorePacker::evaluate(bool group_valid, bool room) const {
  Outputs out;
  if (!active_ || !room) return out;
  out.append = !flush_ && group_valid;
  const std::uint32_t end = position_ + lanes_;
  const bool last_chunk = groups_left_ == 1 && (!store_.raw || part_ == 3);
  out.take_group = out.append && (!store_.raw || part_ == 3);
  out.push_beat = (out.append && (end >= axi_bytes_ || last_chunk)) || flush_;
  out.run_end = (out.append && last_chunk && end <= axi_bytes_) || flush_;
  out.instruction_end = out.run_end && i1_ + 1 == store_.count[1] && i2_ + 1 == store_.count[2] &&
                        i3_ + 1 == store_.count[3];
  out.beat_last = out.run_end || ((beat_address_ + axi_bytes_) & (burst_bytes_ - 1)) == 0;
  if (out.push_beat && out.beat_last) {
    out.burst = WriteBurst{(beat_address_ - burst_beats_ * axi_bytes_) & address_mask_, burst_beats_ + 1,
                           out.instruction_end};
  }
  return out;
}

void StorePacker::end_cycle(const Outputs& out) {
  const std::uint32_t end = position_ + lanes_;
  const bool spills_at_end = out.append && groups_left_ == 1 && (!store_.raw || part_ == 3) && end > axi_bytes_;
  if (out.append) {
    part_ = store_.raw ? (part_ + 1) % 4 : 0;
    if (out.take_group) --groups_left_;
    position_ = end % static_cast<std::uint32_t>(axi_bytes_);
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
  if (++i1_ < store_.count[1]) {
    run_1_ += static_cast<std::int64_t>(store_.dst_stride[0]);
  } else {
    i1_ = 0;
    if (++i2_ < store_.count[2]) {
      run_2_ += static_cast<std::int64_t>(store_.dst_stride[1]);
    } else {
      i2_ = 0;
      ++i3_;
      run_3_ += static_cast<std::int64_t>(store_.dst_stride[2]);
      run_2_ = run_3_;
    }
    run_1_ = run_2_;
  }
  const std::uint64_t address = run_1_ & address_mask_;
  beat_address_ = address & ~(axi_bytes_ - 1);
  position_ = static_cast<std::uint32_t>(address & (axi_bytes_ - 1));
}

// ---- engine

StoreEngine::StoreEngine(const Chip& chip)
    : outstanding_limit_(chip.store_outstanding),
      issue_(chip),
      packer_(chip),
      destinations_(kPostLatency + 4),
      groups_(chip.store_fifo_groups),
      packer_pending_(kInFlight),
      beats_(chip.store_fifo_beats),
      bursts_(kBurstDepth),
      response_is_last_(chip.store_outstanding),
      in_flight_(kInFlight) {}

StoreEngine::Reads StoreEngine::reads() const {
  Reads reads;
  if (!issue_.active() || !issue_.room()) return reads;
  if (issue_.from_activation()) {
    reads.source_bank = issue_.source_bank();
  } else {
    reads.accumulator_bank = issue_.accumulator_bank();
  }
  if (issue_.residual()) reads.residual_bank = issue_.residual_bank();
  return reads;
}

StoreEngine::Outputs StoreEngine::evaluate(std::uint64_t cycle, bool refused) const {
  Outputs out;
  out.in_flight = in_flight_.valid();
  if (issue_.active()) {
    if (!issue_.room()) {
      out.wait_memory = true;
    } else {
      out.bank_conflict = issue_.residual() && issue_.from_activation() && issue_.source_bank() == issue_.residual_bank();
      out.busy = !refused && !out.bank_conflict;
      out.wait_port = !out.busy;
    }
  }
  if (!destinations_.empty() && destinations_.front().cycle == cycle) {
    out.result = true;
    out.result_to_activation = destinations_.front().to_activation;
    out.result_last = destinations_.front().last;
    if (out.result_to_activation) out.write_bank = destinations_.front().bank;
  }
  out.packer = packer_.evaluate(groups_.valid(), beats_.ready() && bursts_.ready());
  out.aw_valid = bursts_.valid() && outstanding_ != outstanding_limit_;
  if (out.aw_valid) out.aw = bursts_.front();
  out.w_valid = beats_.valid() && to_send_ != 0;
  out.w_last = out.w_valid && beats_.front();
  if (in_flight_.valid()) {
    const InFlight& oldest = in_flight_.front();
    out.retire = (oldest.to_activation ? activation_done_ : dram_done_) != 0;
    out.retire_index = oldest.index;
    out.retire_post_mask = oldest.post_mask;
  }
  return out;
}

bool StoreEngine::end_cycle(std::uint64_t cycle, const Inputs& in, const Outputs& out, const isa::Store* started,
                            std::uint32_t index, const std::uint64_t* bases) {
  // A request that memory has not taken, or a read that the matrix engine keeps out, is tried again: that is not rest.
  bool moved = out.retire || in.b_valid || out.aw_valid || out.w_valid || out.packer.append || out.packer.push_beat ||
               out.result || out.busy || out.wait_port || started != nullptr || !beats_.settled() || !packer_pending_.settled();
  // Retirement and responses.
  if (out.retire) {
    --(in_flight_.front().to_activation ? activation_done_ : dram_done_);
    in_flight_.pop();
  }
  if (out.result_to_activation && out.result_last) ++activation_done_;
  if (in.b_valid) {
    if (response_is_last_.front()) ++dram_done_;
    response_is_last_.pop_front();
    --outstanding_;
  }
  // AXI.
  const bool aw_sent = out.aw_valid && in.aw_ready;
  const bool w_sent = out.w_valid && in.w_ready;
  if (aw_sent) {
    response_is_last_.push_back(out.aw.last);
    ++outstanding_;
    to_send_ += out.aw.beats;
    bursts_.pop();
  }
  if (w_sent) --to_send_;
  beats_.end_cycle(w_sent);
  // Packing.
  if (out.packer.push_beat) beats_.push(out.packer.beat_last);
  if (out.packer.burst) bursts_.push(*out.packer.burst);
  if (packer_.active()) packer_.end_cycle(out.packer);
  if (out.packer.instruction_end) packer_.finish();
  const bool packer_takes = !packer_.active() && packer_pending_.valid();
  moved = moved || packer_takes;
  if (packer_takes) packer_.take(packer_pending_.front().store, packer_pending_.front().base);
  packer_pending_.end_cycle(packer_takes);
  // Post-processing.
  if (out.packer.take_group) {
    groups_.pop();
    issue_.group_taken();
  }
  if (out.result) {
    if (!out.result_to_activation) groups_.push(0);
    destinations_.pop_front();
  }
  if (out.busy) {
    if (issue_.window_last()) {
      destinations_.push_back(
          {cycle + 1 + kPostLatency, issue_.to_activation(), issue_.last(), issue_.destination_bank()});
    }
    issue_.issued();
  }
  if (started) {
    const bool to_activation = started->destination == isa::Destination::kActivation;
    issue_.start(*started, index);
    in_flight_.push({index, started->common.post_mask, to_activation});
    if (!to_activation) packer_pending_.push({*started, bases[static_cast<int>(started->base)]});
  }
  return moved;
}

}  // namespace systole::cycle
