// SPDX-License-Identifier: Apache-2.0
#include "cycle/load_engine.hpp"

#include <algorithm>

#include "support/bits.hpp"

namespace systole::cycle {

namespace {
std::uint64_t address_mask(const Chip& chip) {
  return chip.axi_address_bits >= 64 ? ~0ull : (1ull << chip.axi_address_bits) - 1;
}
}  // namespace

// ---- request

LoadRequest::LoadRequest(const Chip& chip)
    : axi_bytes_(chip.axi_bytes()),
      burst_bytes_(chip.axi_burst_bytes),
      address_mask_(address_mask(chip)),
      axi_shift_(log2_of(chip.axi_bytes())),
      outstanding_(chip.load_outstanding),
      room_(chip.load_fifo_beats) {}

void LoadRequest::start(const isa::Load& load, std::uint64_t base, std::uint32_t word_bytes) {
  load_ = load;
  word_bytes_ = word_bytes;
  active_ = load.count[0] != 0;
  run_start_ = true;
  left_ = load.run_bytes;
  index_ = {};
  address_ = (base + load.dram_offset) & address_mask_;
  level_.fill(address_);
  cut_burst();
}

// The burst goes up to the next multiple of the burst size, or to the end of the run.
void LoadRequest::cut_burst() {
  bytes_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(burst_bytes_ - (address_ & (burst_bytes_ - 1)), left_));
  beats_ = static_cast<std::uint32_t>(((address_ & (axi_bytes_ - 1)) + bytes_ + axi_bytes_ - 1) >> axi_shift_);
}

std::optional<Run> LoadRequest::accept() {
  std::optional<Run> run;
  if (run_start_) {
    run = Run{static_cast<std::uint32_t>(address_ & (axi_bytes_ - 1)), load_.run_bytes, word_bytes_};
  }
  room_ -= beats_;
  ++in_flight_;
  run_start_ = bytes_ == left_;
  if (bytes_ != left_) {
    address_ = (address_ + bytes_) & address_mask_;
    left_ -= bytes_;
    cut_burst();
    return run;
  }
  next_run();
  return run;
}

void LoadRequest::next_run() {
  std::size_t loop = 0;
  while (loop < kLevels && ++index_[loop] == load_.count[loop]) index_[loop++] = 0;
  if (loop == kLevels) {
    active_ = false;
    return;
  }
  level_[loop] += static_cast<std::int64_t>(load_.dram_stride[loop]);
  for (std::size_t inner = 0; inner < loop; ++inner) level_[inner] = level_[loop];
  address_ = level_[loop] & address_mask_;
  left_ = load_.run_bytes;
  cut_burst();
}

void LoadRequest::end_cycle(bool last_beat_arrived, bool beat_taken) {
  if (last_beat_arrived) --in_flight_;
  if (beat_taken) ++room_;
}

std::uint64_t LoadRequest::steady_cycles() const {
  if (!active_ || in_flight_ == outstanding_) return ~0ull;
  return beats_ > room_ ? beats_ - room_ : 0;
}

// ---- packer

LoadPacker::Taken LoadPacker::end_cycle(bool word_taken, bool beat_valid, const Run* run) {
  Taken taken;
  const bool last_word = to_emit_ <= word_bytes_;
  const std::uint32_t remaining = word_taken ? held_ - emit_bytes() : held_;
  const bool ready_for_run = !active_ || (word_taken && last_word);
  taken.beat = active_ && to_take_ != 0 && remaining < word_bytes_ && beat_valid;
  if (ready_for_run) {
    taken.run = run != nullptr;
    active_ = taken.run;
    if (run) {
      offset_ = run->offset;
      to_take_ = to_emit_ = run->bytes;
      word_bytes_ = run->word_bytes;
      held_ = 0;
    }
    return taken;
  }
  if (word_taken) to_emit_ -= emit_bytes();
  held_ = remaining;
  if (taken.beat) {
    const std::uint32_t bytes = std::min(axi_bytes_ - offset_, to_take_);
    offset_ = 0;
    to_take_ -= bytes;
    held_ += bytes;
  }
  return taken;
}

std::uint64_t LoadPacker::steady_cycles() const {
  return axi_bytes_ == word_bytes_ && offset_ == 0 && held_ == word_bytes_ ? to_take_ / word_bytes_ : 0;
}

void LoadPacker::skip(std::uint64_t cycles) {
  const auto bytes = static_cast<std::uint32_t>(cycles) * word_bytes_;
  to_take_ -= bytes;
  to_emit_ -= bytes;
}

// ---- writer

LoadWriter::LoadWriter(const Chip& chip)
    : bank_shift_(log2_of(chip.activation_bank_words)), address_mask_(chip.activation_words() - 1) {}

void LoadWriter::take(const isa::Load& load, std::uint32_t index, std::uint32_t word_bytes) {
  active_ = true;
  load_ = load;
  load_index_ = index;
  rows_ = load.pad_top + load.count[0] + load.pad_bottom;
  run_words_ = (load.run_bytes + word_bytes - 1) / word_bytes;
  row_words_ = load.pad_left + run_words_ + load.pad_right;
  word_ = 0;
  index_ = {};
  address_ = load.dst_base;
  level_.fill(address_);
}

