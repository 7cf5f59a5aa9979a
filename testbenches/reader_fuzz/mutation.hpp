// SPDX-License-Identifier: Apache-2.0
//
// Mutations of files, as a function of a seed: the same seed gives the same bytes on every platform.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/random.hpp"

namespace systole::fuzz {

// Numbers at which code breaks: zero, signs, the edges of integer types, and a few small ones.
std::int64_t interesting_integer(Random& random);
float interesting_float(Random& random);

// One to four of: bit flips, overwritten, inserted, removed, repeated and swapped stretches, truncation.
std::string mutate_bytes(std::string bytes, Random& random);

// As mutate_bytes, or lines and numbers of a text: lines removed, repeated, moved; numbers, words and punctuation replaced.
std::string mutate_text(std::string text, Random& random);

// A program container with a right checksum: nothing behind it is reached otherwise.
std::string repair_program(std::string bytes);

// Mutates a serialized protobuf message of ONNX by its fields: numbers, names, elements removed, repeated, swapped. One case in
// four is mutate_bytes instead. `Model` or `Tensor` says which message it is.
enum class Message { kModel, kTensor };
std::string mutate_message(const std::string& bytes, Message message, Random& random);

}  // namespace systole::fuzz
