// SPDX-License-Identifier: Apache-2.0
//
// The digits network and its 200 images.
#pragma once

#include <filesystem>
#include <string>

#include "chip/shipped_chips.hpp"
#include "compiler/compiled_network.hpp"
#include "network/tensor_file.hpp"
#include "session/session.hpp"

namespace systole::test {

inline constexpr std::size_t kDigitClasses = 10;
// Of 200 images, by the integer arithmetic of the network; its training does not run again (scripts/digits).
inline constexpr std::size_t kDigits = 200, kDigitsRight = 199;

inline std::filesystem::path digits_file(const std::string& name) {
  return std::filesystem::path(SYSTOLE_SOURCE_DIR) / "sim/networks/digits" / name;
}

inline compiler::CompiledNetwork compile_digits(const std::string& chip, const std::string& file = "digits.onnx") {
  session::Job job;
  job.chip = open_chip(chip);
  job.network = digits_file(file);
  return session::compile(job).network;
}

// How many of the logits' images have their label.
inline std::size_t digits_right(const HostTensor& logits) {
  const HostTensor labels = read_tensor_file(digits_file("labels.npy"));
  const float* values = elements<float>(logits);
  std::size_t right = 0;
  for (std::size_t image = 0; image < kDigits; ++image) {
    std::size_t best = 0;
    for (std::size_t c = 1; c < kDigitClasses; ++c)
      if (values[image * kDigitClasses + c] > values[image * kDigitClasses + best]) best = c;
    right += static_cast<std::int64_t>(best) == integer_at(labels, image);
  }
  return right;
}

}  // namespace systole::test
