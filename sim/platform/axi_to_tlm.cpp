// SPDX-License-Identifier: Apache-2.0
#include "platform/axi_to_tlm.hpp"

#include <algorithm>
#include <cstring>

#include "support/error.hpp"

namespace systole::platform {

namespace {
constexpr std::uint8_t kOkay = 0, kSlverr = 2;
constexpr std::size_t kMaxBurstBytes = 4096;  // the 4 KiB rule
}  // namespace

AxiToTlm::AxiToTlm(sc_core::sc_module_name name)
    : sc_module(name), reads_(kBursts), writes_(kBursts), addresses_(kBursts), responses_(kBursts) {
  for (ReadBurst& read : reads_) read.bytes.resize(kMaxBurstBytes);
  for (WriteBurst& write : writes_) {
    write.bytes.resize(kMaxBurstBytes);
    write.enables.resize(kMaxBurstBytes);
  }
}

void AxiToTlm::reset(std::uint32_t beat_bytes) {
  beat_bytes_ = beat_bytes;
  read_head_ = read_count_ = write_head_ = write_count_ = 0;
  for (WriteBurst& write : writes_) {
    write.size = 0;
    write.all_enabled = true;
  }
  addresses_.clear();
  responses_.clear();
}

std::uint8_t AxiToTlm::transport(tlm::tlm_command command, std::uint64_t address, std::uint8_t* bytes, std::size_t size,
                                 std::uint8_t* enables) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(bytes);
  payload_.set_data_length(static_cast<unsigned>(size));
  payload_.set_streaming_width(static_cast<unsigned>(size));
  payload_.set_byte_enable_ptr(enables);
  payload_.set_byte_enable_length(enables == nullptr ? 0 : static_cast<unsigned>(size));
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
  socket->b_transport(payload_, delay);
  return payload_.is_response_ok() ? kOkay : kSlverr;
}

void AxiToTlm::accept_ar(const memory::Burst& burst) {
  invariant(read_count_ < kBursts, "the memory accepts no more reads than the bridge holds");
  ReadBurst& read = reads_[(read_head_ + read_count_++) % kBursts];
  const std::size_t size = static_cast<std::size_t>(burst.beats) * beat_bytes_;
  invariant(size <= kMaxBurstBytes, "a read burst stays within 4 KiB");
  read.next = 0;
  read.response = transport(tlm::TLM_READ_COMMAND, burst.address & ~static_cast<std::uint64_t>(beat_bytes_ - 1),
                            read.bytes.data(), size, nullptr);
  if (read.response != kOkay) std::fill_n(read.bytes.begin(), size, std::uint8_t{0});
}

void AxiToTlm::show_r(ChipInputs& in) {
  invariant(read_count_ > 0, "an R beat belongs to an accepted read");
  ReadBurst& read = reads_[read_head_];
  std::memcpy(in.m_r_data.data(), read.bytes.data() + read.next, beat_bytes_);
  in.m_r_resp = read.response;
  read.next += beat_bytes_;
  if (in.m_r_last) {
    read_head_ = (read_head_ + 1) % kBursts;
    --read_count_;
  }
}

void AxiToTlm::accept_aw(const memory::Burst& burst) {
  invariant(!addresses_.full(), "the memory accepts no more writes than the bridge holds");
  addresses_.push_back(burst);
  match_writes();
}

void AxiToTlm::accept_w(const ChipOutputs& out) {
  invariant(write_count_ < kBursts, "the memory accepts no more write data than the bridge holds");
  WriteBurst& write = writes_[(write_head_ + write_count_) % kBursts];
  invariant(write.size + beat_bytes_ <= kMaxBurstBytes, "a write burst stays within 4 KiB");
  std::memcpy(write.bytes.data() + write.size, out.m_w_data.data(), beat_bytes_);
  for (std::uint32_t i = 0; i < beat_bytes_; ++i) {
    const bool enabled = (out.m_w_strb[i / 32] >> (i % 32)) & 1;
    write.enables[write.size + i] = enabled ? TLM_BYTE_ENABLED : TLM_BYTE_DISABLED;
    write.all_enabled &= enabled;
  }
  write.size += beat_bytes_;
  if (out.m_w_last) {
    ++write_count_;
    match_writes();
  }
}

void AxiToTlm::match_writes() {
  while (!addresses_.empty() && write_count_ > 0) {
    WriteBurst& write = writes_[write_head_];
    responses_.push_back(transport(tlm::TLM_WRITE_COMMAND,
                                   addresses_.front().address & ~static_cast<std::uint64_t>(beat_bytes_ - 1),
                                   write.bytes.data(), write.size, write.all_enabled ? nullptr : write.enables.data()));
    write.size = 0;
    write.all_enabled = true;
    addresses_.pop_front();
    write_head_ = (write_head_ + 1) % kBursts;
    --write_count_;
  }
}

void AxiToTlm::show_b(ChipInputs& in) {
  invariant(!responses_.empty(), "a B belongs to a written burst");
  in.m_b_resp = responses_.front();
  responses_.pop_front();
}

}  // namespace systole::platform
