// SPDX-License-Identifier: Apache-2.0
#include "platform/axi_checker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "memory/memory_timing.hpp"
#include "support/error.hpp"

namespace systole::platform {

namespace {
constexpr std::size_t kBursts = 2 * memory::kMostInFlight;  // more than any memory here takes
}

AxiChecker::AxiChecker(std::uint32_t beat_bytes)
    : beat_bytes_(beat_bytes), size_(0), reads_(kBursts), announced_(kBursts), complete_(kBursts) {
  while ((1u << size_) < beat_bytes_) ++size_;
  invariant((1u << size_) == beat_bytes_, "an AXI data bus is a power of two bytes wide");
}

void AxiChecker::reset() {
  ar_held_ = aw_held_ = w_held_ = false;
  reads_.clear();
  announced_.clear();
  complete_.clear();
  w_beats_ = 0;
  owed_responses_ = 0;
}

void AxiChecker::broken(std::uint64_t cycle, const std::string& rule) {
  throw DesignError(fmt::format("cycle {}: AXI: {}", cycle, rule));
}

void AxiChecker::check_held(std::uint64_t cycle, const ChipOutputs& out) const {
  const ChipOutputs& was = previous_;
  if (ar_held_ && !(out.m_ar_valid && out.m_ar_addr == was.m_ar_addr && out.m_ar_len == was.m_ar_len &&
                    out.m_ar_id == was.m_ar_id && out.m_ar_size == was.m_ar_size && out.m_ar_burst == was.m_ar_burst))
    broken(cycle, "AR changed before it was accepted");
  if (aw_held_ && !(out.m_aw_valid && out.m_aw_addr == was.m_aw_addr && out.m_aw_len == was.m_aw_len &&
                    out.m_aw_id == was.m_aw_id && out.m_aw_size == was.m_aw_size && out.m_aw_burst == was.m_aw_burst))
    broken(cycle, "AW changed before it was accepted");
  if (w_held_) {
    const auto data_words = std::max(1u, beat_bytes_ / 4), strobe_words = std::max(1u, beat_bytes_ / 32);
    if (!(out.m_w_valid && out.m_w_last == was.m_w_last &&
          std::equal(was.m_w_data.begin(), was.m_w_data.begin() + data_words, out.m_w_data.begin()) &&
          std::equal(was.m_w_strb.begin(), was.m_w_strb.begin() + strobe_words, out.m_w_strb.begin())))
      broken(cycle, "W changed before it was accepted");
  }
}

void AxiChecker::check_address(std::uint64_t cycle, const char* channel, std::uint64_t address, std::uint32_t len,
                               std::uint32_t size, std::uint32_t burst) const {
  if (burst != 1) broken(cycle, fmt::format("{} burst type is {}, not INCR", channel, burst));
  if (size != size_) broken(cycle, fmt::format("{} size is {}, not {} ({} bytes)", channel, size, size_, beat_bytes_));
  const std::uint64_t first = address & ~static_cast<std::uint64_t>(beat_bytes_ - 1);
  const std::uint64_t last = first + static_cast<std::uint64_t>(len) * beat_bytes_;
  if (first >> 12 != last >> 12)
    broken(cycle, fmt::format("{} burst of {} beats at {:#x} crosses 4 KiB", channel, len + 1, address));
}

void AxiChecker::check_write_lengths(std::uint64_t cycle) {
  while (!announced_.empty() && !complete_.empty()) {
    if (announced_.front() != complete_.front())
      broken(cycle, fmt::format("WLAST on beat {} of a write of {} beats", complete_.front(), announced_.front()));
    announced_.pop_front();
    complete_.pop_front();
    ++owed_responses_;
  }
  if (!announced_.empty() && w_beats_ >= announced_.front())
    broken(cycle, fmt::format("no WLAST on the last beat of a write of {} beats", announced_.front()));
}

void AxiChecker::check(std::uint64_t cycle, const ChipInputs& in, const ChipOutputs& out) {
  if (ar_held_ || aw_held_ || w_held_) check_held(cycle, out);
  if (!out.m_r_ready) broken(cycle, "RREADY is 0");
  if (!out.m_b_ready) broken(cycle, "BREADY is 0");

  if (in.m_r_valid) {
    invariant(!reads_.empty() && reads_.front().id == in.m_r_id, "an R beat belongs to the oldest read");
    const bool last = --reads_.front().beats_left == 0;
    invariant(last == in.m_r_last, "RLAST stands on the last beat of a read");
    if (last) reads_.pop_front();
  }
  if (in.m_b_valid) {
    invariant(owed_responses_ > 0, "a B comes after its AW and its data");
    --owed_responses_;
  }

  if (out.m_ar_valid) {
    if (!ar_held_) {
      check_address(cycle, "AR", out.m_ar_addr, out.m_ar_len, out.m_ar_size, out.m_ar_burst);
      if (out.m_ar_id > 1) broken(cycle, fmt::format("AR has ID {}, allowed: 0 (fetch), 1 (load)", out.m_ar_id));
    }
    if (in.m_ar_ready) reads_.push_back({out.m_ar_len + 1u, out.m_ar_id});
  }
  if (out.m_aw_valid) {
    if (!aw_held_) {
      check_address(cycle, "AW", out.m_aw_addr, out.m_aw_len, out.m_aw_size, out.m_aw_burst);
      if (out.m_aw_id != 2) broken(cycle, fmt::format("AW has ID {}, allowed: 2 (store)", out.m_aw_id));
    }
    if (in.m_aw_ready) announced_.push_back(out.m_aw_len + 1u);
  }
  const bool w_crosses = out.m_w_valid && in.m_w_ready;
  if (w_crosses) {
    ++w_beats_;
    if (out.m_w_last) {
      complete_.push_back(w_beats_);
      w_beats_ = 0;
    } else if (w_beats_ == 256) {
      broken(cycle, "256 W beats without WLAST");
    }
  }
  if (w_crosses || out.m_aw_valid) check_write_lengths(cycle);

  ar_held_ = out.m_ar_valid && !in.m_ar_ready;
  aw_held_ = out.m_aw_valid && !in.m_aw_ready;
  w_held_ = out.m_w_valid && !in.m_w_ready;
  if (ar_held_ || aw_held_ || w_held_) previous_ = out;
}

}  // namespace systole::platform