bool LoadWriter::needs_data() const {
  const std::uint32_t row = index_[0];
  return row >= load_.pad_top && row < std::uint32_t{load_.pad_top} + load_.count[0] && word_ >= load_.pad_left &&
         word_ < load_.pad_left + run_words_;
}

bool LoadWriter::last_word() const {
  if (word_ + 1 != row_words_ || index_[0] + 1 != rows_) return false;
  return index_[1] + 1 == load_.count[1] && index_[2] + 1 == load_.count[2] && index_[3] + 1 == load_.count[3];
}

void LoadWriter::written() {
  if (++word_ < row_words_) {
    ++address_;
    return;
  }
  word_ = 0;
  std::size_t loop = 0;
  while (loop + 1 < kLevels && ++index_[loop] == (loop == 0 ? rows_ : load_.count[loop])) index_[loop++] = 0;
  if (loop + 1 == kLevels) ++index_[loop];
  level_[loop] += load_.dst_stride[loop];
  for (std::size_t inner = 0; inner < loop; ++inner) level_[inner] = level_[loop];
  address_ = level_[loop];
}

std::uint64_t LoadWriter::steady_cycles() const {
  if (!active_ || !needs_data()) return 0;
  return std::min(load_.pad_left + run_words_ - word_, row_words_ - 1 - word_);
}

void LoadWriter::skip(std::uint64_t cycles) {
  word_ += static_cast<std::uint32_t>(cycles);
  address_ += static_cast<std::uint32_t>(cycles);
}

// ---- engine

LoadEngine::LoadEngine(const Chip& chip)
    : chip_(chip),
      request_(chip),
      packer_(chip),
      writer_(chip),
      runs_(chip.load_fifo_beats),
      beats_(chip.load_fifo_beats),
      pending_(kInFlight) {}

std::uint32_t LoadEngine::word_bytes(const isa::Load& load) const {
  if (load.diagonal) return 1;
  switch (load.buffer) {
    case isa::Buffer::kActivation:
      return chip_.array_rows;
    case isa::Buffer::kWeight:
      return chip_.array_cols;
    case isa::Buffer::kParameter:
      break;
  }
  return chip_.post_lanes * 8;
}

const EngineStatus& LoadEngine::step(const Inputs& in) {
  EngineStatus& out = out_;
  out.busy = out.wait_port = out.wait_memory = out.retire = false;
  out.in_flight = in_flight_ != 0;
  bool word_taken = false;
  if (writer_.active()) {
    const bool needs_data = writer_.needs_data();
    const bool wanted = wants_port();
    out.wait_port = wanted && in.refused;
    out.busy = wanted && !out.wait_port;
    out.wait_memory = !wanted;
    word_taken = out.busy && needs_data;
    if (out.busy && writer_.last_word()) {
      out.retire = true;
      out.retire_index = writer_.index();
      out.retire_post_mask = writer_.post_mask();
    }
  }
  out.moved = out.busy || out.wait_port || in.burst_accepted || in.beat_arrived || in.started != nullptr ||
              !beats_.settled() || !pending_.settled();

  const Run* run = runs_.valid() ? &runs_.front() : nullptr;
  const LoadPacker::Taken taken = packer_.end_cycle(word_taken, beats_.valid(), run);
  if (taken.run) runs_.pop();
  beats_.end_cycle(taken.beat);
  if (in.beat_arrived) beats_.push();

  if (out.busy) writer_.written();
  if (out.retire) writer_.finish();
  const bool writer_takes = !writer_.active() && pending_.valid();
  if (writer_takes) {
    const Pending& next = pending_.front();
    writer_.take(next.load, next.index, word_bytes(next.load));
  }
  pending_.end_cycle(writer_takes);
  out.moved = out.moved || taken.beat || taken.run || writer_takes;

  if (in.burst_accepted) {
    if (const std::optional<Run> begun = request_.accept()) runs_.push(*begun);
  }
  request_.end_cycle(in.last_beat, taken.beat);
  if (in.started) {
    request_.start(*in.started, in.base, word_bytes(*in.started));
    pending_.push({*in.started, in.index});
  }
  in_flight_ += (in.started ? 1u : 0u) - (out.retire ? 1u : 0u);
  const bool nothing_else = !taken.run && !in.last_beat && !in.burst_accepted && !in.started && pending_.settled();
  steady_ = word_taken && taken.beat && in.beat_arrived && beats_.steady() && nothing_else;
  return out;
}

std::uint64_t LoadEngine::steady_cycles() const {
  return steady_ ? std::min({packer_.steady_cycles(), writer_.steady_cycles(), request_.steady_cycles()}) : 0;
}

void LoadEngine::skip(std::uint64_t cycles) {
  packer_.skip(cycles);
  writer_.skip(cycles);
  request_.skip(cycles);
}

}  // namespace systole::cycle
