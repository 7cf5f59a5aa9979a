// SPDX-License-Identifier: Apache-2.0
//
// Pins of a Verilated block under their RTL names, whatever their width, and checks of valid/ready
// channels.
//
//   struct PackerBench : Bench {
//     using Dut = Vload_packer;
//     Dut dut{"dut"};
//     SYSTOLE_PIN(beat_data_i);      // a signal `beat_data_i`, bound to dut.beat_data_i
//     ...
//   };
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "bench.hpp"

namespace systole::bench {

/// A value of any width, 32 bits a word, lowest first.
using Words = std::vector<uint32_t>;

/// `width` (at most 64) bits of a wide value from `lsb` on.
inline uint64_t get_bits(const Words& words, size_t lsb, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i) {
    const size_t bit = lsb + i;
    if (bit / 32 < words.size()) value |= uint64_t{words[bit / 32] >> (bit % 32) & 1u} << i;
  }
  return value;
}

/// Sets `width` (at most 64) bits of a wide value from `lsb` on; the value grows as needed.
inline void put_bits(Words& words, size_t lsb, size_t width, uint64_t value) {
  if (words.size() * 32 < lsb + width) words.resize((lsb + width + 31) / 32);
  for (size_t i = 0; i < width; ++i) {
    const size_t bit = lsb + i;
    words[bit / 32] &= ~(1u << (bit % 32));
    words[bit / 32] |= static_cast<uint32_t>(value >> i & 1) << (bit % 32);
  }
}

inline Words words_from_bytes(const std::vector<uint8_t>& bytes) {
  Words words((bytes.size() + 3) / 4);
  for (size_t i = 0; i < bytes.size(); ++i) words[i / 4] |= uint32_t{bytes[i]} << (i % 4 * 8);
  return words;
}

/// A signal of the type of a port, bound to it.
template <class Port>
class Pin : public sc_core::sc_signal<typename Port::data_type> {
 public:
  using Data = typename Port::data_type;
  static constexpr bool kIsNarrow = std::is_integral<Data>::value;

  explicit Pin(Port& port) : sc_core::sc_signal<Data>(sc_core::sc_gen_unique_name("pin")) { port(*this); }

  /// The value, or the low 64 bits of a wider one.
  uint64_t get() const {
    if constexpr (kIsNarrow) {
      return this->read();
    } else {
      return this->read().get_word(0) | uint64_t{this->read().get_word(1)} << 32;
    }
  }

  void set(uint64_t value) {
    if constexpr (kIsNarrow) {
      this->write(static_cast<Data>(value));
    } else {
      Data data;
      data.set_word(0, static_cast<uint32_t>(value));
      data.set_word(1, static_cast<uint32_t>(value >> 32));
      this->write(data);
    }
  }

  Words words() const {
    if constexpr (kIsNarrow) {
      return {static_cast<uint32_t>(get()), static_cast<uint32_t>(get() >> 32)};
    } else {
      const Data& data = this->read();
      Words words(static_cast<size_t>(data.size()));
      for (int i = 0; i < data.size(); ++i) words[static_cast<size_t>(i)] = data.get_word(i);
      return words;
    }
  }

  /// Missing words are zero, and words past the pin's width are not used.
  template <class Container>
  void set_words(const Container& words) {
    const auto word = [&](size_t i) { return i < words.size() ? uint32_t{words[i]} : 0u; };
    if constexpr (kIsNarrow) {
      set(word(0) | uint64_t{word(1)} << 32);
    } else {
      Data data;
      for (int i = 0; i < data.size(); ++i) data.set_word(i, word(static_cast<size_t>(i)));
      this->write(data);
    }
  }

  std::vector<uint8_t> bytes(size_t count) const {
    const Words all = words();
    std::vector<uint8_t> bytes(count);
    for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(all[i / 4] >> (i % 4 * 8));
    return bytes;
  }

  void set_bytes(const std::vector<uint8_t>& bytes) { set_words(words_from_bytes(bytes)); }
};

#define SYSTOLE_PIN(name) \
  ::systole::bench::Pin<std::remove_reference_t<decltype(Dut::name)>> name { dut.name }

/// Binds the clock, and the reset of a block that has one.
template <class Dut>
auto bind_clock_and_reset(Dut& dut, Bench& bench, int) -> decltype(dut.rst_ni(bench.rst_n), void()) {
  dut.clk_i(bench.clk);
  dut.rst_ni(bench.rst_n);
}
template <class Dut>
void bind_clock_and_reset(Dut& dut, Bench& bench, long) {
  dut.clk_i(bench.clk);
}

/// What AXI and the house rule ask of every channel: once valid, valid and payload hold until
/// ready.
class HoldCheck {
 public:
  HoldCheck(Bench& bench, std::string channel) : bench_(bench), channel_(std::move(channel)) {}

  /// Call once per clock.
  void on_clock(bool valid, bool ready, const Words& payload) {
    if (waiting_ && (!valid || payload != payload_)) {
      bench_.fail(channel_ + (valid ? ": payload changed" : ": valid fell") + " before ready");
    }
    waiting_ = valid && !ready;
    payload_ = payload;
  }

  /// The block was reset: nothing is offered any more.
  void reset() { waiting_ = false; }

 private:
  Bench& bench_;
  std::string channel_;
  bool waiting_ = false;
  Words payload_;
};

/// AXI4: a burst of `beats` at `address` stays inside its page of 4 KiB; the chip's own stricter
/// rule: inside a block of `burst_bytes`.
inline void check_burst(Bench& bench, const std::string& channel, uint64_t address, uint64_t beats, uint64_t axi_bytes,
                        uint64_t burst_bytes) {
  const uint64_t last = address / axi_bytes * axi_bytes + beats * axi_bytes - 1;
  if (beats == 0 || beats > 256 || address / 4096 != last / 4096 || address / burst_bytes != last / burst_bytes) {
    bench.fail(
        fmt::format("{}: burst of {} beats at {:#x} crosses a multiple of {}", channel, beats, address, burst_bytes));
  }
}

}  // namespace systole::bench
