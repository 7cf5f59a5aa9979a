// SPDX-License-Identifier: Apache-2.0
//
// Mutations of files, as a function of a seed: the same seed gives the same bytes on every platform.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace systole::fuzz {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }
  // 0 .. bound-1; 0 for a bound of 0. The bias of the modulo does not matter here.
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(engine_() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

 private:
  std::mt19937_64 engine_;
};

// Numbers at which code breaks: zero, signs, the edges of integer types, and a few small ones.
std::int64_t interesting_integer(Random& random);
float interesting_float(Random& random);

// One to four of: bit flips, overwritten, inserted, removed, repeated and swapped stretches, truncation.
std::string mutate_bytes(std::string bytes, Random& random);

// As mutate_bytes, or lines and numbers of a text: lines removed, repeated, moved; numbers, words and punctuation replaced.
std::string mutate_text(std::string text, Random& random);

// Mutates a program container; its checksum is repaired in most cases, since nothing behind it is reached otherwise.
std::string mutate_program(std::string bytes, Random& random);

// Mutates a serialized protobuf message of ONNX by its fields: numbers, names, elements removed, repeated, swapped. One case in
// four is mutate_bytes instead. `Model` or `Tensor` says which message it is.
enum class Message { kModel, kTensor };
std::string mutate_message(const std::string& bytes, Message message, Random& random);

}  // namespace systole::fuzz
